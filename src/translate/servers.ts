import type { CompletionRequest } from '../schemas/completion.js';

export type ServerName = 'vllm' | 'llama.cpp' | 'tgi' | 'ollama' | 'generic';

/** How a server of `/v1/completions` differs from the others. Plain data; a server of your own is one of these. */
export interface Server {
  /** The most stop sequences in a request; null for any number. */
  stops: number | null;
  /** The most choices that it gives for one prompt, whatever `n` says; null (the default) for any number. */
  choices?: number | null;
  /** What `max_tokens` is for a reply without a limit; undefined where nothing says so. */
  unlimited?: number | null;
  /**
   * How the control tokens of the dialect can be seen in the text: by fields to set, or by listing them in
   * `preserved_tokens`; null where the server can't be asked for it.
   */
  showSpecialTokens: Pick<CompletionRequest, 'skip_special_tokens'> | 'preserved_tokens' | null;
  /** Does it take `stop_token_ids`? */
  stopTokenIds: boolean;
  /** The field that asks for JSON. */
  json: 'response_format' | 'json_schema' | null;
  /** Does it put the BOS token in front of every prompt itself? Then the prompt must not have it. */
  addsBos: boolean;
  /** Does it take `add_special_tokens: false`, which keeps it from that? */
  takesAddSpecialTokens?: boolean;
  /** Does it take a prompt of token ids? Unless said, it is tried. To ids no server adds a BOS token. */
  takesIds?: boolean;
  /** Does it wrap the prompt in the model's chat template? */
  wraps: boolean;
  /** The most alternatives that a token comes with (default 5). */
  logprobs?: number;
  /** Fields of a request that it does not take: `echo`, `suffix`. */
  refuses?: readonly string[];
}

/** Sources: the servers' own documentation and request types. */
export const servers: Readonly<Record<ServerName, Server>> = {
  vllm: {
    stops: null,
    unlimited: null,
    showSpecialTokens: { skip_special_tokens: false },
    stopTokenIds: true,
    json: 'response_format',
    addsBos: true,
    takesAddSpecialTokens: true,
    takesIds: true,
    wraps: false,
  },
  'llama.cpp': {
    stops: null,
    unlimited: -1,
    showSpecialTokens: 'preserved_tokens',
    stopTokenIds: false,
    json: 'json_schema',
    addsBos: true,
    takesIds: true,
    wraps: false,
  },
  tgi: {
    stops: 4,
    choices: 1,
    showSpecialTokens: null,
    stopTokenIds: false,
    json: null,
    addsBos: true,
    takesIds: false,
    wraps: false,
  },
  ollama: {
    stops: null,
    choices: 1,
    unlimited: -1,
    showSpecialTokens: null,
    stopTokenIds: false,
    json: null,
    addsBos: true,
    takesIds: false,
    wraps: true,
  },
  // OpenAI's own limits, for a server that nothing is known of.
  generic: {
    stops: 4,
    showSpecialTokens: null,
    stopTokenIds: false,
    json: null,
    addsBos: false,
    wraps: false,
  },
};
