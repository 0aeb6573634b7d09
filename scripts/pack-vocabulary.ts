import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  byteOrder,
  FAR,
  GROUPS,
  groupOf,
  joinParts,
  ONE_DIGIT,
  type PackedVocabulary,
  placesOf,
  TWO_DIGITS,
  USE_CLASSES,
  unpackParts,
} from '../src/tokens/bpe/packed.js';
import { compileEngine } from './compile-engine.js';

/** Makes src/tokens/data/ from the vocabulary files of gpt-tokenizer. */
const folder = fileURLToPath(new URL('../src/tokens/data/', import.meta.url));

/** The file of each, and how many of its ranks to take: the 24 of p50k after them are runs of spaces. */
export const packedFiles = [
  { module: 'ranks-50k', file: 'r50k_base', size: 50_256 },
  { module: 'ranks-100k', file: 'cl100k_base', size: 100_256 },
  { module: 'ranks-200k', file: 'o200k_base', size: 199_998 },
] as const;

/** Latin-1 strings, a char a byte, by rank. */
export function readRanks(file: string): string[] {
  const require = createRequire(import.meta.url);
  const root = dirname(require.resolve('gpt-tokenizer/package.json'));
  const tokens: string[] = [];
  for (const line of readFileSync(join(root, 'data', `${file}.tiktoken`), 'latin1').split('\n')) {
    const [text, rank] = line.split(' ');
    if (text && rank) tokens[Number(rank)] = Buffer.from(text, 'base64').toString('latin1');
  }
  return tokens;
}

/** The last merge on the way to each token. */
function findParts(tokens: readonly string[]): { lefts: number[]; rights: number[] } {
  const ranks = new Map(tokens.map((token, rank) => [token, rank]));
  const lefts: number[] = [];
  const rights: number[] = [];
  tokens.forEach((token, rank) => {
    if (token.length === 1) return;
    const parts = [...token];
    while (parts.length > 2) {
      let best = Number.POSITIVE_INFINITY;
      let at = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const joined = ranks.get(parts[i]! + parts[i + 1]!);
        if (joined !== undefined && joined < best) {
          best = joined;
          at = i;
        }
      }
      if (at < 0) throw new Error(`merging never gives token ${rank}`);
      parts.splice(at, 2, parts[at]! + parts[at + 1]!);
    }
    lefts[rank] = ranks.get(parts[0]!)!;
    rights[rank] = ranks.get(parts[1]!)!;
    if (!(lefts[rank] < rank && rights[rank] < rank))
      throw new Error(`token ${rank} is older than its parts`);
  });
  return { lefts, rights };
}

const char = (value: number): string => String.fromCharCode(value + (value + 35 >= 92 ? 36 : 35));

const bounds = [1, 2, 4, 10, 30, 100, 400, 1600];
/** The class of use of each token, 0 for the most used. */
function useClasses(parts: readonly number[], size: number): number[] {
  const uses = new Int32Array(size);
  for (const part of parts) if (part !== undefined) uses[part]!++;
  return Array.from(uses, (n) => USE_CLASSES - 1 - bounds.filter((bound) => n >= bound).length);
}

/** How many tokens each class has. */
function countClasses(uses: readonly number[]): number[] {
  const counts: number[] = new Array(USE_CLASSES).fill(0);
  for (const use of uses) counts[use]!++;
  return counts;
}

/** The place of each rank in the list of all by class of use, then by `keys`, then by rank. */
function placesByUse(uses: readonly number[], keys: readonly number[]): Int32Array {
  const places = new Int32Array(uses.length);
  Array.from(uses, (_, rank) => rank)
    .sort((a, b) => uses[a]! - uses[b]! || keys[a]! - keys[b]! || a - b)
    .forEach((rank, place) => {
      places[rank] = place;
    });
  return places;
}

function placeDigits(place: number): number[] {
  if (place < ONE_DIGIT) return [place];
  const rest = place - ONE_DIGIT;
  if (place < FAR) return [ONE_DIGIT + (rest >> 6), rest & 63];
  const far = place - FAR;
  return [ONE_DIGIT + TWO_DIGITS + (far >> 12), (far >> 6) & 63, far & 63];
}

/** The digits of places, those of one weight together. */
function writePlaces(places: readonly number[]): [string, string, string] {
  const digits: [string, string, string] = ['', '', ''];
  for (const place of places)
    placeDigits(place).forEach((value, i) => {
      digits[i] += char(value);
    });
  return digits;
}

export function pack(tokens: readonly string[]): PackedVocabulary {
  const size = tokens.length;
  byteOrder().forEach((byte, rank) => {
    if (tokens[rank]!.charCodeAt(0) !== byte || tokens[rank]!.length !== 1)
      throw new Error('the bytes are in another order');
  });
  const { lefts, rights } = findParts(tokens);
  const leftUses = useClasses(lefts, size);
  const rightUses = useClasses(rights, size);
  const firsts = tokens.map((token) => token.charCodeAt(0));
  const leftPlaces = placesByUse(
    leftUses,
    firsts.map(() => 0),
  );
  const rightPlaces = placesByUse(rightUses, firsts);
  const groups: number[][] = Array.from({ length: GROUPS }, () => []);
  for (let rank = 256; rank < size; rank++) {
    const part = tokens[lefts[rank]!]!;
    const group = groupOf(part.charCodeAt(0), part.charCodeAt(part.length - 1), part.length);
    groups[group]!.push(rightPlaces[rights[rank]!]!);
  }
  const packed = {
    size,
    longest: tokens.reduce((most, { length }) => Math.max(most, length), 0),
    leftUses: leftUses.map(char).join(''),
    leftCounts: countClasses(leftUses),
    rightUses: Array.from(firsts, (_, rank) => rank)
      .sort((a, b) => firsts[a]! - firsts[b]! || a - b)
      .map((rank) => char(rightUses[rank]!))
      .join(''),
    rightCounts: countClasses(rightUses),
    left: writePlaces(lefts.slice(256).map((part) => leftPlaces[part]!)),
    right: writePlaces(groups.flat()),
    groups: Array.from(placesOf(groups.map(({ length }) => length)).subarray(0, GROUPS)),
  };
  const table = joinParts(unpackParts(packed));
  const text = Buffer.from(table.bytes).toString('latin1');
  tokens.forEach((token, rank) => {
    if (text.slice(table.starts[rank], table.starts[rank + 1]) !== token)
      throw new Error(`token ${rank} does not come back`);
  });
  return packed;
}

function source(packed: PackedVocabulary): string {
  const text = (value: string) => JSON.stringify(value);
  const texts = (values: readonly string[]) =>
    `[\n${values.map((value) => `    ${text(value)},\n`).join('')}  ]`;
  return [
    '// Made by scripts/pack-vocabulary.ts.',
    "import type { PackedVocabulary } from '../bpe/packed.js';",
    '',
    'export const ranks: PackedVocabulary = {',
    `  size: ${packed.size},`,
    `  longest: ${packed.longest},`,
    `  leftUses: ${text(packed.leftUses)},`,
    `  leftCounts: [${packed.leftCounts.join(', ')}],`,
    `  rightUses: ${text(packed.rightUses)},`,
    `  rightCounts: [${packed.rightCounts.join(', ')}],`,
    `  left: ${texts(packed.left)},`,
    `  right: ${texts(packed.right)},`,
    `  groups: [${packed.groups.join(', ')}],`,
    '};',
    '',
  ].join('\n');
}

/** Changes with whatever the result depends on. */
function fingerprint(): string {
  const require = createRequire(import.meta.url);
  const { version } = require('gpt-tokenizer/package.json') as { version: string };
  const hash = createHash('sha256').update(version);
  for (const path of ['pack-vocabulary.ts', '../src/tokens/bpe/packed.ts']) {
    hash.update(readFileSync(new URL(path, import.meta.url)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Writes the packed vocabularies that are missing or were made by another version of this script. */
export function packVocabularies(): void {
  mkdirSync(folder, { recursive: true });
  const mark = `// ${fingerprint()}`;
  for (const { module, file, size } of packedFiles) {
    const path = join(folder, `${module}.ts`);
    if (existsSync(path) && readFileSync(path, 'latin1').startsWith(mark)) continue;
    const text = `${mark}\n${source(pack(readRanks(file).slice(0, size)))}`;
    // Renamed into place, since several test runs may do this at once.
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  packVocabularies();
  compileEngine();
}
