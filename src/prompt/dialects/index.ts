import type { Dialect } from '../dialect.js';
import { chatml, chatmlNewline, hermes, orca } from './chatml.js';
import { commandR } from './command-r.js';
import { deepseekR1, deepseekV2, deepseekV3, deepseekV31 } from './deepseek.js';
import {
  aiSdk,
  anthropic,
  customerAgent,
  humanAI,
  humanAssistant,
  prompty,
  questionAnswer,
  userAssistant,
  youFriend,
} from './english.js';
import { falcon, falconChat } from './falcon.js';
import { gemma, gemma2, gemma3 } from './gemma.js';
import { granite, granite30 } from './granite.js';
import { harmony } from './harmony.js';
import { alpaca, alpacaInput, vicuna, vicuna0, vicunaNewline } from './instruct.js';
import { chinese, chineseQuestionAnswer, french, german, japanese, russian, spanish } from './languages.js';
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
import { openchat } from './openchat.js';
import { phi3, phi4 } from './phi.js';
import { qwen3, qwen3Instruct, qwen3Thinking, qwen25 } from './qwen.js';
import type { DialectName } from './turns.js';
import { zephyr } from './zephyr.js';

export type { DialectName } from './turns.js';

/** Every built-in dialect by its name. */
export const dialects = {
  'user-assistant': userAssistant,
  'human-ai': humanAI,
  'human-assistant': humanAssistant,
  anthropic,
  'q-a': questionAnswer,
  'you-friend': youFriend,
  'customer-agent': customerAgent,
  prompty,
  'ai-sdk': aiSdk,
  'vicuna-v0': vicuna0,
  vicuna,
  'vicuna-newline': vicunaNewline,
  alpaca,
  'alpaca-input': alpacaInput,
  chinese,
  'chinese-q-a': chineseQuestionAnswer,
  japanese,
  spanish,
  french,
  german,
  russian,
  falcon,
  'falcon-chat': falconChat,
  chatml,
  'chatml-newline': chatmlNewline,
  orca,
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
  'phi-4': phi4,
  zephyr,
  openchat,
  'command-r': commandR,
  'deepseek-v2': deepseekV2,
  'deepseek-v3': deepseekV3,
  'deepseek-v3.1': deepseekV31,
  'deepseek-r1': deepseekR1,
  granite,
  'granite-3.0': granite30,
  harmony,
} as const satisfies Readonly<Record<DialectName, Dialect>>;
