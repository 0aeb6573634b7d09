import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';

/**
 * The tests against the built files: every test file that imports nothing but public entry points, with those swapped
 * for what the package ships. `ROLECALL_FORMAT=cjs` takes the CommonJS files.
 */
const root = import.meta.dirname;
const format = process.env['ROLECALL_FORMAT'] === 'cjs' ? 'require' : 'import';

interface Target {
  types: string;
  default: string;
}
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | Record<'import' | 'require', Target>>;
};

/** Built file by source file: `src/tokens/index.ts` or `src/tokens.ts` for `./tokens`. */
const built = new Map<string, string>();
for (const [subpath, target] of Object.entries(exports)) {
  if (typeof target === 'string') continue;
  const name = subpath === '.' ? 'index' : subpath.slice(2);
  for (const source of [`src/${name}.ts`, `src/${name}/index.ts`])
    built.set(source, join(root, target[format].default));
}

const sourceOf = (file: string, specifier: string): string =>
  relative(root, resolve(dirname(file), specifier)).replace(/\.js$/, '.ts');

function isPublic(file: string): boolean {
  const imports = [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)].map((match) =>
    sourceOf(file, match[1]!),
  );
  return (
    imports.some((source) => built.has(source)) &&
    imports.every((source) => !source.startsWith('src/') || built.has(source))
  );
}

const swap: Plugin = {
  name: 'built-entry-points',
  enforce: 'pre',
  resolveId(specifier, importer) {
    if (importer === undefined || !specifier.startsWith('.')) return null;
    return built.get(sourceOf(importer, specifier)) ?? null;
  },
};

const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join(root, 'test', name))
  .filter(isPublic);

export default defineConfig({
  plugins: [swap],
  test: { include: files.map((file) => relative(root, file)), testTimeout: 60_000, isolate: false },
});
