import { qwenCoderCalls, qwenCoderTags, writeQwenCoderCall } from '../body/calls/qwen-coder.js';
import { pythonText } from '../body/tags/values.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { dropReasoning, splitSystem, toolTexts } from '../dialect/template.js';
import { templateCall } from '../dialect/template-calls.js';
import type { MarkerDialect, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { own, type Pieces, w } from '../text/pieces.js';
import { chatmlRoles } from './chatml.js';
import { lastQuestion, roleOf, stripLines } from './qwen.js';
import { calling } from './qwen-coder.js';

const BOS = '<｜begin▁of▁sentence｜>';

/** Qwen's words, with line ends in the form of a call, and two reminders less. */
const stepCalling = (): string =>
  calling()
    .replace(
      'an inner <function=...></function> block must be nested within <tool_call></tool_call> XML tags',
      'an inner <function=...>\n...\n</function> block must be nested within <tool_call>\n...\n</tool_call> XML tags',
    )
    .replace(/- You may provide.*(?=<\/IMPORTANT>)/s, '');

function answer(input: TemplateInput, message: TemplateMessage, keeps: boolean): Pieces {
  const { inline, reasoning } = message;
  const words = inline ? stripLines(message.content, false) : message.content;
  const thoughts = inline && reasoning !== undefined ? stripLines(reasoning, true) : (reasoning ?? []);
  if (!keeps) dropReasoning(input, message);
  else if (reasoning === undefined || reasoning.text === '')
    input.lossy(
      'empty-reasoning',
      message.path,
      "The models' template writes empty reasoning in front of the last turn.",
    );
  const calls = message.calls.map((call) =>
    templateCall(input, call, qwenCoderTags, writeQwenCoderCall, { plain: pythonText }),
  );
  return w`${keeps ? w`<think>\n${thoughts}\n</think>\n` : []}${words}${calls}`;
}

const template: Template = (input) => {
  const { messages } = input;
  const { system } = splitSystem(messages);
  const told = system?.content ?? [];
  const out: Pieces[] = [w`${own(BOS)}`];
  if (input.tools.length > 0) {
    const apart = own(system === undefined ? '' : '\n\n');
    const list = toolTexts(input).map((text) => w`\n${text}`);
    out.push(
      w`<|im_start|>system\n${told}${apart}# Tools\n\nYou have access to the following functions in JSONSchema format:\n\n<tools>${list}\n</tools>${own(stepCalling())}<|im_end|>\n`,
    );
  } else if (system !== undefined) out.push(w`<|im_start|>system\n${told}<|im_end|>\n`);
  const question = lastQuestion(messages);
  const last = messages.length - 1;
  for (let i = system === undefined ? 0 : 1; i <= last; i++) {
    const message = messages[i]!;
    const end = own(input.continues && i === last ? '' : '<|im_end|>\n');
    if (message.role === 'tool') {
      const open = own(messages[i - 1]?.role === 'tool' ? '' : '<|im_start|>tool_response\n');
      const close = own(messages[i + 1]?.role === 'tool' ? '' : '<|im_end|>\n');
      out.push(w`${open}<tool_response>${message.content}</tool_response>${close}`);
    } else if (message.role === 'assistant')
      out.push(w`<|im_start|>assistant\n${answer(input, message, i > question)}${end}`);
    else out.push(w`<|im_start|>${roleOf(message)}\n${message.content}${end}`);
  }
  if (input.generationPrompt) out.push(w`<|im_start|>assistant\n<think>\n`);
  return out;
};

/** Step 3.5: every reply begins with reasoning. Source: the template of Step 3.5 Flash. */
export const step35: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'step-3.5',
  models: 'Step 3.5 Flash',
  bos: BOS,
  roles: chatmlRoles({
    open: '<|im_start|>tool_response\n<tool_response>',
    close: '</tool_response><|im_end|>\n',
  }),
  after: { 'tool>tool': '<tool_response>' },
  closers: ['</tool_response>'],
  specialTokens: [
    BOS,
    '<｜end▁of▁sentence｜>',
    '<｜▁pad▁｜>',
    '<|im_start|>',
    '<|im_end|>',
    '<im_patch>',
    '<think>',
    '</think>',
    '<tool_call>',
    '</tool_call>',
    '<tool_response>',
    '</tool_response>',
    '<｜place▁holder▁no▁{n}｜>',
  ],
  stop: ['<|im_end|>'],
  reasoning: { open: '<think>\n', close: '\n</think>\n' },
  calls: qwenCoderCalls,
  signs: [`${BOS}<|im_start|>`],
  template,
}));
