import type { ChatRequest } from '../../schemas/chat.js';
import { info, type Notes } from '../notes.js';
import { knownCapabilities } from './capabilities.js';
import type { Target } from './sampling.js';

/** What chat models have come to refuse, one by one. */
const doubtful = [
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'seed',
  'stop',
] as const satisfies readonly (keyof ChatRequest)[];

/** One warning for a model that the table does not name: what is sent to it, and may be refused. */
export function noteUnknown({ model, stated }: Target, requests: readonly ChatRequest[], notes: Notes): void {
  if (stated || knownCapabilities(model) !== undefined) return;
  const sent = (test: (request: ChatRequest) => boolean): boolean => requests.some(test);
  const names: string[] = doubtful.filter((field) => sent((one) => one[field] !== undefined));
  if (sent(({ n }) => (n ?? 1) > 1)) names.push('n');
  if (sent(({ messages }) => messages.at(-1)?.role === 'assistant')) names.push('a prefill');
  if (names.length === 0) return;
  const message = `What ${model} takes is not known; it may refuse what is sent of ${names.join(', ')}.`;
  info(notes, 'unknown-model', 'model', message);
}
