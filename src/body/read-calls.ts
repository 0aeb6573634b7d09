import { isWhite } from '../text/json.js';
import { JsonScan } from '../text/json-scan.js';
import { type Head, type HeadReading, headAt, jsonHead } from './call-heads.js';
import { callOf, keyedCall } from './call-object.js';
import type { Input, Reading } from './input.js';
import type { Out } from './out.js';
import { readPythonObject, readPythonRest } from './python.js';
import { mostWhite } from './section.js';

/** How a stretch that may hold calls is written. */
export interface CallForm {
  /** What may stand behind the calls, each once, in this order. */
  closings?: readonly string[];
  /** Marks that begin further calls: like the closing marks, they end arguments that are no JSON. */
  next: readonly string[];
  /** What stands in front of the arguments of a call, where that is no JSON object. */
  head?: (text: string) => HeadReading;
  /** Each call comes whole: an id may stand behind its arguments. */
  whole?: true;
  /** A call is an object whose one member is its arguments, under its name: `{"f": {…}}`. */
  keyed?: true;
  /** One call that has no mark but its own bracket: it may be meant as JSON. */
  bare?: true;
  /** White space in front of the last closing mark goes with it, though it is missing. */
  spaced?: true;
  /** What may stand between calls beside white space. */
  between?: RegExp;
  /** Reads a call that is neither an object nor a list. */
  other?: (input: Input, out: Out) => Reading<'call' | 'none'>;
  /** The last closing mark is that of a fence: the line end behind it goes with it, but where it belongs to this. */
  line?: string;
}

/** Where the reading of a stretch stands. */
interface State {
  inList: boolean;
  /** A list of calls has ended: no further call follows it. */
  listed: boolean;
  /** How many closing marks can't come any more. */
  closed: number;
}

/** Reads the calls of a stretch, whose opening mark was taken. */
export function* readCalls(input: Input, out: Out, form: CallForm, mark: string): Reading {
  const state: State = { inList: false, listed: false, closed: 0 };
  out.keep(mark);
  for (;;) {
    const found = yield* readCall(input, out, form, state);
    // Bare JSON may be meant as such, but where a reply is only the beginning of it.
    if (found !== 'call') return out.leave(form.bare === undefined || (found === 'cut' && out.silent));
    if (!(yield* behind(input, out, form, state))) return;
  }
}

/** `cut`: the text ended within it. */
type Found = 'call' | 'none' | 'cut';

function* readCall(input: Input, out: Out, form: CallForm, state: State): Reading<Found> {
  if (form.head !== undefined) return yield* headed(input, out, form, form.head);
  yield* keepWhite(input, out);
  if (input.unit === '[' && !state.inList && !form.bare) {
    state.inList = true;
    out.keep(input.take(1));
    yield* keepWhite(input, out);
  }
  if (input.unit === '{') return yield* object(input, out, form);
  return form.other === undefined || state.inList ? 'none' : yield* form.other(input, out);
}

export function* keepWhite(input: Input, out: Out): Reading {
  for (let white = mostWhite; white === mostWhite; ) {
    white = yield* input.white(mostWhite);
    out.keep(input.take(white));
  }
}

/** The head at the next unit, once it is told from what is none. */
export function* waitHead(input: Input, read: (text: string) => HeadReading): Reading<Head | null> {
  for (;;) {
    const head = headAt(input.text, input.pos, read);
    if (typeof head === 'object') return { ...head, from: head.from - input.pos };
    if (head === 'no' || !(yield* input.more())) return null;
  }
}

function* headed(
  input: Input,
  out: Out,
  form: CallForm,
  read: (text: string) => HeadReading,
): Reading<Found> {
  const head = yield* waitHead(input, read);
  if (head === null) return 'none';
  out.head(head.name, head.id);
  input.take(head.from);
  yield* callArguments(input, out, form, new JsonScan(), 0);
  return 'call';
}

function* object(input: Input, out: Out, form: CallForm): Reading<Found> {
  const written = out.exact ? null : yield* readPythonObject(input);
  if (written !== null) {
    out.keep(written.text);
    return wholeCall(written.json, out, form);
  }
  const head = form.whole || form.keyed ? null : yield* waitHead(input, jsonHead);
  const scan = new JsonScan();
  if (head === null) return yield* wholeObject(input, out, form, scan);
  out.head(head.name, head.id);
  scan.read(input.take(head.from), 0, 0);
  const good = yield* callArguments(input, out, form, scan, 1);
  yield* restOfObject(input, out, good ? scan : null);
  return 'call';
}

function* wholeObject(input: Input, out: Out, form: CallForm, scan: JsonScan): Reading<Found> {
  const read: string[] = [];
  for (;;) {
    const part = input.takeTo(scan.read(input.text, input.pos, 0));
    read.push(part);
    out.keep(part);
    if (scan.closed) break;
    if (scan.broken) return 'none';
    if (!(yield* input.more())) return 'cut';
  }
  return wholeCall(read.join(''), out, form);
}

function wholeCall(text: string, out: Out, form: CallForm): Found {
  const call = form.keyed ? keyedCall(text) : callOf(text);
  if (call === null || (form.bare && !/"(?:parameters|arguments)"/.test(text))) return 'none';
  out.call(call);
  return 'call';
}

/**
 * Arguments as they come (those of Python as JSON), up to the bracket that leaves `floor` brackets open. Once they are no JSON, a closing mark or the
 * next call ends them too.
 */
export function* callArguments(
  input: Input,
  out: Out,
  form: CallForm,
  scan: JsonScan,
  floor: number,
): Reading<boolean> {
  let front = '';
  while (!scan.broken) {
    const part = input.takeTo(scan.read(input.text, input.pos, floor));
    if (front.length < 64) front += part;
    out.args(part);
    if (scan.closed) return true;
    if (!scan.broken && !(yield* input.more())) break;
  }
  if (input.unit === "'" && !out.exact && /^\{\s*$/.test(front)) {
    const rest = yield* readPythonRest(input);
    if (rest !== null) {
      out.args(rest);
      return false;
    }
  }
  while (scan.broken) {
    const { at, sure } = argumentsEnd(input, form);
    const length = scan.read(input.text.slice(input.pos, at), 0, floor);
    out.args(input.take(length));
    if (scan.closed || sure || !(yield* input.more())) break;
  }
  out.fault({ broken: true });
  return false;
}

/** Where arguments that are no JSON end: at the first mark behind them, or (not `sure`) the beginning of one. */
function argumentsEnd(input: Input, { closings = [], next }: CallForm): { at: number; sure: boolean } {
  let at = input.text.length;
  let sure = false;
  for (const mark of [...closings, ...next]) {
    const whole = input.find(mark);
    const part = input.partial(mark);
    if (whole !== -1 && (whole < at || (whole === at && !sure))) [at, sure] = [whole, true];
    else if (part !== -1 && part < at) [at, sure] = [part, false];
  }
  return { at, sure };
}

/** What stands behind the arguments in their object: its bracket, or members that are lost, but for the type. */
function* restOfObject(input: Input, out: Out, scan: JsonScan | null): Reading {
  const white = yield* input.white(mostWhite);
  const unit = input.text.charAt(input.pos + white);
  if (unit === '}') input.take(white + 1);
  if (unit !== ',' || scan === null) return;
  input.take(white);
  const read: string[] = [];
  for (;;) {
    const part = input.takeTo(scan.read(input.text, input.pos, 0));
    read.push(part);
    out.keep(part);
    if (scan.broken) return out.leave();
    if (scan.closed || !(yield* input.more())) break;
  }
  out.takeKept();
  const text = read.join('');
  if (!/^,\s*"type"\s*:\s*"function"\s*\}$/.test(text)) out.fault({ lost: text });
}

/** What stands behind a call: true where one more may come. */
function* behind(input: Input, out: Out, form: CallForm, state: State): Reading<boolean> {
  const { closings = [] } = form;
  for (;;) {
    const white = yield* input.white(mostWhite);
    const at = input.pos + white;
    const unit = input.text.charAt(at);
    if (state.inList && (unit === ',' || unit === ']')) {
      const text = input.take(white + 1);
      if (unit === ',') {
        out.keep(text);
        return true;
      }
      state.inList = false;
      state.listed = true;
      continue;
    }
    const marks = closings.slice(state.closed);
    const found = marks.findIndex((mark) => input.text.startsWith(mark, at));
    if (found !== -1) {
      input.take(white + marks[found]!.length);
      state.closed += found + 1;
      state.inList = false;
      if (form.line !== undefined) return yield* lineBehind(input, form.line);
      if (state.closed === closings.length) return false;
      continue;
    }
    const rest = input.window(at, 32);
    if (!input.ended && marks.some((mark) => mark.startsWith(rest))) {
      yield;
      continue;
    }
    if (
      unit === '}' &&
      closings.length > 0 &&
      state.closed === 0 &&
      !out.exact &&
      (yield* isLeftOver(input, at + 1, marks))
    ) {
      out.fault({ lost: input.take(white + 1) });
      continue;
    }
    return yield* further(input, out, form, state, white);
  }
}

/** Is a bracket behind a call one too many: does nothing but a mark, or the end, follow it? */
function* isLeftOver(input: Input, place: number, marks: readonly string[]): Reading<boolean> {
  for (let at = place; ; ) {
    while (at < input.text.length && at - place < mostWhite && isWhite(input.text.charCodeAt(at))) at++;
    const rest = input.window(at, 64);
    if (marks.some((mark) => rest.startsWith(mark))) return true;
    if (input.ended || !marks.some((mark) => mark.startsWith(rest))) return input.ended && rest === '';
    const behind = [place - input.pos, at - input.pos] as const;
    yield* input.more();
    [place, at] = [input.pos + behind[0], input.pos + behind[1]];
  }
}

/** No mark follows a call: true where one more call does. */
function* further(input: Input, out: Out, form: CallForm, state: State, white: number): Reading<boolean> {
  // White space between two closing marks goes with them.
  if (form.spaced && state.closed === 2) input.take(white);
  if (state.closed > 0 || state.listed || form.head !== undefined) return false;
  if (form.between === undefined) {
    if (form.bare) return false;
    if (input.text.charAt(input.pos + white) !== '{') return false;
    out.keep(input.take(white));
    return true;
  }
  for (let length = white; ; ) {
    while (length < mostWhite && form.between.test(input.text.charAt(input.pos + length))) length++;
    if (length < mostWhite && length === input.left && (yield* input.more())) continue;
    if (input.text.charAt(input.pos + length) !== '{') return false;
    out.keep(input.take(length));
    return true;
  }
}

/** The line end behind a fence goes with it, but where it belongs to the next. */
function* lineBehind(input: Input, next: string): Reading<false> {
  for (;;) {
    const rest = input.window(input.pos, next.length);
    if (rest !== next && next.startsWith(rest) && (yield* input.more())) continue;
    if (rest !== next && input.unit === '\n') input.take(1);
    return false;
  }
}
