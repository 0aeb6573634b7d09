/**
 * Runs the built package where users run it: Bun, Deno, an edge-like runtime and a headless Chromium. Run after a build;
 * what is not to be had here is skipped with a message. With `--install`, runtimes that npm has are fetched into a
 * temporary folder.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
if (!existsSync(join(root, 'dist/index.js'))) throw new Error('There is no build: run npm run build.');
const work = mkdtempSync(join(tmpdir(), 'rolecall-smoke-'));

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
];
const verdict = facts.every(Boolean) ? 'smoke: ok' : 'smoke: WRONG ' + facts.join(' ');
`;

let failed = 0;
const told = (runtime: string, verdict: string): void => {
  const ok = verdict.includes('smoke: ok');
  if (!ok) failed += 1;
  console.log(`${ok ? 'ok     ' : 'FAILED '} ${runtime}${ok ? '' : `: ${verdict.slice(0, 2000)}`}`);
};
const skipped = (runtime: string, why: string): void => console.log(`skipped ${runtime}: ${why}`);

/** A program on the path, or from npm where that was asked for. */
function program(name: string): string | undefined {
  if (spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) return name;
  if (!process.argv.includes('--install')) return undefined;
  const folder = join(work, `npm-${name}`);
  mkdirSync(folder);
  const { status } = spawnSync(
    'npm',
    ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', '--loglevel=error', name],
    { stdio: 'ignore' },
  );
  const file = join(folder, 'node_modules/.bin', name);
  return status === 0 && spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0 ? file : undefined;
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

async function edge(script: string): Promise<void> {
  const require = createRequire(join(work, 'npm-edge', 'x.js'));
  if (process.argv.includes('--install')) {
    mkdirSync(join(work, 'npm-edge'), { recursive: true });
    spawnSync(
      'npm',
      [
        'install',
        '--prefix',
        join(work, 'npm-edge'),
        '--no-audit',
        '--no-fund',
        '--no-save',
        '--loglevel=error',
        '@edge-runtime/vm',
      ],
      { stdio: 'ignore' },
    );
  }
  let vm: { EdgeVM: new () => { evaluate(code: string): unknown } };
  try {
    vm = (await import(pathToFileURL(require.resolve('@edge-runtime/vm')).href)) as typeof vm;
  } catch {
    return skipped('an edge runtime', missing);
  }
  const runtime = new vm.EdgeVM();
  // No Node globals there: neither Buffer nor process.
  const verdict = (await runtime.evaluate(`${script}; smoke.default`)) as string;
  told(
    'an edge runtime',
    typeof runtime.evaluate('typeof process') === 'string' ? verdict : 'smoke: no verdict',
  );
}

async function chromium(script: string): Promise<void> {
  const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (browser === undefined) return skipped('Chromium', 'it is not installed (Debian package "chromium")');
  const page = `<!doctype html><meta charset="utf-8"><body>waiting</body><script src="/smoke.js"></script><script>smoke.default.then((v) => { document.body.textContent = v; }, (e) => { document.body.textContent = 'smoke: ' + e.stack; });</script>`;
  const server = createServer(({ url }, response) => {
    const js = url === '/smoke.js';
    response.setHeader('content-type', js ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
    response.end(js ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const dom = await new Promise<string>((resolve) => {
    execFile(
      browser,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--virtual-time-budget=20000',
        `--user-data-dir=${join(work, 'chromium')}`,
        '--dump-dom',
        `http://127.0.0.1:${port}/`,
      ],
      { timeout: 90_000, maxBuffer: 1 << 26 },
      (error, stdout) => resolve(stdout || String(error)),
    );
  });
  server.close();
  told(
    `Chromium (${execFileSync(browser, ['--version'], { encoding: 'utf8' }).trim()})`,
    dom.replace(/<script[\s\S]*?<\/script>/g, ''),
  );
}

const userProject = project();
try {
  told(
    `Node ${process.version}`,
    execFileSync(process.execPath, ['check.js'], { cwd: userProject, encoding: 'utf8' }),
  );
  runIn('bun', ['check.js']);
  runIn('deno', ['run', '--allow-read', '--allow-env', '--node-modules-dir=manual', 'check.js']);
  const script = await bundled();
  await edge(script);
  await chromium(script);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
