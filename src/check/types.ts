import type { DialectName } from '../formats/index.generated.js';
import type { ServerName } from '../translate/servers.js';

/** The two APIs. */
export type Api = 'chat' | 'completions';

/** How a key is sent: `Authorization: Bearer …`, or the bare key in a header of that name. */
export type AuthScheme = 'bearer' | 'api-key' | 'x-api-key';

/** One request, as data: two that are equal are sent once. */
export interface Ask {
  method: 'GET' | 'POST';
  /** Where, without the query. */
  url: string;
  json?: Readonly<Record<string, unknown>>;
  /** How the key goes along; `none` leaves it at home. Default: as found so far. */
  auth?: AuthScheme | 'none';
}

/** Why no answer came. */
export type FailureKind = 'unreachable' | 'not-http' | 'timeout' | 'redirect' | 'broken';

/** What came back. */
export interface Answer {
  ask: Ask;
  /** The HTTP status; 0 where no answer came, and `failure` says why. */
  status: number;
  /** The content type, without its parameters, in lower case. */
  type: string;
  /** The whole body, a stream's too. */
  text: string;
  /** The body as JSON; undefined where it is none. */
  json: unknown;
  failure?: { kind: FailureKind; message: string };
}

export type LimitField = 'max_tokens' | 'max_completion_tokens';

/** What is known of the endpoint: what was given, or is usual, until a probe finds better. */
export interface Facts {
  /** The address as it was given, without an endpoint or a slash at its end. */
  given: string;
  /** The address with its version, if it has one, and no slash at its end. */
  base: string;
  /** Does it take the key to tell which address is right? */
  baseUnsure?: boolean;
  /** The model that is asked. */
  model: string;
  /** Was it named by the caller? */
  modelGiven: boolean;
  /** Why no request is let in, where that is so. */
  barred?: string;
  /** Is there a key to send? */
  hasKey: boolean;
  auth: AuthScheme | 'none';
  /** The ids that the endpoint lists. */
  models?: readonly string[];
  /** Does it want a key? */
  needsKey?: boolean;
  /** Are requests let in, with the key or without? */
  letIn?: boolean;
  /** A request that wants it. */
  locked?: Ask;
  /** Does the API answer? */
  chat?: boolean;
  completions?: boolean;
  /** The field that limits a reply of the chat API. */
  limitField: LimitField;
  /** Tokens that a reply of the chat API has beyond its limit, for a model that thinks first. */
  room: number;
  /** Does the model think before it answers? */
  thinks?: boolean;
  /** Was a limit used up before anything of a reply came? */
  outOfRoom?: boolean;
  /** Those that are kept, as far as it is known. */
  limitFields?: readonly LimitField[];
  server?: ServerName;
  /** Tokens of prompt and reply together, and what says so. */
  contextWindow?: number;
  windowFrom?: string;
  /** Stop sequences that an API honours in one request; null for more than were tried. */
  stops: Partial<Record<Api, number | null>>;
  /** Does an API give several choices? */
  choices: Partial<Record<Api, boolean>>;
  /** Does `/completions` take `response_format`? */
  completionsJson?: boolean;
  /** Does the chat API give logprobs? */
  chatLogprobs?: boolean;
  /** Were tools called? */
  calls?: boolean;
  /** The `tool_choice` that brings calls, where "auto" brings none. */
  toolChoice?: 'required';
  /** Are control tokens left out of the text, unless `skip_special_tokens: false` asks for them? */
  hidesSpecialTokens?: boolean;
  /** The text of the token that begins every text, as the server says it. */
  bosToken?: string;
  /** Does the server write chats in a format that no built-in dialect has, or several that read replies otherwise? */
  ownTemplate?: boolean;
  /** Is BOS put in front of every prompt? */
  addsBos?: boolean;
  /** The dialect of the model: as given, as the server writes, or guessed from the model's name. */
  dialect?: DialectName;
  dialectGuessed?: boolean;
  /** Are long requests sent that cost something where they are taken? */
  overlong: boolean;
}

/** Counts tokens, for the probe of BOS where the server does not count itself. */
export interface CheckTokenizer {
  readonly specialTokens: ReadonlyMap<string, number>;
  count(text: string): number;
}

/**
 * `works`: as OpenAI's API does it. `odd`: it works, with something that a strict client may stumble over. `fails`: it is
 * refused, ignored, or broken. `unknown`: not tried, or what came back says nothing.
 */
export type Verdict = 'works' | 'odd' | 'fails' | 'unknown';

export interface Judgement {
  verdict: Verdict;
  /** What was seen, in a sentence or two. */
  seen: string;
  finding?: Partial<Facts>;
}

/** What a probe's request and judge may look at besides the answers. */
export interface Known {
  facts: Facts;
  tokenizer?: CheckTokenizer | undefined;
}

/** One question to an endpoint: requests as data, and a judge of the answers. Both are pure. */
export interface Probe {
  /** As `chat-stream`: what `only` and `skip` name. */
  id: string;
  /** What it asks, in a few words. */
  title: string;
  /** The probes whose findings it builds on; they stand before it in the list. */
  after: readonly string[];
  /** Why it can't be tried, as far as is known; undefined where it can. */
  blocked?(known: Known): string | undefined;
  /** All that it sends. */
  asks(known: Known): readonly Ask[];
  /** `answers` are in the order of `asks`. */
  judge(answers: readonly Answer[], known: Known): Judgement;
  /** Does the judge want failures, refused keys and rate limits too? By default they are `unknown`. */
  judgesAll?: boolean;
}
