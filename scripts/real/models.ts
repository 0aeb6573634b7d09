import type { DialectName } from '../../src/index.js';

/** What is known of a model whose tokenizer is at hand, and what the server itself does otherwise. */
export interface RealModel {
  name: string;
  dialect: DialectName;
  /** The token that ends a reply. */
  eos: string;
  /** What the model says when it calls `get_weather`. */
  call?: string;
  /** The server makes '' of a null content, which this template reads otherwise. */
  nullContent?: false;
  /** The template as the server's own Jinja can run it. */
  patch?: (template: string) => string;
}

const weather = '{"name": "get_weather", "arguments": {"city": "Paris"}}';
const hermesCall = `<tool_call>\n${weather}\n</tool_call>`;

export const realModels: readonly RealModel[] = [
  { name: 'llama3', dialect: 'llama-3', eos: '<|eot_id|>' },
  // The package's template is the short one, of Llama 3.
  { name: 'llama3_1', dialect: 'llama-3', eos: '<|eot_id|>' },
  { name: 'qwen2_5', dialect: 'qwen2.5', eos: '<|im_end|>', call: hermesCall },
  { name: 'qwen3', dialect: 'qwen3', eos: '<|im_end|>', call: hermesCall },
  { name: 'gemma3', dialect: 'gemma-3', eos: '<end_of_turn>' },
  {
    name: 'mistral_nemo',
    dialect: 'mistral-v3-tekken',
    eos: '</s>',
    call: `[TOOL_CALLS][${weather}]`,
    // The server's Jinja does not know `selectattr(…, "undefined")`: the same loop without filters.
    patch: (template) =>
      template.replace(
        /for message in loop_messages \| rejectattr.*? %\}/,
        'for message in loop_messages if message.role != "tool" and message.role != "tool_results" and message.tool_calls is undefined %}',
      ),
  },
  {
    name: 'deepseek_v3',
    dialect: 'deepseek-v3',
    eos: '<｜end▁of▁sentence｜>',
    nullContent: false,
    call: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Paris"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  },
];

/** Tokenizers of models as packages of their own. */
export const packageOf = (name: string): string => `@lenml/tokenizer-${name}`;
