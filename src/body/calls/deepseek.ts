import { isJson } from '../../text/json.js';
import { listed, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { deepseekHead } from '../call-heads.js';
import type { Input, Reading } from '../input.js';
import type { Out } from '../out.js';
import { plainName } from '../plain-name.js';
import { type CallForm, keepWhite, readCalls, waitHead } from '../read-calls.js';
import type { Section } from '../section.js';

const outer = '<｜tool▁calls▁begin｜>';
const inner = '<｜tool▁call▁begin｜>';
const end = '<｜tool▁call▁end｜>';
const fence = '\n```';
const form: CallForm = {
  closings: ['```', end, '<｜tool▁calls▁end｜>'],
  next: [inner],
  head: deepseekHead,
  spaced: true,
};

/** A call that a renderer wrote: its arguments may be no JSON, and go up to the mark of its end. */
function* written(input: Input, out: Out): Reading<boolean> {
  const head = yield* waitHead(input, writtenHead);
  if (head === null) return false;
  const from = input.pos + head.from;
  while (input.find(end, from) === -1) if (!(yield* input.more())) return false;
  const place = input.find(end, from);
  const args = input.text.slice(from, place);
  const isFenced = input.text.startsWith('```json\n', from - 8);
  out.head(head.name, head.id);
  out.args(isFenced && args.endsWith(fence) ? args.slice(0, -fence.length) : args);
  input.takeTo(place + end.length);
  yield* input.accept('<｜tool▁calls▁end｜>');
  return true;
}

const writtenHead = (text: string): ReturnType<typeof deepseekHead> => deepseekHead(text, true);

function* call(input: Input, out: Out): Reading {
  if (!out.exact) return yield* readCalls(input, out, form, '');
  if (!(yield* written(input, out))) out.leave();
}

/** One call of several; white space in front goes with the mark. */
const one: Section = {
  marks: [inner],
  white: true,
  *read(input, out, opening) {
    out.keep(opening);
    yield* call(input, out);
  },
};

const all: Section = {
  marks: [outer],
  *read(input, out, opening) {
    out.keep(opening);
    yield* keepWhite(input, out);
    if (!(yield* input.accept(inner))) return out.leave(false);
    out.keep(inner);
    yield* call(input, out);
  },
};

/** V3 and R1: the name on a line, the arguments in a fence. V3.1's form, a name and its arguments, is read too. */
export const deepseekCalls: CallFormat = {
  name: 'deepseek',
  sections: [one, all],
  signs: ['<｜tool▁call'],
  write: (calls, { content, path }) => {
    const list = calls.map(({ name, arguments: args }) => {
      const called = content(plainName(name, path), 'text');
      const json = content(args, isJson(args) ? 'json' : 'text');
      return w`<｜tool▁call▁begin｜>function<｜tool▁sep｜>${called}\n\`\`\`json\n${json}\n\`\`\`<｜tool▁call▁end｜>`;
    });
    return w`<｜tool▁calls▁begin｜>${listed(list, '\n')}<｜tool▁calls▁end｜>`;
  },
};
