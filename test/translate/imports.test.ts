import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The files that are loaded with a file, by its imports that are more than types. */
function loads(file: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(file.href)) return seen;
  seen.add(file.href);
  const source = readFileSync(file, 'utf8');
  for (const [, names, path] of source.matchAll(/^(?:import|export)\s([^;]*?)\sfrom '([^']+)';/gms)) {
    if (names!.startsWith('type ') || /^\{(?:\s*type [^,}]+,?)*\s*\}$/.test(names!)) continue;
    if (path!.startsWith('.')) loads(new URL(path!.replace(/\.js$/, '.ts'), file), seen);
    else seen.add(path!);
  }
  return seen;
}

const folder = new URL('../../src/translate/', import.meta.url);

describe('the conversions', () => {
  it.each(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')))(
    '%s loads no zod',
    (name) => {
      const loaded = [...loads(new URL(name, folder))];
      expect(loaded.filter((path) => path === 'zod' || path.includes('/schemas/'))).toEqual([]);
    },
  );
});
