import type { ToolSyntax } from '../body/call.js';
import type { Dialect } from '../dialect/labels/complete.js';
import type { Marks } from '../dialect/markers/complete.js';
import type { DialectName } from './turns.js';
import { checkedDialect, unknownDialect } from './unknown-dialect.js';

/** What a reply looks like in a dialect: how calls are written, and what stands around reasoning. */
export interface ReplyForm {
  toolSyntax: ToolSyntax | null;
  reasoning: Marks | null;
}

const none: ReplyForm = { toolSyntax: null, reasoning: null };
const hermes: ReplyForm = { toolSyntax: 'hermes', reasoning: null };
const thinks: Marks = { open: '<think>\n', close: '\n</think>\n\n' };
const qwen: ReplyForm = { toolSyntax: 'hermes', reasoning: thinks };
const llama: ReplyForm = { toolSyntax: 'llama', reasoning: null };
const mistral: ReplyForm = { toolSyntax: 'mistral', reasoning: null };
const deepseek: ReplyForm = { toolSyntax: 'deepseek', reasoning: null };
const granite: ReplyForm = { toolSyntax: 'granite', reasoning: null };

/**
 * The forms of the built-in dialects by name, for what reads replies and needs nothing else of a dialect: the dialects
 * themselves, with their templates, are most of the package. A test holds the two against each other.
 */
const forms: Readonly<Record<DialectName, ReplyForm>> = {
  'user-assistant': none,
  'human-ai': none,
  'human-assistant': none,
  anthropic: none,
  'q-a': none,
  'you-friend': none,
  'customer-agent': none,
  prompty: none,
  'ai-sdk': none,
  'vicuna-v0': none,
  vicuna: none,
  'vicuna-newline': none,
  alpaca: none,
  'alpaca-input': none,
  chinese: none,
  'chinese-q-a': none,
  japanese: none,
  spanish: none,
  french: none,
  german: none,
  russian: none,
  falcon: none,
  'falcon-chat': none,
  chatml: none,
  'chatml-newline': none,
  orca: none,
  hermes: hermes,
  'qwen2.5': hermes,
  qwen3: qwen,
  'qwen3-instruct': hermes,
  'qwen3-thinking': qwen,
  'llama-2': none,
  'llama-3': none,
  'llama-3.1': llama,
  'llama-3.3': llama,
  'llama-4': llama,
  'mistral-v1': none,
  'mistral-v2': mistral,
  'mistral-v3': mistral,
  'mistral-v3-tekken': mistral,
  'mistral-v7': mistral,
  'mistral-v7-tekken': mistral,
  mixtral: none,
  gemma: none,
  'gemma-2': none,
  'gemma-3': none,
  'phi-3': none,
  'phi-4': none,
  zephyr: none,
  openchat: none,
  'command-r': { toolSyntax: 'command-r', reasoning: null },
  'deepseek-v2': none,
  'deepseek-v3': deepseek,
  'deepseek-v3.1': none,
  'deepseek-r1': { toolSyntax: 'deepseek', reasoning: thinks },
  granite: granite,
  'granite-3.0': granite,
  harmony: {
    toolSyntax: 'harmony',
    reasoning: { open: '<|channel|>analysis<|message|>', close: '<|end|>' },
  },
};

/** The form of replies in a dialect. Throws `unknown-dialect` for a name that no dialect has. */
export function replyFormOf(dialect: Dialect | DialectName): ReplyForm {
  if (typeof dialect === 'object' && dialect !== null) {
    const spoken = checkedDialect(dialect);
    return spoken.kind === 'markers' ? spoken : none;
  }
  if (typeof dialect === 'string' && Object.hasOwn(forms, dialect)) return forms[dialect];
  throw unknownDialect(dialect, Object.keys(forms));
}
