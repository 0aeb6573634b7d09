import { bestPattern } from './wildcard.js';

/** What a chat endpoint takes from a request. Where the table does not know a model, it takes everything. */
export interface Capabilities {
  /** The most stop sequences in a request; 0 where it refuses them. */
  stops: number;
  /** The most choices in a response. */
  choices: number;
  /** Does it take a temperature other than 1? */
  temperature: boolean;
  /** Does it take a `top_p` other than 1? */
  topP: boolean;
  /** Does it take penalties other than 0? */
  penalties: boolean;
  logitBias: boolean;
  logprobs: boolean;
  /** The field that limits the length of a reply, where only one will do. */
  maxTokens: 'max_completion_tokens' | 'max_tokens' | 'either';
  /** Does it reason out of sight before it answers, and count that against the limit? */
  reasons: boolean;
}

export const allCapabilities: Readonly<Capabilities> = {
  stops: 4,
  choices: 128,
  temperature: true,
  topP: true,
  penalties: true,
  logitBias: true,
  logprobs: true,
  maxTokens: 'either',
  reasons: false,
};

/** OpenAI's models that always reason. */
const reasoner: Partial<Capabilities> = {
  stops: 0,
  temperature: false,
  topP: false,
  penalties: false,
  logitBias: false,
  logprobs: false,
  maxTokens: 'max_completion_tokens',
  reasons: true,
};

/** The first of them give one choice. */
const oneChoice: Partial<Capabilities> = /* @__PURE__ */ Object.assign({ choices: 1 }, reasoner);

/** The later gpt-5 models do not reason unless a request asks for it, and take sampling fields as long as they don't. */
const optionalReasoner: Partial<Capabilities> = {
  stops: 0,
  penalties: false,
  logitBias: false,
  maxTokens: 'max_completion_tokens',
};

/**
 * What differs from everything, by pattern; the pattern with the most letters holds.
 * Sources: OpenAI's reasoning guide and its guides to gpt-5, 5.1 and 5.2; the providers' compatibility pages.
 */
export const capabilityTable: Readonly<Record<string, Partial<Capabilities>>> = {
  'o1*': reasoner,
  'o1-preview*': oneChoice,
  'o1-mini*': oneChoice,
  'o3*': reasoner,
  'o4*': reasoner,
  'gpt-5*': reasoner,
  'gpt-5.*': optionalReasoner,
  'gpt-5.*-pro*': reasoner,
  'gpt-5.*-codex*': reasoner,
  'gpt-5-chat*': { maxTokens: 'max_completion_tokens' },
  'gpt-5.*-chat*': { maxTokens: 'max_completion_tokens' },
  'gpt-oss*': { reasons: true },
  'deepseek-reasoner*': { logprobs: false, reasons: true },
  'claude*': { choices: 1, logprobs: false, penalties: false, logitBias: false },
};

/** What a model takes; `override` is for those that the table can't know (deployments, fine-tunes). */
export function capabilitiesOf(model: string, override: Partial<Capabilities> = {}): Capabilities {
  // A router's name is `openai/o3`, a fine-tune's `ft:gpt-4o-mini:org::id`.
  const name = model.replace(/^ft:/, '').replace(/^.*\//, '');
  const pattern = bestPattern(Object.keys(capabilityTable), name);
  return { ...allCapabilities, ...(pattern === undefined ? {} : capabilityTable[pattern]), ...override };
}
