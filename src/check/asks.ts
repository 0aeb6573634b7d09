import { countImage } from '../tokens/chat/images.js';
import { recordIn, recordsIn, textIn } from './read.js';
import type { Api, Ask, Known } from './types.js';

/** The limit of a reply, in tokens, where a probe needs no other. */
const usualLimit = 16;

export const paths: Readonly<Record<Api, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
};

/** A request to an address as found so far. Without a key there is nothing to send along. */
function ask(
  { facts }: Known,
  method: Ask['method'],
  url: string,
  json?: Ask['json'],
  auth: Ask['auth'] = facts.auth,
): Ask {
  const scheme = facts.hasKey ? auth : 'none';
  return {
    method,
    url,
    ...(json === undefined ? {} : { json }),
    ...(scheme === undefined ? {} : { auth: scheme }),
  };
}

export const get = (known: Known, url: string, auth?: Ask['auth']): Ask =>
  ask(known, 'GET', url, undefined, auth);
export const post = (known: Known, url: string, json: NonNullable<Ask['json']>, auth?: Ask['auth']): Ask =>
  ask(known, 'POST', url, json, auth);

/** Says little, of itself. */
export const greeting = 'Say hi.';
/** Goes on for more than a few tokens, and has an "e" in the first word. */
export const counting = 'Count from one to twenty in words.';

export const user = (content: unknown) => ({ role: 'user', content });

/** A chat request that greets, unless `fields` say otherwise. */
export const chatAsk = (known: Known, fields: NonNullable<Ask['json']> = {}, limit = usualLimit): Ask =>
  post(known, known.facts.base + paths.chat, {
    model: known.facts.model,
    messages: [user(greeting)],
    [known.facts.limitField]: limit + known.facts.room,
    ...fields,
  });

/** The same of a completion. */
export const completionAsk = (known: Known, fields: NonNullable<Ask['json']> = {}, limit = usualLimit): Ask =>
  post(known, known.facts.base + paths.completions, {
    model: known.facts.model,
    prompt: greeting,
    max_tokens: limit,
    ...fields,
  });

export const apiAsk: Readonly<Record<Api, typeof chatAsk>> = { chat: chatAsk, completions: completionAsk };

/** Whole, and for a model that nobody has: what is refused before it costs anything, but for a key that is asked for first. */
export const nobodysAsk = (known: Known, api: Api): Ask =>
  apiAsk[api](known, { model: 'rolecall-no-such-model' }, 1);

/** What makes either API count. */
export const countingIn: Readonly<Record<Api, NonNullable<Ask['json']>>> = {
  chat: { messages: [user(counting)] },
  completions: { prompt: counting },
};

/** Why the probes of an API can't be tried. */
export const without =
  (api: Api) =>
  ({ facts }: Known): string | undefined =>
    facts[api] === false ? `${paths[api]} does not answer` : undefined;

/** An API that answers, chat first. */
export const anyApi = ({ facts }: Known): Api | undefined =>
  facts.chat !== false ? 'chat' : facts.completions !== false ? 'completions' : undefined;

/** Tokens of a text, at most about: words in pieces of four, and single signs. */
const estimate = (text: string): number => (text.match(/\w{1,4}|[^\w\s]/g) ?? []).length;

const numberOr = (value: unknown, other: number): number => (typeof value === 'number' ? value : other);

/** The images in a request, as the model counts them. */
function imageTokens({ messages, model }: NonNullable<Ask['json']>): number {
  const parts = recordsIn(messages).flatMap(({ content }) => recordsIn(content));
  const images = parts.map((part) => recordIn(part['image_url'])).filter(({ url }) => url !== undefined);
  const options = { model: textIn(model) };
  return images.reduce(
    (sum, { url, detail }) => sum + countImage({ url: textIn(url), detail: textIn(detail) }, options).tokens,
    0,
  );
}

/** What a request may cost at most, in tokens; one without a model is refused, and costs nothing. */
export function tokensOf({ json }: Ask): { prompt: number; completion: number } {
  if (json === undefined || json['model'] === undefined) return { prompt: 0, completion: 0 };
  const prompts =
    Array.isArray(json['prompt']) && typeof json['prompt'][0] !== 'number' ? json['prompt'] : [0];
  const choices = Math.max(numberOr(json['n'], 1), numberOr(json['best_of'], 1));
  const limit = numberOr(json['max_completion_tokens'], numberOr(json['max_tokens'], usualLimit));
  return {
    prompt: estimate(JSON.stringify(json)) + imageTokens(json),
    completion: limit * choices * prompts.length,
  };
}

/** What stands for an answer in the memo of those that came. */
export const keyOf = ({ method, url, auth, json }: Ask): string => JSON.stringify([method, url, auth, json]);
