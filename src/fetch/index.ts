/** `rolecall/fetch`: both directions over HTTP, as a `fetch` for clients and as a handler for servers. */
export type { ChatOverCompletionsOptions } from './chat-options.js';
export { chatOverCompletions } from './chat-over-completions.js';
export { type CompletionsOverChatOptions, completionsOverChat } from './completions-over-chat.js';
export { createHandler, type Direction, type Handler, type HandlerOptions } from './handler.js';
export {
  type HttpCallOptions,
  type HttpTokenizer,
  type HttpTokenizerOptions,
  httpTokenizer,
  type TokenizingServer,
} from './http-tokenizer.js';
export { type Asked, echoModel, type ScriptedModelOptions, scriptedModel } from './scripted-model.js';
export type { EdgeOptions, Fetch, Limits, Overflow, WarningOrigin } from './types.js';
export type { ContextWindow } from './windows.js';
