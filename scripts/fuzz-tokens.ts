import { get_encoding, type TiktokenEncoding } from 'tiktoken';
import { cl100k_base } from '../src/tokens/encodings/cl100k_base.js';
import { o200k_base } from '../src/tokens/encodings/o200k_base.js';
import { p50k_base } from '../src/tokens/encodings/p50k_base.js';
import { p50k_edit } from '../src/tokens/encodings/p50k_edit.js';
import { r50k_base } from '../src/tokens/encodings/r50k_base.js';
import { oddText, randomFrom } from '../test/support/random-text.js';

/** Compares with tiktoken: `npx tsx scripts/fuzz-tokens.ts [strings] [seed] [encoding…]`; exit code 1 on a difference. */
const strings = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);
const wanted = process.argv.slice(4);
const encodings = [o200k_base, cl100k_base, p50k_base, p50k_edit, r50k_base].filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);
const oracles = encodings.map(({ name }) => get_encoding(name as TiktokenEncoding));
const random = randomFrom(seed);
const share = encodings.map(() => 0);
let differences = 0;
let units = 0;
const started = performance.now();
for (let i = 0; i < strings && differences < 20; i++) {
  const text = oddText(random, i % 100 === 0 ? 400 : 12);
  units += text.length;
  // Half of the strings go to o200k_base, the rest to the others in turn.
  const which = i % 2 === 0 ? 0 : i % encodings.length;
  const tokenizer = encodings[which]!;
  share[which]!++;
  const expected = oracles[which]!.encode_ordinary(text);
  const found = tokenizer.encode(text);
  const same = found.length === expected.length && found.every((id, k) => id === expected[k]);
  const decoded = tokenizer.decode(found) === Buffer.from(text).toString();
  if (!same || tokenizer.count(text) !== expected.length || !decoded) {
    differences++;
    console.log(tokenizer.name, JSON.stringify(text), { decoded, expected: [...expected], found });
  }
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${strings} strings (seed ${seed}, ${units} UTF-16 units, ${seconds} s): ${differences} differences`,
);
console.log(encodings.map(({ name }, i) => `${name} ${share[i]}`).join(', '));
process.exitCode = differences === 0 ? 0 : 1;
