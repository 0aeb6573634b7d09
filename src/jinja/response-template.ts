import type { Call } from '../body/call.js';
import type { CallFormat } from '../body/call-format.js';
import { callOf } from '../body/call-object.js';
import type { Input, Reading } from '../body/input.js';
import type { Out } from '../body/out.js';
import type { Section } from '../body/section.js';
import { declaredTypes, typedValue } from '../body/typed.js';
import type { Marks } from '../dialect/types.js';
import { isJson, itemsOf, membersOf } from '../text/json.js';

/** What a tokenizer's config says of replies, in its `response_template`; what it does not say is null. */
export interface ResponseTemplate {
  reasoning: Marks | null;
  calls: CallFormat | null;
  stop: readonly string[];
}

/** One part of a reply: how it begins and ends, and what stands in it. */
interface Field {
  open?: unknown;
  open_pattern?: unknown;
  close?: unknown;
  close_pattern?: unknown;
  content?: unknown;
  content_args?: unknown;
  transform?: unknown;
  transform_each?: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );

/** The text that a pattern stands for, white space at its end aside; null where it stands for several. */
function literalOf(pattern: string): string | null {
  const bare = pattern.replace(/\|\$$/, '').replace(/(?:\\s\*|\\n\??)+$/, '');
  const text = bare.replace(/\\([^\w\s])/g, '$1');
  return /(?:^|[^\\])[.*+?^$()[\]{}|]|\\\w/.test(bare) ? null : text;
}

/** The text that all matches of a pattern begin with. */
function startOf(pattern: string): string {
  const found = /^(?:\\[^\w\s]|[^\\.*+?^$()[\]{}|])*/.exec(pattern)![0];
  // What is repeated or left out is no part of it.
  const sure = /^[*+?{]/.test(pattern.slice(found.length)) ? found.replace(/\\?.$/s, '') : found;
  return sure.replace(/\\([^\w\s])/g, '$1');
}

/** A pattern of Python's; null for one that can't be read here. */
function patternOf(source: unknown, flags: string): RegExp | null {
  if (typeof source !== 'string') return null;
  try {
    return new RegExp(source.replaceAll('(?P<', '(?<'), `s${flags}`);
  } catch {
    return null;
  }
}

/** The texts that end a field; none where the template has a pattern for them that is no text. */
function closesOf({ close, close_pattern: pattern }: Field): string[] {
  if (close !== undefined) return texts(close).filter((text) => text !== 'eos');
  const text = typeof pattern === 'string' ? literalOf(pattern) : null;
  return text === null || text === '' ? [] : [text];
}

const openOf = ({ open, open_pattern: pattern }: Field): string[] => {
  if (open !== undefined) return texts(open);
  const text = typeof pattern === 'string' ? literalOf(pattern) : null;
  return text === null || text === '' ? [] : [text];
};

/** What is in a field: JSON, and the groups of its opening by name. */
interface Held {
  json: string;
  groups: Readonly<Record<string, string | undefined>>;
}

/** The JSON that a placeholder stands for: the content, a group of the opening, or a member of the content. */
function placed(holder: unknown, { json, groups }: Held): string | null {
  const name = typeof holder === 'string' ? /^\{(\w+)\}$/.exec(holder)?.[1] : undefined;
  if (name === undefined) return null;
  if (name === 'content') return json;
  const group = groups[name];
  return group === undefined ? (membersOf(json)?.get(name) ?? null) : JSON.stringify(group.trim());
}

function callIn(held: Held, transform: unknown): Call | null {
  if (transform === undefined) return callOf(held.json);
  const inner = isRecord(transform) ? transform['function'] : undefined;
  if (!isRecord(inner)) {
    const json = placed(inner, held);
    return json === null ? null : callOf(json);
  }
  const name = placed(inner['name'], held);
  const args = placed(inner['arguments'], held);
  if (name === null || args === null || !name.startsWith('"')) return null;
  const text = args.startsWith('"') ? (JSON.parse(args) as string) : args;
  return { name: JSON.parse(name) as string, arguments: text };
}

/** The arguments between tags of their own, as JSON; values are typed as all are that have no type on the wire. */
function taggedJson(text: string, tag: RegExp, name: string, out: Out): string {
  const guessed: string[] = [];
  const members = [...text.matchAll(tag)].map(({ groups = {} }) => {
    const key = groups['key'] ?? '';
    const value = typedValue(groups['value'] ?? '', declaredTypes(out.types, name, key));
    if (value.guessed) guessed.push(key);
    return `${JSON.stringify(key)}: ${value.json}`;
  });
  if (guessed.length > 0) out.fault({ guessed });
  return `{${members.join(', ')}}`;
}

/** How the calls of a field are written; null for a field that needs more than is read here. */
function callsOf(field: Field): CallFormat | null {
  const closes = closesOf(field);
  const open = patternOf(field.open_pattern, 'y');
  const marks = open === null ? openOf(field) : [startOf(String(field.open_pattern))];
  const { tag_pattern: pattern } = isRecord(field.content_args) ? field.content_args : {};
  const tag = field.content === 'xml-inline' ? patternOf(pattern, 'g') : null;
  const isOwnJson =
    isRecord(field.content_args) &&
    ('unquoted_keys' in field.content_args || 'string_delims' in field.content_args);
  if (closes.length === 0 || marks.length === 0 || marks.includes('')) return null;
  if (tag === null && (field.content !== 'json' || isOwnJson)) return null;

  function callsIn(text: string, opening: string, out: Out): Call[] | null {
    const groups = open === null ? {} : (match(open, opening)?.groups ?? {});
    const bare = text.trim();
    if (tag !== null) {
      const call = callIn({ json: '{}', groups }, field.transform);
      return call === null ? null : [{ ...call, arguments: taggedJson(text, tag, call.name, out) }];
    }
    if (!isJson(bare)) return null;
    const items = field.transform_each === true ? itemsOf(bare) : [bare];
    const calls = (items ?? []).map((json) => callIn({ json, groups }, field.transform));
    return calls.length === 0 || calls.includes(null) ? null : (calls as Call[]);
  }

  function* read(input: Input, out: Out, opening: string): Reading {
    out.keep(opening);
    let end: { at: number; length: number } | null = null;
    for (;;) {
      for (const close of closes) {
        const at = input.find(close);
        if (at !== -1 && (end === null || at < end.at)) end = { at, length: close.length };
      }
      if (end !== null || !(yield* input.more())) break;
    }
    const text = input.takeTo(end?.at ?? input.text.length);
    const calls = callsIn(text, opening, out);
    out.keep(text);
    if (calls === null) return out.leave();
    for (const call of calls) out.call(call);
    if (end !== null) input.take(end.length);
  }

  const section: Section = {
    marks,
    read,
    ...(open === null
      ? {}
      : {
          opening(text: string) {
            const found = match(open, text);
            // What ends where the text does may go on.
            return found === null || found[0].length === text.length ? undefined : found[0].length;
          },
        }),
  };
  return {
    name: 'response-template',
    sections: [section],
    signs: marks,
    ...(tag === null ? {} : { untyped: true as const }),
  };
}

function match(pattern: RegExp, text: string): RegExpExecArray | null {
  pattern.lastIndex = 0;
  return pattern.exec(text);
}

/**
 * Reads the `response_template` of a `tokenizer_config.json` (transformers 5.13): the marks of reasoning, how calls are
 * written, and what ends a reply. Patterns that stand for one text are taken as that; what needs more is left out, and the
 * chat template alone tells it. Source: "Response Parsing" in the documentation of transformers.
 */
export function responseTemplateOf(given: unknown): ResponseTemplate | null {
  const fields = isRecord(given) && isRecord(given['fields']) ? given['fields'] : null;
  if (fields === null) return null;
  const field = (...names: string[]): Field | undefined =>
    names.map((name) => fields[name]).find((one): one is Field => isRecord(one));
  const thought = field('reasoning_content', 'thinking', 'reasoning');
  const [open] = thought === undefined ? [] : openOf(thought);
  const [close] = thought === undefined ? [] : closesOf(thought);
  const calls = field('tool_calls');
  const words = field('content');
  return {
    reasoning: open === undefined || close === undefined ? null : { open, close },
    calls: calls === undefined ? null : callsOf(calls),
    stop: words === undefined ? [] : closesOf(words),
  };
}
