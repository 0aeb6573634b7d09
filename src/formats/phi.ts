import { markerDialect } from '../dialect/markers/complete.js';
import type { MarkerDialect, Marks, Template } from '../dialect/types.js';

const turn = (role: string): Marks => ({ open: `<|${role}|>\n`, close: '<|end|>\n' });

const phi3Template: Template = (input) => {
  const last = input.messages.length - 1;
  let out = '';
  for (const [i, message] of input.messages.entries()) {
    const role = message.role === 'developer' ? 'system' : message.role;
    if (role === 'tool') {
      input.lossy('dropped-turn', message.path, "The models' template leaves out the results of tools.");
    } else if (role === 'system' && message.content === '') {
      input.lossy('dropped-turn', message.path, "The models' template leaves out an empty system message.");
    } else out += `<|${role}|>\n${message.content}${input.continues && i === last ? '' : '<|end|>\n'}`;
  }
  if (input.continues) return out;
  return out + (input.generationPrompt ? '<|assistant|>\n' : '<|endoftext|>');
};

/** Phi-3 and Phi-3.5. Without an open turn at the end, the template ends the text. */
export const phi3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'phi-3',
  models: 'Phi-3 Mini and Medium, Phi-3.5 Mini and MoE',
  roles: { system: turn('system'), user: turn('user'), assistant: turn('assistant') },
  closers: ['<|endoftext|>'],
  specialTokens: [
    '<|system|>',
    '<|user|>',
    '<|assistant|>',
    '<|end|>',
    '<|endoftext|>',
    '<|placeholder{n}|>',
    '<|image_{n}|>',
    '<s>',
    '</s>',
    '<unk>',
  ],
  stop: ['<|end|>', '<|endoftext|>'],
  template: phi3Template,
}));

const sep = (role: string): Marks => ({ open: `<|im_start|>${role}<|im_sep|>`, close: '<|im_end|>' });

/** Phi-4: ChatML with `<|im_sep|>` in place of line ends. */
export const phi4: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'phi-4',
  models: 'Phi-4',
  roles: { system: sep('system'), user: sep('user'), assistant: sep('assistant') },
  specialTokens: [
    '<|im_start|>',
    '<|im_sep|>',
    '<|im_end|>',
    '<|endoftext|>',
    '<|endofprompt|>',
    '<|fim_prefix|>',
    '<|fim_middle|>',
    '<|fim_suffix|>',
    '<|dummy_{n}|>',
  ],
  stop: ['<|im_end|>', '<|endoftext|>'],
}));
