import { type Capabilities, capabilityTable } from './capability-table.js';

export type { Capabilities } from './capability-table.js';

import { bestPattern } from './wildcard.js';

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
