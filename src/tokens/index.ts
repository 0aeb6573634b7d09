export { type MessageAccessors, openaiMessages, type Part } from './accessors.js';
export { type AiSdkMessage, aiSdkMessages } from './ai-sdk-messages.js';
export { type Anchor, anchorFor } from './anchor.js';
export { type AnthropicMessage, anthropicMessages } from './anthropic-messages.js';
export {
  contextWindow,
  type FoundModel,
  type ModelInfo,
  type ModelOverrides,
  maxOutputTokens,
  modelInfo,
} from './catalogue.js';
export {
  type AsyncChatCountOptions,
  type ChatCountOptions,
  type ChatTokenCount,
  type CountableRequest,
  countChatTokens,
  countChatTokensAsync,
} from './chat.js';
export type { ChatMessage } from './chat-message.js';
export type { Confidence } from './chat-rules.js';
export {
  type CompactOptions,
  type CompactResult,
  type CompactState,
  compactMessages,
  type SummaryRequest,
} from './compact.js';
export {
  type CostEstimate,
  type CostedChat,
  type CostedPrompt,
  type CostOptions,
  estimateCost,
  type UsageLike,
} from './cost.js';
export { countTokens } from './count.js';
export type { AsyncTextCounter } from './counter.js';
export { fitMessages, fitMessagesAsync } from './fit.js';
export type {
  AsyncFitOptions,
  DroppedRange,
  DropReason,
  FitCut,
  FitOptions,
  FitResult,
  FitStage,
  FitStrategy,
  Oversized,
  ShortenedMessage,
} from './fit-options.js';
export {
  type AsyncFitPromptOptions,
  type FitPromptOptions,
  type FitPromptSettings,
  type FittedPrompt,
  fitPrompt,
  fitPromptAsync,
  type PromptCut,
} from './fit-prompt.js';
export type { ImageSize } from './image-size.js';
export { loadTokenizer } from './load.js';
export { encodingFor, encodingNames, type ResolvedEncoding, resolveEncoding } from './models.js';
export type { ModelPrice } from './prices.js';
export { tokenizerFromJson } from './tokenizer-json.js';
export type { CounterLike, EncodingName, SpecialTokenOptions, StreamingDecoder, Tokenizer } from './types.js';
