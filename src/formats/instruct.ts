import { labelDialect } from '../dialect/labels/complete.js';
import { markerDialect } from '../dialect/markers/complete.js';
import type { LabelDialect, MarkerDialect } from '../dialect/types.js';

/** Vicuna 0 and Guanaco: `### Human: … ### Assistant:`. */
export const vicunaV0 = /* @__PURE__ */ labelDialect({
  name: 'vicuna-v0',
  labels: { system: '### System', user: '### Human', assistant: '### Assistant' },
  preambleSeparator: '\n',
  stop: ['\n### Human:'],
});

/** Vicuna 1.1: `USER: … ASSISTANT: …</s>USER: …`, on one line. */
export const vicuna = /* @__PURE__ */ labelDialect({
  ids: ['vicuna-(7b|13b|33b)-v1\\.[135](-16k)?'],
  name: 'vicuna',
  labels: { system: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT' },
  inline: true,
  separator: ' ',
  assistantEnd: '</s>',
  specialTokens: ['</s>', '<s>', '<unk>'],
});

/** Vicuna 1.1 with line ends between turns, as several servers write it. */
export const vicunaNewline: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'vicuna-newline',
  models: 'Vicuna 1.1 and 1.5 as Ollama and others write it',
  roles: {
    system: { open: '', close: '\n\n' },
    user: { open: 'USER: ', close: '\n' },
    assistant: { open: 'ASSISTANT: ', close: '</s>\n' },
  },
  generation: 'ASSISTANT:',
  systemPlacement: 'preamble',
  specialTokens: ['</s>', '<s>', '<unk>'],
  labelTexts: ['USER:', 'ASSISTANT:'],
  stop: ['</s>', '\nUSER:'],
}));

/** Alpaca: `### Instruction:` and `### Response:`, each alone on its line. */
export const alpaca: LabelDialect = /* @__PURE__ */ labelDialect({
  name: 'alpaca',
  labels: { system: '### System', user: '### Instruction', assistant: '### Response' },
  gap: '\n',
  separator: '\n\n',
  specialTokens: ['</s>', '<s>', '<unk>'],
  stop: ['\n### Instruction:', '</s>'],
  defaultSystem:
    'Below is an instruction that describes a task. Write a response that appropriately completes the request.',
});

/** Alpaca with an input: the system message is the instruction, the user gives what it is about. */
export const alpacaInput: LabelDialect = /* @__PURE__ */ labelDialect({
  name: 'alpaca-input',
  labels: { system: '### Instruction', user: '### Input', assistant: '### Response' },
  gap: '\n',
  separator: '\n\n',
  systemPlacement: 'label',
  specialTokens: ['</s>', '<s>', '<unk>'],
  stop: ['\n### Instruction:', '\n### Input:', '</s>'],
  defaultSystem:
    'Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.',
});
