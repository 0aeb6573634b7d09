import type { SyntaxNode } from '../syntax/node.js';

export interface TextPiece {
  readonly type: 'text';
  readonly text: string;
}

/** A place of a prompt that is filled when the program runs. */
export interface Hole {
  readonly type: 'hole';
  /** Its name in a report: the source between its marks, or the source of what fills it. */
  readonly source: string;
  readonly value: SyntaxNode;
  /** The source stands between the braces of an f-string or a template literal as it is. */
  readonly inBraces: boolean;
  /** A conversion and a format of Python's, as `!r` and `:>5`, where the source does not have them. */
  readonly suffix: string;
  /** It is a text already, since Python joins nothing else to a text. */
  readonly isText: boolean;
}

export type PromptPart = TextPiece | Hole;

/** Parts with neighbouring texts joined and empty ones left out. */
export function joined(parts: readonly PromptPart[]): PromptPart[] {
  const all: PromptPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (part.type === 'text' && last?.type === 'text') {
      all[all.length - 1] = { type: 'text', text: last.text + part.text };
    } else if (part.type === 'hole' || part.text !== '') all.push(part);
  }
  return all;
}

/** A text in which each hole is one private character, and the way back. */
export interface StandIn {
  readonly text: string;
  /** The parts of a piece of the text. */
  partsOf(piece: string): PromptPart[];
  /** The hole that a character stands for. */
  holeAt(character: string): Hole | undefined;
}

/** A block of private characters that a text does not use. */
function freeBase(text: string, count: number): number {
  for (let base = 0xe000; base + count <= 0xf8ff; base += 0x100) {
    const used = [...text].some((c) => c.codePointAt(0)! >= base && c.codePointAt(0)! < base + count);
    if (!used) return base;
  }
  return 0xe000;
}

export function standIn(parts: readonly PromptPart[], after = ''): StandIn {
  const holes = parts.filter((part) => part.type === 'hole');
  const plain = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const base = freeBase(plain, holes.length);
  const holeAt = (character: string): Hole | undefined => holes[(character.codePointAt(0) ?? 0) - base];
  let next = 0;
  const text = parts
    .map((part) => (part.type === 'text' ? part.text : String.fromCharCode(base + next++) + after))
    .join('');
  return {
    text,
    holeAt,
    partsOf: (piece) => joined([...piece].map((c): PromptPart => holeAt(c) ?? { type: 'text', text: c })),
  };
}
