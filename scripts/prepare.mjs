/**
 * Makes a clone ready to use: npm runs it after `npm ci`, before `npm pack`, at the first `npx rolecall` in a clone, and
 * where another project installs this one from git. Plain JavaScript, since a fresh clone has nothing installed that runs
 * anything else. A build that is newer than its sources is kept.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function npm(...args) {
  const { status } = spawnSync('npm', args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

function isBuilt() {
  const made = ['dist/cli/bin.js', 'dist/index.d.ts', 'dist/index.d.cts'].map((name) => join(root, name));
  if (!made.every((file) => existsSync(file))) return false;
  const oldest = Math.min(...made.map((file) => statSync(file).mtimeMs));
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map((name) => join('src', name));
  return ['package.json', 'package-lock.json', 'tsup.config.ts', ...sources].every(
    (name) => statSync(join(root, name)).mtimeMs <= oldest,
  );
}

if (!existsSync(join(root, 'node_modules/.bin/tsup')))
  npm('ci', '--ignore-scripts', '--no-audit', '--no-fund');
if (!isBuilt()) npm('run', 'build');
