import { RolecallError } from '../../errors.js';
import { checkOptional } from '../../text/arguments.js';
import { createEngine } from './create-engine.js';
import { createDecoder, decodeText, joinBytes, type TokenBytes, unknownToken } from './decode.js';
import { type Engine, TokenIds } from './engine.js';
import type { PackedVocabulary } from './packed.js';
import { bytesAt, placedIds } from './places.js';
import type { SplitRules } from './scan.js';
import { type Cuts, type Stripped, splitAccepted, splitSpecial } from './special.js';
import type { EncodeOptions, SpecialTokenOptions, Tokenizer } from './types.js';
import type { PackedSource } from './vocabulary.js';

/** What a tokenizer runs on; made at first use. */
export interface Core {
  engine: Engine;
  tokens: TokenBytes;
  longest: number;
  /** The id of each rank, where they differ. */
  ids?: Int32Array;
}

/** What differs between tokenizers. */
export interface TokenizerParts {
  name: string;
  core: () => Core;
  specialTokens: () => ReadonlyMap<string, number>;
  /** What the file puts in front of every text, and `encode` does not. */
  bos?: readonly number[];
  /** Added tokens that are no special ones: they are cut out of every text. */
  addedTokens?: ReadonlyMap<string, number>;
  /** Special or added tokens that take the white space on a side with them. */
  stripped?: Stripped;
  /** What is done to a text before it is cut into pieces; `first` where nothing stands before it. */
  normalize?: (text: string, first: boolean) => string;
  /** A text with what decoding gives for the signs that encoding has put into it. */
  unsign?: (text: string) => string;
  /** True where decoding takes away a space in front of the text, which encoding has put there. */
  stripsSpace?: boolean;
  /** False where text may be dropped before it is counted, so that its length says nothing. */
  bounded?: boolean;
}

function checkText(text: unknown): asserts text is string {
  if (typeof text === 'string') return;
  throw new RolecallError(
    'invalid-argument',
    `the text must be a string, not ${text === null ? 'null' : typeof text}`,
    { path: 'text' },
  );
}

function checkLimit(limit: unknown): asserts limit is number {
  if (typeof limit === 'number' && !Number.isNaN(limit)) return;
  throw new RolecallError('invalid-argument', 'the limit must be a number', { path: 'limit' });
}

export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { name, core, specialTokens, addedTokens, normalize, stripped, stripsSpace = false } = parts;
  const { unsign = (text: string) => text } = parts;
  const bounded = parts.bounded !== false && normalize === undefined && addedTokens === undefined;
  let made: Core | undefined;
  const get = (): Core => {
    made ??= core();
    return made;
  };
  let whole: Cuts | undefined;
  const cuts = (): Cuts => {
    whole ??= { encoding: name, special: specialTokens(), added: addedTokens, stripped };
    return whole;
  };

  /** A text without special tokens; `first` where nothing stands before it. */
  function plain(text: string, limit: number, out: TokenIds | undefined, first: boolean): number {
    const { engine, ids } = get();
    const from = out?.length ?? 0;
    const count = engine.run(normalize === undefined ? text : normalize(text, first), limit, out);
    if (ids !== undefined) out?.rename(from, ids);
    return count;
  }

  /** Runs over the parts of a text until the tokens are more than the limit. */
  function run(
    text: string,
    limit: number,
    out: TokenIds | undefined,
    options?: SpecialTokenOptions,
  ): number {
    if (options === undefined && addedTokens === undefined) return plain(text, limit, out, true);
    const parts = splitSpecial(text, cuts(), options);
    if (parts === undefined) return plain(text, limit, out, true);
    let count = 0;
    for (const { start, end, token } of parts) {
      if (token === undefined) count += plain(text.slice(start, end), limit - count, out, start === 0);
      else {
        count++;
        out?.push(token.id);
      }
      if (count > limit) break;
    }
    return count;
  }

  return {
    name,
    ...(parts.bos !== undefined && { bos: parts.bos }),
    get specialTokens() {
      return cuts().special;
    },
    get longestToken() {
      return get().longest;
    },
    encode: ((text: string, options?: EncodeOptions) => {
      checkText(text);
      const out = new TokenIds();
      run(text, Number.POSITIVE_INFINITY, out, options);
      return options?.as === 'Uint32Array' ? out.toUint32Array() : out.toArray();
    }) as Tokenizer['encode'],
    encodePlaced(text, options) {
      checkText(text);
      const { accepts, places } = options ?? {};
      checkOptional(accepts ?? undefined, 'accepts', 'function');
      checkOptional(places ?? undefined, 'places', 'list');
      const { tokens } = get();
      return placedIds(splitAccepted(text, cuts(), accepts ?? (() => true)), places ?? [], {
        encode(start, end, out) {
          plain(text.slice(start, end), Number.POSITIVE_INFINITY, out, start === 0);
        },
        at(start, end, own) {
          const part = (stretch: string) =>
            normalize === undefined ? stretch : normalize(stretch, start === 0);
          return bytesAt(text.slice(start, end), own, (stretch) => unsign(part(stretch)));
        },
        lengthOf: (id) => tokens.of(id).length,
      });
    },
    count(text, options) {
      checkText(text);
      return run(text, Number.POSITIVE_INFINITY, undefined, options);
    },
    countUpTo(text, limit) {
      checkText(text);
      checkLimit(limit);
      // Every UTF-16 unit is at least one byte, so a text this long has more tokens than the limit.
      if (bounded && text.length > limit * get().longest) return undefined;
      const count = run(text, limit, undefined);
      return count <= limit ? count : undefined;
    },
    decode: (ids) => {
      const text = decodeText(ids, get().tokens);
      return stripsSpace && text.startsWith(' ') ? text.slice(1) : text;
    },
    decodeBytes: (ids) => joinBytes(ids, get().tokens).slice(),
    decoder: () => createDecoder(get().tokens, stripsSpace),
  };
}

/** A packed vocabulary with its rules; its engine is made once, for all encodings that have it. */
export interface SharedVocabulary {
  readonly longest: number;
  engine(): Engine;
}

export function defineVocabulary(
  packed: PackedVocabulary,
  rules: SplitRules,
  extra: PackedSource['extra'] = [],
): SharedVocabulary {
  let made: Engine | undefined;
  return {
    longest: packed.longest,
    engine() {
      made ??= createEngine({ packed, extra }, rules);
      return made;
    },
  };
}

/** What makes an encoding: its vocabulary, and its special tokens. */
export interface EncodingDefinition {
  name: string;
  vocabulary: SharedVocabulary;
  /** Ranks from here on have ids one higher: the id between belongs to a special token. */
  gapAt?: number;
  specialTokens: () => Map<string, number>;
}

/** The tokenizer of an encoding. Nothing is built before it is used. */
export function defineEncoding({ name, vocabulary, gapAt, specialTokens }: EncodingDefinition): Tokenizer {
  return createTokenizer({
    name,
    specialTokens,
    core: () => {
      const engine = vocabulary.engine();
      const { starts, bytes } = engine.spellings();
      const size = starts.length - 1;
      const specialBytes = new Map<number, Uint8Array>();
      let most = size;
      for (const [text, id] of specialTokens()) {
        specialBytes.set(id, new TextEncoder().encode(text));
        most = Math.max(most, id + 1);
      }
      const tokens: TokenBytes = {
        of(id) {
          const special = specialBytes.get(id);
          if (special !== undefined) return special;
          const rank = gapAt !== undefined && id > gapAt ? id - 1 : id;
          if (!Number.isInteger(rank) || rank < 0 || rank >= size) throw unknownToken(id, name, most);
          return bytes.subarray(starts[rank]!, starts[rank + 1]!);
        },
      };
      const ids =
        gapAt === undefined
          ? undefined
          : Int32Array.from({ length: size }, (_, rank) => rank + (rank < gapAt ? 0 : 1));
      return { engine, tokens, longest: vocabulary.longest, ...(ids && { ids }) };
    },
  });
}
