/**
 * Packs the package and looks at the tarball as its users will: with publint, with are-the-types-wrong, and installed
 * into empty projects of both module kinds. Run after a build.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'rolecall-package-'));
const run = (command: string, args: readonly string[], cwd = root): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work]),
  ) as {
    filename: string;
    size: number;
    files: { path: string }[];
  }[];
  const tarball = join(work, packed!.filename);
  console.log(`${packed!.filename}: ${packed!.files.length} files, ${Math.round(packed!.size / 1024)} kB`);
  const stray = packed!.files.filter(
    ({ path }) => !/^(dist\/|package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY\.md)/.test(path),
  );
  if (stray.length > 0)
    throw new Error(`Files that no user needs: ${stray.map(({ path }) => path).join(', ')}`);

  console.log(run('npx', ['publint', 'run', tarball, '--strict']));
  console.log(run('npx', ['attw', tarball, '--profile', 'node16']));

  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const entries = Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => path.replace(/^\./, 'rolecall'));
  const check =
    "const p = m.parsePrompt('Human: hi\\nAI:'); if (p.dialect !== 'human-ai' || m.unparsePrompt(p) !== p.text) throw new Error('wrong');";
  for (const [type, source] of [
    [
      'module',
      `const m = await import('rolecall'); ${check} for (const e of ${JSON.stringify(entries)}) await import(e);`,
    ],
    [
      'commonjs',
      `const m = require('rolecall'); ${check} for (const e of ${JSON.stringify(entries)}) require(e);`,
    ],
  ] as const) {
    const folder = join(work, type);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type }));
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball], folder);
    writeFileSync(join(folder, 'index.js'), source);
    run(process.execPath, ['index.js'], folder);
    writeFileSync(join(folder, 'prompt.txt'), 'Human: hi\nAI:');
    const out = run(join(folder, 'node_modules/.bin/rolecall'), ['convert', 'prompt.txt'], folder);
    if (!out.includes('"role": "user"')) throw new Error(`The command printed ${out}`);
    console.log(`installed into an empty ${type} project: ${entries.join(', ')} and the command work`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
