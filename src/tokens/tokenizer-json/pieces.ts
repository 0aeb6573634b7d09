import { isObject, refuse, type VocabularyModel } from './json-model.js';
import { type Cut, cutsOf } from './json-steps.js';

/** How SentencePiece writes a space. */
const SPACE = '\u2581';

/**
 * Whether a text may be cut before each space that follows something else: so it is where no merge joins over such a
 * place, as in all known vocabularies but few.
 */
function cutsBeforeSpaces(merges: VocabularyModel['merges']): boolean {
  return merges.every(([left, right]) => !right.startsWith(SPACE) || left.endsWith(SPACE));
}

/** Cuts before each row of spaces. */
function* words(text: string): Generator<string> {
  let from = 0;
  for (let at = text.indexOf(SPACE, 1); at >= 0; at = text.indexOf(SPACE, at + 1)) {
    if (text[at - 1] === SPACE) continue;
    yield text.slice(from, at);
    from = at;
  }
  if (from < text.length) yield text.slice(from);
}

/** What the pre-tokenizer of SentencePiece does: spaces become their sign, one stands in front, and each begins a piece. */
function metaspace(
  step: Readonly<Record<string, unknown>>,
  path: string,
): { prepare: (text: string, first: boolean) => string; cut: Cut } {
  const { replacement = SPACE, split = true, add_prefix_space: prefix = true } = step;
  if (replacement !== SPACE) throw refuse(`${path}.replacement`, 'only U+2581 is supported');
  const scheme = step['prepend_scheme'] ?? (prefix === true ? 'always' : 'never');
  return {
    prepare: (text, first) => {
      const written = text.replaceAll(' ', SPACE);
      const prepends = scheme === 'always' || (scheme === 'first' && first);
      return prepends && written !== '' && !written.startsWith(SPACE) ? SPACE + written : written;
    },
    cut: (text) => (split === false ? [text] : text.split(new RegExp(`(?=${SPACE})`))),
  };
}

/** How the text of a SentencePiece model is cut before it is merged, and what is done to it before that. */
export function readPieces({ preTokenizer, merges }: VocabularyModel): {
  prepare?: (text: string, first: boolean) => string;
  pieces: Cut;
} {
  const cut: Cut = cutsBeforeSpaces(merges) ? words : (text) => [text];
  if (preTokenizer === undefined || preTokenizer === null) return { pieces: cut };
  if (isObject(preTokenizer) && preTokenizer['type'] === 'Metaspace') {
    const { prepare, cut: own } = metaspace(preTokenizer, 'pre_tokenizer');
    return { prepare, pieces: own };
  }
  const cuts = cutsOf(preTokenizer);
  return {
    pieces: (text) =>
      [...cuts, cut].reduce<string[]>((parts, one) => parts.flatMap((part) => [...one(part)]), [text]),
  };
}

/** True where the decoder takes away the space in front of a text. */
export function stripsStart(decoder: unknown): boolean {
  if (!isObject(decoder)) return false;
  const { type, decoders, start, content } = decoder;
  if (type === 'Sequence' && Array.isArray(decoders)) return decoders.some(stripsStart);
  if (type === 'Metaspace')
    return decoder['prepend_scheme'] !== 'never' && decoder['add_prefix_space'] !== false;
  return type === 'Strip' && content === ' ' && typeof start === 'number' && start > 0;
}
