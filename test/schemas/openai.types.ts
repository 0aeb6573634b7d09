/**
 * Checked by the compiler alone: what is strict here can be handed to code that expects the `openai` package's
 * types, and what comes from that package is taken as it is.
 */
import type OpenAI from 'openai';
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

export type OpenAiToStrict = [
  Assignable<OpenAI.ChatCompletionMessageParam, Message>,
  Assignable<OpenAI.ChatCompletionCreateParams, ChatRequest>,
  Assignable<OpenAI.CompletionCreateParams, CompletionRequest>,
];

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
