/**
 * What the bytes of a token say about its text. Chat shows a token that ends inside a character as `\xf0\x9f`,
 * completions as `bytes:\xf0\x9f`; both mean the same bytes.
 */

import { utf8Length } from '../../text/utf8.js';

const encoder = /* @__PURE__ */ new TextEncoder();

/** The UTF-8 of a text. */
export function utf8(text: string): number[] {
  const bytes = new Array<number>(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return Array.from(encoder.encode(text));
    bytes[i] = unit;
  }
  return bytes;
}

/** Do the bytes say something else than the token's text, because they end (or start) inside a character? */
export function isPartial(
  token: string,
  bytes: readonly number[] | null | undefined,
): bytes is readonly number[] {
  if (bytes === null || bytes === undefined) return false;
  if (bytes.length !== utf8Length(token)) return true;
  if (!token.includes('\ufffd')) return false;
  return utf8(token).some((byte, i) => byte !== bytes[i]);
}

/** Bytes as ASCII, each other byte as `\xNN`: OpenAI's way to show part of a character. */
export function escapeBytes(bytes: readonly number[]): string {
  let text = '';
  for (const byte of bytes) {
    text +=
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}

/** The bytes of `bytes:\xf0\x9f`; undefined for a token that is plain text. */
export function bytesOf(token: string): number[] | undefined {
  if (!token.startsWith('bytes:') || !/\\x[0-9a-f]{2}/i.test(token)) return undefined;
  const bytes: number[] = [];
  for (const [piece, hex] of token.slice('bytes:'.length).matchAll(/\\x([0-9a-f]{2})|./gisu)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else for (const byte of utf8(piece)) bytes.push(byte);
  }
  return bytes;
}

/** A place in a text that is walked token by token; plain data. Starts as `{points: 0, units: 0, need: 0, wide: false}`. */
export interface TextPlace {
  /** Code points passed. */
  points: number;
  /** UTF-16 units passed. */
  units: number;
  /** Bytes that the character at hand still lacks. */
  need: number;
  /** Will the character at hand take two UTF-16 units? */
  wide: boolean;
}

export const startOfText = (points = 0): TextPlace => ({ points, units: 0, need: 0, wide: false });

/** Moves on by a token. A character that comes in parts counts once it is whole. */
export function advance(place: TextPlace, token: string, bytes: readonly number[] | null | undefined): void {
  if (place.need === 0 && bytes?.length === token.length && isAscii(bytes)) {
    place.units += token.length;
    place.points += token.length;
    return;
  }
  if (isPartial(token, bytes)) {
    for (const byte of bytes) advanceByte(place, byte);
    return;
  }
  if (place.need > 0) passBroken(place);
  place.units += token.length;
  place.points += token.length;
  for (let i = 1; i < token.length; i++) {
    if ((token.charCodeAt(i) & 0xfc00) === 0xdc00 && (token.charCodeAt(i - 1) & 0xfc00) === 0xd800)
      place.points--;
  }
}

function isAscii(bytes: readonly number[]): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 127) return false;
  return true;
}

/** A character that never became whole stands in the text as U+FFFD. */
function passBroken(place: TextPlace): void {
  place.need = 0;
  place.points += 1;
  place.units += 1;
}

function advanceByte(place: TextPlace, byte: number): void {
  if (place.need > 0 && (byte & 0xc0) === 0x80) {
    place.need--;
    if (place.need > 0) return;
    place.points += 1;
    place.units += place.wide ? 2 : 1;
    return;
  }
  if (place.need > 0) passBroken(place);
  if (byte < 0xc2 || byte > 0xf4) {
    place.points += 1;
    place.units += 1;
    return;
  }
  place.need = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  place.wide = byte >= 0xf0;
}

/** The length of a text in code points. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count--;
  }
  return count;
}
