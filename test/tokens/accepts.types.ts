/** Compiled, never run: what callers hold fits the parameters as it is. */
import type OpenAI from 'openai';
import type { ChatRequest, Message } from '../../src/index.js';
import {
  compactMessages,
  countChatTokens,
  estimateCost,
  fitMessages,
  loadTokenizer,
} from '../../src/tokens/index.js';

declare const own: Message[];
declare const request: ChatRequest;
declare const params: OpenAI.Chat.ChatCompletionCreateParams;
declare const sent: OpenAI.Chat.ChatCompletionMessageParam[];
declare const answer: OpenAI.Chat.ChatCompletion;

export async function accepts(): Promise<void> {
  const tokenizer = await loadTokenizer('gpt-4o');
  countChatTokens({ messages: own }, { tokenizer });
  countChatTokens(request, { tokenizer });
  countChatTokens(params, { tokenizer: (text) => text.length });
  const fitted: Message[] = fitMessages(own, { tokenizer, limit: 10 }).messages;
  const theirs: OpenAI.Chat.ChatCompletionMessageParam[] = fitMessages(sent, {
    tokenizer,
    limit: 10,
  }).messages;
  const compacted: Message[] = (await compactMessages(own, { tokenizer, limit: 10, summarize: () => '' }))
    .messages;
  estimateCost({ model: 'gpt-4o', usage: answer.usage });
  estimateCost({ request, tokenizer });
  estimateCost({ request: params, tokenizer });
  void [fitted, theirs, compacted];
}
