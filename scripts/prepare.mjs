/**
 * Makes a clone ready to use: npm runs it after `npm ci`, before `npm pack`, and where another project installs this one
 * from git. Plain JavaScript, since a fresh clone has nothing installed that runs anything else.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
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

const bin = join(root, 'node_modules/.bin');
if (!existsSync(join(bin, 'tsup'))) npm('ci', '--ignore-scripts', '--no-audit', '--no-fund');
npm('run', 'build');

// npm links the commands of what a project depends on, not its own: with this link `npx rolecall` runs this build.
if (process.platform !== 'win32') {
  const link = join(bin, 'rolecall');
  rmSync(link, { force: true });
  symlinkSync('../../dist/cli/bin.js', link);
  chmodSync(join(root, 'dist/cli/bin.js'), 0o755);
}
