/**
 * Counts tokens (o200k_base) against other libraries: fresh text, repeated text, short messages, hostile text, cold
 * starts, sizes. Read the ratios. Run with `npm run bench tokens`; `npm run bench tokens quick` takes fewer samples, and
 * `npm run bench tokens before=FILE` adds another version, as a bundle of its `src/tokens/encodings/o200k_base.ts`.
 */
import { cpus } from 'node:os';
import { randomFrom } from '../test/support/random-text.js';
import { bundleSizes, coldStarts, SHORT } from './cold-starts.js';
import { type Corpus, chinese, code, english, mixed, newWords } from './corpora.js';
import { emit } from './harness.js';
import { type Cell, save, table, timeEach, timeSame } from './report.js';
import { type Count, engines } from './token-engines.js';

const quick = process.argv.includes('quick');

const corpora: Record<string, () => Corpus> = {
  'English prose': () => english(101),
  TypeScript: code,
  Chinese: () => chinese(103),
  'emoji and markup': () => mixed(104),
  'new words': () => newWords(105),
};

const SEGMENT = 65_536;
const samples = quick ? 12 : 36;
/** Texts that an engine counts before the next one has its turn. */
const TURN = 6;
/** Milliseconds that an engine is warmed up for at most, and a text that takes more is slow. */
const WARM_UP = 1000;
const SLOW = 15;
function timed(run: () => unknown): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start);
}
const megabytes = (bytes: number, nanoseconds: number): number => (bytes / nanoseconds) * 1000;
const names = Object.keys(engines);
const counts: Record<string, Count> = {};
for (const name of names) counts[name] = await engines[name]!();

const fresh: Record<string, Record<string, number>> = {};
/** The same, of the middle run: what else the machine does shows here. */
const middle: Record<string, Record<string, number>> = {};
const repeated: Record<string, Record<string, number>> = {};
const messages: Record<string, number> = {};
const collect = () => (globalThis as { gc?: () => void }).gc?.();

/** Texts of one size that no engine has seen, the same for all. */
function segments(corpus: Corpus, n: number): string[] {
  return Array.from({ length: n }, () => corpus(SEGMENT));
}

for (const [corpusName, make] of Object.entries(corpora)) {
  const corpus = make();
  const warm = segments(corpus, 40);
  const texts = segments(corpus, samples);
  fresh[corpusName] = {};
  middle[corpusName] = {};
  repeated[corpusName] = {};
  /** Those for whom a text takes long: they get fewer of them, so that the whole ends in minutes. */
  const slow = new Set<string>();
  for (const name of names) {
    const started = performance.now();
    let read = 0;
    for (; read < warm.length && performance.now() - started < WARM_UP; read++) counts[name]!(warm[read]!);
    if ((performance.now() - started) / read > SLOW) slow.add(name);
  }
  // In turns of a few texts, one engine after the other and back: what else the machine does meets all of them.
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let from = 0, turn = 0; from < texts.length; from += TURN, turn++) {
    for (const name of turn % 2 === 0 ? names : names.toReversed()) {
      collect();
      const share = slow.has(name) ? 1 : TURN;
      for (const text of texts.slice(from, from + share)) times[name]!.push(timed(() => counts[name]!(text)));
    }
  }
  for (const name of names) {
    const sorted = times[name]!.sort((a, b) => a - b);
    fresh[corpusName]![name] = megabytes(SEGMENT, sorted[0]!);
    middle[corpusName]![name] = megabytes(SEGMENT, sorted[sorted.length >> 1]!);
  }
  const size = Buffer.byteLength(texts[0]!);
  for (let turn = 0; turn < 6; turn++)
    for (const name of names) {
      const again = await timeSame(() => counts[name]!(texts[0]!), slow.has(name) ? 2 : samples / 2);
      repeated[corpusName]![name] = Math.max(repeated[corpusName]![name] ?? 0, megabytes(size, again.best));
    }
}

{
  const corpus = english(106);
  const batch = () => {
    const text = corpus(240 * 400);
    return Array.from({ length: 400 }, (_, i) => Buffer.from(text.slice(i * 240, i * 240 + 240)).toString());
  };
  const batches = Array.from({ length: samples + 10 }, batch);
  for (const name of names) {
    const count = counts[name]!;
    collect();
    for (const message of batches.slice(0, 8).flat()) count(message);
    let at = 8;
    const all = (list: string[]) => {
      let sum = 0;
      for (const message of list) sum += count(message);
      return sum;
    };
    const { best } = await timeEach(() => batches[at++ % batches.length]!, all, samples);
    messages[name] = best / 400 / 1000;
  }
}

const random = randomFrom(107);
const letters = Array.from({ length: 1_000_000 }, () =>
  String.fromCharCode(97 + Math.floor(random() * 26)),
).join('');
const hanzi = Array.from({ length: 333_333 }, () =>
  String.fromCharCode(0x4e00 + Math.floor(random() * 5000)),
).join('');
const hostile: Record<string, string> = {
  a: 'a'.repeat(1_000_000),
  spaces: ' '.repeat(1_000_000),
  '!': '!'.repeat(1_000_000),
  'letters without a space': letters,
  '😀': '😀'.repeat(250_000),
  'Chinese without marks': hanzi,
};
const hostileSpeeds: Record<string, Record<string, number>> = {};
for (const [name, text] of Object.entries(hostile)) {
  hostileSpeeds[name] = {};
  for (const engine of ['rolecall', 'hypertok']) {
    collect();
    // A little longer each time, since one engine keeps whole texts.
    let more = 0;
    const { best } = await timeEach(() => text + text.slice(0, 2 * ++more), counts[engine]!, quick ? 2 : 4);
    hostileSpeeds[name]![engine] = megabytes(Buffer.byteLength(text), best);
  }
}

const cold = await coldStarts(SHORT, quick ? 5 : 7);
const coldLong = await coldStarts(english(108)(30_000).replaceAll('<|', '< |'), quick ? 5 : 7);
const sizes = await bundleSizes();

const geometricMean = (values: number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
const toHypertok = (speeds: Record<string, Record<string, number>>): string =>
  geometricMean(Object.values(speeds).map((row) => row['rolecall']! / row['hypertok']!)).toFixed(2);
const ratio = (a: number | undefined, b: number | undefined): string =>
  a && b ? `${(a / b).toFixed(1)}×` : '';
const speedRows = (speeds: Record<string, Record<string, number>>): Cell[][] =>
  Object.entries(speeds).map(([corpus, row]) => [
    corpus,
    ...names.map((name) => row[name]!),
    ratio(row['rolecall'], row['gpt-tokenizer']),
    ratio(row['rolecall'], row['hypertok']),
  ]);
const ratios = ['to gpt-tokenizer', 'to hypertok'];
const report = [
  `Node ${process.version}, ${cpus()[0]?.model ?? ''}; o200k_base, best of ${samples} or more.`,
  '',
  table(['fresh text, MB/s', ...names, ...ratios], speedRows(fresh)),
  '',
  table(['fresh text, middle run, MB/s', ...names, ...ratios], speedRows(middle)),
  '',
  table(['repeated text, MB/s', ...names, ...ratios], speedRows(repeated)),
  '',
  `To hypertok, geometric mean of the corpora: fresh ${toHypertok(fresh)}, repeated ${toHypertok(repeated)}.`,
  '',
  table(
    ['short messages', ...names, ...ratios],
    [
      [
        'µs for 240 bytes, fresh',
        ...names.map((name) => messages[name]!),
        ratio(messages['gpt-tokenizer'], messages['rolecall']),
        ratio(messages['hypertok'], messages['rolecall']),
      ],
    ],
  ),
  '',
  table(
    ['a megabyte of', 'rolecall, MB/s', 'hypertok, MB/s', 'cost per byte, of gpt-tokenizer on fresh English'],
    Object.entries(hostileSpeeds).map(([name, row]) => [
      name,
      row['rolecall']!,
      row['hypertok']!,
      ratio(fresh['English prose']!['gpt-tokenizer'], row['rolecall']),
    ]),
  ),
  '',
  table(
    ['o200k_base', 'kB minified and gzipped'],
    Object.entries(sizes).map(([name, size]) => [name, size]),
  ),
  '',
  table(
    ['cold start', 'ms to the first count', 'MB over an empty Node', 'ms to the first 30 kB', 'MB'],
    Object.entries(cold).map(([name, start]) => [
      name,
      start.milliseconds,
      start.megabytes,
      coldLong[name]!.milliseconds,
      coldLong[name]!.megabytes,
    ]),
  ),
].join('\n');
console.log(report);
for (const [corpus, row] of Object.entries(fresh))
  for (const [by, value] of Object.entries(row))
    emit({ group: 'Count fresh text, o200k', name: corpus, by, value, unit: 'MB/s', more: true });
for (const [by, value] of Object.entries(messages))
  emit({ group: 'Count a fresh message of 240 bytes', name: 'o200k', by, value, unit: 'µs' });
for (const [by, { milliseconds, megabytes }] of Object.entries(cold)) {
  emit({ group: 'Start and count once', name: 'time', by, value: milliseconds, unit: 'ms' });
  emit({ group: 'Memory over an empty Node', name: 'o200k loaded', by, value: megabytes, unit: 'MB' });
}
save(
  'benchmarks/results/tokens.json',
  `${JSON.stringify({ node: process.version, fresh, middle, repeated, messages, hostile: hostileSpeeds, cold, coldLong, sizes }, null, 2)}\n`,
);
save('benchmarks/results/tokens.md', `${report}\n`);
