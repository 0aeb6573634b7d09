/**
 * Checked by the compiler alone: what is strict here can be handed to code that expects the `openai` package's
 * types, and what comes from that package is taken as it is.
 */
import type OpenAI from 'openai';
import { toChatRequest, toCompletionRequest } from '../../src/index.js';
import type {
  ChatChunk,
  ChatRequest,
  ChatResponse,
  CompletionChunk,
  CompletionRequest,
  CompletionResponse,
  ErrorEnvelope,
  Message,
  ProviderChatChunk,
  ProviderChatResponse,
  ProviderCompletionChunk,
  ProviderCompletionResponse,
  Usage,
} from '../../src/schemas/index.js';

type Assignable<From extends To, To> = From;

export type StrictToOpenAi = [
  Assignable<ChatResponse, OpenAI.ChatCompletion>,
  Assignable<ChatChunk, OpenAI.ChatCompletionChunk>,
  Assignable<ChatRequest, OpenAI.ChatCompletionCreateParams & { stream?: boolean | null }>,
  Assignable<Message, OpenAI.ChatCompletionMessageParam>,
  Assignable<CompletionResponse, OpenAI.Completion>,
  Assignable<CompletionChunk, OpenAI.Completion>,
  Assignable<CompletionRequest, Omit<OpenAI.CompletionCreateParams, 'stream'> & { stream?: boolean | null }>,
  Assignable<Usage, OpenAI.CompletionUsage>,
  Assignable<ErrorEnvelope['error'], OpenAI.ErrorObject>,
];

export type OpenAiToWritten = [
  Assignable<OpenAI.ChatCompletionCreateParams, Parameters<typeof toCompletionRequest>[0]>,
  Assignable<OpenAI.CompletionCreateParams, Parameters<typeof toChatRequest>[0]>,
];

/** What was asked for whole is answered whole, and a stream with a stream: no caller has to tell them apart. */
export async function answers(client: OpenAI): Promise<unknown[]> {
  const { requests } = toChatRequest({ model: 'm', prompt: 'Human: Hi\nAI:' });
  const reply: OpenAI.ChatCompletion = await client.chat.completions.create(requests[0]);
  const messages: OpenAI.ChatCompletionMessageParam[] = requests[0].messages;
  const streamed = toChatRequest({ model: 'm', prompt: 'Human: Hi\nAI:', stream: true });
  const stream: AsyncIterable<OpenAI.ChatCompletionChunk> = await client.chat.completions.create(
    streamed.requests[0],
  );
  const asked: OpenAI.ChatCompletionCreateParamsNonStreaming = { model: 'm', messages };
  const { request } = toCompletionRequest(asked, { dialect: 'chatml' });
  const completion: OpenAI.Completion = await client.completions.create(request);
  const eager: OpenAI.ChatCompletionCreateParamsStreaming = { model: 'm', messages, stream: true };
  const pieces: AsyncIterable<OpenAI.Completion> = await client.completions.create(
    toCompletionRequest(eager, { dialect: 'chatml' }).request,
  );
  const anyhow = toCompletionRequest({} as OpenAI.ChatCompletionCreateParams, { dialect: 'chatml' });
  return [reply, stream, completion, pieces, anyhow];
}

export type OpenAiToProvider = [
  Assignable<OpenAI.ChatCompletion, ProviderChatResponse>,
  Assignable<OpenAI.ChatCompletionChunk, ProviderChatChunk>,
  Assignable<OpenAI.Completion, ProviderCompletionResponse>,
  Assignable<OpenAI.Completion, ProviderCompletionChunk>,
];

export type StrictToProvider = [
  Assignable<ChatResponse, ProviderChatResponse>,
  Assignable<ChatChunk, ProviderChatChunk>,
  Assignable<CompletionResponse, ProviderCompletionResponse>,
  Assignable<CompletionChunk, ProviderCompletionChunk>,
];
