/**
 * Runs benchmarks (all, or the ones named): each is bundled first, as a user's bundler would, since loaders that
 * compile file by file put getters between modules, and a hot loop then measures those.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const out = join(root, 'node_modules', '.bench');
mkdirSync(out, { recursive: true });
const all = readdirSync(join(root, 'benchmarks'))
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''));
const [name, ...rest] = process.argv.slice(2);
const chosen = name === undefined ? all : [name];
for (const one of chosen) {
  if (!all.includes(one)) throw new Error(`There is no benchmark "${one}"; there are ${all.join(', ')}.`);
  const file = join(out, `${one}.mjs`);
  await build({
    entryPoints: [join(root, 'benchmarks', `${one}.bench.ts`)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  console.log(`\n== ${one}`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', file, ...rest], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
