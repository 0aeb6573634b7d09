import { isJson } from '../../text/json.js';
import { type Pieces, w } from '../../text/pieces.js';
import type { Call } from '../call.js';
import type { CallFormat, CallsOut } from '../call-format.js';
import type { Input, Reading } from '../input.js';
import type { Out } from '../out.js';
import { plainName } from '../plain-name.js';
import type { Section } from '../section.js';
import { mistralCalls } from './mistral.js';
import { withUnmarked } from './unmarked.js';

const mark = '[TOOL_CALLS]';

/** A call that a renderer wrote: `f[CALL_ID]x[ARGS]{…}`, up to the next mark or the end of the turn; the arguments may be no JSON. */
function* written(input: Input, out: Out): Reading {
  while (input.find(mark) === -1) if (!(yield* input.more())) break;
  const next = input.find(mark);
  const text = input.takeTo(next === -1 ? input.text.length : next);
  const head = /^([\w.:-]+)(?:\[CALL_ID\](.*?))?\[ARGS\]/s.exec(text);
  if (head === null) {
    out.keep(text);
    return out.leave();
  }
  out.head(head[1]!, head[2] === undefined ? undefined : out.restore(head[2]));
  const args = text.slice(head[0].length);
  out.args(isJson(args) ? args : out.restore(args));
}

const section: Section = {
  marks: [mark],
  *read(input, out, opening) {
    if (!out.exact) return yield* mistralCalls.sections[0]!.read(input, out, opening);
    out.keep(opening);
    yield* written(input, out);
  },
};

const callPieces = (call: Call, { content, path }: CallsOut, id: Pieces): Pieces => {
  const name = content(plainName(call.name, path), 'text');
  const args = content(call.arguments, isJson(call.arguments) ? 'json' : 'text');
  return w`[TOOL_CALLS]${name}${id}[ARGS]${args}`;
};

/** A name, an id and arguments, each call behind a mark of its own: version 11 of Mistral's tokenizers. */
export const mistralIdCalls: CallFormat = {
  name: 'mistral-v11',
  variant: true,
  sections: /* @__PURE__ */ withUnmarked(section),
  signs: [mark],
  keepsIds: true,
  write: (calls, out) =>
    calls.map((call) => callPieces(call, out, w`[CALL_ID]${out.content(call.id ?? '', 'text')}`)),
};

/** A name and arguments: version 13. */
export const mistralNamedCalls: CallFormat = {
  name: 'mistral-v13',
  variant: true,
  sections: /* @__PURE__ */ withUnmarked(section),
  signs: [mark],
  write: (calls, out) => calls.map((call) => callPieces(call, out, [])),
};
