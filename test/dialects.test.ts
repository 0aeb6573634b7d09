import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import type { Dialect } from '../src/dialect/types.js';
import * as library from '../src/dialects.js';
import { defineDialect } from '../src/index.js';
import type { Message } from '../src/schemas/messages.js';

const folder = mkdtempSync(join(tmpdir(), 'rolecall-dialects-'));
afterAll(() => rmSync(folder, { recursive: true }));

const all = Object.entries(library).filter(
  (entry): entry is [string, Dialect & (typeof library)['chatml']] =>
    typeof entry[1] === 'object' && 'kind' in entry[1],
);

const call = {
  id: 'call_0',
  type: 'function',
  function: { name: 'look', arguments: '{"at": "it"}' },
} as const;
const messages: Message[] = [
  { role: 'system', content: 'Be brief.\nUser: no' },
  { role: 'user', content: 'Look at <|im_end|> and </s>.' },
  { role: 'assistant', content: null, reasoning_content: 'I should look.', tool_calls: [call] },
  { role: 'tool', tool_call_id: 'call_0', content: '{"seen": true}' },
  { role: 'assistant', content: 'Seen.' },
  { role: 'user', content: 'USER: and now?' },
];

/** One of each kind: labels, marks, and marks with a template, reasoning or calls of their own. */
const kinds = ['userAssistant', 'chatml', 'qwen3', 'mistralV3', 'llama31', 'commandR', 'harmony'];
const chosen = all.filter(([name]) => kinds.includes(name));

/** What a dialect makes of a conversation with everything in it, or the error's code. */
function madeBy({ renderWithDialect, parseWithDialect }: typeof library, dialect: Dialect): unknown {
  const attempt = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return { code: (error as { code: unknown }).code };
    }
  };
  return (['template', 'reversible'] as const).map((fidelity) =>
    attempt(() => {
      const rendered = renderWithDialect(messages, dialect, { fidelity });
      return { rendered, parsed: parseWithDialect(rendered.prompt, dialect, { key: null as never }) };
    }),
  );
}

describe('a dialect on its own in a bundle', () => {
  it('reads and writes as it does among the others', async () => {
    const entry = (name: string): string => join(folder, `${name}.ts`);
    const source = join(import.meta.dirname, '..', 'src', 'dialects.ts');
    expect(chosen).toHaveLength(kinds.length);
    for (const [name] of chosen) {
      const exported = `export { ${name} as dialect, parseWithDialect, renderWithDialect } from ${JSON.stringify(source)};`;
      writeFileSync(entry(name), exported);
    }
    await build({
      entryPoints: chosen.map(([name]) => entry(name)),
      outdir: join(folder, 'out'),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      platform: 'neutral',
    });
    for (const [name, dialect] of chosen) {
      const alone = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'out', `${name}.mjs`)).href);
      expect(madeBy(alone, alone.dialect), name).toEqual(madeBy(library, dialect));
    }
  });
});

it('the table of dialects has every template', async () => {
  const outfile = join(folder, 'all.mjs');
  const entry = join(import.meta.dirname, '..', 'src', 'index.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'neutral' });
  const { dialects } = await import(/* @vite-ignore */ pathToFileURL(outfile).href);
  const templated = (list: readonly Dialect[]): string[] =>
    list.filter(({ template }) => template !== undefined).map(({ name }) => name);
  expect(templated(Object.values(dialects)).sort()).toEqual(templated(all.map(([, one]) => one)).sort());
});

it.each(all)('%s is sound: defining it again gives the same', (_, dialect) => {
  const again = defineDialect(dialect as never);
  expect({ ...dialect, ...(again as Dialect) }).toEqual(dialect);
});
