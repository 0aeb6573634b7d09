import type { DialectName } from '../formats/index.generated.js';

/**
 * Dialects by what is in a model's name, the first that fits holds. Sources: the models' own templates, as named with each
 * dialect. A guess, for names follow no rule: fine-tunes of one family may be trained on the format of another.
 */
const families: readonly (readonly [RegExp, DialectName])[] = [
  [/gpt-?oss/, 'harmony'],
  [/deepseek-?r1|r1-distill/, 'deepseek-r1'],
  [/deepseek.*v3\.1/, 'deepseek-v3.1'],
  [/deepseek.*v(3|2\.5)/, 'deepseek-v3'],
  [/deepseek/, 'deepseek-v2'],
  [/hermes-?[23]/, 'hermes'],
  [/dolphin|openhermes|smollm|internlm2|\byi-/, 'chatml'],
  [/tinyllama|zephyr/, 'zephyr'],
  [/openchat|starling/, 'openchat'],
  [/vicuna/, 'vicuna'],
  [/alpaca/, 'alpaca'],
  [/orca-?2/, 'orca'],
  [/code-?llama|llama-?2/, 'llama-2'],
  [/llama-?4/, 'llama-4'],
  [/llama-?3\.3/, 'llama-3.3'],
  [/llama-?3[.-][12]/, 'llama-3.1'],
  [/llama-?3/, 'llama-3'],
  [/qwq|qwen-?3.*thinking/, 'qwen3-thinking'],
  [/qwen-?3.*(2507|instruct)/, 'qwen3-instruct'],
  [/qwen-?3/, 'qwen3'],
  [/qwen/, 'qwen2.5'],
  [/nemo|ministral|pixtral/, 'mistral-v3-tekken'],
  [/mistral-small.*(3|25\d\d)/, 'mistral-v7-tekken'],
  [/mistral-large.*2411/, 'mistral-v7'],
  [/mixtral.*8x7b|mistral-7b.*v0\.[12]/, 'mistral-v1'],
  [/mi[sx]tral|codestral/, 'mistral-v3'],
  [/gemma-?3/, 'gemma-3'],
  [/gemma-?2/, 'gemma-2'],
  [/gemma/, 'gemma'],
  [/phi-?4/, 'phi-4'],
  [/phi-?3/, 'phi-3'],
  [/command-?r|aya/, 'command-r'],
  [/granite-?3[.-]?0/, 'granite-3.0'],
  [/granite/, 'granite'],
  [/falcon.*(chat|180)/, 'falcon-chat'],
  [/falcon/, 'falcon'],
];

/** The dialect that a model was probably trained on; undefined for a name of no known family. */
export function dialectOfModel(model: string): DialectName | undefined {
  const name = model.toLowerCase();
  return families.find(([pattern]) => pattern.test(name))?.[1];
}
