import { isJson } from '../../text/json.js';
import { listed, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { deepseekHead } from '../call-heads.js';
import type { Input, Reading } from '../input.js';
import type { Out } from '../out.js';
import { plainName } from '../plain-name.js';
import { type CallForm, keepWhite, readCalls } from '../read-calls.js';
import type { Section } from '../section.js';
import { readWritten, type WrittenForm } from './written.js';

const outer = '<｜tool▁calls▁begin｜>';
const inner = '<｜tool▁call▁begin｜>';
const end = '<｜tool▁call▁end｜>';
const outerEnd = '<｜tool▁calls▁end｜>';
const form: CallForm = {
  closings: ['```', end, outerEnd],
  next: [inner],
  head: deepseekHead,
  spaced: true,
};

/** As a renderer wrote it. */
const written: WrittenForm = {
  head: (text) => deepseekHead(text, true),
  end,
  outerEnd,
  fence: { opened: '```json\n', closed: '\n```' },
};

function* call(input: Input, out: Out): Reading {
  if (!out.exact) return yield* readCalls(input, out, form, '');
  if (!(yield* readWritten(input, out, written))) out.leave();
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

/** V3 and R1: the name on a line, the arguments in a fence. V3.1's form is read too. */
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

/** V3.1: a name and its arguments. V3's form is read too. */
export const deepseekBareCalls: CallFormat = {
  name: 'deepseek-bare',
  sections: [one, all],
  signs: ['<｜tool▁call'],
  write: (calls, { content, path }) => {
    const list = calls.map(({ name, arguments: args }) => {
      const called = content(plainName(name, path), 'text');
      const json = content(args, isJson(args) ? 'json' : 'text');
      return w`<｜tool▁call▁begin｜>${called}<｜tool▁sep｜>${json}<｜tool▁call▁end｜>`;
    });
    return w`<｜tool▁calls▁begin｜>${list}<｜tool▁calls▁end｜>`;
  },
};
