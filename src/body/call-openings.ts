import { isWhite, skipWhite } from '../text/json.js';
import { partialMark } from '../text/partial-mark.js';
import { headerLength } from './channel-reader.js';
import type { ToolSyntax } from './syntax.js';

/** How a stretch that may hold calls is written. */
export interface Form {
  /**
   * What stands behind the mark. `items`: JSON objects, or a list of them. `tag`: the same, or a call as Python writes it.
   * `named`: a name and its arguments, or a list. `function`: a name, then arguments. `fenced`: DeepSeek's. `bare`: the mark
   * is the object itself. `message`: harmony's, whose header names the function.
   */
  kind: 'items' | 'tag' | 'named' | 'function' | 'fenced' | 'bare' | 'message';
  /** What may stand behind the calls, each once, in this order. */
  closings: readonly string[];
  /** Each call comes whole: an id may stand behind its arguments. */
  whole?: true;
}

/** A place where calls may begin. */
export interface Opening {
  at: number;
  /** The length of the mark; 0 where it takes more text to tell whether it is one. */
  length: number;
  form: Form;
  syntax: ToolSyntax;
}

const items = (...closings: string[]): Form => ({ kind: 'items', closings });
const hermes = /* @__PURE__ */ items('</tool_call>');
const action = /* @__PURE__ */ items('```');
const bare: Form = { kind: 'bare', closings: [] };
const message: Form = { kind: 'message', closings: [] };
const fenced: Form = {
  kind: 'fenced',
  closings: ['```', '<｜tool▁call▁end｜>', '<｜tool▁calls▁end｜>'],
};

/** Mistral's list of calls. */
export const listForm: Form = { kind: 'items', closings: [], whole: true };

/** The marks that open calls. White space in front of some belongs to them. */
const markForms = /* @__PURE__ */ formsByMark();

function formsByMark(): Record<ToolSyntax, readonly (readonly [string, Form])[]> {
  const hermesMarks: [string, Form][] = [
    ['\n<tool_call>', hermes],
    ['<tool_call>', hermes],
  ];
  return {
    hermes: hermesMarks,
    granite: [['<|tool_call|>', items()], ...hermesMarks],
    mistral: [['[TOOL_CALLS]', { kind: 'named', closings: [] }]],
    deepseek: [],
    llama: [
      ['<function=', { kind: 'function', closings: ['</function>'] }],
      ['<|python_tag|>', { kind: 'tag', closings: [] }],
    ],
    'command-r': [['<|START_ACTION|>', items('<|END_ACTION|>')]],
    harmony: [],
  };
}

const allSyntaxes = /* @__PURE__ */ Object.keys(markForms) as ToolSyntax[];

/** So much white space in front of a mark belongs to it, and waits for it. */
const mostWhite = 1024;

/** The length of something at a place: 0 for none, undefined where it takes more text to tell. */
type Length = number | undefined;

/** `(<｜tool▁calls▁begin｜>)?\s*<｜tool▁call▁begin｜>` */
function deepseekLength(text: string, at: number): Length {
  const outer = '<｜tool▁calls▁begin｜>';
  const inner = '<｜tool▁call▁begin｜>';
  if (outer.startsWith(text.slice(at)) && text.length - at < outer.length) return undefined;
  const p = skipWhite(text, text.startsWith(outer, at) ? at + outer.length : at);
  if (text.startsWith(inner, p)) return p + inner.length - at;
  return inner.startsWith(text.slice(p)) ? undefined : 0;
}

/** `Action:`, a fence and perhaps the word `json`. */
function actionLength(text: string, at: number): Length {
  const word = 'Action:';
  if (!text.startsWith(word, at)) return word.startsWith(text.slice(at)) ? undefined : 0;
  const p = skipWhite(text, at + word.length);
  if (!text.startsWith('```', p)) return '```'.startsWith(text.slice(p)) ? undefined : 0;
  const behind = p + 3;
  if (text.startsWith('json', behind)) return behind + 4 - at;
  return 'json'.startsWith(text.slice(behind)) ? undefined : behind - at;
}

const jsonNames = ['"name"', '"type"', '"function"'];

/** The `{` of a bare object whose first key is one of a call. The object is read from its bracket on. */
function bareLength(text: string, at: number): Length {
  const start = skipWhite(text, at + 1);
  const rest = text.slice(start, start + 12);
  for (const name of jsonNames) {
    if (name.startsWith(rest) && rest !== name) return undefined;
    if (!rest.startsWith(name)) continue;
    const colon = skipWhite(text, start + name.length);
    if (colon >= text.length) return undefined;
    if (text.charAt(colon) === ':') return 1;
  }
  return 0;
}

function findMark(text: string, syntax: ToolSyntax, last: boolean): Opening | null {
  let best: Opening | null = null;
  const offer = (at: number, length: number, form: Form): void => {
    if (at !== -1 && (best === null || at < best.at)) best = { at, length, form, syntax };
  };
  for (const [mark, form] of markForms[syntax]) {
    offer(text.indexOf(mark), mark.length, form);
    if (!last) offer(partialMark(text, mark), 0, form);
  }
  return best;
}

/** The first place where calls may begin. `fresh`: the text is the beginning of the reply; `last`: no more comes. */
export function findOpening(text: string, syntax: ToolSyntax, fresh: boolean, last: boolean): Opening | null {
  let best: Opening | null = findMark(text, syntax, last);
  const offer = (at: number, length: number, form: Form): void => {
    if (best === null || at < best.at || (at === best.at && length > best.length))
      best = { at, length, form, syntax };
  };
  /** Looks at each place where something may begin, up to the first where it does. */
  const search = (
    form: Form,
    first: number,
    next: (from: number) => number,
    lengthAt: (at: number) => Length,
  ): void => {
    for (let at = first; at !== -1; at = next(at + 1)) {
      const length = lengthAt(at);
      if (length === 0 || (length === undefined && last)) continue;
      const over = Math.max(0, skipWhite(text, at) - at - mostWhite);
      offer(at + over, length === undefined ? 0 : length - over, form);
      return;
    }
  };
  const find = (unit: string) => (from: number) => text.indexOf(unit, from);

  switch (syntax) {
    case 'deepseek': {
      const place = (from: number): number => {
        // White space is looked at once, from its start: where that is no opening, no part of it is.
        const behind = isWhite(text.charCodeAt(from - 1)) ? skipWhite(text, from) : from;
        const at = text.slice(behind).search(/[ \t\r\n]|<｜/);
        return at === -1 ? -1 : behind + at;
      };
      const half = last ? -1 : partialMark(text, '<｜');
      search(fenced, place(0), place, (at) => deepseekLength(text, at));
      if (half !== -1) offer(half, 0, fenced);
      break;
    }
    case 'llama':
      search(bare, text.indexOf('{'), find('{'), (at) => bareLength(text, at));
      break;
    case 'command-r': {
      const behind = (at: number): Length => {
        const length = actionLength(text, at + 1);
        return length === undefined || length === 0 ? length : length + 1;
      };
      const start = fresh ? actionLength(text, 0) : 0;
      if (start !== 0 && (start !== undefined || !last)) offer(0, start ?? 0, action);
      search(action, text.indexOf('\n'), find('\n'), behind);
      break;
    }
    case 'harmony':
      search(message, text.indexOf('<'), find('<'), (at) => headerLength(text.slice(at)));
      break;
  }
  return best;
}

/**
 * The first place where calls may begin, in any syntax: whose mark it is, that syntax the reply speaks. `silent`: nothing
 * but white space came before.
 */
export function guessOpening(text: string, fresh: boolean, silent: boolean, last: boolean): Opening | null {
  let best: Opening | null = null;
  const offer = (found: Opening | null): void => {
    if (found === null) return;
    if (best === null || found.at < best.at || (found.at === best.at && found.length > best.length))
      best = found;
  };
  for (const syntax of allSyntaxes)
    offer(syntax === 'llama' ? findMark(text, syntax, last) : findOpening(text, syntax, fresh, last));
  // Bare JSON is a call only where the reply is nothing but that.
  const start = skipWhite(text, 0);
  if (!silent || (text.charAt(start) !== '{' && (start < text.length || last))) return best;
  const length = start < text.length ? bareLength(text, start) : undefined;
  if (length === 0 || (length === undefined && last)) return best;
  offer({ at: start, length: length ?? 0, form: bare, syntax: 'llama' });
  return best;
}

/** Marks that begin further calls, where they don't depend on what stands around them. */
const nextMarks = (syntax: ToolSyntax): readonly string[] =>
  syntax === 'deepseek' ? ['<｜tool▁call▁begin｜>'] : markForms[syntax].map(([mark]) => mark);

/** Where arguments that are no JSON end: at the first mark behind them, or (not `sure`) the beginning of one. */
export function findEnd(
  text: string,
  form: Form,
  syntax: ToolSyntax,
  last: boolean,
): { at: number; sure: boolean } {
  let at = text.length;
  let sure = false;
  for (const mark of [...form.closings, ...nextMarks(syntax)]) {
    const whole = text.indexOf(mark);
    const part = last ? -1 : partialMark(text, mark);
    if (whole !== -1 && (whole < at || (whole === at && !sure))) [at, sure] = [whole, true];
    else if (part !== -1 && part < at) [at, sure] = [part, false];
  }
  return { at, sure };
}
