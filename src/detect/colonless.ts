import { type Candidates, Marks } from '../dialect/found.js';
import { stampEnd } from '../dialect/labels/stamp.js';
import { firstCR, lineAfter } from '../text/lines.js';
import { isColon, isIndent, skipIndent, skipLineEnds, skipSpace, textStart } from '../text/space.js';
import { BACKTICK, CR, LF } from '../text/units.js';
import { answerNames, pairSide, questionNames, speakerKey, strongSpeaker } from './names.js';

/**
 * How labels without a colon are written: as tags around turns, as tokens in front of them, on lines of their own, or in
 * front of what is said.
 */
export type Form = 'tags' | 'tokens' | 'headings' | 'brackets';

export interface Colonless {
  form: Form;
  candidates: Candidates;
  stamps: boolean;
}

/** Names that are tags of HTML, and no speakers. */
const html = /* @__PURE__ */ new Set(
  /* @__PURE__ */ `a abbr article aside b blockquote body br button code dd details div dl dt em embed figure footer form h1 h2 h3 h4 h5 h6
  head header hr html i iframe img input kbd label li link main meta nav object ol option p param pre q s samp script section
  select small span strong style sub summary sup table tbody td textarea th thead title tr u ul var video`.split(
    /\s+/,
  ),
);

const heading =
  /(#{1,6}[ \t]+|\*\*|__|\[|<|={2,}[ \t]*|-{2,}[ \t]*)([\p{L}][^\r\n\u2028\u2029#*_[\]<>=:：\\]{0,38}?)(?:\*\*|__|\]|>|[ \t]*={2,}|[ \t]*-{2,}|[ \t]+#{1,6})?(?:\(#[\w-]{0,40}\))?(?=[ \t]*(?:[\r\n]|$))/uy;
const bracket =
  /<([@+%~& ]?[\p{L}_][\p{L}\p{N}_\-|^`. ]{0,30})>|\[([\p{L}_][\p{L}\p{N}_\-. ]{0,30})\]|([\p{L}_][\p{L}\p{N}_\-. ]{0,30})>/uy;
const token = /<\|([\p{L}][\p{L}\p{N}_ -]{0,30})\|>|\[\|([\p{L}][\p{L}\p{N}_ -]{0,30})\|\]/gu;
const tag = /<(\/?)([\p{L}][\p{L}\p{N}_ -]{0,30})>/gu;

/** Is the name a speaker's wherever it stands, or one of a pair? */
const isSpeaker = (key: string): boolean => strongSpeaker(key) !== undefined || pairSide(key) !== undefined;

class Builder {
  readonly marks = new Marks();
  readonly spellings: Candidates['spellings'] = [];
  private readonly known = new Map<string, number>();

  add(text: string, handle: boolean, start: number, offset: number, end: number): void {
    const label = text.slice(offset, end);
    let which = this.known.get(label);
    if (which === undefined) {
      which = this.spellings.length;
      this.known.set(label, which);
      this.spellings.push({ text: label, key: speakerKey(label), count: 0, handle });
    }
    this.spellings[which]!.count++;
    this.marks.add(which, start, offset, 0, end);
  }

  get candidates(): Candidates {
    return { spellings: this.spellings, marks: this.marks };
  }
}

/** Calls back with the start of each line that no code fence holds, and with its first unit that is no indent. */
function forEachLine(text: string, visit: (start: number, at: number) => void): void {
  const cr = firstCR(text);
  let fenced = false;
  for (let p = textStart(text); p < text.length; ) {
    const at = skipIndent(text, p);
    const unit = text.charCodeAt(at);
    if (unit === LF || unit === CR) {
      p = skipLineEnds(text, at + 1);
      continue;
    }
    if (unit === BACKTICK && text.startsWith('```', at)) fenced = !fenced;
    else if (!fenced) visit(p, at);
    p = lineAfter(text, at, cr);
  }
}

/** What a heading begins with. */
const HEADINGS = '#*_[<=-';

/** Headings that are a speaker's name, all of them marked as the first one is. */
function findHeadings(text: string): Colonless | undefined {
  if (![...HEADINGS].some((unit) => text.includes(unit))) return undefined;
  const built = new Builder();
  let style: string | undefined;
  let others = 0;
  let answered: boolean | undefined;
  forEachLine(text, (start, at) => {
    if (!HEADINGS.includes(text.charAt(at))) return;
    heading.lastIndex = at;
    const match = heading.exec(text);
    if (match === null) return;
    const own = match[1]!.trim();
    const end = at + match[0].length;
    const closes = text
      .slice(at + match[1]!.length + match[2]!.length, end)
      .replace(/\(#.*/, '')
      .trim();
    const wanted = own === '[' ? ']' : own === '<' ? '>' : own.startsWith('#') ? '' : own;
    if (closes !== wanted) return;
    const key = speakerKey(match[2]!);
    const asks = own.startsWith('#') && questionNames.has(key);
    const answers = own.startsWith('#') && answerNames.has(key);
    if (!isSpeaker(speakerKey(match[0])) && !asks && !answers) {
      if (own === style) others++;
      return;
    }
    if (asks || answers) answered = answers;
    style ??= own;
    if (own === style) built.add(text, false, start, at, end);
  });
  if (style === undefined) return undefined;
  // Among other headings of a document, `## User` is one of its chapters.
  const opensAtEnd = built.marks.end(built.marks.length - 1) >= text.trimEnd().length;
  if (others > 0 && !opensAtEnd) return undefined;
  // Questions with their answers are chapters, too, unless the last one is to be answered.
  if (answered !== undefined && !(answered && opensAtEnd)) return undefined;
  return { form: 'headings', candidates: built.candidates, stamps: false };
}

/** Names in brackets in front of what is said: `<anna> hi`, `[USER] hi`, `User> hi`, behind a time stamp, too. */
function findBrackets(text: string): Colonless | undefined {
  if (!text.includes('<') && !text.includes('[') && !text.includes('>')) return undefined;
  const built = new Builder();
  let stamps = false;
  let style: string | undefined;
  forEachLine(text, (start, at) => {
    const offset = stampEnd(text, at);
    bracket.lastIndex = offset;
    const match = bracket.exec(text);
    if (match === null) return;
    const end = offset + match[0].length;
    const key = speakerKey(match[0]);
    const angle = match[1] !== undefined;
    const opens = angle ? '<' : match[2] === undefined ? '>' : '[';
    if (html.has(key) || (!angle && !isSpeaker(key))) return;
    if (end < text.length && !isIndent(text.charCodeAt(end))) return;
    style ??= opens;
    if (style !== opens) return;
    if (offset > at) stamps = true;
    built.add(text, angle, start, offset, end);
  });
  return style === undefined ? undefined : { form: 'brackets', candidates: built.candidates, stamps };
}

/**
 * Turns in tags named after who speaks: `<user>…</user>`. Nothing but white space may stand between two of them, or behind
 * the last; the last one may stand open.
 */
function findTags(text: string): Colonless | undefined {
  if (!text.includes('</')) return undefined;
  const built = new Builder();
  let open: string | undefined;
  let last = -1;
  for (const match of text.matchAll(tag)) {
    const name = match[2]!;
    const at = match.index;
    if (!isSpeaker(speakerKey(name)) || text.charCodeAt(at - 1) === 92) continue;
    const end = at + match[0].length;
    if (match[1] === '/') {
      if (open !== name) return undefined;
      open = undefined;
      last = end;
      continue;
    }
    if (open !== undefined || (last !== -1 && skipSpace(text, last, at) < at)) return undefined;
    let start = at;
    while (start > 0 && isIndent(text.charCodeAt(start - 1)) && start > last) start--;
    built.add(text, false, start === 0 || /[\r\n]/.test(text.charAt(start - 1)) ? start : at, at, end);
    open = name;
  }
  if (last === -1 || (open === undefined && skipSpace(text, last, text.length) < text.length))
    return undefined;
  return { form: 'tags', candidates: built.candidates, stamps: false };
}

/** Turns behind tokens named after who speaks, wherever they stand: `<|user|>hi<|model|>`, `[|Human|]hi`. */
function findTokens(text: string): Colonless | undefined {
  if (!(text.includes('>') && text.includes('|>')) && !(text.includes(']') && text.includes('|]')))
    return undefined;
  const built = new Builder();
  let start: string | undefined;
  for (const match of text.matchAll(token)) {
    const { 0: all, index: at } = match;
    const own = all.slice(0, 2);
    const end = at + all.length;
    // With a colon behind it it is a label as others are.
    if (!isSpeaker(speakerKey(match[1] ?? match[2]!)) || text.charCodeAt(at - 1) === 92) continue;
    if ((start ?? own) !== own || isColon(text.charCodeAt(end))) return undefined;
    start = own;
    built.add(text, false, at, at, end);
  }
  return start === undefined ? undefined : { form: 'tokens', candidates: built.candidates, stamps: false };
}

/** The ways to read labels without a colon that a text allows, each to be judged by who takes turns with whom. */
export function colonlessForms(text: string): Colonless[] {
  const tags = findTags(text);
  if (tags !== undefined) return [tags];
  return [findTokens(text), findHeadings(text), findBrackets(text)].filter((form) => form !== undefined);
}
