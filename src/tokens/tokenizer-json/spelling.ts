import { byteOrder } from '../bpe/packed.js';

/** How a `tokenizer.json` writes tokens. */
export interface Spelling {
  /** How a single byte is written, by the byte. */
  readonly letters: readonly string[];
  /** The bytes of a token; undefined where it is not written in these letters. */
  bytes(token: string): Uint8Array | undefined;
}

/** The spelling of GPT-2: a letter for each byte, those that print in Latin-1 for themselves, then U+0100 and on. */
export function byteSpelling(): Spelling {
  const letters: string[] = Array.from({ length: 256 }, () => '');
  const byteOf = new Int16Array(0x200).fill(-1);
  let spare = 0x100;
  for (const byte of byteOrder()) {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
    const letter = prints ? byte : spare++;
    letters[byte] = String.fromCharCode(letter);
    byteOf[letter] = byte;
  }
  return {
    letters,
    bytes(token) {
      const bytes = new Uint8Array(token.length);
      for (let i = 0; i < token.length; i++) {
        const byte = byteOf[token.charCodeAt(i)] ?? -1;
        if (byte < 0) return undefined;
        bytes[i] = byte;
      }
      return bytes;
    },
  };
}

const BYTE = /^<0x([0-9A-F]{2})>$/;

/** The spelling of SentencePiece: texts, and `<0xNN>` for a byte of what has no token. */
export function pieceSpelling(hasToken: (token: string) => boolean): Spelling {
  const encoder = new TextEncoder();
  return {
    letters: Array.from({ length: 256 }, (_, byte) => {
      const letter = String.fromCharCode(byte);
      return byte < 128 && hasToken(letter)
        ? letter
        : `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    }),
    bytes(token) {
      const byte = token.length === 6 ? BYTE.exec(token)?.[1] : undefined;
      return byte === undefined ? encoder.encode(token) : Uint8Array.of(Number.parseInt(byte, 16));
    },
  };
}
