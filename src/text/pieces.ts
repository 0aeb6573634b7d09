/**
 * A text in pieces, so that what its writer says on its own account (structure) and what others said (content) are told
 * apart until they are joined. Content is escaped there, once, and nowhere else.
 */

/** Text of others, and where it comes to stand: between the writer's marks as it is, or in JSON. */
export interface Content {
  readonly text: string;
  readonly as: 'text' | 'json';
  /** Whose it is: an index into the messages; null where no message says it. */
  readonly message: number | null;
  /** Where it was given, for warnings. */
  readonly path: string;
  /** What the text is made of, where it is not all the same one's. */
  readonly parts?: readonly Leaf[];
}

/** A string is structure. */
export type Leaf = string | Content;
export type Pieces = readonly (Leaf | Pieces)[];

/** A literal of the writer's own, said so; see `own`. */
export interface Own {
  readonly own: string;
}

export type Hole = Content | Pieces | Own;

/** Says that a string is the writer's own, and no one else's. */
export const own = (text: string): Own => ({ own: text });

const piece = (hole: Hole): Content | Pieces | string => ('own' in hole ? hole.own : hole);

/**
 * Pieces as a template: `w`<|im_start|>user\n${content}<|im_end|>\n``. Its letters are structure, a hole is content, or
 * pieces, or `own` text; a bare string is refused by the compiler, so that no one's text passes for structure by mistake.
 */
export function w(letters: TemplateStringsArray, ...holes: readonly Hole[]): Pieces {
  const pieces: (Leaf | Pieces)[] = [];
  for (const [i, text] of letters.entries()) {
    if (text !== '') pieces.push(text);
    const hole = holes[i];
    if (hole !== undefined) pieces.push(piece(hole));
  }
  return pieces;
}

/** Pieces one after another, set apart by a text of the writer's own. */
export function listed(items: readonly Hole[], separator = ''): Pieces {
  const pieces: (Leaf | Pieces)[] = [];
  for (const item of items) {
    if (pieces.length > 0 && separator !== '') pieces.push(separator);
    pieces.push(piece(item));
  }
  return pieces;
}

/** Other text in the same place; a content of one part whose text stays is kept as it is. */
export const reworded = (content: Content, text: string): Content =>
  text === content.text && content.parts === undefined
    ? content
    : { text, as: content.as, message: content.message, path: content.path };

/** A text as a JSON string. */
export const json = (content: Content): Content => ({
  ...reworded(content, JSON.stringify(content.text)),
  as: 'json',
});

/** Visits each leaf in order. */
function visit(pieces: Pieces, see: (leaf: Leaf) => void): void {
  for (const one of pieces) {
    if (typeof one === 'string') see(one);
    else if (!('text' in one)) visit(one, see);
    else if (one.parts === undefined) see(one);
    else one.parts.forEach(see);
  }
}

const textOf = (leaf: Leaf): string => (typeof leaf === 'string' ? leaf : leaf.text);

/** Pieces as one content, which stands where another did; each keeps what it is. */
export function whole(pieces: Pieces, place: Omit<Content, 'text' | 'parts'>): Content {
  const parts: Leaf[] = [];
  let text = '';
  visit(pieces, (leaf) => {
    const own = textOf(leaf);
    if (own === '') return;
    parts.push(leaf);
    text += own;
  });
  const { as, message, path } = place;
  return { text, as, message, path, parts };
}

/** A content with each of its parts rewritten. */
export function mapped(content: Content, rewrite: (text: string) => string): Content {
  if (content.parts === undefined) return reworded(content, rewrite(content.text));
  let changed = false;
  const parts = content.parts.map((leaf) => {
    const text = textOf(leaf);
    const rewritten = rewrite(text);
    changed ||= rewritten !== text;
    return typeof leaf === 'string' ? rewritten : reworded(leaf, rewritten);
  });
  return changed ? whole(parts, content) : content;
}

/** The stretch of a content from `start` to `end`. */
export function stretch(content: Content, start: number, end: number): Content {
  if (start === 0 && end === content.text.length) return content;
  if (content.parts === undefined) return reworded(content, content.text.slice(start, end));
  let at = 0;
  const parts = content.parts.map((leaf): Leaf => {
    const text = textOf(leaf);
    const cut = text.slice(Math.max(0, start - at), Math.max(0, end - at));
    at += text.length;
    return typeof leaf === 'string' ? cut : reworded(leaf, cut);
  });
  return whole(parts, content);
}

/** A stretch of a prompt, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
  kind: 'structure' | 'content';
  /** Whose content it is: an index into the messages that were given; null for structure and for definitions of tools. */
  message: number | null;
}

/** Content made safe in its place; `before` is the unit that stands in front of it, '' at the start of all. */
export type Escape = (content: Content, before: string) => string;

/** A text that is being written, and whose each stretch of it is. */
export class Joined {
  text = '';
  readonly spans: Span[] = [];
  /** The last unit of the text, '' while there is none. */
  tail: string;

  constructor(before = '') {
    this.tail = before;
  }

  /** Writes a text that is safe already. */
  put(text: string, kind: Span['kind'], message: number | null): void {
    if (text === '') return;
    const start = this.text.length;
    const last = this.spans[this.spans.length - 1];
    if (last !== undefined && last.kind === kind && last.message === message) last.end += text.length;
    else this.spans.push({ start, end: start + text.length, kind, message });
    this.text += text;
    this.tail = text.charAt(text.length - 1);
  }

  write(pieces: Pieces, makeSafe: Escape): void {
    visit(pieces, (leaf) => {
      if (typeof leaf === 'string') this.put(leaf, 'structure', null);
      else if (leaf.text !== '') this.put(makeSafe(leaf, this.tail), 'content', leaf.message);
    });
  }

  /** Writes what was joined apart. */
  append({ text, spans }: Joined): void {
    for (const { start, end, kind, message } of spans) this.put(text.slice(start, end), kind, message);
  }
}

/** Pieces as one text, and whose each stretch of it is; `before` is the unit that stands in front of it. */
export function join(pieces: Pieces, makeSafe: Escape, before = ''): Joined {
  const joined = new Joined(before);
  joined.write(pieces, makeSafe);
  return joined;
}
