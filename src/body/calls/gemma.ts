import { isJson, itemsOf, membersOf } from '../../text/json.js';
import { listed, own, type Pieces, w } from '../../text/pieces.js';
import type { Call } from '../call.js';
import type { CallFormat, CallsOut } from '../call-format.js';
import type { CallContent } from '../generic.js';
import type { Input, Reading } from '../input.js';
import type { Out } from '../out.js';
import { plainName } from '../plain-name.js';

/** The marks of a family of Gemma. */
export interface GemmaMarks {
  open: string;
  close: string;
  /** At both sides of a string. */
  quote: string;
}

export const gemma4Marks: GemmaMarks = { open: '<|tool_call>', close: '<tool_call|>', quote: '<|"|>' };
export const functionGemmaMarks: GemmaMarks = {
  open: '<start_function_call>',
  close: '<end_function_call>',
  quote: '<escape>',
};

/** Values nest this deep at most. */
const deepest = 64;

/** Reads values from a text; each answer is the JSON of a value, or null where there is none. */
class Values {
  at = 0;

  constructor(
    private readonly text: string,
    private readonly quote: string,
    private readonly restore: (text: string) => string,
  ) {}

  skip(): void {
    while (/\s/.test(this.text.charAt(this.at))) this.at++;
  }

  take(unit: string): boolean {
    this.skip();
    if (!this.text.startsWith(unit, this.at)) return false;
    this.at += unit.length;
    return true;
  }

  /** What stands between two marks of a string. */
  quoted(): string | null {
    if (!this.take(this.quote)) return null;
    const end = this.text.indexOf(this.quote, this.at);
    if (end === -1) return null;
    const found = this.restore(this.text.slice(this.at, end));
    this.at = end + this.quote.length;
    return found;
  }

  value(depth = 0): string | null {
    const string = this.quoted();
    if (string !== null) return JSON.stringify(string);
    if (depth > deepest) return null;
    if (this.take('{')) return this.members(depth + 1);
    if (this.take('[')) return this.items(depth + 1);
    const bare = /^[^,\]}]*/.exec(this.text.slice(this.at, this.at + 4096))![0];
    this.at += bare.length;
    const text = bare.trim();
    return text === '' ? null : isJson(text) ? text : JSON.stringify(text);
  }

  items(depth: number): string | null {
    const found: string[] = [];
    while (!this.take(']')) {
      const value = this.value(depth);
      if (value === null) return null;
      found.push(value);
      if (!this.take(',')) return this.take(']') ? `[${found.join(', ')}]` : null;
    }
    return `[${found.join(', ')}]`;
  }

  members(depth: number): string | null {
    const found: string[] = [];
    while (!this.take('}')) {
      const key = this.quoted() ?? this.jsonKey() ?? this.bareKey();
      if (key === null || !this.take(':')) return null;
      const value = this.value(depth);
      if (value === null) return null;
      found.push(`${JSON.stringify(key)}: ${value}`);
      if (!this.take(',')) return this.take('}') ? `{${found.join(', ')}}` : null;
    }
    return `{${found.join(', ')}}`;
  }

  /** A key that can't stand bare, as a JSON string. */
  jsonKey(): string | null {
    this.skip();
    const key = /^"(?:[^"\\]|\\.)*"(?=\s*:)/s.exec(this.text.slice(this.at));
    if (key === null || !isJson(key[0])) return null;
    this.at += key[0].length;
    return JSON.parse(key[0]) as string;
  }

  bareKey(): string | null {
    const key = /^\s*["']?([^:,{}"'\s]{1,256})["']?\s*(?=:)/.exec(this.text.slice(this.at, this.at + 512));
    if (key === null) return null;
    this.at += key[0].length;
    return key[1]!;
  }

  get rest(): string {
    return this.text.slice(this.at);
  }
}

/** `call:f{…}`, or `call:f` and a string where the arguments are no object. */
function callIn(
  text: string,
  { quote }: GemmaMarks,
  restore: (text: string) => string,
): { call: Call; lost: string } | null {
  const head = /^\s*call:\s*([\w.:-]{1,256}?)\s*(?=\{|<)/.exec(text);
  if (head === null) return null;
  const values = new Values(text.slice(head[0].length), quote, restore);
  const args = values.take('{') ? values.members(0) : values.quoted();
  // Models close a bracket too many at times.
  const lost = values.rest.trim();
  if (args === null || !/^\}*$/.test(lost)) return null;
  return { call: { name: head[1]!, arguments: args }, lost };
}

/** Reads a call up to its closing mark, the next call, or the end of the text. It comes whole. */
function* readCall(input: Input, out: Out, marks: GemmaMarks, opening: string): Reading {
  out.keep(opening);
  let end = input.find(marks.close);
  for (; end === -1 && input.find(marks.open) === -1; end = input.find(marks.close))
    if (!(yield* input.more())) break;
  const next = input.find(marks.open);
  const cut = end === -1 || (next !== -1 && next < end);
  const place = !cut ? end : next === -1 ? input.text.length : next;
  const text = input.takeTo(place);
  out.keep(text);
  const found = callIn(text, marks, out.restore);
  if (found === null) return out.leave();
  if (!cut) input.take(marks.close.length);
  out.call(found.call);
  if (found.lost !== '') out.fault({ lost: found.lost });
}

/** A value as the models write it: strings between their marks, keys bare where they can be, else as JSON strings. */
export function gemmaValue(json: string, content: CallContent, quote: string, sorted = false): Pieces {
  const string = (text: string): Pieces => w`${own(quote)}${content(text, 'text')}${own(quote)}`;
  if (json.startsWith('"')) return string(JSON.parse(json) as string);
  const items = itemsOf(json);
  if (items !== null)
    return w`[${listed(
      items.map((item) => gemmaValue(item, content, quote, sorted)),
      ',',
    )}]`;
  if (membersOf(json) !== null) return w`{${gemmaMembers(json, content, quote, sorted)}}`;
  return [content(json, 'json')];
}

/** The members of an object; `sorted`: in the order of their keys, as the models' templates have them. */
export function gemmaMembers(json: string, content: CallContent, quote: string, sorted = false): Pieces {
  const members = [...(membersOf(json) ?? [])];
  if (sorted) members.sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const written = members.map(([key, value]): Pieces => {
    const isBare = /^[\w.-]+$/.test(key);
    const name = isBare ? content(key, 'text') : content(JSON.stringify(key), 'json');
    return w`${name}:${gemmaValue(value, content, quote, sorted)}`;
  });
  return listed(written, ',');
}

function write(calls: readonly Call[], { content, path, info }: CallsOut, marks: GemmaMarks): Pieces {
  return calls.map(({ name, arguments: args }): Pieces => {
    const called = content(plainName(name, path), 'text');
    const { open, close, quote } = marks;
    if (membersOf(args.trim()) === null)
      return w`${own(open)}call:${called}${own(quote)}${content(args, 'text')}${own(quote + close)}`;
    info('respaced-json', 'The arguments are written without quotes; they read back with the same values.');
    return w`${own(open)}call:${called}{${gemmaMembers(args.trim(), content, quote)}}${own(close)}`;
  });
}

const results = (quote: string): NonNullable<CallFormat['results']> => ({
  write: ({ name, words }) =>
    w`response:${name.text === '' ? own('unknown') : name}{value:${own(quote)}${words}${own(quote)}}`,
  read(raw, restore) {
    const from = raw.indexOf(`{value:${quote}`);
    const isOwn = raw.startsWith('response:') && from !== -1 && raw.endsWith(`${quote}}`);
    const start = from + '{value:'.length + quote.length;
    return { id: '', content: restore(isOwn ? raw.slice(start, -quote.length - 1) : raw) };
  },
});

const gemma = (name: string, marks: GemmaMarks): CallFormat => ({
  name,
  sections: [{ marks: [marks.open], read: (input, out, opening) => readCall(input, out, marks, opening) }],
  signs: [marks.open],
  write: (calls, out) => write(calls, out, marks),
  results: results(marks.quote),
  closing: { behind: marks.close, mark: '' },
});

/** `<|tool_call>call:f{city:<|"|>Paris<|"|>}<tool_call|>`: Gemma 4. */
export const gemma4Calls: CallFormat = /* @__PURE__ */ gemma('gemma-4', gemma4Marks);

/** The same between FunctionGemma's marks: `<start_function_call>call:f{city:<escape>Paris<escape>}<end_function_call>`. */
export const functionGemmaCalls: CallFormat = /* @__PURE__ */ gemma('functiongemma', functionGemmaMarks);
