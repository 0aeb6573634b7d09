import { kimiCalls } from '../body/calls/kimi.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { asSaid, callJson, defaultSystem, dropReasoning, toolTexts } from '../dialect/template.js';
import type {
  MarkerDialect,
  MarkerDialectDefinition,
  Marks,
  Template,
  TemplateInput,
  TemplateMessage,
} from '../dialect/types.js';
import { type Content, listed, own, type Pieces, reworded, w } from '../text/pieces.js';

const turn = (who: string, role: string): Marks => ({
  open: `<|im_${who}|>${role}<|im_middle|>`,
  close: '<|im_end|>',
});

/** The ids that the models want, `functions.get_weather:0`: those of the calls where they are so, else numbered. */
function createIds(input: TemplateInput) {
  const made = new Map<string, string>();
  let count = 0;
  return {
    of(message: TemplateMessage, k: number): Content {
      const { id, name, path } = message.calls[k]!;
      const front = `functions.${name.text}:`;
      const fits = id.text.startsWith(front) && /^\d+$/.test(id.text.slice(front.length));
      const text = fits ? id.text : `${front}${count}`;
      if (!fits && id.text !== '')
        input.info(
          'dropped-call-id',
          path,
          'The models want ids as functions.NAME:0; the calls were numbered.',
        );
      count++;
      made.set(id.text, text);
      return reworded(id, text);
    },
    answered: ({ callId, name }: TemplateMessage): Content =>
      reworded(callId, made.get(callId.text) ?? `functions.${name.text || 'unknown'}:${count}`),
  };
}

/** The last answer without calls ends the part of the chat whose reasoning is left out. */
function answered(messages: readonly TemplateMessage[]): number {
  return messages.findIndex(({ role, calls }) => role === 'assistant' && calls.length === 0);
}

const kimiTemplate =
  (thinks: boolean): Template =>
  (input) => {
    const messages = input.messages.map(asSaid);
    const last = messages.length - 1;
    const ids = createIds(input);
    const out: Pieces[] = [];
    if (input.tools.length > 0)
      out.push(w`<|im_system|>tool_declare<|im_middle|>[${listed(toolTexts(input), ', ')}]<|im_end|>`);
    if (messages[0]?.role !== 'system') {
      const text = defaultSystem(input, 'You are Kimi, an AI assistant created by Moonshot AI.');
      if (text !== '')
        out.push(w`<|im_system|>system<|im_middle|>${own(text)}<|im_end|>${own(thinks ? '' : '\n')}`);
    }
    const past = answered(messages);
    for (const [i, message] of messages.entries()) {
      const { role, content } = message;
      const end = own(input.continues && i === last ? '' : '<|im_end|>');
      if (role === 'assistant') {
        const front = thinks ? thoughts(input, message, i > past) : [];
        if (!thinks) dropReasoning(input, message);
        out.push(w`<|im_assistant|>assistant<|im_middle|>${front}${content}${calls(message)}${end}`);
      } else if (role === 'tool')
        out.push(w`<|im_system|>tool<|im_middle|>## Return of ${ids.answered(message)}\n${content}${end}`);
      else if (role === 'user') out.push(w`<|im_user|>user<|im_middle|>${content}${end}`);
      else out.push(w`<|im_system|>system<|im_middle|>${content}${end}`);
    }
    if (input.generationPrompt) out.push(w`<|im_assistant|>assistant<|im_middle|>`);
    return out;

    function calls(message: TemplateMessage): Pieces {
      if (message.calls.length === 0) return [];
      const list = message.calls.map(
        (call, k) =>
          w`<|tool_call_begin|>${ids.of(message, k)}<|tool_call_argument_begin|>${callJson(input, call)}<|tool_call_end|>`,
      );
      return w`<|tool_calls_section_begin|>${list}<|tool_calls_section_end|>`;
    }
  };

function thoughts(input: TemplateInput, message: TemplateMessage, keeps: boolean): Pieces {
  if (!keeps) dropReasoning(input, message);
  return w`<think>${keeps ? (message.reasoning ?? []) : []}</think>`;
}

function family(): Omit<MarkerDialectDefinition, 'name'> {
  return {
    roles: {
      system: turn('system', 'system'),
      user: turn('user', 'user'),
      assistant: turn('assistant', 'assistant'),
      tool: turn('system', 'tool'),
    },
    reads: { system: ['<|im_system|>tool_declare<|im_middle|>'] },
    specialTokens: [
      '[BOS]',
      '[EOS]',
      '<|im_end|>',
      '<|im_user|>',
      '<|im_assistant|>',
      '<|im_system|>',
      '<|im_middle|>',
      '<|start_header_id|>',
      '<|end_header_id|>',
      '[EOT]',
      '[UNK]',
      '[PAD]',
      '<|media_start|>',
      '<|media_content|>',
      '<|media_end|>',
      '<|media_pad|>',
      '<|tool_calls_section_begin|>',
      '<|tool_calls_section_end|>',
      '<|tool_call_begin|>',
      '<|tool_call_argument_begin|>',
      '<|tool_call_end|>',
      '<think>',
      '</think>',
    ],
    stop: ['<|im_end|>'],
    calls: kimiCalls,
    signs: ['<|im_middle|>'],
  };
}

/** Kimi K2 Instruct, as its newer template has it. Source: the models' template. */
export const kimiK2: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  name: 'kimi-k2',
  models: 'Kimi K2 Instruct 0905',
  template: kimiTemplate(false),
}));

/** Kimi K2 Thinking: every reply begins with reasoning. */
export const kimiK2Thinking: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['kimi-k2-thinking'],
  name: 'kimi-k2-thinking',
  models: 'Kimi K2 Thinking',
  reasoning: { open: '<think>', close: '</think>', none: '<think></think>' },
  signs: ['<|im_middle|>', '<think>'],
  template: kimiTemplate(true),
}));
