import { deepseekCalls } from '../body/calls/deepseek.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { dropReasoning } from '../dialect/template.js';
import type { MarkerDialect, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { listed, own, type Pieces, w } from '../text/pieces.js';

const BOS = '<｜begin▁of▁sentence｜>';
const EOS = '<｜end▁of▁sentence｜>';
const OUTPUTS_END = '<｜tool▁outputs▁end｜>';

/** All system messages go in front, set apart by blank lines. */
function gatherSystem(input: TemplateInput): { front: Pieces; rest: readonly TemplateMessage[] } {
  const isSystem = (message: TemplateMessage): boolean =>
    message.role === 'system' || message.role === 'developer';
  const system = input.messages.filter(isSystem);
  if (system.length === 0) return { front: w`${own(BOS)}`, rest: input.messages };
  for (const message of input.messages.slice(1)) {
    if (isSystem(message))
      input.lossy('moved-system', message.path, "The models' template moves all system text to the front.");
  }
  const first = system[0];
  if (first?.content.text === '')
    input.lossy(
      'dropped-turn',
      first.path,
      'An empty system text leaves no trace in front of the first turn.',
    );
  const text = listed(
    system.map((message) => message.content),
    '\n\n',
  );
  return { front: w`${own(BOS)}${text}`, rest: input.messages.filter((message) => !isSystem(message)) };
}

/** V3 and R1. `thinks`: the prompt may end in an open `<think>`. */
const v3Template =
  (thinks: boolean): Template =>
  (input) => {
    const { front, rest } = gatherSystem(input);
    const last = rest.length - 1;
    const out: Pieces[] = [front];
    let afterTool = false;
    for (const [i, message] of rest.entries()) {
      const end = own(input.continues && i === last ? '' : EOS);
      const ended = own(afterTool ? OUTPUTS_END : '');
      if (message.role === 'user') {
        out.push(w`${ended}<｜User｜>${message.content}`);
        afterTool = false;
      } else if (message.role === 'tool') {
        const begin = own(afterTool ? '' : '<｜tool▁outputs▁begin｜>');
        out.push(w`${begin}<｜tool▁output▁begin｜>${message.content}<｜tool▁output▁end｜>`);
        afterTool = true;
      } else {
        dropReasoning(input, message);
        const called = message.calls.length > 0;
        const mark = own(!afterTool || called ? '<｜Assistant｜>' : '');
        out.push(w`${ended}${mark}${message.content}${called ? writeCalls(message) : []}${end}`);
        afterTool = false;
      }
    }
    if (afterTool) out.push(w`${own(OUTPUTS_END)}`);
    else if (input.generationPrompt)
      out.push(w`<｜Assistant｜>${own(thinks && input.options['thinking'] === true ? '<think>\n' : '')}`);
    return out;
  };

function writeCalls(message: TemplateMessage): Pieces {
  const written = message.calls.map(
    (call) =>
      w`<｜tool▁call▁begin｜>function<｜tool▁sep｜>${call.name}\n\`\`\`json\n${call.arguments}\n\`\`\`<｜tool▁call▁end｜>`,
  );
  return w`<｜tool▁calls▁begin｜>${listed(written, '\n')}<｜tool▁calls▁end｜>`;
}

const control = [
  BOS,
  EOS,
  '<｜▁pad▁｜>',
  '<｜User｜>',
  '<｜Assistant｜>',
  '<｜EOT｜>',
  '<|EOT|>',
  '<｜fim▁begin｜>',
  '<｜fim▁hole｜>',
  '<｜fim▁end｜>',
  '<｜search▁begin｜>',
  '<｜search▁end｜>',
  '<｜tool▁calls▁begin｜>',
  '<｜tool▁calls▁end｜>',
  '<｜tool▁call▁begin｜>',
  '<｜tool▁call▁end｜>',
  '<｜tool▁outputs▁begin｜>',
  OUTPUTS_END,
  '<｜tool▁output▁begin｜>',
  '<｜tool▁output▁end｜>',
  '<｜tool▁sep｜>',
  '<｜place▁holder▁no▁{n}｜>',
];

const family = () =>
  ({
    bos: BOS,
    roles: {
      user: { open: '<｜User｜>', close: '' },
      assistant: { open: '<｜Assistant｜>', close: EOS },
      tool: { open: '<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>', close: '<｜tool▁output▁end｜>' },
    },
    after: {
      'tool>tool': '<｜tool▁output▁begin｜>',
      'tool>assistant': OUTPUTS_END,
      'tool>': OUTPUTS_END,
      'tool>user': `${OUTPUTS_END}<｜User｜>`,
    },
    systemPlacement: 'preamble',
    stop: [EOS],
    calls: deepseekCalls,
  }) as const;

/** DeepSeek V3 (and V2.5). */
export const deepseekV3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  name: 'deepseek-v3',
  models: 'DeepSeek V3, V3-0324, V2.5',
  specialTokens: control,
  template: v3Template(false),
}));

/** DeepSeek R1. Newer files of the models end in `<think>`: `templateOptions.thinking: true`. */
export const deepseekR1: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  name: 'deepseek-r1',
  models: 'DeepSeek R1 and its distilled models',
  specialTokens: [...control, '<think>', '</think>'],
  reasoning: { open: '<think>\n', close: '\n</think>\n\n' },
  template: v3Template(true),
}));

/** V3.1: every reply begins where reasoning ends, or with reasoning where `templateOptions.thinking` is true. */
const v31Template: Template = (input) => {
  const { front, rest } = gatherSystem(input);
  const last = rest.length - 1;
  const out: Pieces[] = [front];
  for (const [i, message] of rest.entries()) {
    if (message.role === 'user') out.push(w`<｜User｜>${message.content}`);
    else {
      dropReasoning(input, message);
      const end = own(input.continues && i === last ? '' : EOS);
      out.push(w`<｜Assistant｜></think>${message.content}${end}`);
    }
  }
  if (input.generationPrompt)
    out.push(w`<｜Assistant｜>${own(input.options['thinking'] === true ? '<think>' : '</think>')}`);
  return out;
};

/** DeepSeek V3.1, chat; its form of tools is not written. */
export const deepseekV31: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'deepseek-v3.1',
  models: 'DeepSeek V3.1 (chat)',
  bos: BOS,
  roles: {
    user: { open: '<｜User｜>', close: '' },
    assistant: { open: '<｜Assistant｜></think>', close: EOS },
  },
  reads: { assistant: ['<｜Assistant｜><think></think>', '<｜Assistant｜><think>', '<｜Assistant｜>'] },
  systemPlacement: 'preamble',
  specialTokens: [...control, '<think>', '</think>'],
  stop: [EOS],
  template: v31Template,
}));

/** V2 and the first chat models: labels, with BOS in front and EOS behind the assistant's words. */
const v2Template: Template = (input) => {
  const last = input.messages.length - 1;
  const out: Pieces[] = [w`${own(BOS)}`];
  for (const [i, message] of input.messages.entries()) {
    if (message.role === 'user') out.push(w`User: ${message.content}\n\n`);
    else if (message.role === 'assistant')
      out.push(w`Assistant: ${message.content}${own(input.continues && i === last ? '' : EOS)}`);
    else out.push(w`${message.content}\n\n`);
  }
  if (input.generationPrompt) out.push(w`Assistant:`);
  return out;
};

/** DeepSeek V2 and DeepSeek LLM: `User: …`, a blank line, `Assistant: …<｜end▁of▁sentence｜>`. */
export const deepseekV2: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'deepseek-v2',
  models: 'DeepSeek V2, DeepSeek LLM',
  bos: BOS,
  roles: {
    system: { open: '', close: '\n\n' },
    user: { open: 'User: ', close: '\n\n' },
    assistant: { open: 'Assistant: ', close: EOS },
  },
  generation: 'Assistant:',
  systemPlacement: 'preamble',
  specialTokens: control,
  labelTexts: ['User:', 'Assistant:'],
  stop: [EOS],
  template: v2Template,
}));
