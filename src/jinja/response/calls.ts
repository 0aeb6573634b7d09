import type { Call } from '../../body/call.js';
import type { CallFormat } from '../../body/call-format.js';
import { callOf } from '../../body/call-object.js';
import { callFormats } from '../../body/calls/index.generated.js';
import type { Input, Reading } from '../../body/input.js';
import type { Out } from '../../body/out.js';
import type { Section } from '../../body/section.js';
import { itemsOf, membersOf } from '../../text/json.js';
import { contentReader } from './content.js';
import { literalOf, match, patternOf, startsOf, texts } from './pattern.js';

/** One part of a reply: how it begins and ends, and what stands in it. */
export interface Field {
  open?: unknown;
  open_pattern?: unknown;
  close?: unknown;
  close_pattern?: unknown;
  content?: unknown;
  content_args?: unknown;
  transform?: unknown;
  transform_each?: unknown;
  /** Finds the name of the function in what stands in the field; of older configs. */
  name_pattern?: unknown;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The texts that a member or a pattern stands for; none where it stands for several. */
export function marksIn(open: unknown, pattern: unknown): string[] {
  if (open !== undefined) return texts(open);
  const text = typeof pattern === 'string' ? literalOf(pattern) : null;
  return text === null || text === '' ? [] : [text];
}

/** What is in a field: JSON, and the groups of its opening and close by name. */
interface Held {
  json: string;
  groups: Readonly<Record<string, string | undefined>>;
}

/** The JSON that a placeholder stands for: the content, a group, or a member of the content. */
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

interface End {
  at: number;
  length: number;
  groups: Held['groups'];
}

/** Waits for the end of a field; null where the reply ends first. A pattern is looked for once all of the reply is there. */
function* endOf(input: Input, closes: readonly string[], pattern: RegExp | null): Reading<End | null> {
  for (;;) {
    let end: End | null = null;
    for (const close of closes) {
      const at = input.find(close);
      if (at !== -1 && (end === null || at < end.at)) end = { at, length: close.length, groups: {} };
    }
    if (end !== null) return end;
    if (yield* input.more()) continue;
    const found = pattern === null ? null : match(pattern, input.text.slice(input.pos));
    if (found === null) return null;
    return { at: input.pos + found.index, length: found[0].length, groups: found.groups ?? {} };
  }
}

/** Known forms of calls of which a sign stands in how a field opens, for a field that can't be read itself. */
function knownBySign({ open, open_pattern: pattern }: Field): CallFormat | null {
  const shown = [...texts(open), ...texts(pattern)].join(' ').replaceAll('\\', '');
  const formats = callFormats.filter((one) =>
    one.signs.some((sign) => sign.length > 4 && shown.includes(sign)),
  );
  if (formats.length === 0) return null;
  return { name: 'response-template', sections: formats.flatMap(({ sections }) => sections), signs: [] };
}

/** How the calls of a field are written; else the member of the field that can't be read. */
export function callsOf(field: Field): CallFormat | { member: keyof Field } {
  const open = field.open_pattern === undefined ? null : patternOf(field.open_pattern, 'y');
  const marks = open === null ? texts(field.open) : startsOf(String(field.open_pattern));
  const closes = marksIn(field.close, field.close_pattern);
  const closing = closes.length > 0 ? null : patternOf(field.close_pattern, '');
  const content = contentReader(field.content, field.content_args);
  const naming = patternOf(field.name_pattern, '');
  if (marks.length === 0)
    return knownBySign(field) ?? { member: field.open_pattern === undefined ? 'open' : 'open_pattern' };
  if (closes.length === 0 && closing === null && field.close_pattern !== undefined)
    return knownBySign(field) ?? { member: 'close_pattern' };
  if (content === null) return knownBySign(field) ?? { member: 'content' };

  function callsIn(text: string, groups: Held['groups'], out: Out): Call[] | null {
    const named = naming === null ? undefined : match(naming, text)?.[1];
    const held = named === undefined ? groups : { ...groups, name: named };
    const name = callIn({ json: '{}', groups: held }, field.transform)?.name ?? '';
    const json = content!(text, name, out);
    if (json === null) return null;
    const items = field.transform_each === true ? itemsOf(json) : [json];
    const calls = (items ?? []).map((one) => callIn({ json: one, groups: held }, field.transform));
    return calls.length === 0 || calls.includes(null) ? null : (calls as Call[]);
  }

  function* read(input: Input, out: Out, opening: string): Reading {
    out.keep(opening);
    // What an opening looks ahead to stands behind it.
    const opened = open === null ? null : match(open, opening + input.window(input.pos, 256));
    const end = yield* endOf(input, closes, closing);
    const text = input.takeTo(end?.at ?? input.text.length);
    const groups = { ...opened?.groups, ...end?.groups };
    const calls = callsIn(text, groups, out);
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
    ...(field.content === 'json' ? {} : { untyped: true as const }),
  };
}
