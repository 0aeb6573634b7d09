import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Bundles the command line into a folder of its own, so that a test runs it as a program. Gives the path of the file. */
export async function buildCli(): Promise<{ folder: string; file: string }> {
  const folder = mkdtempSync(join(root, 'node_modules', '.cli-'));
  await build({
    entryPoints: { rolecall: join(root, 'src/cli/bin.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['zod', 'commander'],
    logLevel: 'error',
  });
  return { folder, file: join(folder, 'rolecall.mjs') };
}
