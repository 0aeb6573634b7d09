import { minimaxCalls, minimaxTags, writeMinimaxCall } from '../body/calls/minimax.js';
import { tojson } from '../body/tags/values.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { defaultSystem, definition, dropReasoning, splitSystem, textOption } from '../dialect/template.js';
import { lastUser, refusedByTemplate, templateCall } from '../dialect/template-calls.js';
import type { MarkerDialect, Marks, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { dumps } from '../text/json.js';
import { own, type Pieces, w } from '../text/pieces.js';
import { stripLines } from './qwen.js';

const turn = (role: string): Marks => ({ open: `]~b]${role}\n`, close: '[e~[\n' });

const calling = `</tools>

When making tool calls, use XML format to invoke tools and pass parameters:

<minimax:tool_call>
<invoke name="tool-name-1">
<parameter name="param-key-1">param-value-1</parameter>
<parameter name="param-key-2">param-value-2</parameter>
...
</invoke>
</minimax:tool_call>`;

function toolList(input: TemplateInput): Pieces {
  const list = input.tools.map((tool) => {
    const shape = tool as { function?: unknown };
    return w`<tool>${definition(dumps(shape.function ?? tool, 0), 'json')}</tool>\n`;
  });
  return w`\n\n# Tools\nYou may call one or more tools to assist with the user query.\nHere are the tools available in JSONSchema format:\n\n<tools>\n${list}${own(calling)}`;
}

function answer(input: TemplateInput, message: TemplateMessage, keeps: boolean): Pieces {
  const { reasoning } = message;
  const content = message.inline ? stripLines(message.content, true) : message.content;
  const thinks = keeps && reasoning !== undefined && reasoning.text !== '';
  if (!thinks) dropReasoning(input, message);
  const front = thinks ? w`<think>\n${reasoning}\n</think>\n\n` : [];
  const list = message.calls.map((call) =>
    templateCall(input, call, minimaxTags, writeMinimaxCall, { plain: tojson }),
  );
  const calls = list.length === 0 ? [] : w`\n<minimax:tool_call>\n${list}</minimax:tool_call>`;
  return w`]~b]ai\n${front}${content}${calls}`;
}

const minimaxTemplate: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const identity = textOption(input, 'model_identity', 'You are a helpful assistant.');
  const told =
    system === undefined || system.content.text === '' ? own(defaultSystem(input, identity)) : system.content;
  const tools = input.tools.length === 0 ? [] : toolList(input);
  const out: Pieces[] = [w`]~!b[]~b]system\n${told}${tools}[e~[\n`];
  const question = lastUser(rest);
  const last = rest.length - 1;
  for (const [i, message] of rest.entries()) {
    const end = own(input.continues && i === last ? '' : '[e~[\n');
    if (message.role === 'assistant') out.push(w`${answer(input, message, i > question)}${end}`);
    else if (message.role === 'tool') {
      const open = own(rest[i - 1]?.role === 'tool' ? '' : ']~b]tool');
      const close = own(rest[i + 1]?.role === 'tool' ? '' : '[e~[\n');
      out.push(w`${open}\n<response>${message.content}</response>${close}`);
    } else if (message.role === 'user') out.push(w`]~b]user\n${message.content}${end}`);
    else {
      refusedByTemplate(input, message.path, 'a system message here, and leaves it out');
      input.lossy(
        'dropped-turn',
        message.path,
        "The models' template leaves out system messages behind the first.",
      );
    }
  }
  if (input.generationPrompt) out.push(w`]~b]ai\n<think>\n`);
  return out;
};

/** MiniMax M2: every reply begins with reasoning. Source: the model's template. */
export const minimaxM2: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: ['minimax-m2'],
  name: 'minimax-m2',
  models: 'MiniMax M2',
  bos: ']~!b[',
  roles: {
    system: turn('system'),
    user: turn('user'),
    assistant: turn('ai'),
    tool: { open: ']~b]tool\n<response>', close: '</response>[e~[\n' },
  },
  after: { 'tool>tool': '\n<response>' },
  closers: ['</response>'],
  specialTokens: [
    ']~!b[',
    ']~b]',
    '[e~[',
    ']!p~[',
    ']!d~[',
    ']<]speech[>[',
    ']<]image[>[',
    ']<]video[>[',
    ']<]start of speech[>[',
    ']<]end of speech[>[',
    ']<]start of image[>[',
    ']<]end of image[>[',
    ']<]start of video[>[',
    ']<]end of video[>[',
    ']<]vision pad[>[',
    ']~!mode[',
    '<think>',
    '</think>',
    '<minimax:tool_call>',
    '</minimax:tool_call>',
    '<response>',
    '</response>',
  ],
  stop: ['[e~['],
  reasoning: { open: '<think>\n', close: '\n</think>\n\n' },
  calls: minimaxCalls,
  signs: [']~b]'],
  template: minimaxTemplate,
}));
