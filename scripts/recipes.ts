/**
 * Checks the recipes in docs/recipes as a user would: their types and what they do, against the built package and a server
 * on this machine. Run after a build. With an address (`npm run recipes -- http://127.0.0.1:8080 llama-cpp`) it runs one
 * recipe against a server that is there.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listenAsStandIn } from '../test/support/stand-in.js';

const root = join(import.meta.dirname, '..');
if (!existsSync(join(root, 'dist/index.d.ts'))) throw new Error('There is no build: run npm run build.');
const runFile = promisify(execFile);
const [address, only] = process.argv.slice(2);

/** In the package's own folder its name means its build, as the `exports` of package.json say. */
const folder = mkdtempSync(join(root, '.recipes-'));
const recipes = readdirSync(join(root, 'docs/recipes')).flatMap((page) => {
  const text = readFileSync(join(root, 'docs/recipes', page), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code], i) => ({
    name: page.replace('.md', i === 0 ? '' : `-${i + 1}`),
    runs: page !== 'runtimes.md',
    code: `${code}\nexport {};\n`,
  }));
});

let failed = 0;
const told = (name: string, error: unknown): void => {
  if (error === undefined) {
    console.log(`ok      ${name}`);
    return;
  }
  failed += 1;
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  console.log(`FAILED  ${name}\n${stdout}${stderr}`);
};

try {
  const { url, close } =
    address === undefined ? await listenAsStandIn() : { url: address, close: async () => {} };
  for (const { name, code } of recipes)
    writeFileSync(join(folder, `${name}.mts`), code.replace(/http:\/\/localhost:\d+/g, url));
  const config = {
    extends: '../tsconfig.json',
    compilerOptions: { noEmit: true, skipLibCheck: true },
    include: ['*.mts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await runFile(process.execPath, [tsc, '-p', folder]).then(
    () => told('types of all recipes', undefined),
    (error: unknown) => told('types of all recipes', error),
  );
  for (const { name, runs } of recipes) {
    if (!runs || (only !== undefined && name !== only)) continue;
    const argv = ['--import', 'tsx', join(folder, `${name}.mts`)];
    await runFile(process.execPath, argv, { cwd: root, timeout: 60_000 }).then(
      () => told(name, undefined),
      (error: unknown) => told(name, error),
    );
  }
  await close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
