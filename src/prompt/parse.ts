import type { Warning } from '../errors.js';
import type { Message, Role } from '../schemas/messages.js';
import type { Dialect } from './dialect.js';
import type { DialectName } from './dialects/index.js';
import { unescapeContent } from './escape.js';
import { isBlank, skipSpace, trimEnd } from './space.js';
import type { Frame, Scan, Syntax } from './syntax.js';
import { syntaxOf } from './syntaxes.js';
import type { ParsedPrompt, Turn } from './types.js';

/** The unit in front of an offset, '' at the start of the text. */
export const unitBefore = (text: string, offset: number): string =>
  offset === 0 ? '' : text.charAt(offset - 1);

/** The message of a turn. Without a syntax (no conversation) the content stands as it is. */
export function readMessage(
  syntax: Syntax | null,
  text: string,
  turn: Turn,
  name: string | undefined,
): Message {
  const raw = text.slice(turn.contentStart, turn.contentEnd);
  const before = unitBefore(text, turn.contentStart);
  const structured = syntax?.body?.read(turn.role, raw, (part) => unescapeContent(syntax, part, before));
  if (structured !== null && structured !== undefined) return structured;
  const content = syntax === null ? raw : unescapeContent(syntax, raw, before);
  const message = { role: turn.role, content } as Message;
  return name === undefined ? message : ({ ...message, name } as Message);
}

function tidied(text: string, frame: Frame): Frame {
  const contentStart = skipSpace(text, frame.contentStart, frame.contentEnd);
  const contentEnd = trimEnd(text, contentStart, frame.contentEnd);
  return { ...frame, contentStart, contentEnd };
}

/** What `assemble` needs to know of a scan: everything of a parsed prompt but how it was asked for. */
export function describe(
  syntax: Syntax | null,
  text: string,
  scan: Scan,
  options: { whitespace: 'exact' | 'tidy'; key: DialectName | Dialect | null; warnings: Warning[] },
): ParsedPrompt {
  const { whitespace, key, warnings } = options;
  const { open } = scan;
  let last: Frame | undefined;
  const turns: Turn[] = [];
  const messages: Message[] = [];
  for (const found of scan.frames) {
    const frame = whitespace === 'tidy' ? tidied(text, found) : found;
    const { role, label, start, end, contentStart, contentEnd } = frame;
    // Blank text without a label is no turn once it is tidied: there is nothing to say.
    if (whitespace === 'tidy' && label === '' && contentStart === contentEnd) continue;
    last = frame;
    const turn: Turn = { role, label, start, end, contentStart, contentEnd };
    const message = readMessage(syntax, text, turn, frame.name);
    if (
      syntax !== null &&
      typeof message.content === 'string' &&
      message.content.length !== contentEnd - contentStart
    ) {
      const path = `messages[${messages.length}].content`;
      const note = 'The content has escaped labels or control tokens; a backslash was taken from each.';
      warnings.push({ code: 'unescaped', path, message: note, severity: 'info' });
    }
    turns.push(turn);
    messages.push(message);
  }
  const linked = syntax?.link === undefined ? messages : syntax.link(messages);
  const prefill = open === null && last !== undefined && last.role === 'assistant' && !last.closed;
  return {
    text,
    messages: linked,
    turns,
    dialect: key,
    ending: open !== null ? 'open' : prefill ? 'prefill' : 'closed',
    open,
    awaitsAssistant: open !== null ? open.role === 'assistant' : prefill || last?.role !== 'assistant',
    whitespace,
    warnings,
  };
}

/** A prompt that is no conversation: one message of the user, or none where the text is empty. */
export function parsePlain(text: string, whitespace: 'exact' | 'tidy', warnings: Warning[]): ParsedPrompt {
  const n = text.length;
  const frames: Frame[] =
    n === 0 || (whitespace === 'tidy' && isBlank(text))
      ? []
      : [{ role: 'user', label: '', start: 0, contentStart: 0, contentEnd: n, end: n, closed: true }];
  return describe(null, text, { frames, open: null }, { whitespace, key: null, warnings });
}

/**
 * Parses a prompt in the dialect given, with no table of dialects behind it (for small bundles; `parsePrompt` takes
 * names and finds the dialect by evidence). Never throws on any text.
 */
export function parseWithDialect(
  text: string,
  dialect: Dialect,
  options: {
    whitespace?: 'exact' | 'tidy' | undefined;
    /** What the result names as its dialect; the dialect itself unless given. */
    key?: DialectName | Dialect | undefined;
    accept?: ((start: number, role: Role) => boolean) | undefined;
    warnings?: Warning[] | undefined;
  } = {},
): ParsedPrompt {
  const syntax = syntaxOf(dialect);
  const { whitespace = 'exact', key = dialect, warnings = [] } = options;
  return describe(syntax, text, syntax.scan(text, options.accept), { whitespace, key, warnings });
}
