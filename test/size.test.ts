import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

interface Bundle {
  /** Bytes, minified and gzipped. */
  gzipped: number;
  /** Source files in it, and their share in bytes before gzip, the heaviest first. */
  inputs: [path: string, bytes: number][];
}

async function bundle(contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['@huggingface/jinja'],
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {}).map(([path, { bytesInOutput }]): [string, number] => [
    path,
    bytesInOutput,
  ]);
  return {
    gzipped: gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length,
    inputs: inputs.sort((a, b) => b[1] - a[1]),
  };
}

/** One file with all of an entry, as it is published: bundlers must find in it what an import needs and no more. */
async function published(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    write: false,
  });
  return (outputFiles[0]?.text ?? '').replace(/^export \{[^}]*\};\s*$/m, '');
}

/**
 * `aim`: what the design asks for. `ceiling`: what the bundle may weigh today, one part in a hundred more than it does,
 * so that it can only get lighter; equal to the aim where that is met.
 */
const budgets = [
  {
    name: 'one dialect with parse and render',
    code: `export { humanAi, parseWithDialect, renderWithDialect } from './src/dialects.js'`,
    aim: 8_000,
    ceiling: 8_000,
  },
  {
    name: 'the same with ChatML',
    code: `export { chatml, parseWithDialect, renderWithDialect } from './src/dialects.js'`,
    aim: 8_000,
    ceiling: 8_800,
  },
  { name: 'all of rolecall', code: `export * from './src/index.js'`, aim: 30_000, ceiling: 85_800 },
  {
    name: 'o200k_base',
    code: `export * from './src/tokens/encodings/o200k_base.js'`,
    aim: 700_000,
    ceiling: 700_000,
  },
] as const;

/** What an import of these names weighs. */
const imports: readonly [names: string, ceiling: number][] = [
  ['parsePrompt', 31_800],
  ['renderPrompt', 31_900],
  ['unparsePrompt', 22_900],
  ['toChatRequest, toCompletionResponse', 44_500],
  ['toCompletionRequest, toChatResponse', 49_050],
  ['toChatResponse', 15_350],
  ['toChatChunks', 17_750],
  ['toCompletionChunks', 13_500],
  ['createStopMatcher', 1_500],
  ['parseToolCalls', 4_700],
  ['separateReasoning', 2_100],
  ['labelProbabilities', 3_700],
  ['normalizeChatResponse', 5_000],
  ['collectChatStream', 7_050],
];

describe('sizes, minified and gzipped', () => {
  it.each(budgets)('$name', async ({ name, code, aim, ceiling }) => {
    const { gzipped, inputs } = await bundle(code);
    const heaviest = inputs.slice(0, 8).map(([path, bytes]) => `${path} ${bytes}`);
    console.log(
      `${name}: ${(gzipped / 1000).toFixed(1)} kB of ${aim / 1000}${gzipped > aim ? ` (heaviest: ${heaviest.join(', ')})` : ''}`,
    );
    expect(gzipped, heaviest.join('\n')).toBeLessThanOrEqual(ceiling);
  });

  it('what one imports', async () => {
    const all = await published('src/index.ts');
    const weights = await Promise.all(
      imports.map(async ([names]) => (await bundle(`${all}\nexport { ${names} };`)).gzipped),
    );
    for (const [i, [names]] of imports.entries())
      console.log(`${names}: ${((weights[i] ?? 0) / 1000).toFixed(1)} kB`);
    for (const [i, [names, ceiling]] of imports.entries())
      expect(weights[i], names).toBeLessThanOrEqual(ceiling);
  });

  it('nothing is left of what nobody imports', async () => {
    for (const entry of ['src/index.ts', 'src/dialects.ts']) {
      const { gzipped } = await bundle(await published(entry));
      expect(gzipped, entry).toBeLessThan(100);
    }
  });

  it('rolecall holds no zod and no vocabulary', async () => {
    const { inputs } = await bundle(`export * from './src/index.js'`);
    const loaded = inputs
      .filter(([path]) => /node_modules|src\/(tokens|encodings|schemas)\//.test(path))
      .map(([path]) => path);
    expect(loaded).toEqual([]);
  });

  it('rolecall/tokens loads its vocabularies one by one', async () => {
    const { metafile } = await build({
      entryPoints: { tokens: join(root, 'src/tokens/index.ts') },
      outdir: 'out',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'neutral',
      write: false,
      metafile: true,
    });
    const entry = Object.entries(metafile.outputs).find(([path]) => path.endsWith('tokens.js'));
    const reached = new Set<string>();
    const reach = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
        if (kind === 'import-statement') reach(next);
    };
    if (entry !== undefined) reach(entry[0]);
    const inputs = [...reached].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
    expect(inputs.length).toBeGreaterThan(10);
    expect(inputs.filter((path) => /tokens\/data|node_modules/.test(path))).toEqual([]);
  });
});
