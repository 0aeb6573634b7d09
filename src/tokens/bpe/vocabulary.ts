import type { PackedVocabulary, TokenTable } from './packed.js';

/** What a vocabulary of tokens and merges is, whoever made it. */
export interface VocabularyTable extends TokenTable {
  /** The rank that each merge makes; absent where that is the number of the merge, as in all of tiktoken's. */
  readonly results?: Int32Array | undefined;
  /** True where merging begins with characters that are tokens, and bytes of what is none: SentencePiece. */
  readonly characters?: boolean;
  /** True where only what merging gives is a token; a piece that is no such token is merged though its bytes are one. */
  readonly reached?: boolean;
}

/** One that is packed, and merges after the packed ones, by the ranks of their parts. */
export interface PackedSource {
  readonly packed: PackedVocabulary;
  readonly extra: readonly (readonly [left: number, right: number])[];
}

export type VocabularySource = PackedSource | VocabularyTable;

/** Ranks and orders are below these: what the engines' tables hold. */
export const MOST_TOKENS = (1 << 20) - 1;
export const MOST_MERGES = 1 << 24;
