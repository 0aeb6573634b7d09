import { markerDialect } from '../dialect/markers/complete.js';
import type { MarkerDialect, Marks } from '../dialect/types.js';

const turn = (role: string): Marks => ({ open: `<|${role}|>\n`, close: '</s>\n' });

/** Zephyr 7B and TinyLlama: `<|user|>` alone on its line, each turn closed by `</s>`. */
export const zephyr: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: [
    'zephyr-7b-(alpha|beta)',
    'tinyllama-1\\.1b-chat-v1\\.0',
    'zephyr(:7b(-alpha|-beta)?)?',
    'tinyllama(:1\\.1b(-chat(-v1)?)?)?',
  ],
  name: 'zephyr',
  models: 'Zephyr 7B, TinyLlama Chat, StableLM Zephyr',
  roles: { system: turn('system'), user: turn('user'), assistant: turn('assistant') },
  specialTokens: ['<|system|>', '<|user|>', '<|assistant|>', '<s>', '</s>', '<unk>'],
  stop: ['</s>'],
}));
