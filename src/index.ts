export type { CallFormat } from './body/call-format.js';
export { type Detection, detectDialect } from './detect/index.js';
export { defineDialect } from './dialect/define.js';
export type { OpenTurn, Turn } from './dialect/turn.js';
export type {
  Dialect,
  LabelDialect,
  LabelDialectDefinition,
  MarkerDialect,
  MarkerDialectDefinition,
  MarkerRole,
  Marks,
  Speaker,
} from './dialect/types.js';
export type { Collisions, SpeakerLabels } from './dialect/write-options.js';
export {
  type ErrorCode,
  isRolecallError,
  RolecallError,
  type Warning,
  type WarningCode,
} from './errors.js';
export { type DialectName, dialects } from './formats/index.generated.js';
export { dialectFor } from './formats/models.js';
export { unparsePrompt } from './prompt/edit.js';
export { parsePrompt, renderPrompt } from './prompt/index.js';
export type { ParsedPrompt, ParseOptions, RenderedPrompt, RenderOptions } from './prompt/options.js';
export { type PromptTag, type PromptTagOptions, type PromptValue, prompt } from './prompt/tag.js';
export { type ParsedToolCalls, parseToolCalls, type ToolCallOptions } from './reply/calls.js';
export {
  createReasoningSplitter,
  type ReasoningDelta,
  type ReasoningOptions,
  type SeparatedReasoning,
  separateReasoning,
} from './reply/reasoning.js';
export {
  createStopMatcher,
  type StopMatcher,
  type StopMatcherOptions,
  type StopStep,
} from './reply/stops.js';
export type { ChatChunk, ChatRequest, ChatResponse } from './schemas/chat.js';
export type { CompletionChunk, CompletionRequest, CompletionResponse } from './schemas/completion.js';
export type { ErrorEnvelope } from './schemas/errors.js';
export type { Message, Role } from './schemas/messages.js';
export type {
  ProviderChatChunk,
  ProviderChatResponse,
  ProviderCompletionChunk,
  ProviderCompletionResponse,
} from './schemas/provider.js';
export type { Usage } from './schemas/shared.js';
export { collectChatStream } from './stream/collect-chat.js';
export { collectCompletionStream } from './stream/collect-completion.js';
export {
  type CompletionChunkConverter,
  completionChunkConverter,
  type ToCompletionChunksOptions,
} from './stream/completion-converter.js';
export type { Converter } from './stream/converter.js';
export { asTransformStream } from './stream/iterate.js';
export type { Source } from './stream/source.js';
export {
  chatChunkConverter,
  type ToChatChunksOptions,
  toChatChunks,
} from './stream/to-chat-chunks.js';
export { toCompletionChunks } from './stream/to-completion-chunks.js';
export type { ChatContext, CompletionContext } from './translate/context.js';
export { functionsToTools, type RequestConversion, toolsToFunctions } from './translate/legacy-functions.js';
export { type LabelProbabilities, labelProbabilities } from './translate/logprobs/label-probabilities.js';
export { normalizeChatResponse } from './translate/normalize/chat-response.js';
export { normalizeCompletionResponse } from './translate/normalize/completion-response.js';
export { normalizeError } from './translate/normalize/error.js';
export type { ConvertOptions } from './translate/notes.js';
export type { Server, ServerName } from './translate/servers.js';
export type { Capabilities } from './translate/target/capabilities.js';
export type { ModelMap } from './translate/target/models.js';
export { type ChatRequests, type ToChatRequestOptions, toChatRequest } from './translate/to-chat-request.js';
export {
  type ChatConversion,
  type ToChatResponseOptions,
  toChatResponse,
} from './translate/to-chat-response.js';
export {
  type CompletionRequestConversion,
  type ToCompletionRequestOptions,
  toCompletionRequest,
} from './translate/to-completion-request.js';
export {
  type CompletionConversion,
  type ToCompletionResponseOptions,
  toCompletionResponse,
} from './translate/to-completion-response.js';
