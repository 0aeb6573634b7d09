/** What a first count costs: the time and memory of a new process, and how large what it loads is. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { before } from './token-engines.js';

const require = createRequire(import.meta.url);
const root = process.cwd();
const out = join(root, 'node_modules', '.bench', 'cold');
const vocabulary = require.resolve('@hypertok/vocab-o200k').replace(/[^/]*$/, 'vocab.htk');
const engineOfHypertok = require
  .resolve('hypertok')
  .replace(/src\/[^/]*$/, 'wasm/single/hypertok_wasm_core_bg.wasm');
const own = join(root, 'src/tokens/encodings/o200k_base.ts');

export const SHORT = 'A frist message of a few words, wrtten in haste.';

export interface ColdStart {
  milliseconds: number;
  megabytes: number;
}

/** The package's entry as it is built, and each peer's own files. */
const starts: Record<string, string> = {
  'rolecall ESM': `(await import('${out}/o200k_base.mjs')).o200k_base.count(text)`,
  'rolecall CJS': `require('${out}/o200k_base.cjs').o200k_base.count(text)`,
  'rolecall, plain': `(delete globalThis.WebAssembly, await import('${out}/o200k_base.mjs')).o200k_base.count(text)`,
  ...(before !== undefined && {
    'rolecall, before': `(await import('${resolve(before)}')).o200k_base.count(text)`,
  }),
  'gpt-tokenizer ESM': `(await import('gpt-tokenizer/encoding/o200k_base')).countTokens(text)`,
  'gpt-tokenizer CJS': `require('gpt-tokenizer/encoding/o200k_base').countTokens(text)`,
  'tiktoken (WASM)': `require('tiktoken').get_encoding('o200k_base').encode_ordinary(text).length`,
  'ai-tokenizer': `new (await import('ai-tokenizer')).Tokenizer(await import('ai-tokenizer/encoding/o200k_base')).count(text)`,
  hypertok: `(await (await import('hypertok')).fromBytes(require('fs').readFileSync('${vocabulary}'), { tier: 'single' })).encodeSync(text).length`,
  'js-tiktoken': `new (await import('js-tiktoken/lite')).Tiktoken((await import('js-tiktoken/ranks/o200k_base')).default).encode(text).length`,
};

async function buildOwn(): Promise<void> {
  for (const format of ['esm', 'cjs'] as const)
    await build({
      entryPoints: { o200k_base: own },
      outdir: out,
      outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
      bundle: true,
      format,
      target: 'es2022',
      platform: 'neutral',
    });
}

function coldStart(expression: string, text: string): ColdStart {
  const script = `(async () => {
    const text = ${JSON.stringify(text)};
    const empty = process.memoryUsage.rss();
    const start = performance.now();
    const count = ${expression};
    const milliseconds = performance.now() - start;
    console.log(JSON.stringify({ milliseconds, megabytes: (process.memoryUsage.rss() - empty) / 1048576, count }));
  })()`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

/** The least time and memory of so many processes each, by turns. */
export async function coldStarts(text: string, rounds: number): Promise<Record<string, ColdStart>> {
  await buildOwn();
  const best: Record<string, ColdStart> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, expression] of Object.entries(starts)) {
      const { milliseconds, megabytes } = coldStart(expression, text);
      const known = best[name] ?? { milliseconds, megabytes };
      best[name] = {
        milliseconds: Math.min(known.milliseconds, milliseconds),
        megabytes: Math.min(known.megabytes, megabytes),
      };
    }
  return best;
}

/** What each needs for o200k_base: code to bundle, and files that are loaded beside it. */
const parts: Record<string, { code: string; files?: readonly string[] }> = {
  rolecall: { code: `export * from '${own}'` },
  ...(before !== undefined && { 'rolecall, before': { code: `export * from '${resolve(before)}'` } }),
  'gpt-tokenizer': { code: `export { countTokens } from 'gpt-tokenizer/encoding/o200k_base'` },
  'ai-tokenizer': {
    code: `export { Tokenizer } from 'ai-tokenizer'; export * as encoding from 'ai-tokenizer/encoding/o200k_base'`,
  },
  'tiktoken (WASM)': {
    code: `export { Tiktoken } from 'tiktoken/lite/init'; export * as encoding from 'tiktoken/encoders/o200k_base.json'`,
    files: [require.resolve('tiktoken/lite/tiktoken_bg.wasm')],
  },
  hypertok: { code: `export { fromBytes } from 'hypertok'`, files: [vocabulary, engineOfHypertok] },
  'js-tiktoken': {
    code: `export { Tiktoken } from 'js-tiktoken/lite'; export { default } from 'js-tiktoken/ranks/o200k_base'`,
  },
};

/** Kilobytes of what is loaded, minified and gzipped. */
export async function bundleSizes(): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const [name, { code, files = [] }] of Object.entries(parts)) {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: root },
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      platform: 'browser',
      external: ['node:*'],
      logLevel: 'error',
      write: false,
    });
    const all = [...outputFiles.map(({ contents }) => contents), ...files.map((file) => readFileSync(file))];
    sizes[name] = all.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0) / 1000;
  }
  return sizes;
}
