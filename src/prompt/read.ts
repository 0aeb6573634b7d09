import { syntaxOf } from '../dialect/compile.js';
import { unescapeContent } from '../dialect/escape.js';
import type { Found, Scan, Syntax } from '../dialect/syntax.js';
import type { OpenTurn, Turn } from '../dialect/turn.js';
import type { Dialect } from '../dialect/types.js';
import type { Warning } from '../errors.js';
import { type DialectKey, dialectKey } from '../formats/find.js';
import type { Message, Role } from '../schemas/messages.js';
import { isIndent, skipSpace, trimEnd } from '../text/space.js';
import { info } from '../text/warn.js';
import type { ParsedPrompt } from './options.js';

/**
 * The unit in front of content, '' at the start of the text. An indent stands for the line end before it, so that
 * content which was tidied is still known to start a line (inline labels have no indents).
 */
export function unitBefore(syntax: Syntax | null, text: string, offset: number): string {
  let p = offset;
  if (!(syntax?.dialect.kind === 'labels' && syntax.dialect.inline)) {
    while (p > 0 && isIndent(text.charCodeAt(p - 1))) p--;
  }
  if (p === 0) return '';
  const unit = text.charAt(p - 1);
  return p === offset || unit === '\n' || unit === '\r' ? unit : text.charAt(offset - 1);
}

/**
 * The message of a turn. Without a syntax (no conversation) the content stands as it is, and so it does where the
 * caller knows that the text has no escapes.
 */
export function readMessage(
  syntax: Syntax | null,
  text: string,
  { role, contentStart, contentEnd }: Turn,
  name: string | undefined,
  escapes = true,
): Message {
  const raw = text.slice(contentStart, contentEnd);
  const restored = (part: string): string =>
    escapes && syntax !== null ? unescapeContent(syntax, part, unitBefore(syntax, text, contentStart)) : part;
  if (syntax?.body !== undefined && (role === 'assistant' || role === 'tool')) {
    const structured = syntax.body.read(role, raw, restored);
    if (structured !== null) return structured;
  }
  const content = restored(raw);
  if (role === 'tool') return { role, tool_call_id: '', content };
  const message = { role, content } as Message;
  return name === undefined ? message : ({ ...message, name } as Message);
}

/** Does the text end in calls behind which the dialect writes no closing mark? */
function endsInCalls(syntax: Syntax | null, messages: readonly Message[]): boolean {
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || last.tool_calls === undefined) return false;
  return syntax?.dialect.kind === 'markers' && syntax.dialect.calls?.closing?.mark === '';
}

/** How a prompt ends, and whose words are next. `prefill`: its last turn is an assistant's with no closing mark. */
export function endOf(
  open: OpenTurn | null,
  last: Role | undefined,
  prefill: boolean,
): Pick<ParsedPrompt, 'ending' | 'awaitsAssistant'> {
  if (open !== null) return { ending: 'open', awaitsAssistant: open.role === 'assistant' };
  return prefill
    ? { ending: 'prefill', awaitsAssistant: true }
    : { ending: 'closed', awaitsAssistant: last !== 'assistant' };
}

/** Everything of a parsed prompt but how it was asked for. Takes the turns of the scan for its own. */
export function describe(
  syntax: Syntax | null,
  text: string,
  scan: Scan,
  options: { whitespace: 'exact' | 'tidy'; key: DialectKey | null; warnings: Warning[] },
): ParsedPrompt {
  const { whitespace, key, warnings } = options;
  const { open, names } = scan;
  let { turns } = scan;
  if (whitespace === 'tidy') {
    for (const turn of turns) {
      turn.contentStart = skipSpace(text, turn.contentStart, turn.contentEnd);
      turn.contentEnd = trimEnd(text, turn.contentStart, turn.contentEnd);
    }
    // Blank text without a label is no turn once it is tidied: there is nothing to say.
    if (turns[0]?.label === '' && turns[0].contentStart === turns[0].contentEnd) turns = turns.slice(1);
  }
  const dropped = scan.turns.length - turns.length;
  // Nothing is escaped without a backslash, and a text without any is common.
  const escapes = syntax !== null && text.includes('\\');
  const messages: Message[] = [];
  for (let i = 0; i < turns.length; i++) {
    const turn = turns[i]!;
    const message = readMessage(syntax, text, turn, names?.[i + dropped], escapes);
    if (
      escapes &&
      typeof message.content === 'string' &&
      message.content.length !== turn.contentEnd - turn.contentStart
    ) {
      const note = 'A backslash was taken from each escape in the content.';
      info(warnings, 'unescaped', `messages[${i}].content`, note);
    }
    messages.push(message);
  }
  const last = turns.at(-1);
  const prefill =
    open === null && last?.role === 'assistant' && !scan.closed && !endsInCalls(syntax, messages);
  const { ending, awaitsAssistant } = endOf(open, last?.role, prefill);
  return {
    text,
    messages: syntax?.link === undefined ? messages : syntax.link(messages),
    turns,
    dialect: key,
    open,
    ending,
    awaitsAssistant,
    whitespace,
    warnings,
  };
}

/** A prompt that is no conversation: one message of the user, or none where the text is empty. */
export function parsePlain(text: string, whitespace: 'exact' | 'tidy', warnings: Warning[]): ParsedPrompt {
  const n = text.length;
  const turns: Turn[] =
    n === 0 ? [] : [{ role: 'user', label: '', start: 0, end: n, contentStart: 0, contentEnd: n }];
  return describe(
    null,
    text,
    { turns, names: null, open: null, closed: true },
    { whitespace, key: null, warnings },
  );
}

/**
 * Parses a prompt in the dialect given, with no table of dialects behind it (for small bundles; `parsePrompt` takes
 * names and finds the dialect by evidence). Never throws on any text.
 * @example
 * ```ts
 * import { humanAi, parseWithDialect } from 'rolecall/dialects';
 * parseWithDialect('Human: Hi!\nAI:', humanAi).messages; // [{ role: 'user', content: 'Hi!' }]
 * ```
 */
export function parseWithDialect(
  text: string,
  dialect: Dialect,
  options: {
    whitespace?: 'exact' | 'tidy' | undefined;
    /** What the result names as its dialect; the dialect itself unless given. */
    key?: DialectKey | undefined;
    found?: Found | undefined;
    warnings?: Warning[] | undefined;
  } = {},
): ParsedPrompt {
  const syntax = syntaxOf(dialect);
  const { whitespace = 'exact', key = dialectKey(dialect), warnings = [] } = options;
  syntax.unreadable?.warn(warnings);
  return describe(syntax, text, syntax.scan(text, options.found), { whitespace, key, warnings });
}
