import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const folder = fileURLToPath(new URL('../src/tokens/bpe/wasm/', import.meta.url));
const made = join(folder, '../wasm-code.generated.ts');
const flags = '-O3 --noAssert --runtime stub --enable simd,bulk-memory --zeroFilledMemory';

/** Changes with whatever the module depends on. */
function fingerprint(): string {
  const { version } = require('assemblyscript/package.json') as { version: string };
  const hash = createHash('sha256').update(version).update(flags);
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

/** Compiles the WebAssembly module of the token engine into a source file, where that is missing or out of date. */
export function compileEngine(): void {
  const mark = `// ${fingerprint()}`;
  if (existsSync(made) && readFileSync(made, 'latin1').startsWith(mark)) return;
  // A program of its own: the compiler is large, and what transforms imports would take most of a minute over it.
  const program = join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js');
  const part = `${made}.${process.pid}`;
  const argv = [program, join(folder, 'index.ts'), ...flags.split(' '), '--outFile', part];
  execFileSync(process.execPath, argv, { stdio: 'inherit' });
  const text = readFileSync(part).toString('base64');
  // Renamed into place, since several test runs may do this at once.
  writeFileSync(part, `${mark}\n/** wasm/ compiled, in base64. */\nexport const wasmCode =\n  '${text}';\n`);
  renameSync(part, made);
}
