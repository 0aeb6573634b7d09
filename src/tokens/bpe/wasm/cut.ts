import { BATCH, BORDERS, CATEGORIES, POINTS } from './memory';

/** The general scan of one piece, which knows all rules. */
declare function scan(at: usize, end: usize, more: bool): usize;

export const R50K: i32 = 0;
const O200K: i32 = 2;
let family: i32 = O200K;
/** How many digits stay together; 0 for all. */
let digits: i32 = 3;
let contractions: bool = true;

// Flags of a character, as in categories.ts.
const UPPER: i32 = 1;
const LOWER: i32 = 2;
const LETTER: i32 = 4;
const NUMBER: i32 = 8;
const SPACE: i32 = 16;

/** Elsewhere case does not matter, and combining marks are no letters. */
export function setRules(kind: i32, most: i32, withContractions: bool): void {
  family = kind;
  digits = most;
  contractions = withContractions;
  if (kind === O200K) return;
  for (let point = 0; point < POINTS; point++) {
    const flags = <i32>load<u8>(CATEGORIES + point);
    store<u8>(CATEGORIES + point, flags & LETTER ? LOWER | LETTER : flags & ~(UPPER | LOWER));
  }
}

/** The length of a contraction at a byte, or 0. */
function contractionAt(at: usize, end: usize): i32 {
  if (at + 1 >= end) return 0;
  const first = <i32>load<u8>(at, 1);
  const second = at + 2 < end ? <i32>load<u8>(at, 2) : 0;
  if (family === R50K && first < 97) return 0;
  if (first === 0xc5) return family !== R50K && second === 0xbf ? 3 : 0;
  if (first < 65) return 0;
  const low = first | 32;
  if (low === 115 || low === 116 || low === 109 || low === 100) return 2;
  if (second < (family === R50K ? 97 : 65)) return 0;
  const next = second | 32;
  return ((low === 114 || low === 118) && next === 101) || (low === 108 && next === 108) ? 3 : 0;
}

// The window: sixty-four bytes from `p` on. In each mask the bit i tells of the byte p + i.
let v0: v128 = i8x16.splat(0);
let v1: v128 = i8x16.splat(0);
let v2: v128 = i8x16.splat(0);
let v3: v128 = i8x16.splat(0);

function join(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = <u64>i8x16.bitmask(a) | ((<u64>i8x16.bitmask(b)) << 16);
  return low | ((<u64>i8x16.bitmask(c)) << 32) | ((<u64>i8x16.bitmask(d)) << 48);
}

function bytesOf(byte: i32): u64 {
  const all = i8x16.splat(<i8>byte);
  return join(i8x16.eq(v0, all), i8x16.eq(v1, all), i8x16.eq(v2, all), i8x16.eq(v3, all));
}

/** The bytes from `first` to `last`, both ASCII: moved up to where what is above them turns negative. */
function range(first: i32, last: i32): u64 {
  const up = i8x16.splat(<i8>(127 - last));
  const least = i8x16.splat(<i8>(126 - last + first));
  const a = i8x16.gt_s(i8x16.add(v0, up), least);
  const b = i8x16.gt_s(i8x16.add(v1, up), least);
  return join(a, b, i8x16.gt_s(i8x16.add(v2, up), least), i8x16.gt_s(i8x16.add(v3, up), least));
}

// What the characters beyond ASCII of a window are.
/** How many bytes from the window's start on are known: the general scan decides of digits and white space beyond ASCII. */
let known: i32 = 64;
let lower: u64 = 0;
let upper: u64 = 0;
/** Letters without case, and marks: they may stand in both halves of a word. */
let both: u64 = 0;
/** First bytes of combining marks. */
let marks: u64 = 0;
/** Bytes after the first of a character. */
let rest: u64 = 0;

function flagsOf(point: i32): i32 {
  return point < POINTS ? <i32>load<u8>(CATEGORIES + point) : SPACE;
}

function readCharacters(p: usize, high: u64): void {
  known = 64;
  lower = upper = both = marks = rest = 0;
  for (let left = high; left !== 0; ) {
    const i = <i32>ctz(left);
    const w = load<i32>(p + i);
    let size = 2;
    let point = ((w & 31) << 6) | ((w >> 8) & 63);
    if ((w & 0xe0) === 0xe0) {
      size = 3;
      point = ((w & 15) << 12) | ((w >> 2) & 0xfc0) | ((w >> 16) & 63);
      if ((w & 0xf0) === 0xf0) {
        size = 4;
        point = ((w & 7) << 18) | ((w << 4) & 0x3f000) | ((w >> 10) & 0xfc0) | ((w >> 24) & 63);
      }
    }
    const flags = flagsOf(point);
    if (i + size > 64 || (flags & (SPACE | NUMBER)) !== 0) {
      known = i;
      return;
    }
    const one = (<u64>1) << i;
    const bits = (<u64>((1 << size) - 1)) << i;
    const isLower = -(<u64>((flags >> 1) & 1));
    const isUpper = -(<u64>(flags & 1));
    lower |= bits & isLower;
    upper |= bits & isUpper & ~isLower;
    both |= bits & isLower & isUpper;
    marks |= one & isLower & (<u64>((flags >> 2) & 1) - 1);
    rest |= bits ^ one;
    left &= ~bits;
  }
}

/** Line ends after signs, with slashes in o200k: they belong to the signs. */
function tails(lines: u64, signs: u64): u64 {
  const start = lines & (signs << 1);
  if (start === 0) return 0;
  const run = family === O200K ? lines | bytesOf(47) : lines;
  return (run & ~(run + start)) | start;
}

/** Where numbers begin, and where they go on after so many digits. */
function numberBegins(numbers: u64): u64 {
  let begins = numbers & ~(numbers << 1);
  if (digits === 0) return begins;
  let run = numbers;
  for (let i = 1; i < digits; i++) run &= numbers << i;
  for (let next = (begins << digits) & run; next !== 0; next = (next << digits) & run) begins |= next;
  return begins;
}

/** Where white space begins after its last line end. `inner` is white space that ends no line. */
function afterLines(inner: u64, lines: u64): u64 {
  let begins = inner & (lines << 1);
  if (begins === 0) return 0;
  const fill = (inner & ~(inner + begins)) | begins;
  // What a later line end follows is no begin.
  for (let end = (fill << 1) & lines; end !== 0; end &= end - 1) {
    const under = begins & ((end & -end) - 1);
    begins ^= ((<u64>1) << 63) >> clz(under);
  }
  return begins;
}

/** The bytes before which nothing is open: borders after them may change with what follows. */
function validBytes(white: u64): u64 {
  const valid: u64 = known < 64 ? ((<u64>1) << known) - 1 : <u64>-1;
  if (known === 0 || ((white >> (known - 1)) & 1) === 0) return valid;
  // White space at the end may go on: nothing after its begin is certain.
  const last = 63 - <i32>clz(~white & valid);
  return last >= 62 ? <u64>-1 : (((<u64>1) << (last + 2)) - 1) & valid;
}

/** The flags of a character of three bytes. */
function threeFlags(at: usize): i32 {
  const w = load<i32>(at);
  return <i32>load<u8>(CATEGORIES + (((w & 15) << 12) | ((w >> 2) & 0xfc0) | ((w >> 16) & 63)));
}

function isThree(at: usize): bool {
  return (load<u32>(at) & 0xc0c0f0) === 0x8080e0;
}

/**
 * The end of a row of letters of three bytes that are no capitals, after one such sign perhaps, as in texts without
 * spaces; 0 where there is none, or what follows may belong to it.
 */
function rowEnd(at: usize): usize {
  if (!isThree(at)) return 0;
  let p = at;
  if ((threeFlags(at) & (LOWER | NUMBER | SPACE | UPPER)) === 0 && family !== R50K) p += 3;
  const begin = p;
  while (isThree(p) && (threeFlags(p) & LOWER) !== 0) p += 3;
  const next = <i32>load<u8>(p);
  const ends = isThree(p)
    ? (threeFlags(p) & (UPPER | LOWER)) === 0
    : next < 0x80 && <u32>((next | 32) - 97) > 25 && next !== 39;
  return p > begin && ends ? p : 0;
}

/** What is certain of the window. */
let valid: u64 = 0;

function newBegins(words: u64, numbers: u64, white: u64, lines: u64, spaces: u64): u64 {
  const allSigns = ~(words | numbers | white);
  const tail = tails(lines, allSigns);
  const signs = allSigns & ~tail;
  const signBegins = signs & ~(signs << 1) & ~(spaces << 1);
  // The first sign may begin a word; a character that begins no run of signs has its later bytes there too.
  let first = signBegins;
  first |= (first << 1) & rest;
  first |= (first << 1) & rest;
  first |= (first << 1) & rest;
  const later = (signs & ~first) << 1;
  const unclear = (upper & (both << 1)) | (marks & later);
  if (unclear !== 0) valid &= (unclear & -unclear) - 1;
  const inner = white & ~lines;
  const open = white & ~tail;
  let begins = (words & (((numbers | lines | tail) << 1) | later)) | signBegins | numberBegins(numbers);
  begins |= (open & ~(open << 1)) | afterLines(inner, lines & ~tail) | (inner & ~(white >> 1));
  return family === O200K ? begins | (upper & (lower << 1)) : begins;
}

function oldBegins(words: u64, numbers: u64, white: u64, spaces: u64): u64 {
  const signs = ~(words | numbers | white);
  const begins = (words & ~(words << 1)) | numberBegins(numbers) | (signs & ~(signs << 1));
  return (begins & ~(spaces << 1)) | (white & ~(white << 1)) | (white & ~(white >> 1));
}

/** Where a contraction ends that ends the window, or 0. */
let jump: usize = 0;

/** In o200k a contraction ends a word; elsewhere it is a piece, if it begins one. */
function findContraction(p: usize, end: usize, words: u64, begins: u64): void {
  const all = bytesOf(39);
  const one: u64 = family === O200K ? 1 : 2;
  for (let next = all & valid & (family === O200K ? words << 1 : begins | 1); next !== 0; next &= next - 1) {
    const i = <usize>ctz(next);
    const length = contractionAt(p + i, end);
    if (length === 0) continue;
    valid &= (one << i) - 1;
    jump = p + i + length;
    return;
  }
}

/** The begins of pieces in the window that are certain; `p` is one, and is left out. */
function window(p: usize, end: usize): u64 {
  v0 = v128.load(p);
  v1 = v128.load(p, 16);
  v2 = v128.load(p, 32);
  v3 = v128.load(p, 48);
  const high = join(v0, v1, v2, v3);
  readCharacters(p, high);
  lower |= range(97, 122);
  if (family === O200K) upper |= range(65, 90);
  else lower |= range(65, 90);
  const words = lower | upper;
  const numbers = range(48, 57);
  const spaces = bytesOf(32);
  const white = spaces | range(9, 13);
  jump = 0;
  valid = validBytes(white);
  let begins: u64;
  if (family === R50K) begins = oldBegins(words, numbers, white, spaces);
  else begins = newBegins(words, numbers, white, bytesOf(10) | bytesOf(13), spaces);
  if (contractions) findContraction(p, end, words, begins);
  return begins & valid & ~(<u64>1);
}

/** Writes the places of the bits after `at`; eight at a time, and what is too much is written over. */
function writeBorders(at: usize, p: usize, begins: u64): usize {
  const count = popcnt(begins);
  let to = at + 4;
  for (let i: u64 = 0; i < count; i += 8, to += 32) {
    for (let k = 0; k < 8; k++) {
      store<u32>(to + (k << 2), <u32>(p + <usize>ctz(begins)));
      begins &= begins - 1;
    }
  }
  return at + ((<usize>count) << 2);
}

/** How many pieces were found. */
export let pieces: i32 = 0;
/** What a scan may look at beyond a piece's end. */
const LOOKAHEAD: usize = 4;

/**
 * Finds the borders of up to a batch of pieces, and gives where the last one ends. `more` says that text follows after
 * `end`, so that what it could change is not given. Sixty-four spaces follow after `end`.
 */
export function cut(at: usize, end: usize, more: bool): usize {
  const safe = more ? end - LOOKAHEAD : end;
  const most = BORDERS + (BATCH << 2);
  let last = BORDERS;
  let p = at;
  store<u32>(last, <u32>p);
  while (p < end && last < most) {
    const row = rowEnd(p);
    if (row !== 0 && row <= safe) {
      last += 4;
      store<u32>(last, <u32>row);
      p = row;
      continue;
    }
    const begins = window(p, end);
    if (begins !== 0) last = writeBorders(last, p, begins);
    if (jump !== 0) {
      last += 4;
      store<u32>(last, <u32>jump);
    } else if (begins === 0) {
      const to = scan(p, end, more);
      if (to > safe) break;
      last += 4;
      store<u32>(last, <u32>to);
    }
    p = <usize>load<u32>(last);
    if (p > safe) {
      while (<usize>load<u32>(last) > safe) last -= 4;
      p = <usize>load<u32>(last);
      break;
    }
  }
  pieces = <i32>((last - BORDERS) >> 2);
  return p;
}
