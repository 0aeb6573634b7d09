import { capabilityTable } from './capability-table.js';
import { bestPattern } from './wildcard.js';

/** What a chat endpoint takes from a request. */
export interface Capabilities {
  /** Fields of a chat request that it does not take: `temperature`, `seed`. With `logprobs` go the `top_logprobs`. */
  refuses: readonly string[];
  /** Fields of which it takes one alone; the first of a pair is kept. */
  either: readonly (readonly [string, string])[];
  /** The most stop sequences in a request; 0 where it refuses them. */
  stops: number;
  /** The most choices in a response. */
  choices: number;
  /** The most alternatives that a token comes with. */
  topLogprobs: number;
  /** The field that limits the length of a reply, where only one will do. */
  maxTokens: 'max_completion_tokens' | 'max_tokens' | 'either';
  /** Does it reason out of sight before it answers, and count that against the limit? */
  reasons: boolean;
  /** Does it take messages of the system? */
  system: boolean;
  /** What it does with a last message of the assistant that is to be gone on with. */
  prefill: 'continues' | 'ignores' | 'refuses';
}

/** All that OpenAI's API description allows. */
export const allCapabilities: Readonly<Capabilities> = {
  refuses: [],
  either: [],
  stops: 4,
  choices: 128,
  topLogprobs: 20,
  maxTokens: 'either',
  reasons: false,
  system: true,
  prefill: 'continues',
};

/** What the table says of a model; undefined where no row names it. */
export function knownCapabilities(model: string): Readonly<Partial<Capabilities>> | undefined {
  // A router's name is `openai/o3`, a fine-tune's `ft:gpt-4o-mini:org::id`.
  const name = model
    .replace(/^ft:([^:]*).*$/, '$1')
    .replace(/^.*\//, '')
    .replace(/:.*$/, '');
  const pattern = bestPattern(
    capabilityTable.flatMap(({ models }) => models),
    name,
  );
  return capabilityTable.find(({ models }) => models.includes(pattern!))?.takes;
}

/** What a model takes: everything, unless the table or `override` says otherwise, which is for those it can't know. */
export function capabilitiesOf(model: string, override: Partial<Capabilities> = {}): Capabilities {
  const all = { ...allCapabilities, ...knownCapabilities(model), ...override };
  // These two have numbers, by which they are done here.
  if (all.refuses.includes('stop')) all.stops = 0;
  if (all.refuses.includes('n')) all.choices = 1;
  return all;
}
