/**
 * What a refusal teaches: which field of a request a model does not take, or how much of it. Every provider has a sentence of
 * its own for that, and few name the field in `param`. Sources of the sentences: errors of OpenAI, Azure, Anthropic, Google,
 * Mistral, Groq, xAI, Moonshot, Cerebras, Fireworks, OpenRouter, LiteLLM, vLLM, llama.cpp and TGI as users report them.
 */
import { isRecord } from '../../translate/notes.js';
import { namesOf, refusesIn, type Sent } from './sentences.js';

export type Lesson =
  /** The field is refused, whatever its value. */
  | { kind: 'refused'; field: string }
  /** At most so many: choices, stops, alternatives of a token. */
  | { kind: 'limit'; field: string; most: number }
  /** Of two fields one alone is taken. */
  | { kind: 'either'; fields: [string, string] }
  /** Messages of the system are refused. */
  | { kind: 'system' }
  /** A last message of the assistant is refused. */
  | { kind: 'prefill' };

/** The statuses under which servers refuse a field; under the others it is about keys, limits, or their own faults. */
const teaching: ReadonlySet<number> = new Set([400, 403, 404, 422, 500, 501]);

/** Codes of errors that are about something else, whatever else they name. */
const otherCodes =
  /context_length|api_key|quota|rate_limit|billing|content_(filter|policy)|model_not_found|permission|invalid_image/;

/** Codes that say by themselves that `param` is not taken. */
const refusing =
  /^(unsupported_(parameter|value)|unknown_(parameter|argument)|extra_forbidden|unrecognized_\w+)$/;

interface Complaint {
  /** Every text in the body, parsed as far as it is JSON in JSON. */
  text: string;
  param: string;
  code: string;
}

/** Keys of a body that quote the request, or lead to a manual. */
const quoting = new Set(['input', 'ctx', 'url', 'body', 'request', 'request_id', 'id']);

/** Everything that an error body says, from whatever depth: a router wraps the words of its provider. */
function complaintOf(body: unknown): Complaint {
  const texts: string[] = [];
  const found = { param: '', code: '' };
  const read = (value: unknown, depth: number): void => {
    if (depth > 8) return;
    if (typeof value === 'string') {
      const inner = /^\s*[[{]/.test(value) ? parsed(value) : undefined;
      if (inner === undefined) texts.push(value);
      else read(inner, depth + 1);
    } else if (Array.isArray(value)) for (const one of value) read(one, depth + 1);
    else if (isRecord(value)) {
      // FastAPI: where, and what is wrong there.
      if (Array.isArray(value['loc'])) texts.push(`'${value['loc'].at(-1)}': ${String(value['msg'])}`);
      if (typeof value['param'] === 'string') found.param = value['param'];
      if (typeof value['code'] === 'string') found.code = value['code'];
      for (const [key, one] of Object.entries(value)) if (!quoting.has(key)) read(one, depth + 1);
    }
  };
  read(body, 0);
  return { text: texts.join('\n').slice(0, 8000), ...found };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ends = (sent: Sent, roles: readonly string[]): boolean =>
  Array.isArray(sent['messages']) && roles.includes(sent['messages'].at(-1)?.role);
const has = (sent: Sent, roles: readonly string[]): boolean =>
  Array.isArray(sent['messages']) && sent['messages'].some((one) => roles.includes(one?.role));

const prefillRefused =
  /prefill|(must|should|has to|needs? to|ensure[^.]*) end with an? ["'`]?user|last (message|role|turn)[^.]*(must|should|expected|has to)[^.]*user|expected last role|(cannot|can't|must not) end with an? ["'`]?assistant|assistant messages? (as|at) the (last|end|final)/i;

const systemRefused =
  /(system|developer)["'`]? (role|message|prompt|instruction)s?["'`]? (is|are)?[^.]{0,20}\bnot (supported|allowed|enabled|available)|not support[^.]{0,40}\b(system|developer)\b|["'`](system|developer)["'`] is not one of|only user and assistant roles/i;

/** Where an error names the number of something that is taken. */
const mostOf = [
  /(?:at most|up to|maximum(?: length| value| number| of)*(?: of| is|:)?|max(?:imum)? allowed:?|<=|≤|less than or equal to|no more than|smaller than or equal to) (\d+)/i,
  /\bmust be (?:equal to |exactly )?(\d+)\b/i,
  /\d+ > (\d+)/,
  /\bonly (one|a single|1|2|3|4|5)\b/i,
];
const tooMany = /too (many|long|large)|above max|exceed|greater than|at most|only one|must be/i;

/** The fields that are taken up to a number, and how many of them were sent. */
const amounts: Readonly<Record<string, (value: unknown) => number>> = {
  n: Number,
  stop: (value) => (Array.isArray(value) ? value.length : 1),
  top_logprobs: Number,
  // Of chat it is a yes, of completions a number.
  logprobs: (value) => (typeof value === 'number' ? value : 0),
};

function limitIn(text: string, field: string, sent: Sent): number | undefined {
  const count = amounts[field]?.(sent[field]);
  if (count === undefined || !tooMany.test(text)) return undefined;
  for (const pattern of mostOf) {
    const [, words] = pattern.exec(text) ?? [];
    if (words === undefined) continue;
    const most = /^\d+$/.test(words) ? Number(words) : 1;
    if (most < count) return most;
  }
  return undefined;
}

/** The sent field that `param` means: `stop`, `body.stop`, `stop_sequences`, `generation_config.topP`. */
function fieldOf(param: string, sent: Sent): string | undefined {
  const last = param
    .split('.')
    .at(-1)!
    .replace(/\[\d*\]$/, '');
  return fieldsOf(sent).find((field) =>
    namesOf(field).some((name) => new RegExp(`^${name}$`, 'i').test(last)),
  );
}

/** What of a request may be left out. */
const needed = new Set(['model', 'messages', 'prompt', 'stream']);
const fieldsOf = (sent: Sent): string[] =>
  Object.keys(sent).filter((key) => !needed.has(key) && sent[key] !== null && sent[key] !== undefined);

function lessonOf(field: string, text: string, sent: Sent): Lesson {
  const most = limitIn(text, field, sent);
  if (most !== undefined && (most > 0 || field === 'stop')) return { kind: 'limit', field, most };
  return { kind: 'refused', field };
}

/**
 * What the refusal of a request teaches of the model, or nothing where it is about something else: the length of the
 * prompt, a key, a value that no model takes.
 */
export function lessonsOf(status: number, body: unknown, sent: Sent): Lesson[] {
  if (!teaching.has(status)) return [];
  const { text, param, code } = complaintOf(body);
  if (otherCodes.test(code)) return [];
  if (ends(sent, ['assistant']) && prefillRefused.test(text)) return [{ kind: 'prefill' }];
  const says = refusesIn(text, fieldsOf(sent));
  if (has(sent, ['system', 'developer'])) {
    const ofRole = /messages?\W*\d+\W*role/.test(param) && (says.refuses || refusing.test(code));
    if (systemRefused.test(text) || (ofRole && /system|developer/i.test(text))) return [{ kind: 'system' }];
  }
  const named = param === '' ? undefined : fieldOf(param, sent);
  if (
    named !== undefined &&
    (says.refuses || refusing.test(code) || limitIn(text, named, sent) !== undefined)
  )
    return [lessonOf(named, text, sent)];
  // Anthropic takes no line end as a stop, which is what most old prompts have.
  if (says.named.includes('stop') && /whitespace/i.test(text))
    return [{ kind: 'limit', field: 'stop', most: 0 }];
  const [first, second] = says.fields;
  if (says.both && first !== undefined && second !== undefined)
    return [{ kind: 'either', fields: [first, second] }];
  const limited = Object.keys(amounts).filter(
    (field) => says.named.includes(field) && limitIn(text, field, sent) !== undefined,
  );
  const fields = limited.length > 0 ? limited : says.fields;
  return fields.map((field) => lessonOf(field, text, sent));
}
