import { defineConfig } from 'tsup';

/** One entry a public subpath; the exports map in package.json names the same files. */
const entries = {
  index: 'src/index.ts',
  dialects: 'src/dialects.ts',
  schemas: 'src/schemas/index.ts',
};

export default defineConfig([
  {
    entry: entries,
    format: ['esm', 'cjs'],
    target: 'es2022',
    platform: 'neutral',
    splitting: true,
    dts: true,
    clean: false,
    treeshake: true,
  },
  {
    entry: { 'cli/bin': 'src/cli/bin.ts' },
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    splitting: false,
    dts: false,
    clean: false,
  },
]);
