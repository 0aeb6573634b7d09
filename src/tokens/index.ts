export type { AsyncTextCounter } from './bpe/counter.js';
export type {
  CounterLike,
  EncodeOptions,
  EncodingName,
  PlacedIds,
  PlaceOptions,
  SpecialTokenOptions,
  StreamingDecoder,
  Tokenizer,
} from './bpe/types.js';
export { type Anchor, anchorFor } from './chat/anchor.js';
export type { AsyncCountOptions } from './chat/async-counter.js';
export {
  type AsyncChatCountOptions,
  type ChatCountOptions,
  type ChatTokenCount,
  type CountableRequest,
  countChatTokens,
  countChatTokensAsync,
} from './chat/chat.js';
export type { Confidence } from './chat/chat-rules.js';
export {
  type CostEstimate,
  type CostedChat,
  type CostedPrompt,
  type CostOptions,
  estimateCost,
  type UsageLike,
} from './chat/cost.js';

export type { ImageSize } from './chat/images.js';
export { type TruncateOptions, truncateText } from './cut/truncate-text.js';
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
export { createHistory, type History, type HistoryOptions, type HistoryState } from './fit/history.js';
export type { TokenLimit } from './fit/limits.js';
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
  Partial as PartialTurn,
  ShortenedMessage,
} from './fit/options.js';
export type { MessageAccessors, Wanted } from './messages/accessors.js';
export { type AiSdkMessage, aiSdkMessages } from './messages/ai-sdk-messages.js';
export { type AnthropicMessage, anthropicMessages } from './messages/anthropic-messages.js';
export { type LangchainMessage, langchainMessages } from './messages/langchain-messages.js';
export { type ChatMessage, type ChatPart, openaiMessages } from './messages/openai-messages.js';
export { type ResponsesItem, responsesItems } from './messages/responses-items.js';
export type { CallView, MediaView, MessageView, Part } from './messages/view.js';
export {
  contextWindow,
  type FoundModel,
  type ModelInfo,
  type ModelOverrides,
  modelInfo,
} from './models/catalogue.js';
export { loadTokenizer } from './models/load.js';
export { encodingFor, encodingNames, type ResolvedEncoding, resolveEncoding } from './models/models.js';
export type { ModelPrice } from './models/prices.js';
export { type RenderedTokens, type RenderTokensOptions, renderTokens } from './render/render-tokens.js';
export { tokenizerFromJson } from './tokenizer-json/tokenizer-json.js';
