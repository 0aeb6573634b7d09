/**
 * Counts tokens (o200k_base) against other libraries: fresh text, repeated text, short messages, hostile text, cold
 * starts. Read the ratios. Run with `npm run bench tokens`; `npm run bench tokens quick` takes fewer samples.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { o200kRules } from '../src/tokens/bpe/scan.js';
import { defineEncoding, defineVocabulary } from '../src/tokens/bpe/tokenizer.js';
import { ranks } from '../src/tokens/data/ranks-200k.js';
import { o200k_base } from '../src/tokens/encodings/o200k_base.js';
import { randomFrom } from '../test/support/random-text.js';
import { type Corpus, chinese, code, english, mixed, newWords } from './corpora.js';
import { emit } from './harness.js';
import { type Cell, save, table, timeEach, timeSame } from './report.js';

type Count = (text: string) => number;
const quick = process.argv.includes('quick');
const require = createRequire(import.meta.url);

const engines: Record<string, () => Promise<Count>> = {
  rolecall: async () => (text) => o200k_base.count(text),
  // The engine for where there is no WebAssembly, which is asked for at the first count.
  'rolecall, plain': async () => {
    const wasm = globalThis.WebAssembly;
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    const vocabulary = defineVocabulary(ranks, o200kRules);
    const plain = defineEncoding({ name: 'plain', vocabulary, specialTokens: () => new Map() });
    plain.count('a');
    globalThis.WebAssembly = wasm;
    return (text) => plain.count(text);
  },
  hypertok: async () => {
    const { fromBytes } = await import('hypertok');
    const file = require.resolve('@hypertok/vocab-o200k').replace(/[^/]*$/, 'vocab.htk');
    const tokenizer = await fromBytes(readFileSync(file), { tier: 'single' });
    return (text) => tokenizer.encodeSync(text).length;
  },
  'gpt-tokenizer': async () => {
    const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
    const plain = { disallowedSpecial: new Set<string>() };
    return (text) => countTokens(text, plain);
  },
  'ai-tokenizer': async () => {
    const { Tokenizer } = await import('ai-tokenizer');
    const encoding = await import('ai-tokenizer/encoding/o200k_base');
    const tokenizer = new Tokenizer(encoding as never);
    return (text) => tokenizer.count(text);
  },
  'tiktoken (WASM)': async () => {
    const { get_encoding } = await import('tiktoken');
    const encoding = get_encoding('o200k_base');
    return (text) => encoding.encode_ordinary(text).length;
  },
  'js-tiktoken': async () => {
    const { Tiktoken } = await import('js-tiktoken/lite');
    const { default: ranks } = await import('js-tiktoken/ranks/o200k_base');
    const encoding = new Tiktoken(ranks);
    return (text) => encoding.encode(text, [], []).length;
  },
};

const corpora: Record<string, () => Corpus> = {
  'English prose': () => english(101),
  TypeScript: code,
  Chinese: () => chinese(103),
  'emoji and markup': () => mixed(104),
  'new words': () => newWords(105),
};

const SEGMENT = 65_536;
const samples = quick ? 12 : 48;
/** Texts that an engine counts before the next one has its turn. */
const TURN = 6;
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
  for (const name of names) {
    const started = performance.now();
    for (const text of warm) if (performance.now() - started < 2000) counts[name]!(text);
  }
  // In turns of a few texts, one engine after the other and back: what else the machine does meets all of them.
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let from = 0, turn = 0; from < texts.length; from += TURN, turn++) {
    for (const name of turn % 2 === 0 ? names : names.toReversed()) {
      collect();
      for (const text of texts.slice(from, from + TURN)) times[name]!.push(timed(() => counts[name]!(text)));
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
      const again = await timeSame(() => counts[name]!(texts[0]!), samples / 2);
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

// Cold starts: the package's entry as it is built, and each peer's own files.
const out = join(process.cwd(), 'node_modules', '.bench', 'cold');
const entries = { o200k_base: 'src/tokens/encodings/o200k_base.ts' };
for (const format of ['esm', 'cjs'] as const) {
  await build({
    entryPoints: entries,
    outdir: out,
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    bundle: true,
    format,
    target: 'es2022',
    platform: 'neutral',
  });
}
const sample = 'A frist message of a few words, wrtten in haste.';
const starts: Record<string, string> = {
  'rolecall ESM': `(await import('${out}/o200k_base.mjs')).o200k_base.count(text)`,
  'rolecall CJS': `require('${out}/o200k_base.cjs').o200k_base.count(text)`,
  'gpt-tokenizer ESM': `(await import('gpt-tokenizer/encoding/o200k_base')).countTokens(text)`,
  'gpt-tokenizer CJS': `require('gpt-tokenizer/encoding/o200k_base').countTokens(text)`,
  'tiktoken (WASM)': `require('tiktoken').get_encoding('o200k_base').encode_ordinary(text).length`,
  'ai-tokenizer': `new (await import('ai-tokenizer')).Tokenizer(await import('ai-tokenizer/encoding/o200k_base')).count(text)`,
  hypertok: `(await (await import('hypertok')).fromBytes(require('fs').readFileSync('${require.resolve('@hypertok/vocab-o200k').replace(/[^/]*$/, 'vocab.htk')}'), { tier: 'single' })).encodeSync(text).length`,
  'js-tiktoken': `new (await import('js-tiktoken/lite')).Tiktoken((await import('js-tiktoken/ranks/o200k_base')).default).encode(text).length`,
};
const longSample = english(108)(30_000).replaceAll('<|', '< |');
function coldStart(expression: string, sample: string): { milliseconds: number; megabytes: number } {
  const script = `(async () => {
    const text = ${JSON.stringify(sample)};
    const empty = process.memoryUsage.rss();
    const start = performance.now();
    const count = ${expression};
    const milliseconds = performance.now() - start;
    console.log(JSON.stringify({ milliseconds, megabytes: (process.memoryUsage.rss() - empty) / 1048576, count }));
  })()`;
  const runs = Array.from({ length: quick ? 5 : 11 }, () =>
    JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })),
  ) as { milliseconds: number; megabytes: number }[];
  return {
    milliseconds: Math.min(...runs.map((run) => run.milliseconds)),
    megabytes: Math.min(...runs.map((run) => run.megabytes)),
  };
}
const coldStarts = (text: string) =>
  Object.fromEntries(Object.entries(starts).map(([name, expression]) => [name, coldStart(expression, text)]));
const cold = coldStarts(sample);
const coldLong = coldStarts(longSample);

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
  `${JSON.stringify({ node: process.version, fresh, middle, repeated, messages, hostile: hostileSpeeds, cold, coldLong }, null, 2)}\n`,
);
save('benchmarks/results/tokens.md', `${report}\n`);
