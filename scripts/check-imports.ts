/**
 * Checks how the house is built: that imports follow the order of `.dependency-cruiser.mjs` and make no circle, and that no
 * folder of `src` holds too many files. Run it with `npm run check:imports`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
// @ts-expect-error: a configuration has no types
import config from '../.dependency-cruiser.mjs';

const root = join(import.meta.dirname, '..');
const mostFiles = (folder: string): number => (folder === 'src/formats' ? 30 : 20);

/** One line for each import against the order, and for each file that stands in a circle. */
async function importFaults(): Promise<string[]> {
  const { options, forbidden } = config;
  const { output } = await cruise(
    ['src'],
    { ...options, ruleSet: { forbidden }, validate: true, baseDir: root },
    undefined,
    { tsConfig: extractTsConfig(join(root, options.tsConfig.fileName)) },
  );
  const { violations } = (output as ICruiseResult).summary;
  return violations.map(({ rule, from, to }) =>
    rule.name === 'no-cycle' ? `in a circle: ${from}` : `against the order: ${from} imports ${to}`,
  );
}

function crowdedFolders(): string[] {
  const folders = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  const counts = new Map<string, number>();
  for (const entry of folders) {
    if (!entry.isFile()) continue;
    const folder = entry.parentPath.slice(root.length + 1);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([folder, count]) => count > mostFiles(folder))
    .map(([folder]) => `more than ${mostFiles(folder)} files: ${folder}`);
}

const faults = [...new Set([...(await importFaults()), ...crowdedFolders()])].sort();
for (const fault of faults) console.error(`✗ ${fault}`);
if (faults.length > 0) process.exitCode = 1;
else console.log('No circles, nothing against the order, no crowded folder.');
