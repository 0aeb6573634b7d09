/** The vocabularies of OpenAI's models that the library carries. */
export type EncodingName =
  | 'r50k_base'
  | 'p50k_base'
  | 'p50k_edit'
  | 'cl100k_base'
  | 'o200k_base'
  | 'o200k_harmony';

/** What is to be done with the text of special tokens, such as `<|endoftext|>`. */
export interface SpecialTokenOptions {
  /**
   * The special tokens whose text becomes the token itself; `'all'` for every one that the tokenizer knows.
   * Everything else is plain text, so that user content can smuggle in no token. Default: none.
   */
  allowedSpecial?: 'all' | Iterable<string>;
  /**
   * The special tokens whose text is refused with a `RolecallError` of code `special-token`;
   * `'all'` for every one that is not allowed. Default: none.
   */
  disallowedSpecial?: 'all' | Iterable<string>;
}

/** How `encode` gives the ids. */
export interface EncodeOptions extends SpecialTokenOptions {
  /** `'Uint32Array'` for a typed array, which takes a third of the time for long texts. Default: a plain array. */
  as?: 'array' | 'Uint32Array';
}

/** Takes ids one by one or in groups, gives the text as far as it is complete. It holds the bytes of partial characters. */
export interface StreamingDecoder {
  push(ids: number | Iterable<number>): string;
  /** The end of the text: an unfinished character comes out as U+FFFD. The decoder may be used again. */
  flush(): string;
}

/** What `encodePlaced` is asked. */
export interface PlaceOptions {
  /**
   * Says of each special or added token that the text holds whether it is one there; what is refused is plain text.
   * Default: every one is.
   */
  accepts?: (token: string, start: number, end: number) => boolean;
  /** Offsets into the text, ascending. */
  places?: readonly number[];
}

/** The ids of a text, and where places of the text fall among them. */
export interface PlacedIds {
  ids: number[];
  /** For each place: how many ids end there or before. */
  ended: number[];
  /** For each place: how many ids begin before it: one more than `ended` where the place is within an id. */
  begun: number[];
}

/** One vocabulary with its rules. Counting is exact, and its time is linear in the text. */
export interface Tokenizer {
  /** The name of the encoding, as `o200k_base`. */
  readonly name: string;
  /** The model that it was loaded for, if it was one. */
  readonly model?: string | undefined;
  /** True where the encoding was guessed from a model's name that the catalogue does not list. */
  readonly estimated?: boolean;
  /** The text and the id of every special token. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** The ids that a `tokenizer.json` puts in front of every text (BOS); `encode` does not. Undefined where it puts none. */
  readonly bos?: readonly number[] | undefined;
  /** No token stands for more UTF-8 bytes than this, so that tokens ≥ bytes / longestToken (and tokens ≤ bytes). */
  readonly longestToken: number;
  /**
   * The ids of the text's tokens. A lone surrogate counts as U+FFFD.
   * @example o200k_base.encode('Hello', { as: 'Uint32Array' }) // for texts of millions of tokens
   */
  encode(text: string, options?: EncodeOptions & { as?: 'array' }): number[];
  encode(text: string, options: EncodeOptions & { as: 'Uint32Array' }): Uint32Array;
  /**
   * The ids of a text whose special and added tokens count where the caller accepts them, and where places of the text
   * fall among the ids. `renderTokens` is made of it.
   */
  encodePlaced(text: string, options?: PlaceOptions): PlacedIds;
  /** The text of the ids; bytes that are no UTF-8 give U+FFFD. Throws `unknown-token` on an id that has no token. */
  decode(ids: Iterable<number>): string;
  /** The bytes of the ids. */
  decodeBytes(ids: Iterable<number>): Uint8Array;
  /** A decoder for ids that come one after another. */
  decoder(): StreamingDecoder;
  /** How many tokens the text has: `encode(text).length`, without making the ids. */
  count(text: string, options?: SpecialTokenOptions): number;
  /** The count if it is at most `limit`, else undefined; its cost depends on the limit, not on the text. */
  countUpTo(text: string, limit: number): number | undefined;
}

/** Whatever counts: a tokenizer, or a function that gives the number of tokens of a text. */
export type CounterLike = Tokenizer | ((text: string) => number);
