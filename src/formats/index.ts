import { hermes } from './chatml.js';
import { commandR } from './command-r.js';
import { deepseekR1, deepseekV2, deepseekV3, deepseekV31 } from './deepseek.js';
import { falcon } from './falcon.js';
import { gemma, gemma2, gemma3 } from './gemma.js';
import { granite, granite30 } from './granite.js';
import { harmony } from './harmony.js';
import { llama2, llama3, llama4, llama31, llama33 } from './llama.js';
import {
  mistralV1,
  mistralV2,
  mistralV3,
  mistralV3Tekken,
  mistralV7,
  mistralV7Tekken,
  mixtral,
} from './mistral.js';
import { phi3 } from './phi.js';
import { qwen3, qwen3Instruct, qwen3Thinking, qwen25 } from './qwen.js';
import { dialectTurns } from './turns.js';

export type { DialectName } from './turns.js';

/** Every built-in dialect by its name: the ones of `dialectTurns`, where the models have a template with that. */
export const dialects = /* @__PURE__ */ Object.assign({}, dialectTurns, {
  falcon,
  hermes,
  'qwen2.5': qwen25,
  qwen3,
  'qwen3-instruct': qwen3Instruct,
  'qwen3-thinking': qwen3Thinking,
  'llama-2': llama2,
  'llama-3': llama3,
  'llama-3.1': llama31,
  'llama-3.3': llama33,
  'llama-4': llama4,
  'mistral-v1': mistralV1,
  'mistral-v2': mistralV2,
  'mistral-v3': mistralV3,
  'mistral-v3-tekken': mistralV3Tekken,
  'mistral-v7': mistralV7,
  'mistral-v7-tekken': mistralV7Tekken,
  mixtral,
  gemma,
  'gemma-2': gemma2,
  'gemma-3': gemma3,
  'phi-3': phi3,
  'command-r': commandR,
  'deepseek-v2': deepseekV2,
  'deepseek-v3': deepseekV3,
  'deepseek-v3.1': deepseekV31,
  'deepseek-r1': deepseekR1,
  granite,
  'granite-3.0': granite30,
  harmony,
});
