import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { encodingNames } from '../../src/tokens/index.js';

const root = join(import.meta.dirname, '../..');
const ranksOf = (name: string) =>
  name.startsWith('o200k') ? 'ranks-200k' : name.startsWith('cl100k') ? 'ranks-100k' : 'ranks-50k';

describe('an encoding', () => {
  it.each(encodingNames)('%s has its own vocabulary only, no zod, and fits its size', async (name) => {
    const { metafile, outputFiles } = await build({
      entryPoints: [join(root, `src/tokens/encodings/${name}.ts`)],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      write: false,
      metafile: true,
    });
    const inputs = Object.keys(metafile.inputs);
    const ranks = inputs.filter((path) => path.includes('/data/'));
    expect(ranks.map((path) => path.replace(/^.*\/|\.ts$/g, ''))).toEqual([ranksOf(name)]);
    expect(inputs.filter((path) => /node_modules|node:/.test(path))).toEqual([]);
    expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(715_000);
  });
});

const built = join(root, 'dist/encodings/o200k_base.cjs');
const ready = existsSync(built);
if (!ready) console.log('dist is not built: the packed files are not looked into');

/** The files that a file loads at once, itself among them. */
function loaded(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(file, 'utf8');
  for (const match of text.matchAll(/(?:require\(|(?:from|^import) )['"](\.[^'"]+)['"]/gm)) {
    loaded(join(dirname(file), match[1]!), found);
  }
  return found;
}

describe.skipIf(!ready)('the packed files', () => {
  const sizes = { 'ranks-50k': 50_256, 'ranks-100k': 100_256, 'ranks-200k': 199_998 };
  it.each(encodingNames.flatMap((name) => ['js', 'cjs'].map((ending) => [name, ending] as const)))(
    '%s.%s loads one vocabulary',
    (name, ending) => {
      const files = [...loaded(join(root, `dist/encodings/${name}.${ending}`))];
      const vocabularies = files.flatMap((file) => {
        const text = readFileSync(file, 'utf8');
        return text.includes('leftUses: ') || text.includes('leftUses:"')
          ? [...text.matchAll(/size: ?(\d{5,6})/g)].map((match) => Number(match[1]))
          : [];
      });
      expect(vocabularies).toEqual([sizes[ranksOf(name) as keyof typeof sizes]]);
    },
  );

  it.each(['js', 'cjs'])('tokens.%s loads none', (ending) => {
    for (const file of loaded(join(root, `dist/tokens.${ending}`))) {
      expect(readFileSync(file, 'utf8')).not.toMatch(/size: ?(50256|100256|199998)/);
    }
  });
});
