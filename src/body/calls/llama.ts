import { skipWhite } from '../../text/json.js';
import { listed, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { functionHead } from '../call-heads.js';
import { callObject } from '../generic.js';
import { pythonOpening, readPythonCall, readPythonList } from '../python.js';
import { type CallForm, keepWhite, readCalls } from '../read-calls.js';
import type { Length, Section } from '../section.js';

const tag = '<|python_tag|>';
const next = ['<function=', tag];
const taggedForm: CallForm = { next, between: /[\s;,]/, other: readPythonCall };
const functionForm: CallForm = { closings: ['</function>'], next, head: functionHead };
const bareForm: CallForm = { next, bare: true, between: /[\s;,]/ };

const names = ['"name"', '"type"', '"function"', "'name'", "'type'", "'function'"];

/** The `{` of an object whose first key is one of a call. */
function bareLength(text: string): Length {
  const start = skipWhite(text, 1);
  const rest = text.slice(start, start + 12);
  for (const name of names) {
    if (name.startsWith(rest) && rest !== name) return undefined;
    if (!rest.startsWith(name)) continue;
    const colon = skipWhite(text, start + name.length);
    if (colon >= text.length) return undefined;
    if (text.charAt(colon) === ':') return 1;
  }
  return 0;
}

/** Behind the tag: objects, a call as Python writes it, or a list of such. */
const behindTag: Section = {
  marks: [tag],
  *read(input, out, opening) {
    out.keep(opening);
    yield* keepWhite(input, out);
    for (let length: Length; ; ) {
      length = pythonOpening(input.window(input.pos, 1024));
      if (length === 1) return yield* readPythonList(input, out);
      if (length === 0 || !(yield* input.more())) break;
    }
    yield* readCalls(input, out, taggedForm, '');
  },
};

const functionTag: Section = {
  marks: ['<function='],
  bare: true,
  read: (input, out, opening) => readCalls(input, out, functionForm, opening),
};

const bareObject: Section = {
  marks: ['{'],
  opening: bareLength,
  bare: true,
  read(input, out, opening) {
    input.back(opening.length);
    return readCalls(input, out, bareForm, '');
  },
};

/** Llama 3.2 and 4 begin a reply with the list. */
const bareList: Section = {
  marks: ['['],
  opening: pythonOpening,
  at: 'start',
  bare: true,
  read(input, out, opening) {
    input.back(opening.length);
    return readPythonList(input, out);
  },
};

/** Objects behind `<|python_tag|>` or with no mark at all, `<function=f>{…}</function>`, and calls as Python writes them. */
export const llamaCalls: CallFormat = {
  name: 'llama',
  sections: [behindTag, functionTag, bareObject, bareList],
  signs: [tag, '<function='],
  write: (calls, { content }) => {
    const objects = calls.map((call) => callObject(call, content, { key: 'parameters' }));
    return w`<|python_tag|>${listed(objects, '; ')}`;
  },
};
