/**
 * Checks our types against those of the `openai` package, the lowest version that they are for and the newest: `npm run
 * check:types`. The package is installed into a folder that is given (`-- --folder DIR`) or made for it; where it can't be
 * had, the script says so and passes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const versions = ['6.48.0', '6', 'latest'];

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), 'client-types-')));
const root = join(import.meta.dirname, '..');
const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);

/** The folder of the package in a version; undefined where it can't be had. */
function install(version: string): string | undefined {
  const cwd = join(folder, `openai-types-${version}`);
  const there = join(cwd, 'node_modules/openai');
  if (existsSync(there)) return there;
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'package.json'), '{"private": true}');
  const flags = ['--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error'];
  try {
    execFileSync('npm', ['install', ...flags, `openai@${version}`], {
      cwd,
      stdio: 'ignore',
      timeout: 300_000,
    });
    return there;
  } catch {
    return undefined;
  }
}

/** What the compiler says with the package in that folder. */
function faultsWith(openai: string): string[] {
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, noEmit: true, incremental: false, paths: { openai: [openai] } },
    root,
  );
  const program = ts.createProgram([join(root, 'test/schemas/openai.types.ts')], options);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

let failed = false;
for (const version of versions) {
  const openai = install(version);
  if (openai === undefined) {
    console.log(`skipped openai@${version}: it can not be installed here`);
    continue;
  }
  const faults = faultsWith(openai);
  failed ||= faults.length > 0;
  console.log(`${faults.length === 0 ? 'ok     ' : 'FAILED '} openai@${version}`);
  for (const fault of faults) console.log(`  ${fault.split('\n').slice(-3).join('\n  ').slice(0, 600)}`);
}
if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
