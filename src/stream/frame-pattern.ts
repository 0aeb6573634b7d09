/**
 * The chunks of a stream are alike: from one to the next a text or two differ, and all else repeats. A pattern is what
 * repeats. It is learned from two chunks that follow each other, and then reads and writes such chunks without going
 * through their JSON again. What fits no pattern goes the usual way; the result is the same.
 */
export interface Pattern {
  node: Node;
  /** The JSON in front of the first hole, between holes, and behind the last. In a hole stands one whole JSON string. */
  literals: readonly string[];
  /** Once it is needed. */
  build?: Build;
  /** The bytes of a frame around its one hole, once they are needed. */
  frame?: { head: Uint8Array; tail: Uint8Array };
}

/** An object or a list of what repeats. */
interface Node {
  value: Record<string, unknown> | unknown[];
  keys: readonly string[];
  values: readonly unknown[];
  /** For each key: what is inside it, the number of its hole, or nothing where its value repeats. */
  slots: readonly (Node | number | undefined)[];
  /** The keys that have a slot. */
  open: readonly number[];
}

const mostHoles = 3;
const mostPatterns = 4;
/** So many chunks that fit no pattern, one after another, are no stream of chunks that are alike. */
const mostMisses = 16;
const longestChunk = 8192;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The texts of `b` that differ from those of `a`, in order; false where more than texts differ. */
function differences(a: unknown, b: unknown, texts: string[]): boolean {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') return texts.push(b) <= mostHoles;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (key !== others[i] || !differences(a[key], b[key], texts)) return false;
  }
  return true;
}

/** The node of a value with holes where the texts stand, found in their order; null where it can't have one. */
function nodeOf(value: object, texts: readonly string[], found: { count: number }): Node | null {
  const keys = Object.keys(value);
  const values: unknown[] = [];
  const slots: (Node | number | undefined)[] = [];
  const open: number[] = [];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    // A plain assignment would set the prototype.
    if (key === '__proto__') return null;
    const one = (value as Record<string, unknown>)[key];
    values.push(one);
    let slot: Node | number | undefined;
    if (typeof one === 'string') {
      if (one === texts[found.count]) slot = found.count++;
    } else if (isObject(one)) {
      const inner = nodeOf(one, texts, found);
      if (inner === null) return null;
      slot = inner;
    }
    if (slot !== undefined) open.push(i);
    slots.push(slot);
  }
  return { value: value as Node['value'], keys, values, slots, open };
}

function patternAt(value: unknown, literals: readonly string[], texts: readonly string[]): Pattern | null {
  const found = { count: 0 };
  const node = isObject(value) ? nodeOf(value, texts, found) : null;
  return node === null || found.count !== texts.length ? null : { node, literals };
}

/** JSON cut at texts that stand in it, in their order; null where one does not. */
function cut(json: string, texts: readonly string[], once: boolean): string[] | null {
  const literals: string[] = [];
  let from = 0;
  for (const text of texts) {
    const written = JSON.stringify(text);
    const at = json.indexOf(written, from);
    if (at === -1 || (once && (at !== json.lastIndexOf(written) || at !== json.indexOf(written))))
      return null;
    literals.push(json.slice(from, at));
    from = at + written.length;
  }
  literals.push(json.slice(from));
  return literals;
}

const names = Array.from({ length: mostHoles }, (_, i) => `\0hole ${i}`);

/**
 * A pattern of JSON that somebody wrote. That it is one is seen by reading it with names in the holes: whatever strings
 * stand there, all else is read as it was.
 */
function patternRead(json: string, texts: readonly string[]): Pattern | null {
  // Names begin with a unit that JSON has one way to write, so that none of them stands there already.
  if (json.includes('\\u0000')) return null;
  const literals = cut(json, texts, false);
  if (literals === null) return null;
  const named = literals.reduce((all, literal, i) => `${all}${JSON.stringify(names[i - 1])}${literal}`);
  try {
    return patternAt(JSON.parse(named), literals, names.slice(0, texts.length));
  } catch {
    return null;
  }
}

/** A pattern of JSON that was made from a chunk: a text that stands in it once is the one that stands in the chunk. */
function patternWritten(json: string, texts: readonly string[], chunk: unknown): Pattern | null {
  const literals = cut(json, texts, true);
  return literals === null ? null : patternAt(chunk, literals, texts);
}

/** Patterns of the chunks that came. */
export interface Patterns {
  readonly known: readonly Pattern[];
  /** A chunk fits a known pattern. */
  hit(): void;
  /** A chunk fits none. */
  miss(json: string, chunk: unknown): void;
}

/** `by`: whether chunks are read, whose JSON may be written in any way, or written. */
export function createPatterns(by: 'read' | 'written'): Patterns {
  const known: Pattern[] = [];
  let recent: unknown[] = [];
  let misses = 0;
  return {
    known,
    hit() {
      misses = 0;
    },
    miss(json, chunk) {
      if (misses >= mostMisses || json.length > longestChunk) return;
      misses++;
      for (const other of recent) {
        const texts: string[] = [];
        if (!differences(other, chunk, texts) || texts.length === 0) continue;
        const made = by === 'read' ? patternRead(json, texts) : patternWritten(json, texts, chunk);
        if (made === null) continue;
        known.unshift(made);
        if (known.length > mostPatterns) known.pop();
        recent = [];
        return;
      }
      recent.push(chunk);
      if (recent.length > mostPatterns || misses === mostMisses) recent.shift();
    },
  };
}

/** Makes a chunk of the pattern with these texts in its holes. */
type Build = (texts: readonly string[]) => unknown;

function builderOf({ value, keys, slots, open }: Node): Build {
  const [first] = open;
  if (first === undefined) return () => (Array.isArray(value) ? [...value] : { ...value });
  const slot = slots[first]!;
  const inner: Build = typeof slot === 'number' ? (texts) => texts[slot] : builderOf(slot);
  if (open.length === 1) {
    // Stores under a name that stands in the code are faster than under any, so the names that chunks have stand here.
    if (!Array.isArray(value)) {
      switch (keys[first]) {
        case 'choices':
          return (texts) => {
            const copy = { ...value };
            copy['choices'] = inner(texts);
            return copy;
          };
        case 'delta':
          return (texts) => {
            const copy = { ...value };
            copy['delta'] = inner(texts);
            return copy;
          };
        case 'content':
          return (texts) => {
            const copy = { ...value };
            copy['content'] = inner(texts);
            return copy;
          };
        case 'text':
          return (texts) => {
            const copy = { ...value };
            copy['text'] = inner(texts);
            return copy;
          };
      }
    } else if (value.length === 1) return (texts) => [inner(texts)];
  }
  const builders = open.map((at) => {
    const one = slots[at]!;
    return {
      key: keys[at]!,
      make: typeof one === 'number' ? (texts: readonly string[]) => texts[one] : builderOf(one),
    };
  });
  return (texts) => {
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    for (const { key, make } of builders) copy[key] = make(texts);
    return copy;
  };
}

const QUOTE = 34;
const BACKSLASH = 92;
const shortString = 14;

/** The JSON string that stands between two places, and nothing else; undefined where there is none. */
function stringAt(json: string, from: number, to: number): string | undefined {
  if (to - from < 2 || json.charCodeAt(from) !== QUOTE || json.charCodeAt(to - 1) !== QUOTE) return undefined;
  let plain = to - from <= shortString;
  for (let i = from + 1; plain && i < to - 1; i++) {
    const unit = json.charCodeAt(i);
    plain = unit >= 32 && unit !== QUOTE && unit !== BACKSLASH;
  }
  if (plain) return json.slice(from + 1, to - 1);
  // A part of a long text that somebody keeps would keep all of it, so longer strings are read, which copies them.
  try {
    const text: unknown = JSON.parse(json.slice(from, to));
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The texts of the chunk that is being read. */
const read: string[] = [];

/** A chunk whose JSON fits; undefined where it does not. */
export function readWith(pattern: Pattern, json: string): object | undefined {
  const { literals } = pattern;
  const count = literals.length - 1;
  const before = literals[0]!;
  const after = literals[count]!;
  const end = json.length - after.length;
  let at = before.length;
  if (end < at + 2 || json.slice(0, at) !== before || json.slice(end) !== after) return undefined;
  for (let i = 1; i <= count; i++) {
    const literal = literals[i]!;
    const to = i === count ? end : json.indexOf(literal, at + 2);
    if (to === -1) return undefined;
    const text = stringAt(json, at, to);
    if (text === undefined) return undefined;
    read[i - 1] = text;
    at = to + literal.length;
  }
  pattern.build ??= builderOf(pattern.node);
  return pattern.build(read) as object;
}

/** Is a chunk of the pattern? The texts in its holes go to `texts`. */
export function matches(node: Node, chunk: unknown, texts: string[]): boolean {
  if (!isObject(chunk) || 'toJSON' in chunk) return false;
  const { keys, values, slots } = node;
  let i = 0;
  if (Array.isArray(node.value)) {
    if (!Array.isArray(chunk) || chunk.length !== keys.length) return false;
    for (; i < keys.length; i++) if (!fits(values[i], slots[i], chunk[i], texts)) return false;
    return true;
  }
  // JSON writes a boxed value as what is in the box, and a list as a list.
  if (Object.getPrototypeOf(chunk) !== Object.prototype) return false;
  for (const key in chunk) {
    if (key !== keys[i] || !fits(values[i], slots[i], chunk[key], texts)) return false;
    i++;
  }
  return i === keys.length;
}

function fits(value: unknown, slot: Node | number | undefined, given: unknown, texts: string[]): boolean {
  if (slot === undefined) return given === value;
  if (typeof slot !== 'number') return matches(slot, given, texts);
  if (typeof given !== 'string') return false;
  texts[slot] = given;
  return true;
}

/** JSON.parse for the chunks of a stream. */
export function createChunkParser(): (json: string) => unknown {
  const patterns = createPatterns('read');
  const { known } = patterns;
  return (json) => {
    for (let i = 0; i < known.length; i++) {
      const chunk = readWith(known[i]!, json);
      if (chunk !== undefined) {
        patterns.hit();
        return chunk;
      }
    }
    const chunk: unknown = JSON.parse(json);
    patterns.miss(json, chunk);
    return chunk;
  };
}
