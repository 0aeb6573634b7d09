import { RolecallError } from '../../errors.js';
import type { SplitRules } from '../bpe/scan.js';
import { cl100kRules, o200kRules, r50kRules } from '../bpe/scan.js';

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const PREFIX = '[^\\r\\n\\p{L}\\p{N}]?';
const SPACES = '\\s+(?!\\S)|\\s+';

const r50k = (contractions: string) => `${contractions}| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|${SPACES}`;
const cl100k = (digits: string) =>
  `${CONTRACTIONS}|${PREFIX}\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|${SPACES}`;
const o200k = (digits: string, contractions: string) =>
  `${PREFIX}${UPPER}*${LOWER}+${contractions}|${PREFIX}${UPPER}+${LOWER}*${contractions}|` +
  `${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|${SPACES}`;

/** The split expressions that the scanner knows, as they stand in published files. */
const known = new Map<string, SplitRules>([
  [r50k("'s|'t|'re|'ve|'m|'ll|'d"), r50kRules],
  [r50k("'(?:[sdmt]|ll|ve|re)"), r50kRules],
]);
for (const [digits, most] of [
  ['\\p{N}{1,3}', 3],
  ['\\p{N}{1,2}', 2],
  ['\\p{N}', 1],
  ['\\p{N}+', Number.POSITIVE_INFINITY],
] as const) {
  known.set(cl100k(digits), { ...cl100kRules, digits: most });
  known.set(o200k(digits, `${CONTRACTIONS}?`), { ...o200kRules, digits: most });
  known.set(o200k(digits, ''), { ...o200kRules, digits: most, contractions: false });
}

/** The rules of the `ByteLevel` pre-tokenizer's own expression. */
export const byteLevelRules: SplitRules = r50kRules;

export const knownRules = (expression: string): SplitRules | undefined => known.get(expression);

const WHITE = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

function unsupported(expression: string, what: string): RolecallError {
  return new RolecallError(
    'unsupported',
    `pre_tokenizer: ${what} is not supported in the split expression ${JSON.stringify(expression)}`,
    { path: 'pre_tokenizer' },
  );
}

/** Letters of a group that ignores case, each as the class of its cases. */
function anyCase(text: string): string {
  return text.replace(/\\.|\[[^\]]*\]|[a-zA-Z]/g, (part) => {
    if (part.length > 1) return part;
    const more = part.toLowerCase() === 's' ? '\u017f' : part.toLowerCase() === 'k' ? '\u212a' : '';
    return `[${part.toLowerCase()}${part.toUpperCase()}${more}]`;
  });
}

/**
 * An expression of a `tokenizer.json` (Oniguruma's) as one of JavaScript's: `\s` is Unicode's White_Space, groups that
 * ignore case are spelled out. What JavaScript cannot say throws `unsupported`.
 */
export function toJavaScript(expression: string): RegExp {
  const bare = expression.replace(/\\[pP]\{[^}]*\}|\\[^AzZGhHRX]/g, 'x');
  if (/\\./.test(bare)) throw unsupported(expression, 'an escape of Oniguruma');
  if (/\[:\^?\w+:\]|&&/.test(bare)) throw unsupported(expression, 'a class of Oniguruma');
  const outside = bare.replace(/\[[^\]]*\]/g, 'x');
  if (/[?*+]\+|\{\d+(?:,\d*)?\}\+/.test(outside)) throw unsupported(expression, 'a possessive quantifier');
  if (outside.includes('(?>')) throw unsupported(expression, 'an atomic group');
  let source = expression.replace(
    /\(\?i:((?:\\.|[^()\\])*)\)/g,
    (_, group: string) => `(?:${anyCase(group)})`,
  );
  if (source.startsWith('(?i)')) source = anyCase(source.slice(4));
  if (/\(\?[a-zA-Z-]+[:)]/.test(source)) throw unsupported(expression, 'an inline flag');
  let inClass = false;
  source = source.replace(/\\.|\[\^?|\]|[{}]\d*|./gsu, (part) => {
    if (part === '\\s') return inClass ? WHITE : `[${WHITE}]`;
    if (part === '\\S') {
      if (inClass) throw unsupported(expression, '\\S in a class');
      return `[^${WHITE}]`;
    }
    if (part === '\\d') return '\\p{Nd}';
    if (part === '\\w') return inClass ? '\\p{L}\\p{M}\\p{N}\\p{Pc}' : '[\\p{L}\\p{M}\\p{N}\\p{Pc}]';
    if (part.startsWith('[') && !inClass) inClass = true;
    else if (part.startsWith('[')) return `\\[${part.slice(1)}`;
    else if (part === ']') inClass = false;
    // Escapes that JavaScript refuses in Unicode mode: punctuation it does not know as syntax.
    if (/^\\[^\w^$\\.*+?()[\]{}|/-]/u.test(part)) return part.slice(1);
    if (part === '\\-' && !inClass) return '-';
    return part;
  });
  try {
    return new RegExp(source, 'gu');
  } catch (cause) {
    throw new RolecallError(
      'unsupported',
      `pre_tokenizer: the split expression is not understood: ${expression}`,
      {
        path: 'pre_tokenizer',
        cause,
      },
    );
  }
}
