import type { ArgumentTypes } from '../body/typed.js';
import type { DialectKey } from '../formats/find.js';
import type { Lead } from '../reply/lead.js';

/** What the reply to one prompt of a batch needs. */
export interface PromptContext {
  /** The prompt, where it has to be put back in front of the text. */
  echo: string | null;
  /** Where `text_offset` starts: the prompt's length in code points, if logprobs were asked for, else 0. */
  offset: number;
  lead: Lead;
  /** White space to put in front of a reply, as the old model began it: ' ', or '' for none. */
  space: string;
}

/** What the reply to a translated completion request needs. Plain JSON: it may be kept, or sent elsewhere. */
export interface CompletionContext {
  kind: 'completion';
  /** The model as the completion request named it. */
  model: string;
  prompts: PromptContext[];
  /** Choices for a prompt in the response. */
  n: number;
  /** Candidates asked for, of which the `n` likeliest are kept; null where none were asked beyond `n`. */
  bestOf: number | null;
  /** True where one chat request was made for each choice, not for each prompt. */
  fanOut: boolean;
  /** Stop sequences, all of them enforced on the reply. */
  stops: string[];
  /** How many of the likeliest tokens were asked for with each token; null for no logprobs. */
  logprobs: number | null;
  /** The model reasons before it answers, out of sight, and may use up its tokens on that. */
  reasons: boolean;
  /** A stream ends with a chunk of usage. */
  includeUsage: boolean;
}

/** What the reply to a translated chat request needs. Plain JSON: it may be kept, or sent elsewhere. */
export interface ChatContext {
  kind: 'chat';
  /** The model as the chat request named it. */
  model: string;
  /** Choices for a prompt. */
  n: number;
  /** The dialect that the prompt was written in. */
  dialect: DialectKey;
  /** The prompt, where the server was asked to echo it. */
  echo: string | null;
  lead: Lead;
  /** Stop sequences, the user's and the dialect's, all of them enforced on the reply. */
  stops: string[];
  /** How many of the likeliest tokens were asked for with each token; null for no logprobs. */
  logprobs: number | null;
  /** The prompt ends inside of reasoning, so that the reply begins there. */
  thinking: boolean;
  /** The prompt offers tools, so the reply may hold calls as text. */
  tools: boolean;
  /** The form of calls that the prompt shows the model: the dialect's own, or the generic one; null where it shows none. */
  calls: 'native' | 'generic' | null;
  /** The declared types of the tools' arguments, where the form of calls does not write them. */
  argumentTypes?: ArgumentTypes;
  /** The request spoke of `functions`, so the reply does too. */
  legacyFunctions: boolean;
  /** A stream ends with a chunk of usage. */
  includeUsage: boolean;
}
