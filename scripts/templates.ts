/**
 * Measures dialects made of models' own chat templates against the engine that runs the templates: `npm run templates`.
 * Of each template five points: the same bytes; prompts read back, plain and with calls; calls of replies; reasoning; stops;
 * replies whole and streamed alike. And over all of them: texts of users that open something, and losses that nobody
 * told. The templates come as packages and from repositories, into a folder that is given (`-- --folder DIR`, with
 * repositories that are there already as `OWNER+NAME`) or made for it; what can't be had is left out, and the table says how
 * many there were. It fails below 95 % of the points of at least 100 templates.
 * `-- --known` prints instead which templates a built-in dialect writes: the lines of src/jinja/known-templates.ts.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dialectFromConfig } from '../src/jinja/index.js';
import { Engine } from './templates/engine.js';
import { knownLines } from './templates/known.js';
import { opened, type Points, pointsOf } from './templates/points.js';
import { endsOf, repliesOf } from './templates/replies.js';
import { sources } from './templates/sources.js';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, only: { type: 'string' }, known: { type: 'boolean' } },
});
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'templates-'));
const kinds = ['bytes', 'reads', 'calls', 'reasoning', 'stops'] as const satisfies readonly (keyof Points)[];

const tally = new Map<string, [held: number, all: number]>(kinds.map((kind) => [kind, [0, 0]]));
let injections = 0;
let silent = 0;
let whole = 0;
const all = sources(folder).filter(({ name }) => name.includes(values.only ?? ''));
if (values.known) {
  console.log(knownLines(all).sort().join('\n'));
  process.exit();
}
for (const source of all) {
  const engine = new Engine(source);
  const dialect = dialectFromConfig({
    chat_template: source.template,
    bos_token: source.bos,
    eos_token: source.eos,
  });
  const points = await pointsOf(engine, dialect, repliesOf(engine, source), endsOf(engine, source));
  const marks = kinds.map((kind) => {
    const faults = points[kind];
    if (faults === undefined) return ' ';
    const count = tally.get(kind)!;
    count[1]++;
    if (faults.length === 0) count[0]++;
    return faults.length === 0 ? '+' : '-';
  });
  const hostile = opened(dialect);
  injections += hostile.length;
  silent += points.silent.length;
  if (!marks.includes('-')) whole++;
  const faults = [
    ...kinds.flatMap((kind) => points[kind] ?? []),
    ...points.silent,
    ...hostile.map((text) => `opens: ${text}`),
  ];
  console.log(
    `${marks.join(' ')}  ${source.name}${faults.length === 0 ? '' : `: ${faults.slice(0, 3).join(' | ')}`}`,
  );
}
const held = [...tally.values()].reduce((sum, [good]) => sum + good, 0);
const most = [...tally.values()].reduce((sum, [, count]) => sum + count, 0);
const share = most === 0 ? 0 : (100 * held) / most;
for (const [kind, [good, count]] of tally) console.log(`${kind.padEnd(10)} ${good} of ${count}`);
console.log(
  `${held} of ${most} points (${share.toFixed(1)} %), ${whole} of ${all.length} templates whole; ${injections} texts open something, ${silent} losses nobody told.`,
);
if (all.length === 0) console.log('No template could be had.');
else if (all.length >= 100 && (share < 95 || injections > 0 || silent > 0)) process.exitCode = 1;
