export {
  createStopMatcher,
  type StopMatcher,
  type StopMatcherOptions,
  type StopStep,
} from '../reply/stops.js';
export type { ChatContext, CompletionContext } from './context.js';
export { functionsToTools, type RequestConversion, toolsToFunctions } from './legacy-functions.js';
export { type LabelProbabilities, labelProbabilities } from './logprobs/label-probabilities.js';
export { normalizeChatResponse } from './normalize/chat-response.js';
export { normalizeCompletionResponse } from './normalize/completion-response.js';
export { normalizeError } from './normalize/error.js';
export type { ConvertOptions } from './notes.js';
export type { Server, ServerName } from './servers.js';
export type { Capabilities } from './target/capabilities.js';
export type { ModelMap } from './target/models.js';
export { type ChatRequests, type ToChatRequestOptions, toChatRequest } from './to-chat-request.js';
export { type ChatConversion, type ToChatResponseOptions, toChatResponse } from './to-chat-response.js';
export {
  type CompletionRequestConversion,
  type ToCompletionRequestOptions,
  toCompletionRequest,
} from './to-completion-request.js';
export {
  type CompletionConversion,
  type ToCompletionResponseOptions,
  toCompletionResponse,
} from './to-completion-response.js';
