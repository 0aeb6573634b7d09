import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeIO } from '../src/cli/node-io.js';
import { run } from '../src/cli/run.js';
import { pages, root, runCode, runCodeLater, snippetsOf } from './support/snippets.js';
import { listenAsStandIn } from './support/stand-in.js';

const isRecipe = (page: string): boolean => page.startsWith('docs/recipes/');
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** The heading's address in a page, as GitHub and the site make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[`*]/g, '')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchors = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, text]) => anchorOf(text!));

describe('pages', () => {
  it.each(pages())('%s: its links lead somewhere', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const dead = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : relative(root, join(root, dirname(page), path));
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchors(file).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  it.each(pages())('%s: names scripts that exist', (page) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, script] of read(page).matchAll(/npm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty([script!]);
  });
});

describe('snippets', () => {
  const snippets = pages()
    .filter((page) => !isRecipe(page))
    .flatMap(snippetsOf);
  let printed: string[] = [];
  beforeAll(() => {
    printed = runCode(snippets.map(({ code }) => code));
  }, 60_000);

  it.each(snippets.map(({ page, prints }, i) => [page, i, prints] as const))('%s, %i', (_, i, prints) => {
    expect(printed[i]?.trimEnd()).toBe(prints?.trimEnd());
  });
});

describe('recipes', () => {
  const recipes = pages()
    .filter((page) => isRecipe(page) && page !== 'docs/recipes/runtimes.md')
    .flatMap(snippetsOf);
  let printed: string[] = [];
  beforeAll(async () => {
    const { url, close } = await listenAsStandIn();
    printed = await runCodeLater(recipes.map(({ code }) => code.replace(/http:\/\/localhost:\d+/g, url)));
    await close();
  }, 60_000);

  it('are one program a page', () => {
    expect(recipes.length).toBeGreaterThan(7);
    expect(new Set(recipes.map(({ page }) => page)).size).toBe(recipes.length);
  });

  const said: Record<string, string[]> = {
    openai: ['You said: Good morning', ' You said: Good night'],
    'ai-sdk': ['You said: Good morning', '99 messages, of which', 'You said: Question 98'],
    langchain: ['102 messages, of which', 'You said: Good morning'],
    'node-http': ['200 You said: Good morning'],
    hono: ['200 text/event-stream', 'true data: [DONE]'],
    vllm: ['You said: Good morning', 'true'],
    'llama-cpp': ['assistant stop', 'true'],
    ollama: [' You said: Good morning'],
  };
  it.each(recipes.map(({ page }, i) => [page, i] as const))('%s says what it should', (page, i) => {
    const name = /([\w-]+)\.md$/.exec(page)![1]!;
    for (const part of said[name]!) expect(printed[i]).toContain(part);
    expect(printed[i]).not.toMatch(/Error/);
  });
});

describe('README', () => {
  const readme = read('README.md');

  it('is no longer than a person reads, and says the first things first', () => {
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
    // What the README shows of the first use is what it prints.
    if (line === 'migrate examples/migrate-source') expect(readme).toContain(`\n${out}\`\`\``);
  });
});
