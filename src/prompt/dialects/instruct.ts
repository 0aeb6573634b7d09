import { completeLabelDialect } from '../dialect.js';

/** Vicuna 0 and Guanaco: `### Human: … ### Assistant:`. */
export const vicuna0 = /* @__PURE__ */ completeLabelDialect({
  name: 'vicuna-v0',
  labels: { system: '### System', user: '### Human', assistant: '### Assistant' },
  preambleSeparator: '\n',
  stop: ['\n### Human:'],
});

/** Vicuna 1.1: `USER: … ASSISTANT: …</s>USER: …`, on one line. */
export const vicuna = /* @__PURE__ */ completeLabelDialect({
  name: 'vicuna',
  labels: { system: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT' },
  inline: true,
  separator: ' ',
  assistantEnd: '</s>',
  specialTokens: ['</s>', '<s>', '<unk>'],
});

/** Alpaca: `### Instruction:` and `### Response:`, each alone on its line. */
export const alpaca = /* @__PURE__ */ completeLabelDialect({
  name: 'alpaca',
  labels: { system: '### System', user: '### Instruction', assistant: '### Response' },
  gap: '\n',
  separator: '\n\n',
  specialTokens: ['</s>', '<s>', '<unk>'],
  stop: ['\n### Instruction:', '</s>'],
});
