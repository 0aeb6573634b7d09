import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Each TypeScript snippet that a block of text follows, with that text: what it prints. */
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```\s*(?:prints\s*)?```text\n([\s\S]*?)```/g)].map(
  (match) => ({
    code: match[1]!,
    prints: match[2]!,
  }),
);

/** The source of an entry: a file, or a folder with an index. */
function sourceOf(entry: string): string {
  const path = join(root, 'src', entry);
  return existsSync(`${path}.ts`) ? `${path}.js` : join(path, 'index.js');
}

describe('README', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(root, 'node_modules', '.readme-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('shows what every snippet prints', () => {
    expect(snippets.length).toBe([...readme.matchAll(/```ts\n/g)].length);
    expect(snippets.length).toBeGreaterThan(3);
  });

  it.each(snippets.map(({ code, prints }, i) => [i + 1, code, prints] as const))(
    'snippet %i prints what it says',
    (i, code, prints) => {
      const file = join(folder, `snippet-${i}.mts`);
      writeFileSync(
        file,
        code.replace(
          /from 'rolecall(\/[\w-/]+)?'/g,
          (_, path: string | undefined) => `from '${sourceOf(path ?? 'index')}'`,
        ),
      );
      const printed = execFileSync(process.execPath, ['--import', 'tsx', file], {
        cwd: root,
        encoding: 'utf8',
      });
      expect(printed.trimEnd()).toBe(prints.trimEnd());
    },
  );

  it('names commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const [, script] of readme.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
  });
});
