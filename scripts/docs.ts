/**
 * Builds the documentation site into docs/.vitepress/dist: the API reference from the docstrings, the playground, and the
 * pages. Run after a build. A dead link fails it. With `--serve` it shows the site while pages are edited.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildPlayground } from './playground.js';

const root = join(import.meta.dirname, '..');
const tools = join(root, 'docs/node_modules');

function run(command: string, argv: readonly string[]): void {
  const { status } = spawnSync(command, argv, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

// The tools of the site are many and heavy: whoever only uses the package never installs them.
if (!existsSync(join(tools, 'vitepress')))
  run('npm', ['ci', '--prefix', 'docs', '--ignore-scripts', '--no-audit', '--no-fund']);

rmSync(join(root, 'docs/api'), { recursive: true, force: true });
run(join(tools, '.bin/typedoc'), []);
await buildPlayground();
run(join(tools, '.bin/vitepress'), [process.argv.includes('--serve') ? 'dev' : 'build', 'docs']);
