import type { SplitRules } from '../bpe/scan.js';
import { isObject, type Json, refuse } from './json-model.js';
import { byteLevelRules, knownRules, toJavaScript } from './regex-text.js';

const forms = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;

/** What a normalizer does to a text; undefined for nothing. */
export function readNormalizer(value: unknown, path = 'normalizer'): ((text: string) => string) | undefined {
  if (value === undefined || value === null) return undefined;
  const type = isObject(value) ? value['type'] : undefined;
  const form = forms.find((name) => name === type);
  if (form !== undefined) return (text) => text.normalize(form);
  if (type === 'Lowercase') return (text) => text.toLowerCase();
  if (type === 'Prepend' && typeof (value as Json)['prepend'] === 'string') {
    const front = (value as Json)['prepend'] as string;
    return (text) => (text === '' ? text : front + text);
  }
  if (type === 'Replace') {
    const { pattern, content } = value as Json;
    if (isObject(pattern) && typeof pattern['Regex'] === 'string' && typeof content === 'string') {
      const expression = toJavaScript(pattern['Regex']);
      return (text) => text.replace(expression, () => content);
    }
    if (isObject(pattern) && typeof pattern['String'] === 'string' && typeof content === 'string') {
      const from = pattern['String'];
      return (text) => text.replaceAll(from, () => content);
    }
  }
  if (type === 'Sequence' && Array.isArray((value as Json)['normalizers'])) {
    const steps = ((value as Json)['normalizers'] as unknown[]).map((step, i) =>
      readNormalizer(step, `${path}.normalizers[${i}]`),
    );
    return (text) => steps.reduce((result, step) => (step === undefined ? result : step(result)), text);
  }
  throw refuse(path, `${JSON.stringify(type ?? value)} is not supported`);
}

export type Cut = (text: string) => Iterable<string>;

/** How a text is cut: by the scanner's rules, or by functions where there are any. */
export interface Pieces {
  rules: SplitRules;
  pieces?: Cut;
  /** What is done to the text before the scanner. */
  prepare?: (text: string, first: boolean) => string;
}

type Step =
  | { kind: 'cut'; expression?: string | undefined; cut: Cut }
  | { kind: 'bytes'; space: boolean; regex: boolean };

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The parts of a text in order: what the expression matches, and what lies between. */
function* partsOf(text: string, expression: RegExp): Generator<{ text: string; match: boolean }> {
  let from = 0;
  for (const match of text.matchAll(expression)) {
    if (match[0] === '') continue;
    if (match.index > from) yield { text: text.slice(from, match.index), match: false };
    yield { text: match[0], match: true };
    from = match.index + match[0].length;
  }
  if (from < text.length) yield { text: text.slice(from), match: false };
}

function cutBy(expression: RegExp, behavior: unknown, invert: boolean, path: string): Cut {
  return (text) => {
    const result: string[] = [];
    let wasMatch = false;
    let first = true;
    for (const part of partsOf(text, expression)) {
      const match = part.match !== invert;
      if (behavior === 'Isolated') result.push(part.text);
      else if (behavior === 'Removed') {
        if (!match) result.push(part.text);
      } else if (behavior === 'MergedWithPrevious') {
        if (match && !first && !wasMatch) result.push(result.pop()! + part.text);
        else result.push(part.text);
      } else if (behavior === 'MergedWithNext') {
        if (!first && wasMatch && !match) result.push(result.pop()! + part.text);
        else result.push(part.text);
      } else if (behavior === 'Contiguous') {
        if (!first && wasMatch === match) result.push(result.pop()! + part.text);
        else result.push(part.text);
      } else throw refuse(`${path}.behavior`, `${JSON.stringify(behavior)} is not supported`);
      wasMatch = match;
      first = false;
    }
    return result;
  };
}

function readSteps(value: unknown, path: string): Step[] {
  const type = isObject(value) ? value['type'] : undefined;
  const step = value as Json;
  if (type === 'Sequence' && Array.isArray(step['pretokenizers'])) {
    return step['pretokenizers'].flatMap((inner, i) => readSteps(inner, `${path}.pretokenizers[${i}]`));
  }
  if (type === 'ByteLevel') {
    return [{ kind: 'bytes', space: step['add_prefix_space'] === true, regex: step['use_regex'] !== false }];
  }
  if (type === 'Split' && isObject(step['pattern'])) {
    const { Regex: regex, String: text } = step['pattern'];
    if (typeof regex !== 'string' && typeof text !== 'string')
      throw refuse(`${path}.pattern`, 'must be a Regex or a String');
    const { behavior } = step;
    const invert = step['invert'] === true;
    const whole =
      typeof regex === 'string' && (behavior === 'Isolated' || (behavior === 'Removed' && invert));
    const known = whole && knownRules(regex as string) !== undefined;
    const expression = known
      ? /(?!)/gu
      : typeof regex === 'string'
        ? toJavaScript(regex)
        : new RegExp(quoted(text as string), 'gu');
    const cut = cutBy(expression, behavior, invert, path);
    cut('');
    return [{ kind: 'cut', expression: known ? (regex as string) : undefined, cut }];
  }
  if (type === 'Digits') {
    const each = step['individual_digits'] === true;
    return [{ kind: 'cut', cut: cutBy(each ? /\p{N}/gu : /\p{N}+/gu, 'Isolated', false, path) }];
  }
  throw refuse(path, `${JSON.stringify(type ?? value)} is not supported`);
}

/** Cuts with the scanner would need its bytes; here the expression itself does it. */
const asCut = (step: Step): Cut => {
  if (step.kind === 'cut') {
    return step.expression === undefined
      ? step.cut
      : cutBy(toJavaScript(step.expression), 'Isolated', false, '');
  }
  const expression = step.regex
    ? toJavaScript("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+")
    : undefined;
  return (text) => {
    const spaced = step.space && !text.startsWith(' ') ? ` ${text}` : text;
    return expression === undefined ? [spaced] : (spaced.match(expression) ?? []);
  };
};

/** The steps of a pre-tokenizer that is not one of bytes. */
export function cutsOf(value: unknown): Cut[] {
  const steps = readSteps(value, 'pre_tokenizer');
  if (steps.some(({ kind }) => kind === 'bytes'))
    throw refuse('pre_tokenizer', 'ByteLevel does not go with byte_fallback');
  return steps.map(asCut);
}

export function readPreTokenizer(value: unknown): Pieces {
  if (value === undefined || value === null)
    throw refuse('pre_tokenizer', 'there is none, so the text is not of bytes');
  const steps = readSteps(value, 'pre_tokenizer');
  const last = steps.at(-1);
  if (last?.kind !== 'bytes' || steps.slice(0, -1).some(({ kind }) => kind === 'bytes')) {
    throw refuse('pre_tokenizer', 'the last step must be ByteLevel, and no other');
  }
  const [first] = steps;
  const prepare = last.space
    ? (text: string) => (text === '' || text.startsWith(' ') ? text : ` ${text}`)
    : undefined;
  if (steps.length === 1 && last.regex) return { rules: byteLevelRules, ...(prepare && { prepare }) };
  if (
    steps.length === 2 &&
    first?.kind === 'cut' &&
    first.expression !== undefined &&
    !last.regex &&
    !last.space
  ) {
    return { rules: knownRules(first.expression)! };
  }
  const cuts = steps.filter((step) => step.kind === 'cut' || step.regex || step.space).map(asCut);
  return {
    rules: byteLevelRules,
    pieces: (text) => {
      let pieces: string[] = text === '' ? [] : [text];
      for (const cut of cuts) pieces = pieces.flatMap((piece) => [...cut(piece)]);
      return pieces;
    },
  };
}
