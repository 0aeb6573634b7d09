import type { Call } from '../../body/call.js';
import type { CallFormat } from '../../body/call-format.js';
import type { Head, HeadReading } from '../../body/call-heads.js';
import { pythonSection } from '../../body/calls/lfm.js';
import { llamaCalls } from '../../body/calls/llama.js';
import type { CallContent } from '../../body/generic.js';
import type { Reading } from '../../body/input.js';
import { plainName } from '../../body/plain-name.js';
import { type CallForm, readCalls } from '../../body/read-calls.js';
import type { Section } from '../../body/section.js';
import { RolecallError } from '../../errors.js';
import { dumpsLine, isWhite, membersOf } from '../../text/json.js';
import { listed, type Pieces } from '../../text/pieces.js';
import { tokensIn } from '../tokens.js';
import type { Sample, Samples } from './samples.js';

/** A call whose arguments are JSON, taken apart. */
export interface JsonCall {
  front: string;
  middle: string;
  behind: string;
}

/** Where the arguments of a call stand as JSON; null where they do not. */
export function jsonCallIn({ text, calls }: Sample): JsonCall | null {
  const call = calls[0]!;
  const at = text.indexOf(call.name);
  if (at === -1) return null;
  const end = at + call.name.length;
  for (const json of [dumpsLine(call.args), JSON.stringify(call.args)]) {
    const args = text.indexOf(json, end);
    if (args !== -1)
      return {
        front: text.slice(0, at),
        middle: text.slice(end, args),
        behind: text.slice(args + json.length),
      };
  }
  return null;
}

interface Opening {
  /** The mark that calls begin with. */
  mark: string;
  /** What stands between it and the name. */
  rest: string;
  /** Other marks that calls begin with, behind the first one. */
  inner: readonly string[];
}

/** How calls may begin: with the first token, or with all tokens up to the last one; with all of the front where it has none. */
function openingsOf(front: string, { two, worded, one }: Samples): Opening[] {
  const id = one.calls[0]!.id;
  const before = front.includes(id) ? front.slice(0, front.indexOf(id)) : front;
  const tokens = tokensIn(before);
  const [first] = tokens;
  if (first === undefined) return [{ mark: front.trim(), rest: '', inner: [] }];
  const upTo = (token: string): Opening => {
    const end = before.lastIndexOf(token) + token.length;
    return { mark: front.slice(0, end).trim(), rest: front.slice(end), inner: [] };
  };
  const last = tokens.at(-1)!;
  const isRepeated = two !== null && two.text.split(last).length > 2;
  const isApart = worded !== null && worded.text.indexOf(worded.words) > worded.text.indexOf(first);
  return [
    { ...upTo(first), mark: front.slice(0, front.indexOf(first) + first.length).trim() },
    ...(last === first ? [] : [{ ...upTo(last), inner: isRepeated || isApart ? [last] : [] }]),
  ];
}

/** A mark in front of the words of a turn that makes calls, which is none of theirs. */
function leadIn({ worded }: Samples): Section[] {
  const lead = worded?.text.slice(0, worded.text.indexOf(worded.words)).trim() ?? '';
  return lead === '' || tokensIn(lead)[0] !== lead
    ? []
    : [{ marks: [lead], at: 'start', *read(): Reading {} }];
}

/** The tokens that stand behind a call, each once. */
const closingsOf = (behind: string): string[] => tokensIn(behind);

/** Forms that may read the samples: objects behind a mark, or a name and then an object. */
export function derivedFormats(samples: Samples): CallFormat[] {
  const found = jsonCallIn(samples.one);
  if (found === null) return pythonFormats(samples.one);
  if (/^\[?\{"\w/.test(found.front)) return bareFormats(found, samples);
  const closings = closingsOf(found.behind);
  const { id } = samples.one.calls[0]!;
  return openingsOf(found.front, samples).flatMap(({ mark, rest, inner }) => {
    if (mark === '') return [];
    const next = [mark, ...inner];
    const format = (form: CallForm): CallFormat => ({
      name: 'derived',
      sections: [...leadIn(samples), ...next.map((one) => sectionOf(one, form))],
      signs: [mark],
    });
    const common = { closings, next };
    const head = headOf(rest, found.middle, id);
    return [
      common,
      { ...common, head },
      { ...common, whole: true as const },
      { ...common, keyed: true as const },
    ].map(format);
  });
}

/** A list of calls as Python writes them, between marks. */
function pythonFormats({ text, calls }: Sample): CallFormat[] {
  const at = text.indexOf(`[${calls[0]!.name}(`);
  const mark = at === -1 ? '' : text.slice(0, at).trim();
  const close = text.slice(text.lastIndexOf(']') + 1).trim();
  if (mark === '' || tokensIn(mark).length === 0) return [];
  const write: CallFormat['write'] = (list, { content, path }) => {
    const written = list.map((call) => pythonCall(call, content, path));
    return [text.slice(0, at), '[', listed(written, ', '), ']', text.slice(text.lastIndexOf(']') + 1)];
  };
  return [{ name: 'derived', sections: [pythonSection(mark, close)], signs: [mark], untyped: true, write }];
}

/** `f(a=1, b='x')`; JSON stands for what is no string. */
function pythonCall({ name, arguments: args }: Call, content: CallContent, path: string): Pieces {
  const members = membersOf(args.trim());
  if (members === null || ![...members.keys()].every((key) => /^\w+$/.test(key)))
    throw new RolecallError('unrepresentable', 'These arguments can\u2019t be written as a call of Python.', {
      path,
    });
  const values = [...members].map(([key, json]): Pieces => {
    const isText = json.startsWith('"');
    const quoted = isText ? `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : json;
    return [content(key, 'text'), '=', content(quoted, 'json')];
  });
  return [content(plainName(name, path), 'text'), '(', listed(values, ', '), ')'];
}

/** Behind a front with no token in it: a call is told from words by the names of its members. */
function bareFormats({ front, middle, behind }: JsonCall, { one, worded }: Samples): CallFormat[] {
  const shown = /^\[?\{"\w/.exec(front);
  if (shown === null || !middle.startsWith('"')) return [];
  const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const head = quote(shown[0]);
  const rest = quote(front.slice(shown[0].length));
  const leads = new RegExp(`^(\\s*${head})(\\\\*)${rest}[^"\\n\\\\]*${quote(middle)}`);
  const hasId = behind.includes(one.calls[0]!.id);
  const form: CallForm = {
    closings: tokensIn(behind),
    next: [],
    between: /[\s;,]/,
    ...(hasId ? { whole: true } : {}),
  };
  // Behind words a template may write it with nothing in between.
  const inWords = worded?.text.startsWith(worded.words + front) === true;
  const section: Section = {
    marks: [front],
    ...(inWords ? {} : { at: 'start', leads }),
    opening(text) {
      const reading = leads.exec(text);
      if (reading !== null && reading.index === 0) return reading[2] === '' ? front.length : 0;
      const name = /^[^"\n]*/.exec(text.slice(front.length))![0];
      const told = text.slice(front.length + name.length);
      return middle.startsWith(told) ? undefined : 0;
    },
    read(input, out, opening) {
      input.back(opening.length);
      return readCalls(input, out, form, '');
    },
  };
  return [{ name: 'derived', sections: [section, ...llamaCalls.sections], signs: [] }];
}

const sectionOf = (mark: string, form: CallForm): Section => ({
  marks: [`\n${mark}`, mark],
  read: (input, out, opening) => readCalls(input, out, form, opening),
});

/** Where a text of the template ends that stands at a place, white space aside; -1 where it does not, undefined where it may yet. */
function literalEnd(text: string, from: number, literal: string): number | undefined {
  let at = from;
  for (const unit of literal) {
    if (isWhite(unit.charCodeAt(0))) continue;
    while (at < text.length && isWhite(text.charCodeAt(at))) at++;
    if (at >= text.length) return undefined;
    if (text.charAt(at) !== unit) return -1;
    at++;
  }
  while (at < text.length && isWhite(text.charCodeAt(at))) at++;
  return at;
}

/** Reads the name of a function, and what stands around it, up to its arguments. */
function headOf(rest: string, middle: string, id: string): (text: string) => HeadReading {
  const [front, idFront] = parted(rest, id);
  const [between, idBehind] = parted(middle, id);
  const stop = between.trim().charAt(0);
  return (text) => {
    let at = literalEnd(text, 0, front);
    if (at === undefined) return 'perhaps';
    if (at === -1) return 'no';
    let found: string | undefined;
    if (idFront !== undefined) {
      const end = wordEnd(text, at);
      if (end === text.length) return 'perhaps';
      found = text.slice(at, end);
      at = literalEnd(text, end, idFront);
      if (at === undefined) return 'perhaps';
      if (at === -1) return 'no';
    }
    const end = wordEnd(text, at, stop);
    if (end === text.length) return 'perhaps';
    if (end === at) return 'no';
    const name = text.slice(at, end);
    let from = literalEnd(text, end, between);
    if (idBehind !== undefined && from !== undefined && from !== -1) {
      const idEnd = wordEnd(text, from, idBehind.trim().charAt(0));
      if (idEnd === text.length) return 'perhaps';
      found = text.slice(from, idEnd);
      from = literalEnd(text, idEnd, idBehind);
    }
    if (from === undefined || from === text.length) return 'perhaps';
    if (from === -1 || !/[{[]/.test(text.charAt(from))) return 'no';
    return { name, id: found, from } satisfies Head;
  };
}

/** A text in front of an id, and behind it where it has one. */
function parted(text: string, id: string): [string, string | undefined] {
  const at = text.indexOf(id);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + id.length)];
}

function wordEnd(text: string, from: number, stop = ''): number {
  let at = from;
  while (
    at < text.length &&
    !isWhite(text.charCodeAt(at)) &&
    text.charAt(at) !== stop &&
    !/[{<["]/.test(text.charAt(at))
  )
    at++;
  return at;
}
