import { RolecallError } from '../errors.js';
import { harmonyParts } from './harmony.js';
import { skipWhite, valueEnd } from './json.js';
import { type Call, callSpans, guessToolSyntax, type ToolSyntax } from './tool-calls.js';

/** What has become certain of a reply that may hold calls: prose, or a call, in their order. */
export type CallPiece = { text: string } | { call: Call } | { broken: string };

/**
 * Reads calls from a reply that comes in pieces: together the pieces give what `readToolCalls` gives for the whole. Prose
 * goes on at once; a call comes out when it is complete.
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

/** What opens a stretch that may be a call. White space in front of some marks belongs to them. */
const openings: Record<ToolSyntax, readonly string[]> = {
  hermes: ['\n<tool_call>', '<tool_call>'],
  granite: ['<|tool_call|>', '\n<tool_call>', '<tool_call>'],
  mistral: ['[TOOL_CALLS]'],
  deepseek: ['<｜tool▁calls▁begin｜>', '<｜tool▁call▁begin｜>'],
  llama: ['<function=', '<|python_tag|>'],
  'command-r': ['<|START_ACTION|>'],
  harmony: ['<|start|>', '<|channel|>', '<|constrain|>', '<|message|>'],
};

/** What may follow a complete call and still belong to it. */
const closings: Record<ToolSyntax, readonly string[]> = {
  hermes: ['</tool_call>'],
  granite: ['</tool_call>'],
  mistral: [],
  deepseek: ['<｜tool▁calls▁end｜>', '<｜tool▁call▁end｜>'],
  llama: ['</function>'],
  'command-r': ['<|END_ACTION|>', '```', 'Action:'],
  harmony: ['<|call|>', '<|end|>', '<|return|>'],
};

const allSyntaxes = Object.keys(openings) as ToolSyntax[];
const jsonNames = ['"name"', '"type"', '"function"'];

/** Could `{` at a place open Llama's bare JSON: `yes`, `no`, or it takes more text to tell. */
function bareJson(text: string, at: number): 'yes' | 'no' | 'perhaps' {
  const start = skipWhite(text, at + 1);
  const rest = text.slice(start, start + 12);
  if (rest === '') return 'perhaps';
  for (const name of jsonNames) {
    if (rest.length < name.length ? name.startsWith(rest) : rest.startsWith(name)) {
      if (rest.length < name.length) return 'perhaps';
      const colon = skipWhite(text, start + name.length);
      if (colon >= text.length) return 'perhaps';
      if (text.charAt(colon) === ':') return 'yes';
    }
  }
  return 'no';
}

/** Could a line end (or the start of the reply) at a place be in front of `Action: ``` `? */
function actionAt(text: string, at: number): 'yes' | 'no' | 'perhaps' {
  const word = 'Action:';
  const rest = text.slice(at, at + word.length);
  if (rest !== word) return word.startsWith(rest) ? 'perhaps' : 'no';
  const fence = text.slice(skipWhite(text, at + word.length)).slice(0, 3);
  if (fence === '```') return 'yes';
  return '```'.startsWith(fence) ? 'perhaps' : 'no';
}

interface Opening {
  at: number;
  /** The mark is complete; otherwise it takes more text to tell. */
  sure: boolean;
}

function partialMark(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return text.length - length;
  }
  return -1;
}

/** The first place where a call may begin. `fresh`: the text is the beginning of the reply. */
function findOpening(text: string, syntax: ToolSyntax, fresh: boolean, last: boolean): Opening | null {
  let best: Opening | null = null;
  const offer = (at: number, sure: boolean): void => {
    if (at !== -1 && (best === null || at < best.at || (at === best.at && sure))) best = { at, sure };
  };
  for (const mark of openings[syntax]) {
    offer(text.indexOf(mark), true);
    if (!last) offer(partialMark(text, mark), false);
  }
  if (syntax === 'deepseek' && !last) {
    // White space in front of a call goes with it.
    const end = text.trimEnd().length;
    if (end < text.length) offer(end, false);
  }
  if (syntax === 'deepseek' && best !== null) {
    const found: Opening = best;
    offer(text.slice(0, found.at).trimEnd().length, found.sure);
  }
  if (syntax === 'llama') {
    for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at + 1)) {
      const may = bareJson(text, at);
      if (may === 'yes' || (may === 'perhaps' && !last)) {
        offer(at, may === 'yes');
        break;
      }
    }
  }
  if (syntax === 'command-r') {
    for (let at = fresh ? -1 : text.indexOf('\n'); at < text.length; ) {
      const may = actionAt(text, at + 1);
      if (may === 'yes' || (may === 'perhaps' && !last)) {
        offer(Math.max(0, at), may === 'yes');
        break;
      }
      const next = text.indexOf('\n', at + 1);
      if (next === -1) break;
      at = next;
    }
  }
  return best;
}

const defaultLimit = 4 * 1024 * 1024;

export function createCallReader({
  syntax: given,
  limit = defaultLimit,
}: CallReaderOptions = {}): CallReader {
  let syntax = given;
  let held = '';
  /** The last of what went on, so that what looks back sees a text that goes on. */
  let behind = '';
  /** Blank prose at the start of the reply: it goes if there is nothing beside calls. */
  let blank = '';
  let said = false;
  let called = false;
  /** Reading the held call again is of no use before one of these comes. */
  let wait: RegExp | null = null;

  function read(last: boolean): CallPiece[] {
    const out: CallPiece[] = [];
    const say = (text: string): void => {
      if (text === '') return;
      behind = said || called || text.trim() !== '' ? `x${text.slice(-1)}` : text.slice(-1);
      if (!said) {
        blank += text;
        if (text.trim() === '') return;
        said = true;
        out.push({ text: blank });
        blank = '';
      } else out.push({ text });
    };
    const pass = (length: number): void => {
      const text = held.slice(0, length);
      held = held.slice(length);
      say(text);
    };

    const readAll = (spans: readonly Span[]): void => {
      const text = held;
      held = '';
      let done = 0;
      for (const { start, end, calls } of spans) {
        if (start < done) continue;
        if (calls.length === 0) {
          out.push({ broken: text.slice(start, end) });
          continue;
        }
        say(text.slice(done, start));
        done = end;
        called = true;
        for (const call of calls) out.push({ call });
      }
      say(text.slice(done));
    };

    while (held !== '') {
      const own: Opening | null =
        syntax === undefined ? guess(last) : findOpening(held, syntax, behind === '', last);
      if (own === null) {
        pass(held.length);
        break;
      }
      if (own.at > 0) pass(own.at);
      if (!own.sure && !last) break;
      const spoken = syntax ?? guessToolSyntax(held);
      // White space that a call shares with what went before it is out already.
      const spans = callSpans(behind + held, spoken)
        .map(({ start, end, calls }) => ({
          start: Math.max(0, start - behind.length),
          end: end - behind.length,
          calls,
        }))
        .filter(({ end }) => end > 0);
      if (last) {
        readAll(spans);
        break;
      }
      const [first] = spans;
      if (first === undefined || first.start > 0) {
        // No call begins here: the mark is prose, once that is certain.
        const prose = notACall(held, spoken);
        if (prose === 0) break;
        pass(first === undefined ? prose : Math.min(prose, first.start));
        continue;
      }
      // Stretches that overlap are told apart at the end, where all of them are known.
      const alone = spans.length === 1 || spans[1]!.start >= first.end;
      if (!alone || !settled(held, first, spoken)) {
        wait = alone && first.calls.length > 0 ? null : /[}\]>`]/;
        break;
      }
      wait = null;
      if (first.calls.length === 0) {
        out.push({ broken: held.slice(0, first.end) });
        // A line end may belong to the call behind it.
        pass(first.end > 1 && held.charAt(first.end - 1) === '\n' ? first.end - 1 : first.end);
        continue;
      }
      for (const call of first.calls) out.push({ call });
      called = true;
      behind = `x${held.charAt(first.end - 1)}`;
      held = held.slice(first.end);
    }
    if (last) {
      if (!called && blank !== '') out.push({ text: blank });
      blank = '';
    }
    if (held.length > limit) {
      const message = `A call in the reply is longer than ${limit} units, the limit.`;
      throw new RolecallError('over-limit', message, { details: { limit, needed: held.length } });
    }
    return out;
  }

  /** Which syntax the marks speak, and where the first may be. */
  function guess(last: boolean): Opening | null {
    let best: Opening | null = null;
    const offer = (found: Opening | null): void => {
      if (found !== null && (best === null || found.at < best.at || (found.at === best.at && found.sure)))
        best = found;
    };
    for (const one of allSyntaxes) {
      if (one !== 'llama') offer(findOpening(held, one, behind === '', last));
    }
    // Bare JSON is a call only where the reply is nothing but that.
    const start = skipWhite(held, 0);
    const bare = behind === '' && (held.charAt(start) === '{' || (start === held.length && !last));
    if (bare) offer({ at: 0, sure: start < held.length });
    for (const mark of openings.llama) {
      const at = held.indexOf(mark);
      if (at !== -1) offer({ at, sure: true });
      else if (!last) {
        const part = partialMark(held, mark);
        if (part !== -1) offer({ at: part, sure: false });
      }
    }
    const found = best as Opening | null;
    if (found?.sure === true) syntax = guessToolSyntax(held.slice(found.at));
    return found;
  }

  return {
    get held() {
      return held.length + blank.length;
    },
    push(text) {
      const ripe = wait === null || wait.test(text);
      held += text;
      return ripe ? read(false) : [];
    },
    end: () => read(true),
  };
}

interface Span {
  start: number;
  end: number;
  calls: Call[];
}

/** Will a span stay as it is, whatever follows? */
function settled(text: string, { end, calls }: Span, syntax: ToolSyntax): boolean {
  const span = text.slice(0, end);
  if (calls.length === 0) {
    const [close] = closings[syntax];
    if (close === undefined || (syntax !== 'hermes' && syntax !== 'granite' && syntax !== 'command-r'))
      return false;
    if (!span.endsWith(close)) return false;
    // Brackets decide where JSON ends; one that is still open may hold the closing mark in a string.
    const body = skipWhite(text, text.indexOf('>') + 1);
    for (let at = body; /[[{]/.test(text.charAt(at)); ) {
      const after = valueEnd(text, at);
      if (after === -1) return false;
      at = skipWhite(text, after);
    }
    return true;
  }
  if (syntax === 'llama') return span.startsWith('<function=') && span.endsWith('</function>');
  const tail = text.slice(end).trimStart();
  const marks = closings[syntax];
  const [outer] = marks;
  if (outer !== undefined && span.endsWith(outer)) return true;
  if (syntax === 'harmony') return marks.some((mark) => span.endsWith(mark)) || tail !== '';
  if (tail === '') return false;
  // Behind a call without its closing mark another may begin: whether that closes it is known once a closing mark comes.
  const next = outer === undefined ? [] : openings[syntax].filter((mark) => tail.startsWith(mark));
  if (next.length > 0) return false;
  return ![...marks, ...openings[syntax]].some((mark) => mark.startsWith(tail) && mark !== tail);
}

/** How much of a text that begins with a mark is certainly no call; 0 where more must come to tell. */
function notACall(text: string, syntax: ToolSyntax): number {
  if (syntax === 'harmony') {
    const [part] = harmonyParts(text);
    if (part !== undefined && part.start === 0) return part.contentStart;
    // A header goes on while no other mark and no message has come.
    const next = text.indexOf('<', 2);
    if (
      next === -1 ||
      ['<|start|>', '<|channel|>', '<|constrain|>', '<|message|>'].some((mark) =>
        mark.startsWith(text.slice(next, next + mark.length)),
      )
    ) {
      return 0;
    }
    return next;
  }
  if (syntax === 'deepseek') {
    const from = skipWhite(text, 0);
    const begin = '<｜tool▁calls▁begin｜>';
    if (!text.startsWith(begin, from)) return 0;
    const rest = text.slice(from + begin.length).trimStart();
    return rest === '' || '<｜tool▁call▁begin｜>'.startsWith(rest) ? 0 : from + begin.length;
  }
  if (syntax === 'llama') {
    // A tag of a function that has not ended, or JSON: both may still become a call.
    return 0;
  }
  return 0;
}
