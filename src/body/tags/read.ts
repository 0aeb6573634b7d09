import { isJson, valueEnd } from '../../text/json.js';
import { JsonScan } from '../../text/json-scan.js';
import type { Input, Reading } from '../input.js';
import type { Out } from '../out.js';
import { type CallForm, callArguments, keepWhite } from '../read-calls.js';
import { type Length, mostWhite, type Section } from '../section.js';
import { declaredTypes, typedValue } from '../typed.js';

/**
 * Calls whose arguments stand between tags of their own:
 * `<tool_call><function=f><parameter=city>Paris</parameter></function></tool_call>`.
 */
export interface Tags {
  /** What stands around one call or several; null where the tags of a call are all. */
  around: { open: string; close: string } | null;
  call: { open: string; close: string };
  parameter: { open: string; close: string };
  /** Further marks of a call, which its arguments may not hold either. */
  others?: readonly string[];
  /** The opening of a call, with its name as the first group. Both patterns begin at the start of a text. */
  callHead: RegExp;
  /** The opening of a parameter, with its key, and perhaps with `true` for a string and `false` for JSON. */
  parameterHead: RegExp;
  /** A line end at each side of a value belongs to the tags. */
  lines?: true;
}

/** A head that is longer than this is none. */
const longestHead = 4096;

/** The name or key that a head holds. */
function nameOf(text: string, out: Out): string {
  if (/^'.*'$/.test(text)) return out.restore(text.slice(1, -1));
  if (!text.startsWith('"')) return out.restore(text.trim());
  return isJson(text) ? (JSON.parse(text) as string) : text.slice(1, -1);
}

/** A head stands on one line, but for white space in front of a mark. */
const broken = /\S[^\n]*\n\s*[^\s<]/;

/** What a pattern finds in the text that stands next, once it is told from what is none. */
function* match(input: Input, pattern: RegExp): Reading<RegExpExecArray | null> {
  for (;;) {
    const text = input.window(input.pos, longestHead);
    const found = pattern.exec(text);
    if (found !== null) return found;
    if (broken.test(text) || text.length === longestHead || !(yield* input.more())) return null;
  }
}

/** Takes white space and one of several marks behind it; '' where none stands there. */
function* takeMark(input: Input, marks: readonly string[]): Reading<string> {
  const white = yield* input.white(mostWhite);
  for (;;) {
    const rest = input.window(input.pos + white, 64);
    const found = marks.find((mark) => rest.startsWith(mark));
    if (found !== undefined) {
      input.take(white + found.length);
      return found;
    }
    if (!marks.some((mark) => mark.startsWith(rest)) || !(yield* input.more())) return '';
  }
}

/** The first place where one of some marks stands, from the next unit on; null once none can come. */
function* firstOf(input: Input, marks: readonly string[]): Reading<{ at: number; mark: string } | null> {
  for (;;) {
    let found: { at: number; mark: string } | null = null;
    for (const mark of marks) {
      const at = input.find(mark);
      if (at !== -1 && (found === null || at < found.at)) found = { at, mark };
    }
    if (found !== null) return found;
    if (!(yield* input.more())) return null;
  }
}

/** The value that a text between tags is, without the line ends of the tags. */
function valueText(text: string, { lines }: Tags): string {
  if (!lines) return text;
  const from = text.startsWith('\n') ? 1 : 0;
  return text.slice(from, text.length > from && text.endsWith('\n') ? -1 : undefined);
}

/** A call that is read. */
interface Open {
  name: string;
  /** Keys whose values were taken for no strings by their look. */
  guessed: string[];
  count: number;
}

/** One parameter, whose opening mark stands next. False where the text ends within it. */
function* parameter(input: Input, out: Out, tags: Tags, call: Open): Reading<boolean> {
  const head = yield* match(input, tags.parameterHead);
  if (head === null) return false;
  input.take(head[0].length);
  const key = nameOf(head[1]!, out);
  out.args(`${call.count++ === 0 ? '' : ', '}${JSON.stringify(key)}: `);
  const { close, open } = tags.parameter;
  // Models leave closing marks out: the next mark on a line of its own ends a value too.
  const ends = [close, `\n${open}`, `\n${tags.call.close}`];
  const end = yield* firstOf(input, ends);
  if (end === null) {
    // The beginning of a value: a text without its end, so that nobody takes it for the whole.
    out.args(JSON.stringify(input.take(input.left)).slice(0, -1));
    return false;
  }
  const text = valueText(input.takeTo(end.at), tags);
  if (end.mark === close) input.take(close.length);
  out.args(head[2] === undefined ? untyped(text, key, out, call) : marked(text, head[2] === 'true', out));
  return true;
}

function untyped(text: string, key: string, out: Out, call: Open): string {
  const types = declaredTypes(out.types, call.name, key);
  const { json, guessed } = typedValue(text, types);
  if (guessed) call.guessed.push(key);
  return json === JSON.stringify(text) ? JSON.stringify(out.restore(text)) : json;
}

/** A value whose tag says whether it is a string. */
function marked(text: string, isString: boolean, out: Out): string {
  return !isString && isJson(text) ? text.trim() : JSON.stringify(out.restore(text));
}

/** Arguments that stand in a call as one JSON text, and not between tags. */
function* asJson(input: Input, out: Out, tags: Tags): Reading<boolean> {
  input.take(yield* input.white(mostWhite));
  if (input.unit === '{') {
    const { call, around } = tags;
    const form: CallForm = { closings: [call.close], next: around === null ? [] : [around.close] };
    yield* callArguments(input, out, form, new JsonScan(), 0);
    return true;
  }
  if (input.unit !== '"') return false;
  const end = yield* firstOf(input, [tags.call.close]);
  const text = end === null ? '' : input.text.slice(input.pos, end.at);
  const length = text === '' ? -1 : valueEnd(text, 0);
  if (length === -1 || text.slice(length).trim() !== '' || !isJson(text.slice(0, length))) return false;
  const args = JSON.parse(input.take(length)) as string;
  out.args(args);
  if (!out.exact && !isJson(args)) out.fault({ broken: true });
  return true;
}

/** What stands in a call behind its head, up to its end. */
function* callBody(input: Input, out: Out, tags: Tags, name: string): Reading {
  const { around, call, parameter: tag } = tags;
  const opened: Open = { name, guessed: [], count: 0 };
  const ends = [call.close, ...(around === null ? [] : [around.close])];
  const stops = [tag.open, ...ends];
  let mark = yield* takeMark(input, stops);
  if (mark === '' && (yield* asJson(input, out, tags))) {
    if ((yield* takeMark(input, ends)) === around?.close) input.back(around.close.length);
    return;
  }
  out.args('{');
  for (; ; mark = yield* takeMark(input, stops)) {
    if (mark === tag.open) {
      input.back(mark.length);
      if (yield* parameter(input, out, tags, opened)) continue;
      out.fault({ broken: true });
      return;
    }
    if (mark !== '') break;
    // Something else stands between the tags of a call.
    const next = yield* firstOf(input, stops);
    const lost = next === null ? input.take(input.left) : input.takeTo(next.at);
    if (lost.trim() !== '') out.fault({ lost });
    if (next !== null) continue;
    out.fault({ broken: true });
    return;
  }
  out.args('}');
  if (opened.guessed.length > 0) out.fault({ guessed: opened.guessed });
  if (mark === around?.close) input.back(mark.length);
}

/** Reads calls between tags, whose outer mark (or, without one, that of the first call) was taken. */
export function* readTags(input: Input, out: Out, tags: Tags, opening: string): Reading {
  const { around, call } = tags;
  out.keep(opening);
  for (;;) {
    yield* keepWhite(input, out);
    const head = yield* match(input, tags.callHead);
    if (head === null) return out.leave();
    const name = nameOf(head[1]!, out);
    out.head(name);
    input.take(head[0].length);
    yield* callBody(input, out, tags, name);
    if (around === null || (yield* takeMark(input, [call.open, around.close])) !== call.open) return;
    input.back(call.open.length);
  }
}

/** The section of a form of tags; a stretch that begins like one and is none is left to other sections. */
export function tagSection(tags: Tags, marks: readonly string[]): Section {
  const { around, call, callHead } = tags;
  const open = around?.open ?? call.open;
  /** May a text that comes behind the outer mark yet become the head of a call? */
  const half = (text: string): boolean =>
    text.length < longestHead &&
    (around === null
      ? !/^[<{[]/.test(text) && !broken.test(text)
      : call.open.startsWith(text) || (text.startsWith(call.open) && !broken.test(text)));
  return {
    marks,
    opening(text): Length {
      const from = text.indexOf(open) + open.length;
      const white = /^\s{0,64}/.exec(text.slice(from, from + 64))![0].length;
      const behind = text.slice(from + white);
      const head = callHead.exec(behind);
      if (head !== null) return from + white + head[0].length;
      return half(behind) ? undefined : 0;
    },
    *read(input, out, opening) {
      const length = opening.indexOf(open) + open.length;
      input.back(opening.length - length);
      yield* readTags(input, out, tags, opening.slice(0, length));
    },
  };
}

/** Calls without the outer mark: models leave it out at times, and servers take it for a special token that nobody is to see. */
export function withoutOuter(tags: Tags): Section {
  const { call, parameter, callHead } = tags;
  const inner = [parameter.open, call.close];
  return {
    marks: [call.open],
    bare: true,
    opening(text) {
      const head = callHead.exec(text);
      if (head === null) return text.length < 1024 && !/[\n>]/.test(text) ? undefined : 0;
      const behind = text.slice(head[0].length, head[0].length + 64).trimStart();
      if (inner.some((mark) => behind.startsWith(mark))) return head[0].length;
      return inner.some((mark) => mark.startsWith(behind)) ? undefined : 0;
    },
    *read(input, out, opening) {
      input.back(opening.length);
      yield* readTags(input, out, tags, '');
    },
  };
}
