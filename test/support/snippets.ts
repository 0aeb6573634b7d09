import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '../..');

/** A block of TypeScript in a page, with the block of text behind it: what it prints. */
export interface Snippet {
  page: string;
  code: string;
  /** undefined where no text follows. */
  prints: string | undefined;
}

/** The pages for people, from the root: the README and all of docs that is written by hand. */
export const pages = (): string[] => [
  'README.md',
  ...['guides', 'recipes', 'reference'].flatMap((folder) =>
    readdirSync(join(root, 'docs', folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${folder}/${name}`),
  ),
];

export function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```(?:\s*```text\n([\s\S]*?)```)?/g)].map(
    ([, code, prints]) => ({
      page,
      code: code!,
      prints,
    }),
  );
}

/** The source of an entry: a file, or a folder with an index. */
function sourceOf(entry: string): string {
  const path = join(root, 'src', entry);
  return existsSync(`${path}.ts`) ? `${path}.js` : join(path, 'index.js');
}

/** Points what a snippet imports from the package at its sources. */
export const fromSources = (code: string): string =>
  code.replace(
    /from 'rolecall(?:\/(tokens|schemas|dialects|jinja|sse|fetch|check))?'/g,
    (_, path?: string) => {
      return `from '${sourceOf(path ?? 'index')}'`;
    },
  );

/** The command that runs pieces of code one after another in one process, over files in a folder of their own. */
function commandFor(codes: readonly string[]): { folder: string; argv: string[] } {
  const folder = mkdtempSync(join(root, 'node_modules', '.snippets-'));
  const files = codes.map((code, i) => {
    const file = join(folder, `snippet-${i + 1}.mts`);
    writeFileSync(file, fromSources(code));
    return file;
  });
  return { folder, argv: ['--import', 'tsx', join(import.meta.dirname, 'run-snippets.ts'), ...files] };
}

const options = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 } as const;

/** What pieces of code print. */
export function runCode(codes: readonly string[]): string[] {
  const { folder, argv } = commandFor(codes);
  try {
    return JSON.parse(execFileSync(process.execPath, argv, options)) as string[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same without waiting, for code that asks a server of this process. */
export async function runCodeLater(codes: readonly string[]): Promise<string[]> {
  const { folder, argv } = commandFor(codes);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, argv, options);
    return JSON.parse(stdout) as string[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
