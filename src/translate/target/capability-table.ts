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

/** What some models take, who says so, and when that was looked up. */
export interface CapabilityRow {
  /** Ids of models, with `*` for any text. Where several fit a model, the one with the most letters holds. */
  models: readonly string[];
  /** What differs from `allCapabilities`. */
  takes: Readonly<Partial<Capabilities>>;
  source: string;
  /** Year and month in which the source said so. */
  checked: string;
}

/** What OpenAI's models refuse while they reason. */
const whileReasoning = [
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
];

/** OpenAI's models answer a last message of the assistant anew instead of going on with it. */
const openai: Partial<Capabilities> = { prefill: 'ignores' };

const reasoner: Partial<Capabilities> = {
  prefill: 'ignores',
  refuses: whileReasoning,
  stops: 0,
  maxTokens: 'max_completion_tokens',
  reasons: true,
};

/** The compatible endpoint takes these and does nothing with them, which is no better than a refusal. */
const ignoredByAnthropic = [
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'seed',
  'user',
];

const claude: Partial<Capabilities> = { choices: 1, refuses: ignoredByAnthropic };
const oneOfBoth: Capabilities['either'] = [['temperature', 'top_p']];

/**
 * The models that are known. A model that no row names is not taken to be like its relatives: what it refuses differs from
 * version to version, so that only its own refusals say it.
 */
/** Made in a function, so that bundlers see that nothing happens where the table is not used. */
const rows = (): readonly CapabilityRow[] => [
  {
    models: [
      'gpt-3.5-turbo*',
      'gpt-35-turbo*',
      'gpt-4',
      'gpt-4-*',
      'gpt-4.1',
      'gpt-4.1-*',
      'gpt-4.5-preview*',
    ],
    takes: openai,
    source: 'OpenAI, API reference of chat completions',
    checked: '2026-11',
  },
  {
    models: ['gpt-4o', 'gpt-4o-*', 'chatgpt-4o-latest'],
    takes: openai,
    source: 'OpenAI, API reference of chat completions',
    checked: '2026-11',
  },
  {
    models: ['o1', 'o1-20*', 'o1-pro*', 'o3', 'o3-20*', 'o3-mini*', 'o3-pro*', 'o4-mini*'],
    takes: reasoner,
    source: 'OpenAI, guide to reasoning models',
    checked: '2026-11',
  },
  {
    models: ['o1-preview*', 'o1-mini*'],
    takes: { ...reasoner, choices: 1, system: false },
    source: 'OpenAI, guide to reasoning models (limits of the first of them)',
    checked: '2026-11',
  },
  {
    models: ['gpt-5', 'gpt-5-20*', 'gpt-5-mini*', 'gpt-5-nano*', 'gpt-5-pro*', 'gpt-5-codex*'],
    takes: reasoner,
    source: 'OpenAI, guide to gpt-5',
    checked: '2026-11',
  },
  {
    models: ['gpt-5.1-codex*', 'gpt-5.2-codex*', 'gpt-5.2-pro*', 'gpt-5.3-codex*', 'gpt-5.4-pro*'],
    takes: reasoner,
    source: 'OpenAI, guides to gpt-5.1 to gpt-5.4',
    checked: '2026-11',
  },
  {
    // They do not reason unless a request asks for it, and take temperature, top_p and logprobs as long as they don't.
    models: [
      'gpt-5.1',
      'gpt-5.1-20*',
      'gpt-5.2',
      'gpt-5.2-20*',
      'gpt-5.4',
      'gpt-5.4-20*',
      'gpt-5.4-mini*',
      'gpt-5.4-nano*',
    ],
    takes: {
      prefill: 'ignores',
      refuses: ['presence_penalty', 'frequency_penalty', 'logit_bias'],
      stops: 0,
      maxTokens: 'max_completion_tokens',
    },
    source: 'OpenAI, guides to gpt-5.1 to gpt-5.4',
    checked: '2026-11',
  },
  {
    models: ['gpt-5-chat*', 'gpt-5.1-chat*', 'gpt-5.2-chat*', 'gpt-5.3-chat*'],
    takes: { prefill: 'ignores', maxTokens: 'max_completion_tokens' },
    source: 'OpenAI, guides to gpt-5 to gpt-5.3',
    checked: '2026-11',
  },
  {
    models: ['gpt-oss-20b*', 'gpt-oss-120b*'],
    takes: { reasons: true },
    source: 'OpenAI, model card of gpt-oss',
    checked: '2026-11',
  },
  {
    models: ['deepseek-chat'],
    takes: { prefill: 'ignores' },
    source: 'DeepSeek, API reference (a prefix is a feature of its own)',
    checked: '2026-11',
  },
  {
    models: ['deepseek-reasoner'],
    takes: { prefill: 'ignores', refuses: ['logprobs'], reasons: true },
    source: 'DeepSeek, guide to the reasoning model',
    checked: '2026-11',
  },
  {
    models: [
      'claude-3-*',
      'claude-3.*',
      'claude-sonnet-4',
      'claude-opus-4',
      'claude-sonnet-4-0',
      'claude-opus-4-0',
      'claude-sonnet-4-20*',
      'claude-opus-4-20*',
    ],
    takes: claude,
    source: "Anthropic, compatibility with OpenAI's SDK",
    checked: '2026-11',
  },
  {
    models: [
      'claude-opus-4-1',
      'claude-opus-4-1-20*',
      'claude-*-4-5',
      'claude-*-4-5-20*',
      'claude-opus-4.1',
      'claude-*-4.5',
    ],
    takes: { ...claude, either: oneOfBoth },
    source: "Anthropic, compatibility with OpenAI's SDK; errors reported since Opus 4.1",
    checked: '2026-11',
  },
  {
    models: ['claude-opus-4-6', 'claude-sonnet-4-6', 'claude-*-4-6-20*', 'claude-*-4.6'],
    takes: { ...claude, either: oneOfBoth, prefill: 'refuses' },
    source: 'Anthropic, guide to migrating to Claude 4.6',
    checked: '2026-11',
  },
];

export const capabilityTable = /* @__PURE__ */ rows(); // biome-ignore format: a table is read best by lines
