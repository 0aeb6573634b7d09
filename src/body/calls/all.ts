import type { CallFormat } from '../call-format.js';
import { commandRCalls } from './command-r.js';
import { deepseekCalls } from './deepseek.js';
import { graniteCalls } from './granite.js';
import { harmonyCalls } from './harmony.js';
import { taggedCalls } from './hermes.js';
import { llamaCalls } from './llama.js';
import { mistralCalls } from './mistral.js';

/** The formats that a reply may be in where its dialect is not known: the first mark decides. */
export const callFormats: readonly CallFormat[] = [
  harmonyCalls,
  deepseekCalls,
  mistralCalls,
  graniteCalls,
  taggedCalls,
  commandRCalls,
  llamaCalls,
];

/** The format whose signs stand in a text. */
export const formatIn = (text: string): CallFormat | undefined =>
  callFormats.find(({ signs }) => signs.some((sign) => text.includes(sign)));
