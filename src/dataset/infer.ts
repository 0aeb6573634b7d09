import { detectDialect } from '../detect/index.js';
import type { Dialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { parsePrompt } from '../prompt/index.js';
import {
  closingLine,
  commonEnd,
  type LeftAffix,
  leftAffixes,
  MOST,
  separatorIn,
  shareOf,
  stopIn,
} from './affixes.js';
import { type FieldPath, fieldPath, textsAt, valueAt } from './fields.js';
import { Plan } from './plan.js';

export interface InferOptions {
  /** Paths where the caller knows them. */
  prompt?: string | undefined;
  completion?: string | undefined;
  messages?: string | undefined;
  keep?: readonly string[] | undefined;
  stop?: readonly string[] | undefined;
  model?: string | undefined;
}

/** Where prompts and completions are found in the wild: fine-tuning files, logs of requests and responses. */
const places: readonly (readonly [prompt: string, completion: string])[] = [
  ['prompt', 'completion'],
  ['request.prompt', 'response.choices[*].text'],
  ['request.body.prompt', 'response.body.choices[*].text'],
  ['body.prompt', 'response.body.choices[*].text'],
  ['input.prompt', 'output.choices[*].text'],
  ['prompt', 'choices[*].text'],
  ['prompt', 'response.choices[*].text'],
  ['prompt', 'response'],
  ['prompt', 'output'],
  ['prompt', 'text'],
  ['input', 'output'],
  ['question', 'answer'],
];

function textsOf(rows: readonly unknown[], path: FieldPath): string[] {
  return rows.flatMap((row) => {
    try {
      return textsAt(row, path);
    } catch {
      return [];
    }
  });
}

/** How a dialect is written in a plan: its name, or what makes it up. */
export type PlannedDialect = NonNullable<Plan['prompt']['dialect']>;

const hasBoth = (row: unknown, prompt: FieldPath, completion: FieldPath): boolean =>
  textsOf([row], prompt).length > 0 && textsOf([row], completion).length > 0;

function findFields(rows: readonly unknown[], options: InferOptions): { prompt: string; completion: string } {
  const wanted = places
    .map(([prompt, completion]) => [options.prompt ?? prompt, options.completion ?? completion] as const)
    .map(([prompt, completion]) => {
      const paths = [fieldPath(prompt), fieldPath(completion)] as const;
      return { prompt, completion, rows: rows.filter((row) => hasBoth(row, ...paths)).length };
    });
  const best = wanted.reduce((a, b) => (b.rows > a.rows ? b : a));
  if (best.rows === 0) {
    const keys = [
      ...new Set(rows.flatMap((row) => (typeof row === 'object' && row !== null ? Object.keys(row) : []))),
    ];
    throw new RolecallError(
      'invalid-shape',
      `No row has ${options.prompt ?? 'a prompt'} and ${options.completion ?? 'a completion'} as texts. Fields: ${keys.slice(0, 20).join(', ') || 'none'}. Name them with --prompt and --completion.`,
    );
  }
  return { prompt: best.prompt, completion: best.completion };
}

/** The definition that makes up a dialect that has no name: what a person can read and edit. */
function planned(dialect: Dialect): PlannedDialect {
  if (dialect.kind !== 'labels') return dialect.name;
  const { labels, name, colon, gap, inline, separator, alone, assistantEnd } = dialect;
  const { named, userEnd, systemEnd, labelStart, stamps } = dialect;
  return {
    name,
    labels: { system: [...labels.system], user: [...labels.user], assistant: [...labels.assistant] },
    colon,
    gap,
    inline,
    separator,
    ...(alone ? { alone } : {}),
    ...(assistantEnd === '' ? {} : { assistantEnd }),
    ...(named ? { named } : {}),
    ...(userEnd === undefined ? {} : { userEnd }),
    ...(systemEnd === undefined ? {} : { systemEnd }),
    ...(labelStart === undefined ? {} : { labelStart }),
    ...(stamps === undefined ? {} : { stamps }),
  };
}

/** Dialects by the rows that they were found in. */
export interface DialectShare {
  name: string;
  share: number;
  /** The mean over its rows, 0 to 1. */
  confidence: number;
  evidence: string[];
}

function detectAll(
  prompts: readonly string[],
  stop: readonly string[] | undefined,
): { shares: DialectShare[]; found: Map<string, PlannedDialect> } {
  const found = new Map<string, PlannedDialect>();
  const seen = new Map<string, { rows: number; confidence: number; evidence: string[] }>();
  for (const prompt of prompts) {
    const [first] = detectDialect(prompt, { stop: stop ?? [] });
    const dialect =
      first === undefined ? null : typeof first.dialect === 'string' ? first.dialect : planned(first.dialect);
    const name =
      dialect === null ? 'none' : typeof dialect === 'string' ? dialect : JSON.stringify(dialect.labels);
    if (dialect !== null) found.set(name, dialect);
    const entry = seen.get(name) ?? {
      rows: 0,
      confidence: 0,
      evidence: [...(first?.evidence ?? [])].slice(0, 3),
    };
    entry.rows += 1;
    entry.confidence += first?.confidence ?? 1;
    seen.set(name, entry);
  }
  const shares = [...seen]
    .map(([name, { rows, confidence, evidence }]) => ({
      name,
      share: rows / prompts.length,
      confidence: confidence / rows,
      evidence,
    }))
    .sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
  return { shares, found };
}

/** What was seen in a sample; it stands in the plan for the reader, rounded. */
export interface Seen {
  rows: number;
  separators: Record<string, number>;
  prefixes: Record<string, number>;
  suffixes: Record<string, number>;
  dialects: DialectShare[];
  empty: { prompts: number; completions: number };
  leakedLabels: number;
  /** Affixes that many rows have, and that stay in the texts. */
  left: LeftAffix[];
}

export interface InferredPlan {
  plan: Plan;
  seen: Seen;
}

const rounded = (share: number): number => Math.round(share * 1000) / 1000;

function inferToChat(rows: readonly unknown[], options: InferOptions): InferredPlan {
  const fields = findFields(rows, options);
  const both = [fieldPath(fields.prompt), fieldPath(fields.completion)] as const;
  const complete = rows.filter((row) => hasBoth(row, ...both));
  const prompts = textsOf(complete, both[0]);
  const completions = textsOf(complete, both[1]);

  let separator = separatorIn(commonEnd(prompts.filter((prompt) => prompt !== '')));
  // What every prompt consists of is its text, and no separator.
  if (shareOf(prompts, (prompt) => prompt.slice(0, prompt.length - separator.length).trim() === '') > 0.5)
    separator = '';
  const bare = (end: string): string[] =>
    prompts.map((prompt) => (end !== '' && prompt.endsWith(end) ? prompt.slice(0, -end.length) : prompt));
  let { shares, found } = detectAll(bare(separator), options.stop);
  // White space behind an open label is a slip, and belongs to the dialect.
  if (separator.trim() === '' && shares[0]?.name !== 'none') separator = '';
  if (separator === '' && shares[0]?.name === 'none') {
    separator = new Set(prompts).size > 2 ? closingLine(commonEnd(prompts)) : '';
    if (separator !== '') ({ shares, found } = detectAll(bare(separator), options.stop));
  }
  const conversations = shares.filter(({ name }) => name !== 'none');
  const [main] = conversations;
  const talk = conversations.reduce((sum, { share }) => sum + share, 0);
  const dialect: Plan['prompt']['dialect'] =
    main === undefined || talk < 0.02 ? null : main.share >= 0.98 ? (found.get(main.name) ?? 'auto') : 'auto';

  let preambleEnd = '';
  if (dialect !== null) {
    const preambles = bare(separator).flatMap((prompt) => {
      const parsed = parsePrompt(prompt, { whitespace: 'tidy', stop: options.stop });
      const [first] = parsed.messages;
      return first?.role === 'system' && parsed.turns[0]?.label === '' && typeof first.content === 'string'
        ? [first.content]
        : [];
    });
    preambleEnd = separatorIn(commonEnd(preambles));
    // One text that all rows share may end in any sign; on a line of its own it is a separator.
    if (new Set(preambles).size < 3 && !/^[\r\n]/.test(preambleEnd)) preambleEnd = '';
  }

  // Rows of an ending alone are empty ones: the answer is blank, and the ending still stands for the end.
  const ending = stopIn(commonEnd(completions.filter((completion) => completion !== '')));
  const filled = completions.filter((completion) => completion !== '');
  let suffix = ending;
  // What a tenth of all completions consist of is an answer, and no ending.
  if (shareOf(filled, (text) => text.slice(0, text.length - suffix.length).trim() === '') > 0.1) suffix = '';
  const spaced = shareOf(filled, (text) => text.startsWith(' '));
  const broken = shareOf(filled, (text) => text.startsWith('\n'));
  const prefix = spaced >= MOST ? ' ' : broken >= MOST ? '\n' : '';

  const plan = Plan.parse({
    version: 1,
    to: 'chat',
    fields: { ...fields, keep: [...(options.keep ?? [])] },
    prompt: { separator, dialect, preambleEnd, stop: [...(options.stop ?? [])] },
    completion: { prefix, suffix },
    ...(options.model === undefined ? {} : { model: options.model }),
  });
  const leaks =
    dialect === null
      ? 0
      : filled.filter((text) =>
          parsePrompt(text, { dialect: 'auto' }).turns.some(({ label }) => label !== ''),
        ).length;
  const seen: Seen = {
    rows: rows.length,
    separators: { [separator]: rounded(shareOf(prompts, (prompt) => prompt.endsWith(separator))) },
    prefixes: { ' ': rounded(spaced), '\n': rounded(broken) },
    suffixes: { [suffix]: rounded(shareOf(filled, (text) => text.endsWith(suffix))) },
    dialects: shares.map((one) => ({
      ...one,
      share: rounded(one.share),
      confidence: rounded(one.confidence),
    })),
    empty: {
      prompts: prompts.filter((prompt) => prompt.trim() === '').length,
      completions: completions.length - filled.length,
    },
    leakedLabels: leaks,
    left: leftAffixes(dialect === null ? prompts : [], completions, { separator, prefix, suffix }),
  };
  const { left: _, ...shown } = seen;
  return { plan: { ...plan, seen: shown }, seen };
}

function messagesOf(row: unknown, path: FieldPath): { role: string; content: unknown }[] {
  let value = valueAt(row, path);
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value) as unknown;
    } catch {
      return [];
    }
  }
  return Array.isArray(value)
    ? value.filter(
        (one): one is { role: string; content: unknown } =>
          typeof one === 'object' && one !== null && 'role' in one,
      )
    : [];
}

function inferToCompletion(rows: readonly unknown[], options: InferOptions): InferredPlan {
  const path = fieldPath(options.messages ?? 'messages');
  const chats = rows.map((row) => messagesOf(row, path));
  const systems = new Set(chats.map(([first]) => (first?.role === 'system' ? first.content : null)));
  const [only] = systems;
  const system = systems.size === 1 && typeof only === 'string' ? only : null;
  const single = chats.every((chat) => {
    const rest = chat[0]?.role === 'system' && chat[0].content === system ? chat.slice(1) : chat;
    return rest.length === 2 && rest[0]?.role === 'user' && rest[1]?.role === 'assistant';
  });
  const calls = chats.some((chat) =>
    chat.some((message) => 'tool_calls' in message || message.role === 'tool'),
  );
  const replies = chats.flatMap((chat) =>
    chat.filter(({ role }) => role === 'assistant').map(({ content }) => String(content ?? '')),
  );
  const free = (end: string): boolean => replies.every((reply) => !reply.includes(end));
  const plan = Plan.parse({
    version: 1,
    to: 'completion',
    fields: { messages: path.text, keep: [...(options.keep ?? [])] },
    prompt: single ? { separator: '\n\n###\n\n', system } : { dialect: calls ? 'chatml' : 'user-assistant' },
    completion: { prefix: calls ? '' : ' ', suffix: free(' END') ? ' END' : free('###') ? '###' : '\n' },
    ...(options.model === undefined ? {} : { model: options.model }),
  });
  const seen: Seen = {
    rows: rows.length,
    separators: {},
    prefixes: {},
    suffixes: {},
    dialects: [],
    empty: { prompts: 0, completions: replies.filter((reply) => reply === '').length },
    leakedLabels: 0,
    left: [],
  };
  return { plan: { ...plan, seen: { rows: rows.length, singleTurns: single, toolCalls: calls } }, seen };
}

/**
 * The plan for a dataset, from a sample of its records: which way it goes, where the texts are, what they end and begin
 * in, and how turns are marked. Throws `invalid-shape` where no field holds texts.
 */
export function inferPlan(rows: readonly unknown[], options: InferOptions = {}): InferredPlan {
  if (rows.length === 0) throw new RolecallError('invalid-shape', 'The sample has no rows.');
  const path = fieldPath(options.messages ?? 'messages');
  const chats = rows.filter((row) => messagesOf(row, path).length > 0).length;
  const named = options.prompt !== undefined || options.completion !== undefined;
  return !named && chats * 2 > rows.length ? inferToCompletion(rows, options) : inferToChat(rows, options);
}
