import { markerDialect } from '../dialect/markers/complete.js';
import type { MarkerDialect, Marks } from '../dialect/types.js';

const turn = (speaker: string): Marks => ({ open: `GPT4 Correct ${speaker}: `, close: '<|end_of_turn|>' });

/** OpenChat 3.5 and Starling: labels in front, a token behind each turn. */
export const openchat: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: ['openchat-3\\.5(-(0106|1210))?', 'openchat_3\\.5', 'openchat(:7b)?', 'starling-lm-7b-(alpha|beta)'],
  name: 'openchat',
  models: 'OpenChat 3.5, Starling LM 7B',
  bos: '<s>',
  roles: { system: turn('System'), user: turn('User'), assistant: turn('Assistant') },
  generation: 'GPT4 Correct Assistant:',
  specialTokens: ['<|end_of_turn|>', '<|pad_{n}|>', '<s>', '</s>', '<unk>'],
  labelTexts: ['GPT4 Correct System:', 'GPT4 Correct User:', 'GPT4 Correct Assistant:'],
  stop: ['<|end_of_turn|>'],
}));
