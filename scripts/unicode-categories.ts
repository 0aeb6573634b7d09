import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Writes src/tokens/bpe/category-runs.generated.ts: the categories that pre-tokenizers ask for, as runs of code points from U+0080.
 * Made from the tables of the JavaScript engine that runs this, less what came after Unicode 16.0, the version that
 * tiktoken has. Node's own expressions would give other tokens with every update of Unicode.
 */
if (process.versions['unicode'] !== '17.0') throw new Error('list here what that version has over 16.0');

/** Letters, numbers and marks that are new in Unicode 17.0. */
const later =
  `88f c5c cdc 1acf-1add 1ae0-1aeb a7ce-a7cf a7d2 a7d4 a7f1 10940-10959 10ec5-10ec7 10efa-10efb 11b60-11b67
  11db0-11ddb 11de0-11de9 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6 187f8-187ff 18d09-18d1e 18d80-18df2 1e6c0-1e6de 1e6e0-1e6f5
  1e6fe-1e6ff 2b73a-2b73f 2cea2-2cead 323b0-33479`
    .split(/\s+/)
    .map((range) => range.split('-').map((end) => Number.parseInt(end, 16)))
    .map(([from, to]) => [from!, to ?? from!] as const);
const isLater = (point: number) => later.some(([from, to]) => point >= from && point <= to);

const kinds: [string, RegExp][] = [
  ['u', /[\p{Lu}\p{Lt}]/u],
  ['l', /\p{Ll}/u],
  ['b', /[\p{Lm}\p{Lo}]/u],
  ['m', /\p{M}/u],
  ['n', /\p{N}/u],
  ['s', /\p{White_Space}/u],
];
const runs: string[] = [];
let kind = '';
let length = 0;
for (let point = 0x80; point <= 0x110000; point++) {
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  const char = point > 0x10ffff ? '' : String.fromCodePoint(point);
  const next =
    point > 0x10ffff
      ? ''
      : surrogate || isLater(point)
        ? 'o'
        : (kinds.find(([, test]) => test.test(char))?.[0] ?? 'o');
  if (next !== kind) {
    if (length > 0) runs.push(kind + (length === 1 ? '' : length.toString(36).toUpperCase()));
    kind = next;
    length = 0;
  }
  length++;
}
const lines = runs.join('').match(/.{1,104}/g)!;
writeFileSync(
  fileURLToPath(new URL('../src/tokens/bpe/category-runs.generated.ts', import.meta.url)),
  `/**
 * Unicode 16.0 from U+0080 on, made by scripts/unicode-categories.ts: a letter for the kind
 * (u: Lu and Lt, l: Ll, b: Lm and Lo, m: M, n: N, s: White_Space, o: the rest), then how many code points, base 36.
 */
export const categoryRuns =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`,
);
