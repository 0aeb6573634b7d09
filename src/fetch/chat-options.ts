import type { Dialect } from '../dialect/types.js';
import type { DialectName } from '../formats/index.generated.js';
import type { Tokenizer } from '../tokens/bpe/types.js';
import type { Server, ServerName } from '../translate/servers.js';
import type { ToChatResponseOptions } from '../translate/to-chat-response.js';
import type { ToCompletionRequestOptions } from '../translate/to-completion-request.js';
import type { HttpTokenizer } from './http-tokenizer.js';
import type { EdgeOptions, Overflow } from './types.js';
import type { ContextWindow } from './windows.js';

export interface ChatOverCompletionsOptions
  extends EdgeOptions,
    Pick<ToCompletionRequestOptions, 'responseFormat' | 'echo'>,
    Pick<ToChatResponseOptions, 'toolCalls' | 'reasoning'> {
  /**
   * The dialect that the model was trained on: the prompt is written in it. Of several models, a function of the one that the
   * upstream is asked for; it is called for every request, so dialects of `rolecall/jinja` are made before, once. Without it,
   * or where it gives none, `dialectFor` says it by that model's id; where that gives null, `user-assistant` is written, with
   * an `unknown-model` warning.
   */
  dialect?: Dialect | DialectName | ((model: string) => Dialect | DialectName | undefined) | undefined;
  /** The server that answers (default `generic`): what it takes, and what it can be asked. */
  server?: ServerName | Server | undefined;
  /** Counts tokens: a tokenizer, a function, or a server's own (`httpTokenizer`). For `send: 'ids'`, it gives them. */
  tokenizer?: Tokenizer | HttpTokenizer | ((text: string) => number) | undefined;
  /**
   * How the prompt is sent: as text (the default), or as the ids of `tokenizer`, which must then be the model's own
   * (`tokenizerFromJson`). Among ids, content never becomes a control token and needs no change for it. vLLM and llama.cpp
   * take them. They begin with the dialect's BOS unless `render.bos` is false; in a dialect of labels with what the file of
   * the tokenizer puts in front of every text.
   */
  send?: 'text' | 'ids' | undefined;
  /** Tokens that prompt and reply may have together, or a function of the model; else the server is asked where needed. */
  contextWindow?: ContextWindow | undefined;
  /**
   * `error` (the default): the upstream's own error. `fit`: the oldest turns are dropped before sending, by `tokenizer`, or
   * by the server's own (vLLM, llama.cpp, TGI). `retry`: when the upstream says that it is too much, turns are dropped by
   * the numbers that it gives, and it is asked once more; `fit` does that too.
   */
  overflow?: Overflow | undefined;
  /** What else `renderPrompt` takes. Here `collisions` is `neutralize` unless given. */
  render?: ToCompletionRequestOptions['render'];
}
