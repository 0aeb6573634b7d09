import { syntaxOf } from '../../dialect/compile.js';
import { compileControlTokens } from '../../dialect/control-tokens.js';
import type { Syntax } from '../../dialect/syntax.js';
import type { Dialect } from '../../dialect/types.js';
import type { WriteOptions } from '../../dialect/write-options.js';
import { RolecallError, type Warning } from '../../errors.js';
import { resolveDialect } from '../../formats/find.js';
import { type DialectName, dialects } from '../../formats/index.generated.js';
import { renderWithDialect } from '../../prompt/write.js';
import type { Message } from '../../schemas/messages.js';
import type { Span } from '../../text/pieces.js';
import { lossy } from '../../text/warn.js';
import { checkCounter } from '../bpe/counter.js';
import type { Tokenizer } from '../bpe/types.js';

/** What `renderPrompt` takes, and the model's own tokenizer. */
export interface RenderTokensOptions extends WriteOptions {
  dialect: Dialect | DialectName;
  /** From `tokenizerFromJson` or `loadTokenizer`: a function that counts gives no ids. */
  tokenizer: Tokenizer;
}

export interface RenderedTokens {
  ids: number[];
  /**
   * Whose each stretch of the ids is, in order, from the id at `start` to the one before `end`; together they cover
   * them. An id that holds structure and content both, as ` Hello` behind `User:`, is content.
   */
  spans: Span[];
  /** Texts that end the assistant's turn, as `renderPrompt` gives them. */
  stop: string[];
  warnings: Warning[];
}

function checkTokenizer(tokenizer: unknown): void {
  checkCounter(tokenizer);
  if (typeof (tokenizer as Partial<Tokenizer>).encodePlaced === 'function') return;
  throw new RolecallError(
    'invalid-argument',
    'A tokenizer of tokenizerFromJson or loadTokenizer is needed: what only counts gives no ids.',
    { path: 'tokenizer' },
  );
}

/** Whether a mark is one id of the tokenizer, and another one than its text would give. */
function oneId(tokenizer: Tokenizer): (mark: string) => boolean {
  const known = new Map<string, boolean>();
  return (mark) => {
    let is = known.get(mark);
    if (is === undefined) {
      const { ids } = tokenizer.encodePlaced(mark);
      const text = tokenizer.encodePlaced(mark, { accepts: () => false });
      is = ids.length === 1 && !text.ids.includes(ids[0]!);
      known.set(mark, is);
    }
    return is;
  };
}

/** Says of a stretch whether any content is in it; asked from the start of the prompt to its end. */
function contentFinder(spans: readonly Span[]): (start: number, end: number) => boolean {
  let at = 0;
  return (start, end) => {
    while (at < spans.length && spans[at]!.end <= start) at += 1;
    for (let i = at; i < spans.length && spans[i]!.start < end; i += 1)
      if (spans[i]!.kind === 'content') return true;
    return false;
  };
}

/**
 * Whether a text is a control token of any model. A file of a tokenizer does not say which of its added tokens are: it has
 * `<tool_call>` beside `<table>`.
 */
let controls: ((text: string) => boolean) | undefined;

function isControl(text: string): boolean {
  controls ??= controlTokens(Object.values(dialects).flatMap(({ specialTokens }) => specialTokens));
  return controls(text);
}

function controlTokens(tokens: readonly string[]): (text: string) => boolean {
  const sites = compileControlTokens(tokens);
  return (text) => sites(text).some(({ offset, end }) => offset === 1 && end === text.length);
}

/** The spans of a prompt as spans of its ids: each id that holds content is content. */
function spansOfIds(
  spans: readonly Span[],
  { ended, begun, ids }: { ended: readonly number[]; begun: readonly number[]; ids: readonly number[] },
): Span[] {
  const out: Span[] = [];
  let cursor = 0;
  for (const [i, { kind, message }] of spans.entries()) {
    const last = i === spans.length - 1;
    const end = last ? ids.length : Math.max(cursor, (kind === 'content' ? begun : ended)[i]!);
    if (end === cursor) continue;
    const before = out[out.length - 1];
    if (before !== undefined && before.kind === kind && before.message === message) before.end = end;
    else out.push({ start: cursor, end, kind, message });
    cursor = end;
  }
  return out;
}

/** A warning where a dialect has control tokens, and none of those that were written is an id. */
function tellForeign(
  prompt: string,
  { name, syntax, ones }: { name: string; syntax: Syntax; ones: (mark: string) => boolean },
  spans: readonly Span[],
  warnings: Warning[],
): void {
  let marks = 0;
  for (const { kind, start, end } of spans) {
    if (kind !== 'structure') continue;
    const text = prompt.slice(start, end);
    for (const site of syntax.sites(text, '\n')) {
      if (site.kind !== 'token') continue;
      if (ones(text.slice(site.offset - 1, site.end))) return;
      marks += 1;
    }
  }
  const note = `No control token of dialect "${name}" is an id of the tokenizer: it is another model's.`;
  if (marks > 0) lossy(warnings, 'other-vocabulary', 'tokenizer', note);
}

/**
 * Writes messages as the token ids of a prompt, for servers that take ids, and for exact counts. Control tokens stand
 * where the dialect has them, and content never becomes one: the text of a control token in content is encoded as text,
 * and the model sees the user's words as they are. Marks and labels that are ordinary text to the tokenizer are escaped
 * as in `renderPrompt`. For content without marks the ids are those of the tokenizer for the whole prompt.
 *
 * Throws what `renderPrompt` throws, and `invalid-argument` for a tokenizer that gives no ids.
 * @example
 * const tokenizer = tokenizerFromJson(JSON.parse(await readFile('tokenizer.json', 'utf8')));
 * const { ids, stop } = renderTokens(messages, { dialect: 'qwen2.5', tokenizer });
 */
export function renderTokens(messages: readonly Message[], options: RenderTokensOptions): RenderedTokens {
  const { dialect: given, tokenizer, ...rest } = options ?? {};
  const dialect = resolveDialect(given);
  checkTokenizer(tokenizer);
  const syntax = syntaxOf(dialect);
  const own = controlTokens(dialect.specialTokens);
  const ones = oneId(tokenizer);
  const { prompt, spans, stop, warnings } = renderWithDialect(messages, dialect, { ...rest, spared: ones });
  const holdsContent = contentFinder(spans);
  const placed = tokenizer.encodePlaced(prompt, {
    places: spans.map(({ end }) => end),
    accepts: (token, start, end) =>
      !holdsContent(start, end) || !(tokenizer.specialTokens.has(token) || own(token) || isControl(token)),
  });
  tellForeign(prompt, { name: dialect.name, syntax, ones }, spans, warnings);
  return { ids: placed.ids, spans: spansOfIds(spans, placed), stop, warnings };
}
