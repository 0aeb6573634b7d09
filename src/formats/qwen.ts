import { taggedCalls } from '../body/calls/hermes.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { defaultSystem, dropReasoning, splitSystem, toolTexts } from '../dialect/template.js';
import type { MarkerDialect, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { type Content, json, type Own, own, type Pieces, stretch, w } from '../text/pieces.js';
import { chatmlRoles, hermesCalls } from './chatml.js';

const TOOLS = `# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>`;

const CALLING = `
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|im_end|>
`;

const toolList = (input: TemplateInput): Pieces =>
  w`${own(TOOLS)}${toolTexts(input).map((text) => w`\n${text}`)}${own(CALLING)}`;

/** The results of tools speak as the user, all of a run in one turn. */
export function toolTurn(messages: readonly TemplateMessage[], i: number): Pieces {
  const open = own(messages[i - 1]?.role === 'tool' ? '' : '<|im_start|>user');
  const close = own(messages[i + 1]?.role === 'tool' ? '' : '<|im_end|>\n');
  return w`${open}\n<tool_response>\n${messages[i]?.content ?? []}\n</tool_response>${close}`;
}

export const roleOf = (message: TemplateMessage): Own =>
  own(message.role === 'developer' ? 'system' : message.role);

const qwen25Template: Template = (input) => {
  const { messages } = input;
  const last = messages.length - 1;
  const first = messages[0];
  const leads = first?.role === 'system' || first?.role === 'developer';
  const system = leads
    ? first.content
    : own(defaultSystem(input, 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.'));
  const out: Pieces[] = [];
  if (input.tools.length > 0) out.push(w`<|im_start|>system\n${system}\n\n${toolList(input)}`);
  else if (!('own' in system) || system.own !== '') out.push(w`<|im_start|>system\n${system}<|im_end|>\n`);
  for (let i = leads ? 1 : 0; i <= last; i++) {
    const message = messages[i]!;
    if (message.role === 'tool') {
      out.push(toolTurn(messages, i));
      continue;
    }
    out.push(w`<|im_start|>${roleOf(message)}`);
    if (message.calls.length === 0 || message.content.text !== '') out.push(w`\n${message.content}`);
    out.push(hermesCalls(input, message.calls));
    if (!(input.continues && i === last)) out.push(w`<|im_end|>\n`);
  }
  if (input.generationPrompt) out.push(w`<|im_start|>assistant\n`);
  return out;
};

/** Without the line ends at its start and, with `both`, at its end. */
export function stripLines(content: Content, both: boolean): Content {
  const { text } = content;
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) === 10) start++;
  while (both && end > start && text.charCodeAt(end - 1) === 10) end--;
  return stretch(content, start, end);
}

/** Where the last question of the user stands; reasoning before it is left out. */
export function lastQuestion(messages: readonly TemplateMessage[]): number {
  for (let i = messages.length - 1; i >= 0; i--) {
    const { role, content } = messages[i]!;
    const { text } = content;
    if (role === 'user' && !(text.startsWith('<tool_response>') && text.endsWith('</tool_response>')))
      return i;
  }
  return messages.length - 1;
}

const qwen3Template =
  (thinking: 'both' | 'never' | 'always'): Template =>
  (input) => {
    const { messages } = input;
    const last = messages.length - 1;
    const { system } = splitSystem(messages);
    const out: Pieces[] = [];
    if (input.tools.length > 0)
      out.push(
        w`<|im_start|>system\n${system === undefined ? [] : w`${system.content}\n\n`}${toolList(input)}`,
      );
    else if (system !== undefined) out.push(w`<|im_start|>system\n${system.content}<|im_end|>\n`);
    const question = lastQuestion(messages);
    for (let i = system === undefined ? 0 : 1; i <= last; i++) {
      const message = messages[i]!;
      if (message.role === 'tool') {
        out.push(toolTurn(messages, i));
        continue;
      }
      const words =
        message.role === 'assistant'
          ? assistant(input, message, i > question && thinking !== 'never', i === last)
          : message.content;
      const end = own(input.continues && i === last ? '' : '<|im_end|>\n');
      out.push(w`<|im_start|>${roleOf(message)}\n${words}${end}`);
    }
    if (!input.generationPrompt) return out;
    out.push(w`<|im_start|>assistant\n`);
    if (thinking === 'always') out.push(w`<think>\n`);
    if (thinking === 'both' && input.options['enable_thinking'] === false)
      out.push(w`<think>\n\n</think>\n\n`);
    return out;
  };

function assistant(input: TemplateInput, message: TemplateMessage, keeps: boolean, isLast: boolean): Pieces {
  const { reasoning } = message;
  const thinks = reasoning !== undefined && reasoning.text !== '';
  let content = message.inline ? stripLines(message.content, false) : message.content;
  // Asked before the line ends in front of the words go.
  const speaks = content.text !== '';
  let front: Pieces = [];
  if (keeps && (isLast || thinks)) {
    if (!thinks)
      input.lossy(
        'empty-reasoning',
        message.path,
        "The models' template writes empty reasoning in front of the last turn.",
      );
    front = w`<think>\n${thinks ? stripLines(reasoning, true) : []}\n</think>\n\n`;
    content = stripLines(content, false);
  } else dropReasoning(input, message);
  const calls = message.calls.map(
    (call, k) =>
      w`${own(k > 0 || speaks ? '\n' : '')}<tool_call>\n{"name": ${json(call.name)}, "arguments": ${call.arguments}}\n</tool_call>`,
  );
  return w`${front}${content}${calls}`;
}

export const control: readonly string[] = [
  '</s>',
  '<|im_start|>',
  '<|im_end|>',
  '<|endoftext|>',
  '<|object_ref_start|>',
  '<|object_ref_end|>',
  '<|box_start|>',
  '<|box_end|>',
  '<|quad_start|>',
  '<|quad_end|>',
  '<|vision_start|>',
  '<|vision_end|>',
  '<|vision_pad|>',
  '<|image_pad|>',
  '<|video_pad|>',
  '<|fim_prefix|>',
  '<|fim_middle|>',
  '<|fim_suffix|>',
  '<|fim_pad|>',
  '<|repo_name|>',
  '<|file_sep|>',
  '<tool_call>',
  '</tool_call>',
  '<tool_response>',
  '</tool_response>',
];

export const family = () =>
  ({
    roles: chatmlRoles({
      open: '<|im_start|>user\n<tool_response>\n',
      close: '\n</tool_response><|im_end|>\n',
    }),
    after: { 'tool>tool': '\n<tool_response>\n' },
    closers: ['\n</tool_response>'],
    stop: ['<|im_end|>'],
    calls: taggedCalls,
  }) as const;

/** Qwen 2.5. */
export const qwen25: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: [
    'qwen2\\.5-#-instruct',
    'qwen2\\.5-coder-#-instruct',
    'qwen2\\.5(:#)?',
    'qwen2\\.5:#-instruct',
    'qwen2\\.5-coder(:#)?',
    'qwen2\\.5-coder:#-instruct',
  ],
  name: 'qwen2.5',
  models: 'Qwen 2.5, Qwen 2.5 Coder',
  specialTokens: control,
  template: qwen25Template,
}));

export const thinks = { open: '<think>\n', close: '\n</think>\n\n' };
export const thinkTokens = (): string[] => [...control, '<think>', '</think>'];

/** Qwen 3, whose reasoning can be switched off by `templateOptions.enable_thinking`. */
export const qwen3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['qwen3-#', 'qwen3(:(0\\.6b|1\\.7b|8b|14b|32b|30b-a3b|235b-a22b))?'],
  name: 'qwen3',
  models: 'Qwen 3 (hybrid reasoning)',
  specialTokens: thinkTokens(),
  reasoning: thinks,
  template: qwen3Template('both'),
}));

/** Qwen 3 Instruct 2507: no reasoning. */
export const qwen3Instruct: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['qwen3-#-instruct-2507', 'qwen3:#-instruct(-2507)?'],
  name: 'qwen3-instruct',
  models: 'Qwen 3 Instruct 2507, Qwen 3 VL Instruct',
  specialTokens: control,
  template: qwen3Template('never'),
}));

/** Qwen 3 Thinking 2507: every reply begins with reasoning. */
export const qwen3Thinking: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: [
    'qwen3-#-thinking-2507',
    'qwen3:#-thinking(-2507)?',
    'qwen3-next-80b-a3b-thinking',
    'qwen3-next(:80b)?',
  ],
  name: 'qwen3-thinking',
  models: 'Qwen 3 Thinking 2507, Qwen3-Next Thinking',
  specialTokens: thinkTokens(),
  reasoning: thinks,
  template: qwen3Template('always'),
}));
