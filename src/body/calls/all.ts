import type { CallFormat } from '../call-format.js';
import { commandRCalls } from './command-r.js';
import { deepseekCalls } from './deepseek.js';
import { dsmlCalls } from './dsml.js';
import { functionGemmaCalls, gemma4Calls } from './gemma.js';
import { glmCalls } from './glm.js';
import { graniteCalls } from './granite.js';
import { harmonyCalls } from './harmony.js';
import { taggedCalls } from './hermes.js';
import { kimiCalls } from './kimi.js';
import { llamaCalls } from './llama.js';
import { minimaxCalls } from './minimax.js';
import { mistralCalls } from './mistral.js';
import { qwenCoderCalls } from './qwen-coder.js';

/** The formats that a reply may be in where its dialect is not known: the first mark decides. */
export const callFormats: readonly CallFormat[] = [
  harmonyCalls,
  deepseekCalls,
  mistralCalls,
  graniteCalls,
  gemma4Calls,
  functionGemmaCalls,
  kimiCalls,
  minimaxCalls,
  dsmlCalls,
  qwenCoderCalls,
  glmCalls,
  taggedCalls,
  commandRCalls,
  llamaCalls,
];
