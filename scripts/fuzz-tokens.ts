/**
 * Compares with tiktoken: `npm run fuzz:tokens -- [--strings 100000] [--seconds N] [--seed 1] [--only ENCODING] [--plain]`;
 * exit code 1 on a difference. `--plain` tries the engine without WebAssembly: both are held to the same peer, and so to
 * each other. A million strings take a while: `--seconds` ends a run early, and runs of other seeds add to it.
 */
import { parseArgs } from 'node:util';
import { get_encoding, type TiktokenEncoding } from 'tiktoken';
import { cl100k_base } from '../src/tokens/encodings/cl100k_base.js';
import { o200k_base } from '../src/tokens/encodings/o200k_base.js';
import { p50k_base } from '../src/tokens/encodings/p50k_base.js';
import { p50k_edit } from '../src/tokens/encodings/p50k_edit.js';
import { r50k_base } from '../src/tokens/encodings/r50k_base.js';
import { hardText, randomFrom } from '../test/support/random-text.js';

const { values } = parseArgs({
  options: {
    strings: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    plain: { type: 'boolean', default: false },
  },
});
const strings = Number(values.strings);
const encodings = [o200k_base, cl100k_base, p50k_base, p50k_edit, r50k_base].filter(
  ({ name }) => values.only === undefined || values.only === name,
);
const oracles = encodings.map(({ name }) => get_encoding(name as TiktokenEncoding));
// The peer needs it to start; an encoding asks for it when it is first used.
if (values.plain) Reflect.deleteProperty(globalThis, 'WebAssembly');

const random = randomFrom(Number(values.seed));
const share = encodings.map(() => 0);
let differences = 0;
let units = 0;
let done = 0;
const started = performance.now();
const elapsed = () => (performance.now() - started) / 1000;
let told = 0;
for (; done < strings && differences < 20 && elapsed() < Number(values.seconds); done++) {
  if (elapsed() - told > 20) {
    told = elapsed();
    console.error(`${done} strings after ${told.toFixed(0)} s, ${differences} differences`);
  }
  const text = hardText(random);
  units += text.length;
  // Half of the strings go to the first, the rest to the others in turn.
  const which = done % 2 === 0 ? 0 : done % encodings.length;
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
const engine = values.plain ? 'plain engine' : 'fast engine';
const seconds = elapsed().toFixed(1);
console.log(
  `${engine}, ${done} strings (seed ${values.seed}, ${units} UTF-16 units, ${seconds} s): ${differences} differences`,
);
console.log(encodings.map(({ name }, i) => `${name} ${share[i]}`).join(', '));
process.exitCode = differences === 0 ? 0 : 1;
