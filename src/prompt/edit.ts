import { syntaxOf } from '../dialect/compile.js';
import { nameInLabel } from '../dialect/labels/complete.js';
import type { Turn } from '../dialect/turn.js';
import type { Dialect } from '../dialect/types.js';
import { RolecallError, type Warning } from '../errors.js';
import { userAssistant } from '../formats/english.js';
import { dialectOf } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import type { Message } from '../schemas/messages.js';
import { align } from '../text/align.js';
import type { ParsedPrompt } from './options.js';
import { readMessage } from './read.js';
import { type Assembled, Rebuild, sameMessage } from './rebuild.js';
import { readsBack, rewrites } from './reread.js';

/** The speaker that a turn's label names, in a dialect that keeps names. */
function labelName(dialect: Dialect, turn: Turn): string | undefined {
  if (dialect.kind !== 'labels' || !dialect.named || turn.role !== 'user' || turn.label === '')
    return undefined;
  if (dialect.colon === '') {
    const lower = turn.label.toLowerCase();
    const own = dialect.labels.user.filter((label) => label.toLowerCase() === lower);
    const label = own.find((one) => one === turn.label) ?? own[0];
    return label === undefined ? undefined : nameInLabel(dialect, label);
  }
  const spelt = turn.label.replace(/^(\*\*|__)/, '');
  const names = dialect.labels.user.filter(
    (label) =>
      spelt.toLowerCase().startsWith(label.toLowerCase()) &&
      /^(\*\*|__)?[ \t\u00a0\u3000]*[:：](\*\*|__)?$/.test(spelt.slice(label.length)),
  );
  const label = names.find((one) => spelt.startsWith(one)) ?? names[0];
  return label === undefined ? undefined : nameInLabel(dialect, label);
}

/** The messages as the text has them, before any edit. */
function originalMessages(parsed: ParsedPrompt, dialect: Dialect | null): Message[] {
  const { text, turns } = parsed;
  if (dialect === null) return turns.map((turn) => readMessage(null, text, turn, undefined));
  const syntax = syntaxOf(dialect);
  const messages = turns.map((turn) => readMessage(syntax, text, turn, labelName(dialect, turn)));
  return syntax.link === undefined ? messages : syntax.link(messages);
}

/**
 * Puts a prompt together from its source and its messages as they are now. Turns that nobody changed are copied unit
 * by unit; a changed one keeps its label and the space around it; new ones are written in the prompt's dialect, before
 * a label that stands open at the end, except that an assistant's message at the very end speaks at that label.
 */
export function assemble(parsed: ParsedPrompt, given?: Dialect | DialectName): Assembled {
  const { text, turns, messages, open } = parsed;
  if (!Array.isArray(messages)) {
    throw new RolecallError('invalid-argument', 'The messages of a parsed prompt must be an array.', {
      path: 'messages',
    });
  }
  const known = parsed.dialect === null ? null : dialectOf(parsed.dialect, given);
  const originals = originalMessages(parsed, known);
  if (
    messages.length === originals.length &&
    messages.every((message, i) => sameMessage(message, originals[i]!))
  ) {
    return { text, turns, open, warnings: [] };
  }
  const plain = known === null ? plainEdit(parsed) : null;
  if (plain !== null) return plain;

  const syntax = syntaxOf(known ?? userAssistant);
  const steps = align(originals, messages, sameMessage);
  const build = (afresh: ReadonlySet<number>): Assembled =>
    new Rebuild(parsed, syntax, originals, steps, afresh).run();
  const first = build(new Set());
  const { dialect } = syntax;
  if (dialect.kind !== 'markers' || dialect.unreadable !== undefined) return first;
  // A text of misplaced tokens may leave no room for the words that it is given between the marks that it has.
  let built = first;
  const changed = (i: number): boolean => {
    const { message, turn } = steps[i]!;
    return turn === undefined || !sameMessage(message, originals[turn]!);
  };
  for (const fresh of rewrites(steps, turns.length, changed)) {
    if (readsBack(syntax, built, parsed.whitespace)) break;
    built = build(fresh);
  }
  return built;
}

/** A prompt that is no conversation stays one while it is one message of the user. */
function plainEdit(parsed: ParsedPrompt): Assembled | null {
  const [turn] = parsed.turns;
  const [message] = parsed.messages;
  if (
    parsed.messages.length !== 1 ||
    turn === undefined ||
    message?.role !== 'user' ||
    typeof message.content !== 'string'
  )
    return null;
  const text = parsed.text.slice(0, turn.contentStart) + message.content + parsed.text.slice(turn.contentEnd);
  const contentEnd = turn.contentStart + message.content.length;
  return { text, turns: [{ ...turn, contentEnd, end: text.length }], open: null, warnings: [] };
}

export interface UnparseOptions {
  /** The dialect of the prompt, where it is one of your own that is not of labels alone. */
  dialect?: Dialect | DialectName | undefined;
  /** Hears what an edit says that the dialect has no place for. */
  onWarning?: ((warning: Warning) => void) | undefined;
  /** Turns every `lossy` warning into an error of code `lossy` (default false). */
  strict?: boolean | undefined;
}

/**
 * The prompt of a parsed one: its source text, unit by unit, where its messages are as they were parsed. A message that
 * was edited changes the text of its turn alone; one that was added or removed adds or removes one turn.
 */
export function unparsePrompt(parsed: ParsedPrompt, options: UnparseOptions = {}): string {
  const { text, warnings } = assemble(parsed, options.dialect);
  for (const warning of warnings) {
    if (options.strict === true && warning.severity === 'lossy')
      throw new RolecallError('lossy', warning.message, { path: warning.path });
    options.onWarning?.(warning);
  }
  return text;
}
