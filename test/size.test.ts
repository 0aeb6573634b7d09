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

/** What the most of it may weigh, in bytes. */
const bounds: readonly [what: string, code: string | Promise<string>, most: number][] = [
  ['all of rolecall', `export * from './src/index.js'`, 122_880],
  ['chatOverCompletions', `export { chatOverCompletions } from './src/fetch/index.js'`, 147_456],
  [
    'createStopMatcher alone',
    published('src/index.ts').then((all) => `${all}\nexport { createStopMatcher };`),
    2_560,
  ],
  ['o200k_base', `export * from './src/tokens/encodings/o200k_base.js'`, 732_160],
];

describe('sizes, minified and gzipped', () => {
  it.each(bounds)('%s', async (_, code, most) => {
    const { gzipped, inputs } = await bundle(await code);
    const heaviest = inputs.slice(0, 8).map(([path, bytes]) => `${path} ${bytes}`);
    expect(gzipped, heaviest.join('\n')).toBeLessThanOrEqual(most);
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
