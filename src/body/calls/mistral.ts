import { listed, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { namedHead } from '../call-heads.js';
import { callObject } from '../generic.js';
import { type CallForm, keepWhite, readCalls } from '../read-calls.js';
import { withUnmarked } from './unmarked.js';

const mark = '[TOOL_CALLS]';
const listForm: CallForm = { next: [mark], whole: true };
const namedForm: CallForm = { next: [mark], head: namedHead };

/** A list of objects with their ids, or a name and its arguments: `[TOOL_CALLS]f[CALL_ID]x[ARGS]{…}`. */
export const mistralCalls: CallFormat = {
  name: 'mistral',
  sections: /* @__PURE__ */ withUnmarked({
    marks: [mark],
    *read(input, out, opening) {
      out.keep(opening);
      yield* keepWhite(input, out);
      const isList = input.unit === '{' || input.unit === '[';
      yield* readCalls(input, out, isList ? listForm : namedForm, '');
    },
  }),
  signs: [mark],
  keepsIds: true,
  write: (calls, { content }) => {
    const objects = calls.map((call) => callObject(call, content, { withId: true }));
    return w`[TOOL_CALLS] [${listed(objects, ', ')}]`;
  },
};
