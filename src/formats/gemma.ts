import { markerDialect } from '../dialect/markers/complete.js';
import { splitSystem } from '../dialect/template.js';
import type { MarkerDialect, Marks, Template } from '../dialect/types.js';
import { own, type Pieces, w } from '../text/pieces.js';

const turn = (role: string): Marks => ({ open: `<start_of_turn>${role}\n`, close: '<end_of_turn>\n' });

/** Gemma's template; the system text stands in front of the first words, untrimmed, as Gemma 3 has it. */
const gemmaTemplate: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const last = rest.length - 1;
  if (system !== undefined)
    input.lossy(
      'folded-system',
      system.path,
      "The models know no system message; it stands in front of the user's words.",
    );
  const out: Pieces[] = [w`<bos>`];
  for (let i = 0; i <= last; i++) {
    const message = rest[i]!;
    const prefix = i === 0 && system !== undefined ? w`${system.content}\n\n` : [];
    const role = own(message.role === 'assistant' ? 'model' : message.role);
    const end = own(input.continues && i === last ? '' : '<end_of_turn>\n');
    out.push(w`<start_of_turn>${role}\n${prefix}${input.trim(message.content)}${end}`);
  }
  if (system !== undefined && rest.length === 0) {
    input.lossy('dropped-turn', system.path, "The models' template writes no system text without a turn.");
  }
  if (input.generationPrompt) out.push(w`<start_of_turn>model\n`);
  return out;
};

const family = () =>
  ({
    bos: '<bos>',
    roles: { user: turn('user'), assistant: turn('model') },
    alternation: 'strict',
    stop: ['<end_of_turn>', '<eos>'],
  }) as const;

const tokens = [
  '<bos>',
  '<eos>',
  '<pad>',
  '<unk>',
  '<mask>',
  '</s>',
  '[multimodal]',
  '<start_of_turn>',
  '<end_of_turn>',
  '<unused{n}>',
];

/** Gemma 1. */
export const gemma: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: [
    'gemma-(1\\.1-)?(2b|7b)-it',
    'codegemma(-1\\.1)?-7b-it',
    'gemma(:(2b|7b))?',
    'gemma:(2b|7b)-instruct',
  ],
  name: 'gemma',
  models: 'Gemma, CodeGemma Instruct',
  specialTokens: [...tokens, '<2mass>', '[@BOS@]'],
  template: gemmaTemplate,
}));

/** Gemma 2: as Gemma 1. */
export const gemma2: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['gemma-2-(2b|9b|27b)-it', 'gemma2(:#)?', 'gemma2:#-instruct'],
  name: 'gemma-2',
  models: 'Gemma 2',
  specialTokens: [...tokens, '<2mass>', '[@BOS@]'],
  template: gemmaTemplate,
}));

/** Gemma 3: as Gemma 1, with images. */
export const gemma3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['gemma-3-(270m|1b|4b|12b|27b)-it', 'gemma3(:#)?', 'gemma3:#-it'],
  name: 'gemma-3',
  models: 'Gemma 3, Gemma 3n',
  specialTokens: [...tokens, '<start_of_image>', '<end_of_image>', '<image_soft_token>'],
  template: gemmaTemplate,
}));
