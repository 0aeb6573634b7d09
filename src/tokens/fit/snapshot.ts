/**
 * Remembers the counts of messages, safely: with each count goes everything that the message said, by reference,
 * and a message that says something else by now is counted anew. So a caller may change a message in place.
 */

/** Lists all that a value says: its keys and its values, to any depth. Strings are kept by reference, not copied. */
function list(value: unknown, into: unknown[]): void {
  if (typeof value !== 'object' || value === null) {
    into.push(value);
    return;
  }
  if (Array.isArray(value)) {
    into.push(ITEMS, value.length);
    for (const item of value) list(item, into);
    return;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) {
    into.push(key);
    list(record[key], into);
  }
  into.push(END);
}

/** Begins a list, and ends an object, so that no two values list alike. */
const ITEMS = Symbol('items');
const END = Symbol('end');

/** How far the value still says what was listed from `at`; -1 if it says something else. */
function compare(value: unknown, listed: readonly unknown[], at: number): number {
  if (typeof value !== 'object' || value === null) return listed[at] === value ? at + 1 : -1;
  let next = at;
  if (Array.isArray(value)) {
    if (listed[next] !== ITEMS || listed[next + 1] !== value.length) return -1;
    next += 2;
    for (const item of value) {
      next = compare(item, listed, next);
      if (next < 0) return -1;
    }
    return next;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) {
    if (listed[next] !== key) return -1;
    const inner = record[key];
    // No object is listed itself, so the same value is the same text or number.
    if (listed[next + 1] === inner) next += 2;
    else {
      next = compare(inner, listed, next + 1);
      if (next < 0) return -1;
    }
  }
  return listed[next] === END ? next + 1 : -1;
}

export interface Remembered {
  listed: readonly unknown[];
  size: number;
  tokens: number;
  /** True where a part of the count is a guess. */
  guessed: boolean;
}

/** The counts of groups of messages, by the first message of each. */
export type CountMemo = WeakMap<object, Remembered>;

/** The remembered count of the messages from `start` to `end`, if they are what they were. */
export function recall(
  memo: CountMemo,
  messages: readonly unknown[],
  start: number,
  end: number,
): Remembered | undefined {
  const first = messages[start];
  if (typeof first !== 'object' || first === null) return undefined;
  const remembered = memo.get(first);
  if (remembered === undefined || remembered.size !== end - start) return undefined;
  const { listed } = remembered;
  let at = 0;
  for (let index = start; index < end && at >= 0; index += 1) at = compare(messages[index], listed, at);
  return at === listed.length ? remembered : undefined;
}

export function remember(
  memo: CountMemo,
  messages: readonly unknown[],
  start: number,
  end: number,
  tokens: number,
  guessed = false,
): void {
  const first = messages[start];
  if (typeof first !== 'object' || first === null) return;
  const listed: unknown[] = [];
  for (let index = start; index < end; index += 1) list(messages[index], listed);
  memo.set(first, { listed, size: end - start, tokens, guessed });
}

type Shelf = { memo: Map<string, CountMemo>; inner: WeakMap<object, Shelf> };

const shelves: Shelf = { memo: new Map(), inner: new WeakMap() };

/**
 * The memo of everything that a count depends on: a tokenizer (or counting function, which is taken to be pure)
 * and other objects by identity, and a key. It lives as long as they do.
 */
export function memoFor(owners: readonly object[], key: string): CountMemo {
  let shelf = shelves;
  for (const owner of owners) {
    let inner = shelf.inner.get(owner);
    if (inner === undefined) {
      inner = { memo: new Map(), inner: new WeakMap() };
      shelf.inner.set(owner, inner);
    }
    shelf = inner;
  }
  let memo = shelf.memo.get(key);
  if (memo === undefined) {
    memo = new WeakMap();
    shelf.memo.set(key, memo);
  }
  return memo;
}
