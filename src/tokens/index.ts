export type {
  CounterLike,
  EncodingName,
  SpecialTokenOptions,
  StreamingDecoder,
  Tokenizer,
} from './bpe/types.js';
export { type Anchor, anchorFor } from './chat/anchor.js';
export {
  type AsyncChatCountOptions,
  type ChatCountOptions,
  type ChatTokenCount,
  type CountableRequest,
  countChatTokens,
  countChatTokensAsync,
} from './chat/chat.js';
export type { ChatMessage } from './chat/chat-message.js';
export type { Confidence } from './chat/chat-rules.js';
export { countTokens } from './chat/count.js';
export type { AsyncTextCounter } from './chat/counter.js';
export type { ImageSize } from './chat/image-size.js';
export {
  type CompactOptions,
  type CompactResult,
  type CompactState,
  compactMessages,
  type SummaryRequest,
} from './fit/compact.js';
export { fitMessages, fitMessagesAsync } from './fit/fit.js';
export {
  type AsyncFitPromptOptions,
  type FitPromptOptions,
  type FitPromptSettings,
  type FittedPrompt,
  fitPrompt,
  fitPromptAsync,
  type PromptCut,
} from './fit/fit-prompt.js';
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
} from './fit/options.js';
export { type MessageAccessors, openaiMessages, type Part } from './messages/accessors.js';
export { type AiSdkMessage, aiSdkMessages } from './messages/ai-sdk-messages.js';
export { type AnthropicMessage, anthropicMessages } from './messages/anthropic-messages.js';
export {
  contextWindow,
  type FoundModel,
  type ModelInfo,
  type ModelOverrides,
  maxOutputTokens,
  modelInfo,
} from './models/catalogue.js';
export {
  type CostEstimate,
  type CostedChat,
  type CostedPrompt,
  type CostOptions,
  estimateCost,
  type UsageLike,
} from './models/cost.js';
export { loadTokenizer } from './models/load.js';
export { encodingFor, encodingNames, type ResolvedEncoding, resolveEncoding } from './models/models.js';
export type { ModelPrice } from './models/prices.js';
export { tokenizerFromJson } from './tokenizer-json/tokenizer-json.js';
