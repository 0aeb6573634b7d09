import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeIO } from '../src/cli/node-io.js';
import { run } from '../src/cli/run.js';

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

/** What the snippets print, all run in one process, with the package's names standing for its sources. */
function runAll(folder: string): string[] {
  const files = snippets.map(({ code }, i) => {
    const file = join(folder, `snippet-${i + 1}.mts`);
    const entry = (_: string, path?: string): string => `from '${sourceOf(path ?? 'index')}'`;
    writeFileSync(file, code.replace(/from 'rolecall(\/[\w-/]+)?'/g, entry));
    return file;
  });
  const runner = join(import.meta.dirname, 'support', 'run-snippets.ts');
  const argv = ['--import', 'tsx', runner, ...files];
  return JSON.parse(execFileSync(process.execPath, argv, { cwd: root, encoding: 'utf8' })) as string[];
}

describe('README', () => {
  let folder = '';
  let printed: string[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(root, 'node_modules', '.readme-'));
    printed = runAll(folder);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('shows what every snippet prints', () => {
    expect(snippets.length).toBe([...readme.matchAll(/```ts\n/g)].length);
    expect(snippets.length).toBeGreaterThan(3);
  });

  it.each(snippets.map(({ prints }, i) => [i + 1, prints] as const))(
    'snippet %i prints what it says',
    (i, prints) => {
      expect(printed[i - 1]?.trimEnd()).toBe(prints.trimEnd());
    },
  );

  it('names scripts and files that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const [, script] of readme.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
    const links = [...readme.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path]) => path!);
    expect(links.length).toBeGreaterThan(15);
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('is no longer than a person reads', () => {
    expect(readme.split('\n').length).toBeLessThan(400);
    const first = readme.split('\n').slice(0, 30).join('\n');
    for (const word of ['TypeScript', 'npm ci', 'npm pack', 'Moves old prompt code', 'Counts tokens'])
      expect(first).toContain(word);
  });

  const lines = [...readme.matchAll(/^npx rolecall (.*?)(?:\s+#.*)?$/gm)].map(([, line]) => line!);
  it.each(lines)('rolecall %s', async (line) => {
    let out = '';
    const say = (text: string): void => {
      out += text;
    };
    const code = await run(line.split(' '), { ...nodeIO, stdout: say, stderr: say, workingFolder: root });
    expect(code).toBe(0);
    expect(out).not.toBe('');
    // What the README shows of the first command is what it prints.
    if (line === 'migrate examples/migrate-source') expect(readme).toContain(`\n${out}\`\`\``);
  });
});
