import { RolecallError } from '../errors.js';
import { skipWhite } from '../text/json.js';
import { createJsonScan, type JsonScan } from '../text/json-scan.js';
import {
  deepseekHead,
  functionHead,
  type Head,
  type HeadReading,
  headAt,
  jsonHead,
  namedHead,
} from './call-heads.js';
import { createMessageReader } from './call-message.js';
import { findEnd, findOpening, guessOpening, listForm } from './call-openings.js';
import { type CallPiece, createCallPieces } from './call-pieces.js';
import { harmonyParts } from './harmony.js';
import { pythonCallIn } from './llama.js';
import { callOf, type ToolSyntax } from './syntax.js';

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
/** A call in Python is read again with each piece that comes, so it may not be long. */
const longestPython = 65_536;

/** A long text is read in pieces, so that looking for each of many marks never means to look through all of it. */
const longestPiece = 8192;

export function createCallReader({
  syntax: given,
  limit = defaultLimit,
}: CallReaderOptions = {}): CallReader {
  let syntax = given;
  /** Text that has not been read. */
  let held = '';
  let fresh = true;
  const pieces = createCallPieces();

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
  let message = createMessageReader();
  /** An object, or what follows arguments in theirs, as far as it has come. */
  let parts: string[] = [];
  let waiting = 0;

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
    const meant = form.kind !== 'bare' || (last && pieces.silent);
    if (meant && text.trim() !== '') pieces.fault({ unread: text });
    pieces.say(text);
    return true;
  }

  function begin({ name, id }: Head): void {
    opened = '';
    pieces.head(name, id);
  }

  function finish(good: boolean): void {
    if (!good) pieces.fault({ broken: true });
    state = form.kind === 'items' || form.kind === 'tag' || form.kind === 'bare' ? 'rest' : 'behind';
  }

  // Each step reads on from `held`, and tells whether there is more to read for the next.
  const steps: Record<State, (last: boolean) => boolean> = {
    prose(last) {
      if (held === '') return false;
      const found =
        syntax === undefined
          ? guessOpening(held, fresh, pieces.silent, last)
          : findOpening(held, syntax, fresh, last);
      if (found === null) {
        pieces.say(take(held.length));
        return false;
      }
      pieces.say(take(found.at));
      if (found.length === 0) return false;
      syntax ??= found.syntax;
      form = found.form;
      inList = false;
      listed = false;
      closed = 0;
      scan = createJsonScan();
      if (form.kind === 'message') return enter(take(found.length));
      opened = take(form.kind === 'bare' ? 0 : found.length);
      state = 'calls';
      return true;
    },

    calls(last) {
      const p = skipWhite(held, 0);
      const unit = held.charAt(p);
      if (form.kind === 'named' && (unit === '{' || unit === '[')) form = listForm;
      if (form.kind === 'function' || form.kind === 'fenced') {
        return begins(headAt(held, 0, form.kind === 'function' ? functionHead : deepseekHead), last);
      }
      if (unit === '') return last && leave();
      if (unit === '[' && !inList && form.kind !== 'bare') {
        inList = true;
        opened += take(p + 1);
        return true;
      }
      if (unit === '{') {
        const head = form.whole === true ? 'no' : headAt(held, p, jsonHead);
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
      if (form.kind === 'named' && !inList) return begins(headAt(held, 0, namedHead), last);
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
      pieces.call(call);
      state = 'behind';
      return true;
    },

    arguments(last) {
      if (!scan.broken) {
        const to = scan.read(held, 0, floor);
        pieces.args(take(to));
        if (scan.closed) finish(true);
        else if (!scan.broken) {
          if (last) finish(false);
          return last;
        }
        return true;
      }
      const { at, sure } = findEnd(held, form, syntax!, last);
      const to = scan.read(held.slice(0, at), 0, floor);
      pieces.args(take(to));
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
      if (!/^,\s*"type"\s*:\s*"function"\s*\}$/.test(text)) pieces.fault({ lost: text });
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
      const { length, mark, ended } = message.read(held, last);
      pieces.args(take(length));
      take(mark);
      if (!ended) return false;
      if (!message.good) pieces.fault({ broken: true });
      state = 'prose';
      return true;
    },
  };

  /** A message of harmony: a call where its header names a function, else prose. */
  function enter(header: string): boolean {
    const { to } = harmonyParts(header)[0]!;
    if (to.startsWith('functions.')) {
      pieces.head(to.slice('functions.'.length), undefined);
      message = createMessageReader();
      state = 'message';
    } else pieces.say(header);
    return true;
  }

  /** Goes on with the arguments, which are an object of their own, where a head has come. */
  function begins(head: HeadReading, last: boolean): boolean {
    if (head === 'perhaps' && !last) return false;
    if (typeof head === 'string') return leave();
    begin(head);
    take(head.from);
    scan = createJsonScan();
    floor = 0;
    state = 'arguments';
    return true;
  }

  function python(last: boolean): boolean {
    const window = held.slice(0, longestPython);
    const found = pythonCallIn(window);
    if (found === 'perhaps' && !last && window.length < longestPython) return false;
    if (typeof found === 'string') return leave();
    take(found.end);
    opened = '';
    pieces.call(found.call);
    state = 'prose';
    return true;
  }

  function read(last: boolean): CallPiece[] {
    while (steps[state](last));
    if (held.length + waiting > limit) {
      const message = `A call in the reply is longer than ${limit} units, the limit.`;
      throw new RolecallError('over-limit', message, { details: { limit, needed: held.length + waiting } });
    }
    return pieces.take(last);
  }

  return {
    get held() {
      return held.length + opened.length + waiting + pieces.waiting;
    },
    push(text) {
      if (text.length <= longestPiece) {
        held += text;
        return read(false);
      }
      const out: CallPiece[] = [];
      for (let at = 0; at < text.length; at += longestPiece) {
        held += text.slice(at, at + longestPiece);
        for (const piece of read(false)) out.push(piece);
      }
      return out;
    },
    end: () => read(true),
  };
}
