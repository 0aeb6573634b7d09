/**
 * Checks how the house is built: that imports follow the order of `.dependency-cruiser.mjs` and make no circle, and that no
 * folder of `src` holds too many files. Run it with `npm run check:imports`.
 *
 * What breaks a rule today is listed in `scripts/imports-known.txt`, a line each. The check fails on anything else, and also on a
 * line whose fault is gone, so that the list only shrinks; `npm run check:imports -- --write` takes such lines out.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
// @ts-expect-error: a configuration has no types
import config from '../.dependency-cruiser.mjs';

const root = join(import.meta.dirname, '..');
const knownFile = join(root, 'scripts/imports-known.txt');
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

const faults = new Set([...(await importFaults()), ...crowdedFolders()]);
const known = new Set(readFileSync(knownFile, 'utf8').split('\n').filter(Boolean));
const fresh = [...faults].filter((fault) => !known.has(fault)).sort();
const repaired = [...known].filter((fault) => !faults.has(fault)).sort();

for (const fault of fresh) console.error(`✗ ${fault}`);
if (process.argv.includes('--write')) {
  writeFileSync(
    knownFile,
    [...known]
      .filter((fault) => faults.has(fault))
      .map((fault) => `${fault}\n`)
      .join(''),
  );
  console.log(`Took ${repaired.length} lines out of the known faults.`);
} else {
  for (const fault of repaired) console.error(`✗ known, but repaired (take it out with --write): ${fault}`);
  if (repaired.length > 0) process.exitCode = 1;
}
if (fresh.length > 0) process.exitCode = 1;
console.log(`${fresh.length} new faults, ${faults.size - fresh.length} known ones.`);
