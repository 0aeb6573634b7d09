import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { CliIO } from '../../src/cli/io.js';
import { nodeIO } from '../../src/cli/node-io.js';
import { run } from '../../src/cli/run.js';
import { listen } from '../../src/cli/serve/node-server.js';
import { parsePrompt } from '../../src/index.js';
import type { MigrationReport } from '../../src/source/index.js';

// Within the project, so that what is migrated finds the packages of the project.
const home = await mkdtemp(join(process.cwd(), 'node_modules', '.migrate-'));
afterAll(() => rm(home, { recursive: true }));

async function put(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(home, 'case-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function migrate(folder: string, ...argv: string[]) {
  let out = '';
  let err = '';
  const at = (path: string): string => join(folder, path);
  const io: CliIO = {
    ...nodeIO,
    workingFolder: folder,
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    openInput: (path) => nodeIO.openInput!(at(path)),
    openOutput: (path) => nodeIO.openOutput!(at(path)),
    listFolder: (path) => nodeIO.listFolder!(at(path)),
  };
  const code = await run(['migrate', ...argv], io);
  return { code, out, err };
}

const report = ({ out }: { out: string }): MigrationReport => JSON.parse(out) as MigrationReport;

const good = `import OpenAI from 'openai';\nconst openai = new OpenAI();\nexport const f = async (q) =>\n  (await openai.completions.create({ model: 'text-davinci-003', prompt: q })).choices[0].text;\n`;
const history = `import OpenAI from 'openai';\n\nconst openai = new OpenAI({ apiKey: 'k' });\nexport const g = async (log, q) =>\n  (await openai.completions.create({ model: 'text-davinci-003', prompt: \`\${log}\\nHuman: \${q}\\nAI:\` })).choices[0].text;\n`;

describe('rolecall migrate', () => {
  it('says what it would do, and does it with --write, once', async () => {
    const folder = await put({ 'a.mjs': `\ufeff${good}`, 'node_modules/x.js': good, 'dist/y.js': good });
    const look = await migrate(folder, '--json', '.');
    expect(report(look).sites).toMatchObject([{ path: 'a.mjs', line: 4, column: 29, action: 'rewritten' }]);
    expect(await readFile(join(folder, 'a.mjs'), 'utf8')).toBe(`\ufeff${good}`);
    expect((await migrate(folder, '.', '--write')).code).toBe(0);
    const text = await readFile(join(folder, 'a.mjs'), 'utf8');
    expect(text).toContain('\ufeffimport');
    expect(text).toContain('chat.completions');
    expect(report(await migrate(folder, '.', '--write', '--json')).sites).toEqual([]);
    expect(await readFile(join(folder, 'a.mjs'), 'utf8')).toBe(text);
  });

  it('prints a patch that git applies', async () => {
    const filler = '// between\n'.repeat(9);
    const folder = await put({
      'a.mjs': `${good}${filler}${good
        .replace(/^.*\n.*\n/, '')
        .replace('f =', 'h =')
        .trimEnd()}`,
    });
    const { out, code } = await migrate(folder, '.', '--diff');
    expect(code).toBe(0);
    await writeFile(join(folder, 'p.patch'), out);
    execFileSync('git', ['init', '-q', '.'], { cwd: folder });
    execFileSync('git', ['apply', 'p.patch'], { cwd: folder });
    const patched = await readFile(join(folder, 'a.mjs'), 'utf8');
    const other = await put({
      'a.mjs': `${good}${filler}${good
        .replace(/^.*\n.*\n/, '')
        .replace('f =', 'h =')
        .trimEnd()}`,
    });
    await migrate(other, '.', '--write');
    expect(patched).toBe(await readFile(join(other, 'a.mjs'), 'utf8'));
    expect(patched).toContain('chat.completions');
  });

  it('leaves what others hold and what does not parse to a person', async () => {
    const folder = await put({
      'texts.ts': "export const CLERK = 'A clerk.\\n\\nUser: %s\\nAssistant:';\n",
      'clerk.ts':
        "import OpenAI from 'openai';\nimport { CLERK } from './texts.js';\nconst openai = new OpenAI();\nexport const f = async (q: string) => (await openai.completions.create({ model: 'text-davinci-003', prompt: CLERK.replace('%s', q) })).choices[0].text;\n",
      'bad.py': 'import openai\nprint "x"\n',
      'open.js': 'f(\n',
      'run.sh': 'curl https://api.openai.com/v1/completions -d \'{"model": "text-davinci-003"}\'\n',
    });
    const { code, out } = await migrate(folder, '--json', '.');
    expect(code).toBe(1);
    const { files, sites } = report({ out });
    expect(sites.map(({ path, reasons, model }) => [path, reasons, model])).toEqual([
      ['clerk.ts', ['turns-elsewhere'], 'text-davinci-003'],
      ['run.sh', ['shell'], 'text-davinci-003'],
    ]);
    expect(files.filter(({ reason }) => reason === 'syntax').map(({ path }) => path)).toEqual([
      'bad.py',
      'open.js',
    ]);
    // A neighbour that was not given is looked at all the same.
    expect(report(await migrate(folder, '--json', 'clerk.ts')).sites[0]?.reasons).toEqual([
      'turns-elsewhere',
    ]);
  });

  it('lists the prompts of prompt files', async () => {
    const folder = await put({
      'texts/waiter.txt': 'A waiter.\n\nUser: {question}\nAssistant:\n',
      'prompts/title.md': 'Make a title.\n',
      'notes.txt': 'Nothing here.\n',
      'list.yaml': 'a: b\nwaiter: |\n  User: {q}\n  Assistant:\n',
    });
    const { prompts } = report(await migrate(folder, '--json', '.'));
    expect(prompts.map(({ path, line, dialect }) => [path, line, dialect])).toEqual([
      ['list.yaml', 3, 'user-assistant'],
      ['prompts/title.md', 1, null],
      ['texts/waiter.txt', 1, 'user-assistant'],
    ]);
  });

  it('gives clients a fetch with --shim, once', async () => {
    const folder = await put({ 'a.mjs': history });
    const first = await migrate(folder, '.', '--write', '--shim', '--json');
    expect(first.code).toBe(0);
    expect(report(first).sites).toMatchObject([{ action: 'shimmed', reasons: ['turns-elsewhere'] }]);
    const text = await readFile(join(folder, 'a.mjs'), 'utf8');
    expect(text).toBe(
      history
        .replace("'openai';\n", "'openai';\nimport { completionsOverChat } from 'rolecall/fetch';\n")
        .replace('{ apiKey', "{ fetch: completionsOverChat({ model: 'gpt-4o-mini' }), apiKey"),
    );
    expect((await migrate(folder, '.', '--write', '--shim')).code).toBe(0);
    expect(await readFile(join(folder, 'a.mjs'), 'utf8')).toBe(text);
  });

  it('writes a page that holds nothing but text', async () => {
    const folder = await put({ 'a<b>.mjs': history });
    await migrate(folder, '.', '--html', 'r.html');
    const page = await readFile(join(folder, 'r.html'), 'utf8');
    expect(page).toContain('a&#60;b&#62;.mjs:5');
    expect(page).not.toMatch(/<script|<link|<img|a<b>/);
  });

  it.each([[[]], [['nowhere']], [['.', '--write', '--diff']], [['.', '--shim']], [['.', '--frobnicate']]])(
    'takes %j for wrong use',
    async (argv) => {
      const folder = await put({ 'a.mjs': good });
      expect((await migrate(folder, ...argv)).code).toBe(2);
    },
  );
});

describe('the example', () => {
  /** A model that says what it was asked, so that the same words mean the same conversation. */
  const says = (messages: readonly { role: string; content?: unknown }[]): string =>
    messages.map(({ role, content }) => `${role} said ${String(content).trim()}`).join('; ');

  const server = async (request: Request): Promise<Response> => {
    const body = (await request.json()) as {
      prompt?: string;
      messages?: { role: string; content: string }[];
      stop?: string[];
      stream?: boolean;
    };
    const isChat = new URL(request.url).pathname.endsWith('/chat/completions');
    const messages = isChat
      ? body.messages!
      : parsePrompt(body.prompt!, { stop: body.stop ?? [], whitespace: 'tidy' }).messages;
    const text = says(messages);
    const choice = (content: string, stream: boolean) =>
      isChat
        ? { index: 0, [stream ? 'delta' : 'message']: { role: 'assistant', content } }
        : { index: 0, text: content };
    if (!body.stream) return Response.json({ choices: [choice(text, false)] });
    const pieces = [text.slice(0, 5), text.slice(5)].map((piece) => ({ choices: [choice(piece, true)] }));
    const frames = pieces.map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join('');
    return new Response(`${frames}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } });
  };

  it('holds the same conversation before and after', async () => {
    const folder = await mkdtemp(join(home, 'example-'));
    await cp('examples/migrate-source', folder, { recursive: true });
    const { url, close } = await listen(server, { host: '127.0.0.1', port: 0 });
    type Desk = { serve(base: string, shop: string, question: string): Promise<Record<string, string>> };
    const ask = async (name: string): Promise<Record<string, string>> => {
      const desk = (await import(pathToFileURL(join(folder, name)).href)) as Desk;
      return desk.serve(`${url}/v1`, 'a shop for kites', 'Do you mend them?');
    };
    const before = await ask('desk.mjs');
    const { code } = await migrate(folder, '.', '--write');
    expect(code).toBe(0);
    await cp(join(folder, 'desk.mjs'), join(folder, 'new.mjs'));
    const after = await ask('new.mjs');
    await close();
    expect(after).toEqual(before);
    expect(after['answer']).toContain('assistant said We do, from ten to four.; user said Do you mend them?');
    expect(await readFile(join(folder, 'new.mjs'), 'utf8')).not.toContain('prompt:');
  });
});
