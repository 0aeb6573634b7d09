/**
 * The conversions against JSON.parse and JSON.stringify of the same bodies. Best of several runs, in microseconds;
 * read the ratios. Run with `npm run bench translate`.
 */

import type { ChatRequest, ChatResponse } from '../src/schemas/chat.js';
import type { CompletionRequest, CompletionResponse } from '../src/schemas/completion.js';
import type { Message } from '../src/schemas/messages.js';
import { toChatRequest } from '../src/translate/to-chat-request.js';
import { toChatResponse } from '../src/translate/to-chat-response.js';
import { toCompletionRequest } from '../src/translate/to-completion-request.js';
import { toCompletionResponse } from '../src/translate/to-completion-response.js';
import { emit } from './harness.js';

/** Microseconds that a call of each takes, the best of some rounds, by turns. */
function best(runs: readonly (() => unknown)[]): number[] {
  const ways = runs.map((run) => ({ run, least: Infinity, times: 1 }));
  for (let round = 0; round < 40; round++) {
    for (const way of ways) {
      const start = performance.now();
      for (let i = 0; i < way.times; i++) way.run();
      const took = performance.now() - start;
      way.least = Math.min(way.least, took / way.times);
      if (took < 8) way.times *= 2;
    }
  }
  return ways.map(({ least }) => least * 1000);
}

const sentence =
  'The trains of the valley run late in spring, when the rivers are high and the bridges are watched. ';
const reply = sentence.repeat(12);
const usage = {
  prompt_tokens: 82,
  completion_tokens: 216,
  total_tokens: 298,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};

function tokensOf(text: string): string[] {
  return text.match(/ ?[^ ]+|\s+/g) ?? [];
}

function chatReply(content: string, logprobs: boolean): ChatResponse {
  const bytes = (token: string): number[] => [...Buffer.from(token)];
  const tokens = tokensOf(content).map((token) => ({
    token,
    logprob: -0.31725305,
    bytes: bytes(token),
    top_logprobs: [token, ' the', ' a', ' of', ' in'].map((top, i) => ({
      token: top,
      logprob: -0.31725305 - i,
      bytes: bytes(top),
    })),
  }));
  return {
    id: 'chatcmpl-AGky8KFDbg6f5fF4qLtsBredIjZZh',
    object: 'chat.completion',
    created: 1728557160,
    model: 'gpt-4o-2024-08-06',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null, annotations: [] },
        logprobs: logprobs ? { content: tokens, refusal: null } : null,
        finish_reason: 'stop',
      },
    ],
    usage,
    system_fingerprint: 'fp_2f406b9113',
  };
}

function completionReply(text: string, logprobs: boolean): CompletionResponse {
  return toCompletionResponse(chatReply(text, logprobs)).response;
}

/** The name of the last row that stands for itself. */
let title = '';

function row(
  name: string,
  convert: () => unknown,
  measure: string,
  against: () => unknown,
  bound: number,
): void {
  const [own = 0, other = 0] = best([convert, against]);
  const ratio = own / other;
  const shown = name.startsWith('  ') ? `${title}, ${name.trim()}` : name;
  if (!name.startsWith('  ')) title = name;
  emit({ group: 'Convert one body', name: shown, by: 'rolecall', value: own, unit: 'µs' });
  emit({ group: 'Convert one body', name: shown, by: measure, value: other, unit: 'µs' });
  console.log(
    `${name.padEnd(58)} ${own.toFixed(2).padStart(9)} ${other.toFixed(2).padStart(9)}  ${ratio.toFixed(2)} of ${measure} (bound ${bound})`,
  );
}

const old: CompletionRequest = {
  model: 'm',
  prompt: `${sentence}\n\nHuman: Hello\nAI: Hi\nHuman: When do they run?\nAI:`,
  stop: [' Human:', ' AI:'],
};
const plainContext = toChatRequest(old).context;
const logprobsContext = toChatRequest({ ...old, logprobs: 5 }).context;
const chatContext = toCompletionRequest({
  model: 'm',
  messages: [{ role: 'user', content: 'Hi' }],
  stop: ['\nHuman:'],
  logprobs: true,
}).context;

console.log(`${'conversion'.padEnd(58)} ${'own µs'.padStart(9)} ${'JSON µs'.padStart(9)}  ratio`);
for (const [name, content, logprobs] of [
  ['short reply', sentence, false],
  ['reply of 1.2 kB', reply, false],
  ['reply of 12 kB', reply.repeat(10), false],
  ['reply with logprobs', reply, true],
] as const) {
  const chat = chatReply(content, logprobs);
  const chatJson = JSON.stringify(chat);
  const completion = completionReply(content, logprobs);
  const completionJson = JSON.stringify(completion);
  const parseChat = () => JSON.parse(chatJson) as unknown;
  const parseCompletion = () => JSON.parse(completionJson) as unknown;
  row(`chat response to completion, ${name}`, () => toCompletionResponse(chat), 'JSON.parse', parseChat, 0.5);
  row(
    `  with context and stops`,
    () => toCompletionResponse(chat, logprobs ? logprobsContext : plainContext),
    'JSON.parse',
    parseChat,
    0.5,
  );
  row(
    `completion response to chat, ${name}`,
    () => toChatResponse(completion),
    'JSON.parse',
    parseCompletion,
    0.5,
  );
  row(
    `  with context and stops`,
    () => toChatResponse(completion, chatContext),
    'JSON.parse',
    parseCompletion,
    0.5,
  );
}

for (const words of [2, 10]) {
  const messages: Message[] = Array.from({ length: 100 }, (_, i) => ({
    role: i === 0 ? 'system' : i % 2 === 1 ? 'user' : 'assistant',
    content: sentence.repeat(words).trim(),
  }));
  messages.push({ role: 'user', content: 'Thanks.' });
  const request: ChatRequest = { model: 'm', messages, max_tokens: 100, temperature: 0.5 };
  const size = `100 messages of ${sentence.length * words} characters`;
  row(
    `chat request to completion, ${size}`,
    () => toCompletionRequest(request),
    'JSON.stringify',
    () => JSON.stringify(request),
    1,
  );
  row(
    `  in ChatML`,
    () => toCompletionRequest(request, { dialect: 'chatml' }),
    'JSON.stringify',
    () => JSON.stringify(request),
    1,
  );
  const back: CompletionRequest = {
    model: 'm',
    prompt: toCompletionRequest(request).request.prompt,
    max_tokens: 100,
    stop: ['\nUser:'],
  };
  row(
    `completion request to chat, ${size}`,
    () => toChatRequest(back),
    'JSON.stringify',
    () => JSON.stringify(back),
    1,
  );
  row(
    `  with the dialect named`,
    () => toChatRequest(back, { dialect: 'user-assistant' }),
    'JSON.stringify',
    () => JSON.stringify(back),
    1,
  );
}
