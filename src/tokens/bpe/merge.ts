/** Later than every order: no merge. */
export const NEVER = 0x7fffffff;

/** The order in which two neighbours merge, or NEVER. */
export type OrderOf = (left: number, right: number) => number;

/** Pieces of up to so many parts are merged by looking for the lowest order each time. */
export const FEW = 32;

/**
 * Merges the parts of pieces. Every merge has an order, and the lowest goes first; `results` are the ranks that the
 * orders make, where these are not the same numbers.
 */
export class Merger {
  readonly #orderOf: OrderOf;
  readonly #results: Int32Array | undefined;
  readonly #orderCount: number;
  readonly #orders = new Int32Array(FEW);
  #lists: OrderLists | undefined;

  constructor(orderOf: OrderOf, orderCount: number, results: Int32Array | undefined) {
    this.#orderOf = orderOf;
    this.#orderCount = orderCount;
    this.#results = results;
  }

  /** Merges the first parts of the list in place, and says how many are left. */
  merge(parts: Int32Array, length: number): number {
    return length <= FEW ? this.#mergeFew(parts, length) : this.#mergeMany(parts, length);
  }

  #mergeFew(parts: Int32Array, length: number): number {
    const orders = this.#orders;
    for (let i = 0; i + 1 < length; i++) orders[i] = this.#orderOf(parts[i]!, parts[i + 1]!);
    for (let count = length; ; ) {
      let lowest = NEVER;
      let where = 0;
      for (let i = 0; i + 1 < count; i++) {
        if (orders[i]! < lowest) {
          lowest = orders[i]!;
          where = i;
        }
      }
      if (lowest === NEVER) return count;
      count--;
      parts[where] = this.#results === undefined ? lowest : this.#results[lowest]!;
      for (let i = where + 1; i < count; i++) {
        parts[i] = parts[i + 1]!;
        orders[i - 1] = orders[i]!;
      }
      if (where > 0) orders[where - 1] = this.#orderOf(parts[where - 1]!, parts[where]!);
      if (where + 1 < count) orders[where] = this.#orderOf(parts[where]!, parts[where + 1]!);
    }
  }

  /** Each merge is a few steps whatever the length, so the time is linear. */
  #mergeMany(parts: Int32Array, length: number): number {
    this.#lists ??= new OrderLists(this.#orderCount);
    const lists = this.#lists;
    const next = Int32Array.from({ length }, (_, i) => i + 1);
    const previous = Int32Array.from({ length }, (_, i) => i - 1);
    /** The order in which each part merges with the next one. */
    const orders = new Int32Array(length).fill(NEVER);
    lists.begin(length);
    const wait = (part: number): void => {
      const after = next[part]!;
      orders[part] = after < length ? this.#orderOf(parts[part]!, parts[after]!) : NEVER;
      if (orders[part] !== NEVER) lists.add(orders[part]!, part);
    };
    for (let i = length - 2; i >= 0; i--) wait(i);
    for (let order = lists.lowest(); order !== NEVER; order = lists.lowest()) {
      const merged = this.#results === undefined ? order : this.#results[order]!;
      for (let entry = lists.take(order); entry >= 0; entry = lists.after(entry)) {
        let part = lists.part(entry);
        if (orders[part] !== order) continue;
        // Of two that overlap, as in a row of one letter, the left one goes first: so begin where the row begins.
        while (previous[part]! >= 0 && orders[previous[part]!] === order) part = previous[part]!;
        while (part < length && orders[part] === order) {
          const right = next[part]!;
          const after = next[right]!;
          parts[part] = merged;
          orders[right] = NEVER;
          next[part] = after;
          if (after < length) previous[after] = part;
          wait(part);
          if (previous[part]! >= 0) wait(previous[part]!);
          part = after;
        }
      }
    }
    let count = 0;
    for (let i = 0; i < length; i = next[i]!) parts[count++] = parts[i]!;
    return count;
  }
}

/** Pairs that wait, one list an order; a bitmap of two levels tells the lowest order that has a list. */
class OrderLists {
  readonly #heads: Int32Array;
  readonly #words: Int32Array;
  readonly #tops: Int32Array;
  #parts = new Int32Array(0);
  #nexts = new Int32Array(0);
  #entries = 0;
  #lowWord = 0;

  constructor(orders: number) {
    this.#heads = new Int32Array(orders).fill(-1);
    this.#words = new Int32Array((orders >>> 5) + 1);
    this.#tops = new Int32Array((this.#words.length >>> 5) + 1);
  }

  /** Room for the pairs of a piece: each merge adds two at most. */
  begin(length: number): void {
    this.#parts = new Int32Array(length * 3);
    this.#nexts = new Int32Array(length * 3);
    this.#entries = 0;
    this.#lowWord = this.#words.length - 1;
  }

  add(order: number, part: number): void {
    this.#parts[this.#entries] = part;
    this.#nexts[this.#entries] = this.#heads[order]!;
    this.#heads[order] = this.#entries++;
    const word = order >>> 5;
    this.#words[word]! |= 1 << (order & 31);
    this.#tops[word >>> 5]! |= 1 << (word & 31);
    if (word < this.#lowWord) this.#lowWord = word;
  }

  lowest(): number {
    let bits = this.#words[this.#lowWord]!;
    if (bits === 0) {
      let top = this.#lowWord >>> 5;
      while (top < this.#tops.length && this.#tops[top] === 0) top++;
      if (top === this.#tops.length) {
        // What a long piece took is given back.
        this.#parts = this.#nexts = new Int32Array(0);
        return NEVER;
      }
      this.#lowWord = (top << 5) + lowestBit(this.#tops[top]!);
      bits = this.#words[this.#lowWord]!;
    }
    return (this.#lowWord << 5) + lowestBit(bits);
  }

  /** Takes the list of an order away, and gives its first entry. */
  take(order: number): number {
    const first = this.#heads[order]!;
    this.#heads[order] = -1;
    const word = order >>> 5;
    this.#words[word]! &= ~(1 << (order & 31));
    if (this.#words[word] === 0) this.#tops[word >>> 5]! &= ~(1 << (word & 31));
    return first;
  }

  part(entry: number): number {
    return this.#parts[entry]!;
  }

  after(entry: number): number {
    return this.#nexts[entry]!;
  }
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);
