import { markerDialect } from '../dialect/markers/complete.js';
import type { MarkerDialect, Marks, Template } from '../dialect/types.js';
import { own, type Pieces, w } from '../text/pieces.js';

const turn = (role: string): Marks => ({ open: `<|${role}|>\n`, close: '<|end|>\n' });

const phi3Template: Template = (input) => {
  const last = input.messages.length - 1;
  const out: Pieces[] = [];
  for (const [i, message] of input.messages.entries()) {
    const role = message.role === 'developer' ? 'system' : message.role;
    if (role === 'tool') {
      input.lossy('dropped-turn', message.path, "The models' template leaves out the results of tools.");
    } else if (role === 'system' && message.content.text === '') {
      input.lossy('dropped-turn', message.path, "The models' template leaves out an empty system message.");
    } else {
      const end = own(input.continues && i === last ? '' : '<|end|>\n');
      out.push(w`<|${own(role)}|>\n${message.content}${end}`);
    }
  }
  if (!input.continues) out.push(input.generationPrompt ? w`<|assistant|>\n` : w`<|endoftext|>`);
  return out;
};

/** Phi-3 and Phi-3.5. Without an open turn at the end, the template ends the text. */
export const phi3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: [
    'phi-3-mini-(4k|128k)-instruct',
    'phi-3\\.5-mini-instruct',
    'phi3(:(mini|3\\.8b))?',
    'phi3:(3\\.8b-)?mini-(4k|128k)(-instruct)?',
    'phi3\\.5(:3\\.8b(-mini-instruct)?)?',
  ],
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
  ids: ['phi-4', 'phi4(:14b)?'],
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
