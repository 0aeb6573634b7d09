import type { Dialect } from '../dialect.js';
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
import { alpaca, vicuna, vicuna0 } from './instruct.js';
import { chinese, chineseQuestionAnswer, french, german, japanese, russian, spanish } from './languages.js';

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
  alpaca,
  chinese,
  'chinese-q-a': chineseQuestionAnswer,
  japanese,
  spanish,
  french,
  german,
  russian,
} as const satisfies Readonly<Record<string, Dialect>>;

export type DialectName = keyof typeof dialects;
