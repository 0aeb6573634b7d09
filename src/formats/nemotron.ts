import { nemotronCalls, qwenCoderTags, writeQwenCoderCall } from '../body/calls/qwen-coder.js';
import { pythonText } from '../body/tags/values.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { dropReasoning, splitSystem, strip } from '../dialect/template.js';
import { lastUser, templateCall } from '../dialect/template-calls.js';
import type {
  MarkerDialect,
  MarkerDialectDefinition,
  Template,
  TemplateInput,
  TemplateMessage,
} from '../dialect/types.js';
import { type Content, own, type Pieces, stretch, w } from '../text/pieces.js';
import { roleOf, thinkTokens } from './qwen.js';
import { calling, coderResult, coderTurns, functionXml } from './qwen-coder.js';

const NONE = '<think></think>';

/** Nano and Super set reasoning apart from the words by a line end, Ultra does not. */
type Gap = '\n' | '';

/** A content without the white space at its end. */
function trimEnd(input: TemplateInput, content: Content): Content {
  const length = strip(`.${content.text}`).length - 1;
  if (length === content.text.length) return content;
  input.lossy('trimmed', content.path, "The models' template takes white space off the end of the text.");
  return stretch(content, 0, length);
}

/** Reasoning and words of an assistant; `keeps`: behind the last question, or where nothing is to be left out. */
function answer(input: TemplateInput, message: TemplateMessage, keeps: boolean, gap: Gap): Pieces {
  const { reasoning, inline, calls } = message;
  const thinks = !inline && reasoning !== undefined && strip(reasoning.text) !== '';
  if (!keeps) {
    dropReasoning(input, message);
    const words =
      calls.length === 0
        ? trimEnd(input, message.content)
        : gap === ''
          ? message.content
          : input.trim(message.content);
    const apart = own(thinks && calls.length === 0 && words.text !== '' ? gap : '');
    return w`${own(NONE)}${apart}${words}`;
  }
  if (inline) return [input.trim(message.said)];
  const words = trimEnd(input, message.content);
  if (!thinks) return w`${own(NONE)}${words}`;
  return w`<think>\n${reasoning}${own(gap)}</think>${own(words.text === '' ? '' : gap)}${words}`;
}

/** `effort`: the option that asks for less reasoning, and what the template writes behind the last question then. */
const template =
  (gap: Gap, effort: readonly [option: string, text: string]): Template =>
  (input) => {
    const { options } = input;
    const { system, rest } = splitSystem(input.messages);
    const out: Pieces[] = [w`<|im_start|>system\n${system?.content ?? []}`];
    if (system === undefined)
      input.lossy(
        'default-system',
        '',
        "The models' template writes an empty system turn where there is none.",
      );
    if (input.tools.length > 0) {
      const apart = own((system?.content.text ?? '') === '' ? '' : '\n\n');
      const list = input.tools.map((tool) => functionXml(tool, ['enum'], ['required']));
      out.push(
        w`${apart}# Tools\n\nYou have access to the following functions:\n\n<tools>${list}\n</tools>${own(calling())}`,
      );
    }
    out.push(w`<|im_end|>\n`);
    const question = lastUser(rest);
    const last = rest.length - 1;
    for (const [i, message] of rest.entries()) {
      const end = own(input.continues && i === last ? '' : '<|im_end|>\n');
      if (message.role === 'tool') out.push(coderResult(rest, i));
      else if (message.role === 'assistant') {
        const keeps = options['truncate_history_thinking'] === false || i >= question;
        const calls = message.calls.map(
          (call) =>
            w`${templateCall(input, call, qwenCoderTags, writeQwenCoderCall, { plain: pythonText })}\n`,
        );
        const words = answer(input, message, keeps, gap);
        out.push(w`<|im_start|>assistant\n${words}${own(calls.length === 0 ? '' : '\n')}${calls}${end}`);
      } else {
        const less = i === question && options[effort[0]] === true;
        out.push(w`<|im_start|>${roleOf(message)}\n${message.content}${own(less ? effort[1] : '')}${end}`);
      }
    }
    if (input.generationPrompt)
      out.push(w`<|im_start|>assistant\n${own(options['enable_thinking'] === false ? NONE : '<think>\n')}`);
    return out;
  };

const family = (gap: Gap): Omit<MarkerDialectDefinition, 'name'> => ({
  ...coderTurns(),
  specialTokens: [...thinkTokens(), '<unk>', '<s>', '<SPECIAL_{n}>', '[INST]', '[/INST]'],
  stop: ['<|im_end|>'],
  reasoning: { open: '<think>\n', close: `${gap}</think>${gap}`, none: NONE },
  calls: nemotronCalls,
  signs: [`<|im_start|>assistant\n${NONE}`],
});

/**
 * Nemotron 3 Nano and Super. `templateOptions`: `enable_thinking` (true), `truncate_history_thinking` (true: reasoning of
 * earlier turns is left out), `low_effort`. Source: the models' templates.
 */
export const nemotron3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family('\n'),
  ids: ['(nvidia-)?nemotron-3-(nano|super)-#'],
  name: 'nemotron-3',
  models: 'Nemotron 3 Nano and Super',
  template: template('\n', ['low_effort', '\n\n{reasoning effort: low}']),
}));

/** Nemotron 3 Ultra, with `templateOptions.medium_effort` in the place of `low_effort`. */
export const nemotron3Ultra: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(''),
  ids: ['(nvidia-)?nemotron-3-ultra-#'],
  name: 'nemotron-3-ultra',
  models: 'Nemotron 3 Ultra',
  template: template('', ['medium_effort', '\n\n{reasoning effort: efficient}']),
}));
