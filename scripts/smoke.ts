/**
 * Runs the built package where users run it: Node, also where it has no WebAssembly, Bun, Deno, edge runtimes, and a
 * headless Chromium: a page, its worker, and a page whose policy forbids compiling. Run after a build; what is not to be
 * had here is skipped with a message. With `--install`, runtimes that npm has are fetched into a temporary folder.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
if (!existsSync(join(root, 'dist/index.js'))) throw new Error('There is no build: run npm run build.');
const work = mkdtempSync(join(tmpdir(), 'rolecall-smoke-'));

/** What tiktoken gives for a text of the check. */
const expected = '120544,130893,11882,33811,2211,855,441,3994,220,177519,28428,88038,1215,314,342,26';

/** What each runtime must get right: a prompt there and back, a conversion, exact tokens. */
const check = `
import { parsePrompt, renderPrompt, toChatRequest, unparsePrompt } from 'rolecall';
import { loadTokenizer } from 'rolecall/tokens';
const text = 'Be brief.\\n\\nHuman: hi \\u{1f600}\\nAI:';
const parsed = parsePrompt(text);
const { requests } = toChatRequest({ model: 'm', prompt: text, max_tokens: 5 });
const tokenizer = await loadTokenizer('gpt-4o');
const facts = [
  parsed.dialect === 'human-ai',
  unparsePrompt(parsed) === text,
  renderPrompt(parsed.messages, { dialect: 'chatml' }).prompt.endsWith('<|im_start|>assistant\\n'),
  requests[0].messages.length === 2,
  tokenizer.count('\\ufeffhello') === 2,
  tokenizer.decode(tokenizer.encode(text)) === text,
  tokenizer.encode('Zwölf Boxkämpfer jagen 你好世界 \u{1f600} x = y;').join() === '${expected}',
];
// The smallest module there is tells whether the fast token engine may run here.
let engine = 'fast';
try {
  new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
} catch {
  engine = 'plain';
}
const verdict = (facts.every(Boolean) ? 'smoke: ok' : 'smoke: WRONG ' + facts.join(' ')) + ', ' + engine + ' engine';
`;

let failed = 0;
/** Tells of a runtime, and fails where it did not do all, or not with the engine that it must take. */
const told = (runtime: string, verdict: string, engine = ''): void => {
  const [, which] = /smoke: ok, (\w+ engine)/.exec(verdict) ?? [];
  const ok = which?.startsWith(engine) === true;
  if (!ok) failed += 1;
  console.log(`${ok ? 'ok     ' : 'FAILED '} ${runtime}: ${ok ? which : verdict.slice(0, 2000)}`);
};
const skipped = (runtime: string, why: string): void => console.log(`skipped ${runtime}: ${why}`);

/** The folder into which npm has put a package, where that was asked for and worked. */
function fromNpm(name: string): string | undefined {
  if (!process.argv.includes('--install')) return undefined;
  const folder = join(work, 'npm', name);
  mkdirSync(folder, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', '--prefix', folder, ...quiet, name], { stdio: 'ignore' });
  return status === 0 ? join(folder, 'node_modules') : undefined;
}

const runs = (file: string): boolean => spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0;

/** A program on the path, or from npm. */
function program(name: string): string | undefined {
  if (runs(name)) return name;
  const modules = fromNpm(name);
  const file = modules && join(modules, '.bin', name);
  return file !== undefined && runs(file) ? file : undefined;
}

const missing = 'it is not installed (npm has it: run with --install)';

/** A project that has the package as a dependency. */
function project(): string {
  const folder = join(work, 'project');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/rolecall'));
  for (const name of ['zod', 'commander'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{"name": "user", "private": true, "type": "module"}');
  writeFileSync(join(folder, 'check.js'), `${check}console.log(verdict);`);
  return folder;
}

function runIn(runtime: string, argv: readonly string[]): void {
  const file = program(runtime);
  if (file === undefined) {
    skipped(runtime, missing);
    return;
  }
  const { stdout, stderr } = spawnSync(file, [...argv], {
    cwd: userProject,
    encoding: 'utf8',
    timeout: 60_000,
  });
  told(runtime, stdout.includes('smoke:') ? stdout : stderr);
}

/** The check as one script without imports, for what loads no modules from disk. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export default (async () => {${check.replace(/import (\{[^}]*\}) from ('[^']*');/g, 'const $1 = await import($2);')}return verdict;})()`,
      resolveDir: userProject,
      loader: 'js',
    },
    bundle: true,
    format: 'iife',
    globalName: 'smoke',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** Vercel's runtime, as it is there: without Node's globals, and compiling forbidden. */
async function edge(script: string): Promise<void> {
  const modules = fromNpm('@edge-runtime/vm');
  if (modules === undefined) return skipped('Edge runtime', missing);
  const require = createRequire(join(modules, 'x.js'));
  const { EdgeVM } = require('@edge-runtime/vm') as {
    EdgeVM: new (options: object) => { evaluate(code: string): unknown };
  };
  for (const wasm of [true, false]) {
    const runtime = new EdgeVM({ codeGeneration: { strings: false, wasm } });
    const verdict = (await runtime.evaluate(`${script}; smoke.default`)) as string;
    told(`Edge runtime${wasm ? '' : ' that forbids compiling'}`, verdict, wasm ? 'fast' : 'plain');
  }
}

/** Cloudflare's runtime, which lets code be compiled while a worker starts, and not while it answers. */
function workerd(script: string): void {
  const file = program('workerd');
  if (file === undefined) {
    skipped('workerd', missing);
    return;
  }
  const config = join(work, 'worker.capnp');
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [(name = "worker", esModule = embed "worker.js")], compatibilityDate = "2026-01-01"))]);`,
  );
  const ways = {
    'at its start': [
      'fast',
      `${script}; export default { async test() { console.log(await smoke.default); } };`,
    ],
    'in a request': [
      'plain',
      `export default { async test() { ${script}; console.log(await smoke.default); } };`,
    ],
  } as const;
  for (const [when, [engine, worker]] of Object.entries(ways)) {
    writeFileSync(join(work, 'worker.js'), worker);
    const { stdout, stderr } = spawnSync(file, ['test', config], { encoding: 'utf8', timeout: 60_000 });
    told(`workerd, ${when}`, stdout + stderr, engine);
  }
}

const wait = 'smoke.default.then(tell, (error) => tell("smoke: " + error.stack));';
const tell = 'const tell = (verdict) => { document.body.textContent = verdict; };';
/** The pages to try, each with the engine that it must take; `sealed` forbids compiling. */
const pages = {
  page: ['fast', `<script src="/smoke.js"></script><script src="/page.js"></script>`],
  worker: ['fast', `<script src="/start.js"></script>`],
  sealed: ['plain', `<script src="/smoke.js"></script><script src="/page.js"></script>`],
} as const;

async function chromium(script: string): Promise<void> {
  const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(runs);
  if (browser === undefined) return skipped('Chromium', 'it is not installed (Debian package "chromium")');
  const scripts: Record<string, string> = {
    '/smoke.js': script,
    '/page.js': `${tell} ${wait}`,
    '/start.js': `${tell} new Worker('/worker.js').onmessage = ({ data }) => tell(data);`,
    '/worker.js': `${script}; const tell = (verdict) => postMessage(verdict); ${wait}`,
  };
  const server = createServer(({ url = '' }, response) => {
    const js = scripts[url];
    if (url === '/sealed') response.setHeader('content-security-policy', "script-src 'self'");
    response.setHeader('content-type', js ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
    const [, body] = pages[url.slice(1) as keyof typeof pages] ?? [];
    response.end(js ?? `<!doctype html><meta charset="utf-8"><body>waiting${body}</body>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const version = execFileSync(browser, ['--version'], { encoding: 'utf8' }).trim();
  for (const [name, [engine]] of Object.entries(pages)) {
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--virtual-time-budget=20000',
      '--dump-dom',
    ];
    const dom = await new Promise<string>((resolve) => {
      execFile(
        browser,
        [...flags, `--user-data-dir=${join(work, 'chromium')}`, `http://127.0.0.1:${port}/${name}`],
        { timeout: 90_000, maxBuffer: 1 << 26 },
        (error, stdout) => resolve(stdout || String(error)),
      );
    });
    told(`${version}, ${name}`, dom.replace(/<script[\s\S]*?<\/script>/g, ''), engine);
  }
  server.close();
}

const userProject = project();
try {
  told(
    `Node ${process.version}`,
    execFileSync(process.execPath, ['check.js'], { cwd: userProject, encoding: 'utf8' }),
    'fast',
  );
  const without = `delete globalThis.WebAssembly; await import(${JSON.stringify(join(userProject, 'check.js'))});`;
  told(
    `Node ${process.version} without WebAssembly`,
    execFileSync(process.execPath, ['--input-type=module', '-e', without], { encoding: 'utf8' }),
    'plain',
  );
  runIn('bun', ['check.js']);
  runIn('deno', ['run', '--allow-read', '--allow-env', '--node-modules-dir=manual', 'check.js']);
  const script = await bundled();
  await edge(script);
  workerd(script);
  await chromium(script);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
