import { listed, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { callObject } from '../generic.js';
import { type CallForm, readCalls } from '../read-calls.js';
import { tagged } from './hermes.js';
import { withUnmarked } from './unmarked.js';

const form: CallForm = { next: ['<|tool_call|>', '\n<tool_call>', '<tool_call>'] };

/** A list behind `<|tool_call|>`; Granite writes calls in `<tool_call>` too. */
export const graniteCalls: CallFormat = {
  name: 'granite',
  sections: /* @__PURE__ */ withUnmarked(
    { marks: ['<|tool_call|>'], read: (input, out, opening) => readCalls(input, out, form, opening) },
    {
      marks: ['\n<tool_call>', '<tool_call>'],
      read: (input, out, opening) => tagged.read(input, out, opening),
      bare: true,
    },
  ),
  signs: ['<|tool_call|>'],
  write: (calls, { content }) =>
    w`<|tool_call|>[${listed(
      calls.map((call) => callObject(call, content)),
      ', ',
    )}]`,
};
