import { get, set } from './memory';

// As packed.ts reads it, which says what the text means.
const ONE_DIGIT: i32 = 24;
const FAR: i32 = ONE_DIGIT + 56 * 64;
const CLASSES: i32 = 9;

function digit(at: usize): i32 {
  const char = <i32>load<u8>(at);
  return char - (char > 92 ? 36 : 35);
}

/** Where the next second and third digits are. */
let more: usize = 0;
let most: usize = 0;

function readPlace(at: usize): i32 {
  let place = digit(at);
  if (place < ONE_DIGIT) return place;
  place = (place - ONE_DIGIT) * 64 + digit(more++) + ONE_DIGIT;
  return place < FAR ? place : (place - FAR) * 64 + digit(most++) + FAR;
}

/** Counts become the place where each begins. */
function beginnings(counts: usize, length: i32): void {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const count = get(counts, i);
    set(counts, i, sum);
    sum += count;
  }
}

/** The next place of a class, which goes on by one. */
function next(places: usize, kind: i32): i32 {
  const place = get(places, kind);
  set(places, kind, place + 1);
  return place;
}

function orderByUse(uses: usize, counts: usize, size: i32, order: usize): void {
  beginnings(counts, CLASSES);
  for (let i = 0; i < size; i++) set(order, next(counts, digit(uses + i)), i);
}

function byteKind(byte: i32): i32 {
  if (byte === 32) return 0;
  if (byte >= 97 && byte <= 122) return 1;
  if (byte >= 65 && byte <= 90) return 2;
  if (byte < 128) return 3;
  if (byte < 0xc0) return 4;
  return byte >= 0xe0 ? 5 : byte >= 0xd0 ? 6 : 7;
}

/**
 * The two parts of each token of a packed vocabulary. `text` holds its texts one after another; `left1` and so on are
 * the lengths of those that vary. `numbers` holds its lists: the two counts and the groups. `single` is the byte of each
 * of the first 256 ranks. The text and the lists of the way stand in the room of the ranks.
 */
export function unpack(
  size: i32,
  text: usize,
  left1: i32,
  left2: i32,
  right1: i32,
  numbers: usize,
  single: usize,
  lefts: usize,
  rights: usize,
): void {
  const merged = size - 256;
  const rightUses = text + size;
  const left0 = rightUses + size;
  const right0 = left0 + merged + left1 + left2;
  const leftOrder = (right0 + 3 * merged + 63) & ~(<usize>63);
  const list = (<usize>size) << 2;
  const byFirst = leftOrder + list;
  const rightOrder = byFirst + list;
  const rightPlaces = rightOrder + list;
  const firstCounts = rightPlaces + list;
  const firsts = firstCounts + 1024;

  orderByUse(text, numbers, size, leftOrder);
  memory.copy(firsts, single, 256);
  for (let byte = 0; byte < 256; byte++) set(firstCounts, byte, 1);
  more = left0 + merged;
  most = more + left1;
  for (let i = 0; i < merged; i++) {
    const part = get(leftOrder, readPlace(left0 + i));
    const byte = load<u8>(firsts + part);
    set(lefts, 256 + i, part);
    store<u8>(firsts + i, byte, 256);
    set(firstCounts, byte, get(firstCounts, byte) + 1);
  }

  beginnings(firstCounts, 256);
  for (let rank = 0; rank < size; rank++) set(byFirst, next(firstCounts, load<u8>(firsts + rank)), rank);
  orderByUse(rightUses, numbers + 4 * CLASSES, size, rightOrder);
  more = right0 + merged;
  most = more + right1;
  for (let i = 0; i < merged; i++) set(rightPlaces, i, readPlace(right0 + i));

  const cursors = numbers + 8 * CLASSES;
  const groups = firsts;
  for (let rank = 0; rank < 256; rank++) {
    const kind = byteKind(load<u8>(single + rank));
    store<u8>(groups + rank, kind * 18);
  }
  for (let rank = 256; rank < size; rank++) {
    const group = <i32>load<u8>(groups + get(lefts, rank));
    const part = get(byFirst, get(rightOrder, get(rightPlaces, next(cursors, group))));
    set(rights, rank, part);
    store<u8>(groups + rank, (load<u8>(groups + part) & 0x70) | (group & 0x0e) | 1);
  }
}
