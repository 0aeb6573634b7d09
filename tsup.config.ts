import { defineConfig } from 'tsup';

/** One entry a public subpath; the exports map in package.json names the same files. */
const entries = {
  index: 'src/index.ts',
  check: 'src/check/index.ts',
  dialects: 'src/dialects.ts',
  fetch: 'src/fetch/index.ts',
  jinja: 'src/jinja/index.ts',
  schemas: 'src/schemas/index.ts',
  sse: 'src/sse.ts',
  tokens: 'src/tokens/index.ts',
  'encodings/r50k_base': 'src/tokens/encodings/r50k_base.ts',
  'encodings/p50k_base': 'src/tokens/encodings/p50k_base.ts',
  'encodings/p50k_edit': 'src/tokens/encodings/p50k_edit.ts',
  'encodings/cl100k_base': 'src/tokens/encodings/cl100k_base.ts',
  'encodings/o200k_base': 'src/tokens/encodings/o200k_base.ts',
  'encodings/o200k_harmony': 'src/tokens/encodings/o200k_harmony.ts',
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
    // Optional dependencies are not left out of bundles by themselves.
    external: ['@vscode/tree-sitter-wasm', 'yaml'],
    // A vocabulary is loaded by the commands that count, and only the one they need.
    splitting: true,
    dts: false,
    clean: false,
  },
]);
