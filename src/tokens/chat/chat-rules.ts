import { modelInfo } from '../models/catalogue.js';
import { encodingFor } from '../models/models.js';
import { bareModel } from '../models/names.js';

/**
 * How each model family bills a chat: the one table of numbers.
 *
 * A chat is billed as the text the model really reads: every message in a frame of special tokens, the tools
 * as a hidden TypeScript-like text, and the opening of the reply. None of it is documented beyond the first
 * models, so the numbers were inferred from requests whose `usage.prompt_tokens` is known.
 *
 * | what | rule |
 * | --- | --- |
 * | message | `message` + tok(role) + tok(content) |
 * | several text parts | joined, then encoded |
 * | name | tok(name) + `name`; one less when the name equals the role |
 * | reply | `priming`, once a request |
 * | assistant message | `assistant` more (the channel of the reply) |
 * | tool call | tok(` to=functions.NAME`) + tok(arguments without insignificant spaces) + `call` |
 * | tool result | tok(NAME) + 2 more than a message |
 * | n > 1 calls in a message | one call of `multi_tool_use.parallel` with `{"tool_uses":[{"recipient_name","parameters"}]}`, and one result: the JSON list of the results, not ASCII escaped, `, ` between; `parallel` for both frames |
 * | `function_call` in history | as a tool call; a message of role `function`: tok(name) + tok(content) + 3 |
 * | tools | a system message of `# Tools\n\n## functions\n\nnamespace functions {…}`, less `toolsSaving`; behind the first system or developer message, if there is one, with a blank line between |
 * | `tool_choice` naming a function | tok(NAME) + `namedChoice` (`namedFunction` for `function_call`); `none` + 1 |
 * | `response_format` | a system message of `# Response Formats\n\n## NAME\n\n` and the schema without `required` and `additionalProperties`, tok(NAME) + `format` more |
 * | image | tiles or patches, see images.ts |
 *
 * Sources: the OpenAI cookbook for messages of the first models (derived); recorded bills for the rest.
 */

/**
 * How far a number can be trusted: it is that of the prompt itself, of which every token is known; it reproduces recorded
 * bills; it follows from a published rule; or it is a guess.
 */
export type Confidence = 'exact' | 'billed' | 'derived' | 'estimated';

/** How the hidden text of tools is laid out, see tool-definitions.ts. */
export interface ToolLayout {
  /** In front of the properties of a nested object, once a level. */
  nestedIndent: string;
  /** Descriptions below the first level are shown. */
  describesNested: boolean;
  /** An object whose properties have no comments stands on one line. */
  inlinesPlainObjects: boolean;
  /** Titles, defaults and examples are shown. */
  annotates: boolean;
}

/** How each component of a request counts in a family. `undefined` in the table: the family has no such component. */
export interface FamilyConfidence {
  messages: Confidence;
  /** Of the assistant's earlier answers. */
  answers: Confidence;
  tools: Confidence;
  calls: Confidence;
  format: Confidence;
  /** Of a reply's schema behind a system text. */
  formatBehindSystem: Confidence;
}

export interface ChatRules {
  family: string;
  message: number;
  name: number;
  priming: number;
  assistant: number;
  call: number;
  parallel: number;
  toolsSaving: number;
  /** Hidden instructions that come with tools. */
  toolsExtra: number;
  /** In front of the system text when tools follow it. */
  instructions: string;
  /** The opening of the namespace is encoded apart from the first function. */
  splitsOpening: boolean;
  namedChoice: number;
  namedFunction: number;
  format: number;
  layout: ToolLayout;
  confidence: FamilyConfidence;
}

/** The layout of the first function-calling models. */
const early: ToolLayout = {
  nestedIndent: '  ',
  describesNested: false,
  inlinesPlainObjects: false,
  annotates: false,
};

const current: ToolLayout = {
  nestedIndent: '',
  describesNested: true,
  inlinesPlainObjects: true,
  annotates: true,
};

/** Of a component that no bill is known of. */
const guessed = {
  tools: 'estimated',
  calls: 'estimated',
  format: 'estimated',
  formatBehindSystem: 'estimated',
} as const;

const base: ChatRules = {
  family: 'classic',
  message: 3,
  name: 1,
  priming: 3,
  assistant: 0,
  call: 0,
  parallel: 16,
  toolsSaving: 1,
  toolsExtra: 0,
  instructions: '',
  splitsOpening: false,
  namedChoice: 7,
  namedFunction: 4,
  format: 2,
  layout: current,
  confidence: {
    messages: 'billed',
    answers: 'billed',
    tools: 'billed',
    calls: 'billed',
    format: 'billed',
    formatBehindSystem: 'billed',
  },
};

/** gpt-3.5-turbo-1106 and -0125, gpt-4-turbo, gpt-4o, gpt-4.1, gpt-4.5 and their small ones. */
export const classic: ChatRules = base;

/** gpt-4 and gpt-3.5-turbo of June 2023: the first with functions. Also every request with the deprecated `functions`. */
export const functionsEra: ChatRules = {
  ...base,
  family: 'functions-era',
  namedChoice: 4,
  layout: early,
  confidence: {
    ...guessed,
    messages: 'billed',
    answers: 'billed',
    tools: 'billed',
    calls: 'derived',
  },
};

/** gpt-3.5-turbo-0301: no role token is spent beside a name. */
export const first: ChatRules = {
  ...functionsEra,
  family: 'first',
  message: 4,
  name: -1,
  confidence: { ...guessed, messages: 'billed', answers: 'billed' },
};

/** o1, o3, o3-mini, o4-mini. Of three bills with an earlier answer one has 20 tokens more than the rule gives. */
export const reasoning: ChatRules = {
  ...base,
  family: 'reasoning',
  priming: 2,
  confidence: { ...guessed, messages: 'billed', answers: 'derived' },
};

/** o1-mini and o1-preview: a longer frame. */
export const firstReasoning: ChatRules = {
  ...reasoning,
  family: 'first-reasoning',
  message: 7,
  confidence: { ...guessed, messages: 'derived', answers: 'derived' },
};

/** gpt-5 and its successors: replies and calls of the history carry their channel. */
export const channels: ChatRules = {
  ...base,
  family: 'gpt-5',
  priming: 2,
  assistant: 2,
  call: 4,
  toolsExtra: 81,
  instructions: '# Instructions\n\n',
  splitsOpening: true,
  format: -3,
  // The known bills of a schema have no system message.
  confidence: { ...base.confidence, formatBehindSystem: 'derived' },
};

/** gpt-oss: the frames of gpt-5, whose hidden instructions are the caller's own business there. */
export const openWeights: ChatRules = {
  ...channels,
  family: 'gpt-oss',
  toolsExtra: 0,
  confidence: { ...guessed, messages: 'derived', answers: 'derived' },
};

/** Any other model: the cookbook's rule as a guess. */
export const unknown: ChatRules = {
  ...base,
  family: 'unknown',
  confidence: { ...guessed, messages: 'estimated', answers: 'estimated' },
};

/** Patterns over a bare model id, the first match wins. */
const families: readonly (readonly [RegExp, ChatRules])[] = [
  [/^gpt-oss/, openWeights],
  [/^o1-(?:mini|preview)/, firstReasoning],
  [/^o\d/, reasoning],
  [/^gpt-3\.?5-turbo(?:-16k)?-0301/, first],
  [/^gpt-3\.?5-turbo(?:-16k)?-0613/, functionsEra],
  [/^gpt-4(?:-32k)?(?:-0314|-0613)?$/, functionsEra],
  [/^gpt-3\.?5-turbo/, classic],
  [/^(?:chatgpt-)?gpt-?4|^chatgpt/, classic],
  [/^gpt-(?:[5-9]|\d\d)/, channels],
];

/**
 * Models whose bills the rules were checked against. Others of their families follow the same rule by all that is known,
 * and nothing more is said of them.
 */
const VERIFIED = new Set(
  `gpt-3.5-turbo gpt-3.5-turbo-0125 gpt-3.5-turbo-0301 gpt-3.5-turbo-0613 gpt-35-turbo gpt-4 gpt-4-0613
  gpt-4-1106-vision-preview gpt-4.1 gpt-4.1-2025-04-14 gpt-4.1-mini gpt-4.1-mini-2025-04-14 gpt-4.1-nano
  gpt-4.1-nano-2025-04-14 gpt-4.5-preview gpt-4.5-preview-2025-02-27 gpt-4o gpt-4o-2024-05-13 gpt-4o-2024-08-06
  gpt-4o-2024-11-20 gpt-4o-mini gpt-4o-mini-2024-07-18 gpt-5 gpt-5-2025-08-07 gpt-5-mini gpt-5-mini-2025-08-07
  gpt-5-nano gpt-5-nano-2025-08-07 gpt-5.1 gpt-5.1-2025-11-13 gpt-5.4 gpt-5.4-2026-03-05 gpt-5.4-mini
  gpt-5.4-mini-2026-03-17 o1-mini o1-mini-2024-09-12 o3-mini o3-mini-2025-01-31`.split(/\s+/),
);

/** How much can be said of a name at most. */
function mostConfidence(model: string, encoding: string | undefined): Confidence {
  // What counts is not the model's own tokenizer.
  if (encoding === undefined || !isEncodingOf(model, encoding)) return 'estimated';
  if (VERIFIED.has(model)) return 'billed';
  return modelInfo(model)?.estimated === false ? 'derived' : 'estimated';
}

function isEncodingOf(model: string, encoding: string): boolean {
  try {
    return encodingFor(model) === encoding;
  } catch {
    return false;
  }
}

/** The rules with nothing said beyond `most`. */
function capped(rules: ChatRules, most: Confidence): ChatRules {
  if (most === 'exact' || most === 'billed') return rules;
  const confidence = { ...rules.confidence };
  for (const part of Object.keys(confidence) as (keyof FamilyConfidence)[])
    confidence[part] = weaker(confidence[part], most);
  return { ...rules, confidence };
}

/**
 * The rules for a model; without one, those of the models that use the encoding.
 * @param encoding of what counts; undefined for a counter that nothing is known of.
 */
export function rulesFor(model: string | undefined, encoding: string | undefined): ChatRules {
  if (model !== undefined && model !== '') {
    const bare = bareModel(model);
    const rules = families.find(([pattern]) => pattern.test(bare))?.[1] ?? unknown;
    return capped(rules, mostConfidence(model, encoding));
  }
  if (encoding === 'cl100k_base' || encoding === 'o200k_base') return capped(classic, 'derived');
  return encoding === 'o200k_harmony' ? openWeights : unknown;
}

/** The weaker of two. */
export function weaker(a: Confidence, b: Confidence): Confidence {
  const order: readonly Confidence[] = ['exact', 'billed', 'derived', 'estimated'];
  return order.indexOf(a) < order.indexOf(b) ? b : a;
}
