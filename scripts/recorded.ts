/** Runs every script of `scripts/recorded` over the recorded cases, where that folder is there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
if (!existsSync(join(root, '../shared/recorded'))) {
  console.log('skipped: there are no recorded cases in ../shared/recorded');
  process.exit(0);
}
let failed = 0;
for (const file of readdirSync(join(import.meta.dirname, 'recorded'))
  .filter((name) => name.endsWith('.ts'))
  .sort()) {
  console.log(`\n-- ${file}`);
  const { status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'recorded', file)],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
