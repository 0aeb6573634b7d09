import type { Dialect } from '../dialect/labels/complete.js';
import { chatml, chatmlNewline, hermesTurns, orca } from './chatml.js';
import { commandRTurns } from './command-r.js';
import { deepseekR1Turns, deepseekV2Turns, deepseekV3Turns, deepseekV31Turns } from './deepseek.js';
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
import { falconChat, falconTurns } from './falcon.js';
import { gemma2Turns, gemma3Turns, gemmaTurns } from './gemma.js';
import { granite30Turns, graniteTurns } from './granite.js';
import { harmonyTurns } from './harmony.js';
import { alpaca, alpacaInput, vicuna, vicuna0, vicunaNewline } from './instruct.js';
import { chinese, chineseQuestionAnswer, french, german, japanese, russian, spanish } from './languages.js';
import { llama2Turns, llama3Turns, llama4Turns, llama31Turns, llama33Turns } from './llama.js';
import {
  mistralV1Turns,
  mistralV2Turns,
  mistralV3TekkenTurns,
  mistralV3Turns,
  mistralV7TekkenTurns,
  mistralV7Turns,
  mixtralTurns,
} from './mistral.js';
import { openchat } from './openchat.js';
import { phi3Turns, phi4 } from './phi.js';
import { qwen3InstructTurns, qwen3ThinkingTurns, qwen3Turns, qwen25Turns } from './qwen.js';
import { zephyr } from './zephyr.js';

/**
 * How the turns of every built-in dialect are told apart, by its name: for reading, and for writing one turn. The same
 * objects as in `dialects`, which also gives them their templates; those are most of the package.
 */
export const dialectTurns = {
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
  falcon: falconTurns,
  'falcon-chat': falconChat,
  chatml,
  'chatml-newline': chatmlNewline,
  orca,
  hermes: hermesTurns,
  'qwen2.5': qwen25Turns,
  qwen3: qwen3Turns,
  'qwen3-instruct': qwen3InstructTurns,
  'qwen3-thinking': qwen3ThinkingTurns,
  'llama-2': llama2Turns,
  'llama-3': llama3Turns,
  'llama-3.1': llama31Turns,
  'llama-3.3': llama33Turns,
  'llama-4': llama4Turns,
  'mistral-v1': mistralV1Turns,
  'mistral-v2': mistralV2Turns,
  'mistral-v3': mistralV3Turns,
  'mistral-v3-tekken': mistralV3TekkenTurns,
  'mistral-v7': mistralV7Turns,
  'mistral-v7-tekken': mistralV7TekkenTurns,
  mixtral: mixtralTurns,
  gemma: gemmaTurns,
  'gemma-2': gemma2Turns,
  'gemma-3': gemma3Turns,
  'phi-3': phi3Turns,
  'phi-4': phi4,
  zephyr,
  openchat,
  'command-r': commandRTurns,
  'deepseek-v2': deepseekV2Turns,
  'deepseek-v3': deepseekV3Turns,
  'deepseek-v3.1': deepseekV31Turns,
  'deepseek-r1': deepseekR1Turns,
  granite: graniteTurns,
  'granite-3.0': granite30Turns,
  harmony: harmonyTurns,
} as const satisfies Readonly<Record<string, Dialect>>;

export type DialectName = keyof typeof dialectTurns;
