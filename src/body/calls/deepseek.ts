import { isJson } from '../../text/json.js';
import { type Content, listed, type Pieces, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { deepseekHead } from '../call-heads.js';
import { plainName } from '../plain-name.js';
import type { CallForm } from '../read-calls.js';
import { nestedCalls, type WrittenForm } from './written.js';

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

const sections = /* @__PURE__ */ nestedCalls({ inner, outer }, form, written);

/** Calls between the marks of all, each as `one` writes it. */
const writer =
  (one: (name: Content, args: Content) => Pieces, separator: '\n' | ''): NonNullable<CallFormat['write']> =>
  (calls, { content, path }) => {
    const list = calls.map(({ name, arguments: args }) =>
      one(content(plainName(name, path), 'text'), content(args, isJson(args) ? 'json' : 'text')),
    );
    return w`<｜tool▁calls▁begin｜>${listed(list, separator)}<｜tool▁calls▁end｜>`;
  };

/** V3 and R1: the name on a line, the arguments in a fence. V3.1's form is read too. */
export const deepseekCalls: CallFormat = {
  name: 'deepseek',
  sections,
  signs: ['<｜tool▁call'],
  write: /* @__PURE__ */ writer(
    (name, args) =>
      w`<｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n${args}\n\`\`\`<｜tool▁call▁end｜>`,
    '\n',
  ),
};

/** V3.1: a name and its arguments. V3's form is read too. */
export const deepseekBareCalls: CallFormat = {
  name: 'deepseek-bare',
  variant: true,
  sections,
  signs: ['<｜tool▁call'],
  write: /* @__PURE__ */ writer(
    (name, args) => w`<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${args}<｜tool▁call▁end｜>`,
    '',
  ),
};
