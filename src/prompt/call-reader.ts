import { RolecallError } from '../errors.js';
import {
  deepseekHead,
  functionHead,
  type Head,
  type HeadReading,
  jsonHead,
  longestHead,
  namedHead,
} from './call-heads.js';
import { findOpening, guessOpening, listForm, nextMarks, partialMark } from './call-openings.js';
import { headerLength } from './channel-reader.js';
import { harmonyParts } from './harmony.js';
import { skipWhite } from './json.js';
import { createJsonScan, type JsonScan } from './json-scan.js';
import { type Call, callOf, pythonCallIn, type ToolSyntax } from './tool-calls.js';

/**
 * What has become certain of a reply that may hold calls, in its order: prose; a call, whole, or its head and then its
 * arguments as they come; and what is wrong: `unread` is a stretch that looks like calls and was left in the prose,
 * `broken` says that the arguments of the call before are no whole JSON, `lost` what stood behind them in their object.
 */
export type CallPiece =
  | { text: string }
  | { call: Call }
  | { head: { name: string; id?: string } }
  | { args: string }
  | { unread: string }
  | { broken: true }
  | { lost: string };

/**
 * Reads calls from a reply that comes in pieces, cut anywhere, with the same result for every cut. Prose goes on at once.
 *
 * A call is certain once its name and the opening bracket of its arguments have come, and goes on from there as it comes;
 * its arguments end with their brackets. From the first unit on that is no JSON a closing mark (or the next call) ends
 * them as well. Where a call can't begin so (its name or id stands behind the arguments, the arguments are a JSON string,
 * Python writes it), it comes whole once its JSON is; what never becomes a call is prose.
 */
export interface CallReader {
  push(text: string): CallPiece[];
  end(): CallPiece[];
  /** Units that are held back. */
  readonly held: number;
}

export interface CallReaderOptions {
  /** Without a syntax, the first marks that come decide. */
  syntax?: ToolSyntax | undefined;
  /** The longest call that is waited for, in UTF-16 units. */
  limit?: number | undefined;
}

const defaultLimit = 4 * 1024 * 1024;

export function createCallReader({
  syntax: given,
  limit = defaultLimit,
}: CallReaderOptions = {}): CallReader {
  let syntax = given;
  /** Text that has not been read. */
  let held = '';
  let fresh = true;
  /** Blank prose at the start of the reply: it goes if there is nothing beside calls. */
  let blank = '';
  let said = false;
  let called = false;
  let out: CallPiece[] = [];

  type State =
    | 'prose'
    | 'calls'
    | 'object'
    | 'arguments'
    | 'rest'
    | 'members'
    | 'behind'
    | 'line'
    | 'message';
  let state: State = 'prose';
  let form = listForm;
  /** What was read of the mark and in front of the next call, which is prose if none comes. */
  let opened = '';
  let inList = false;
  /** A list of calls has ended: no further call follows it. */
  let listed = false;
  /** How many closing marks can't come any more. */
  let closed = 0;
  let scan: JsonScan = createJsonScan();
  /** The brackets that stay open where the arguments end: those of the object that they are a member of. */
  let floor = 0;
  /** The arguments of a message are whole, though it goes on. */
  let ended = false;
  /** An object, or what follows arguments in theirs, as far as it has come. */
  let parts: string[] = [];
  let waiting = 0;

  function say(text: string): void {
    if (text === '') return;
    if (said) {
      out.push({ text });
      return;
    }
    blank += text;
    if (text.trim() === '') return;
    said = true;
    out.push({ text: blank });
    blank = '';
  }

  function take(length: number): string {
    const text = held.slice(0, length);
    held = held.slice(length);
    fresh = fresh && length === 0;
    return text;
  }

  function hold(length: number): void {
    parts.push(take(length));
    waiting += parts.at(-1)!.length;
  }

  function takeParts(): string {
    const text = parts.join('');
    parts = [];
    waiting = 0;
    return text;
  }

  /** No call comes here: all since the mark, or since the call before, is prose. */
  function leave(last = false): boolean {
    const text = opened + takeParts();
    opened = '';
    state = 'prose';
    // Bare JSON may be meant as such, but where a reply is only the beginning of it.
    const meant = form.kind !== 'bare' || (last && !said && !called);
    if (meant && text.trim() !== '') out.push({ unread: text });
    say(text);
    return true;
  }

  function begin(head: { name: string; id?: string | undefined }): void {
    called = true;
    opened = '';
    out.push({ head: head.id === undefined ? { name: head.name } : { name: head.name, id: head.id } });
  }

  function finish(good: boolean): void {
    if (!good) out.push({ broken: true });
    state = form.kind === 'items' || form.kind === 'tag' || form.kind === 'bare' ? 'rest' : 'behind';
  }

  // Each step reads on from `held`, and tells whether there is more to read for the next.
  const steps: Record<State, (last: boolean) => boolean> = {
    prose(last) {
      if (held === '') return false;
      const found =
        syntax === undefined
          ? guessOpening(held, fresh, !said && !called, last)
          : findOpening(held, syntax, fresh, last);
      if (found === null) {
        say(take(held.length));
        return false;
      }
      say(take(found.at));
      if (found.length === 0) return false;
      syntax ??= found.syntax;
      form = found.form;
      inList = false;
      listed = false;
      closed = 0;
      scan = createJsonScan();
      if (form.kind === 'message') return message(take(found.length));
      opened = take(form.kind === 'bare' ? 0 : found.length);
      state = 'calls';
      return true;
    },

    calls(last) {
      const p = skipWhite(held, 0);
      const unit = held.charAt(p);
      if (form.kind === 'named' && (unit === '{' || unit === '[')) form = listForm;
      if (form.kind === 'function' || form.kind === 'fenced') {
        return begins(headOf(0, form.kind === 'function' ? functionHead : deepseekHead), last);
      }
      if (unit === '') return last && leave();
      if (unit === '[' && !inList && form.kind !== 'bare') {
        inList = true;
        opened += take(p + 1);
        return true;
      }
      if (unit === '{') {
        const head = form.whole === true ? 'no' : headOf(p, (text) => jsonHead(text, 0));
        if (head === 'perhaps' && !last) return false;
        opened += take(p);
        scan = createJsonScan();
        if (typeof head === 'object') {
          scan.read(take(head.from - p), 0, 0);
          floor = 1;
          begin(head);
          state = 'arguments';
        } else state = 'object';
        return true;
      }
      if (form.kind === 'named' && !inList) return begins(headOf(0, namedHead), last);
      if (form.kind === 'tag' && !inList) return python(last);
      return leave();
    },

    object(last) {
      const to = scan.read(held, 0, 0);
      hold(to);
      if (!scan.closed) return scan.broken || last ? leave(!scan.broken) : false;
      const call = callOf(parts.join(''));
      const bare = form.kind === 'bare' && !/"(?:parameters|arguments)"/.test(parts.join(''));
      if (call === null || bare) return leave();
      takeParts();
      opened = '';
      called = true;
      out.push({ call });
      state = 'behind';
      return true;
    },

    arguments(last) {
      if (!scan.broken) {
        const to = scan.read(held, 0, floor);
        if (to > 0) out.push({ args: take(to) });
        if (scan.closed) finish(true);
        else if (!scan.broken) {
          if (last) finish(false);
          return last;
        }
        return true;
      }
      const { at, sure } = endMark(last);
      const to = scan.read(held.slice(0, at), 0, floor);
      if (to > 0) out.push({ args: take(to) });
      if (!scan.closed && !sure && !last) return false;
      finish(false);
      return true;
    },

    rest(last) {
      const p = skipWhite(held, 0);
      const unit = held.charAt(p);
      if (unit === '' && !last) return false;
      state = 'behind';
      if (unit === '}') take(p + 1);
      else if (unit === ',' && !scan.broken) {
        take(p);
        state = 'members';
      }
      return true;
    },

    members(last) {
      const to = scan.read(held, 0, 0);
      hold(to);
      if (scan.broken) return leave();
      if (!scan.closed && !last) return false;
      const text = takeParts();
      if (!/^,\s*"type"\s*:\s*"function"\s*\}$/.test(text)) out.push({ lost: text });
      state = 'behind';
      return true;
    },

    behind(last) {
      const p = skipWhite(held, 0);
      const rest = held.slice(p);
      if (inList && (rest === '' || rest.startsWith(',') || rest.startsWith(']'))) {
        if (rest === '') {
          state = last ? 'prose' : 'behind';
          return last;
        }
        const comma = take(p + 1);
        if (rest.startsWith(']')) {
          inList = false;
          listed = true;
        } else {
          opened = comma;
          state = 'calls';
        }
        return true;
      }
      const marks = form.closings.slice(closed);
      const found = marks.findIndex((mark) => rest.startsWith(mark));
      if (found !== -1) {
        take(p + marks[found]!.length);
        closed += found + 1;
        inList = false;
        if (marks[found] === '```' && form.kind === 'items') state = 'line';
        else if (closed === form.closings.length) state = 'prose';
        return true;
      }
      if (!last && marks.some((mark) => mark.startsWith(rest))) return false;
      // White space behind DeepSeek's mark of an end goes with it.
      if (form.kind === 'fenced' && closed === 2) take(p);
      state = 'prose';
      if (closed > 0 || listed || (form.kind !== 'items' && form.kind !== 'tag')) return true;
      const next = form.kind === 'tag' ? /^[\s;,]*/.exec(held)![0].length : p;
      if (next === held.length) {
        state = last ? 'prose' : 'behind';
        return last && held !== '';
      }
      if (held.charAt(next) !== '{') return true;
      opened = take(next);
      state = 'calls';
      return true;
    },

    line(last) {
      // The line end behind a fence goes with it, but where it belongs to the next.
      const next = held.slice(1, 8);
      if (!last && (held === '' || (held.startsWith('\n') && 'Action:'.startsWith(next) && next.length < 7)))
        return false;
      if (held.startsWith('\n') && next !== 'Action:') take(1);
      state = 'prose';
      return true;
    },

    message(last) {
      for (let at = held.indexOf('<'); at !== -1; at = held.indexOf('<', at + 1)) {
        const rest = held.slice(at);
        const close = form.closings.find((mark) => rest.startsWith(mark));
        const header = headerLength(rest);
        if (close !== undefined || (header !== undefined && header > 0)) {
          argue(take(at));
          take(close?.length ?? 0);
          endMessage();
          return true;
        }
        const half = header === undefined || form.closings.some((mark) => mark.startsWith(rest));
        if (!last && half) {
          argue(take(at));
          return false;
        }
      }
      argue(take(held.length));
      if (!last) return false;
      endMessage();
      return false;
    },
  };

  /** A message of harmony: a call where its header names a function, else prose. */
  function message(header: string): boolean {
    const { to } = harmonyParts(header)[0]!;
    if (to.startsWith('functions.')) {
      begin({ name: to.slice('functions.'.length) });
      ended = false;
      state = 'message';
    } else say(header);
    return true;
  }

  /** The arguments of a message, which end with the message. */
  function argue(text: string): void {
    if (text === '') return;
    out.push({ args: text });
    let from = 0;
    if (!ended) {
      from = scan.read(text, 0, 0);
      ended = scan.closed;
    }
    if (ended && text.slice(from).trim() !== '') scan.broken = true;
  }

  function endMessage(): void {
    if (!ended || scan.broken) out.push({ broken: true });
    state = 'prose';
  }

  function headOf(from: number, read: (text: string) => HeadReading): HeadReading {
    const window = held.slice(from, from + longestHead);
    const head = read(window);
    if (typeof head === 'object') return { ...head, from: head.from + from };
    return head === 'perhaps' && window.length === longestHead ? 'no' : head;
  }

  /** Goes on with the arguments, which are an object of their own, where a head has come. */
  function begins(head: HeadReading, last: boolean): boolean {
    if (head === 'perhaps' && !last) return false;
    if (typeof head === 'string') return leave();
    begin(head as Head);
    take(head.from);
    scan = createJsonScan();
    floor = 0;
    state = 'arguments';
    return true;
  }

  function python(last: boolean): boolean {
    const found = pythonCallIn(held);
    if (found === 'perhaps' && !last) return false;
    if (typeof found === 'string') return leave();
    take(found.end);
    opened = '';
    called = true;
    out.push({ call: found.call });
    state = 'prose';
    return true;
  }

  /** The first mark that ends arguments which are no JSON, or the beginning of one. */
  function endMark(last: boolean): { at: number; sure: boolean } {
    let at = held.length;
    let sure = false;
    for (const mark of [...form.closings, ...nextMarks(syntax!)]) {
      const whole = held.indexOf(mark);
      const part = last ? -1 : partialMark(held, mark);
      if (whole !== -1 && (whole < at || (whole === at && !sure))) [at, sure] = [whole, true];
      else if (part !== -1 && part < at) [at, sure] = [part, false];
    }
    return { at, sure };
  }

  function read(last: boolean): CallPiece[] {
    while (steps[state](last));
    if (last && !called && blank !== '') out.push({ text: blank });
    if (last) blank = '';
    if (held.length + waiting > limit) {
      const message = `A call in the reply is longer than ${limit} units, the limit.`;
      throw new RolecallError('over-limit', message, { details: { limit, needed: held.length + waiting } });
    }
    const pieces = out;
    out = [];
    return pieces;
  }

  return {
    get held() {
      return held.length + opened.length + waiting + blank.length;
    },
    push(text) {
      held += text;
      return read(false);
    },
    end: () => read(true),
  };
}
