/**
 * Looks for what takes more than linear time: every public function that takes a text, a list or messages, with rows of one
 * unit (white space, signs, marks of every dialect) and with lists, at sizes that quadruple. What grows by more than half
 * of what a quadratic would is measured again with care, and reported. So is an error that is not the library's own.
 *
 *     npm run fuzz:linear -- [--seconds 120] [--seed 1] [--only TEXT] [--row JSON]
 *
 * Rows are drawn by chance from the seed until the time is over; `--only` takes the functions whose names hold a text, and
 * `--row '["head", "unit", "tail"]'` one row alone. Exit code 1 where something was found.
 */
import { parseArgs } from 'node:util';
import { isRolecallError } from '../src/index.js';
import { randomFrom } from '../test/support/random-text.js';
import { type Finding, growth, type Subject } from './linear/measure.js';
import { allMarks, marksOf, plainUnits, type Row, textOf } from './linear/rows.js';
import { listSubjects, type TextSubject, textSubjects } from './linear/subjects.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    row: { type: 'string' },
  },
});
const random = randomFrom(Number(values.seed));
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const shuffled = <T>(from: readonly T[]): T[] =>
  from
    .map((one) => [random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
const deadline = performance.now() + 1000 * Number(values.seconds);

/** The longest text, in UTF-16 units, and the most elements of a list. */
const longestText = 1 << 18;
const longestList = 32_000;

function rowSubject({ name, run }: TextSubject, row: Row): Subject {
  const { head, unit, tail } = row;
  return {
    name: `${name}, row ${JSON.stringify([head, unit, tail])}`,
    make: (n) => ({ text: textOf(row, n), pieces: () => [head, ...Array<string>(n).fill(unit), tail] }),
    run: ({ text, pieces }: { text: string; pieces: () => string[] }) => run(text, pieces),
    most: Math.min(
      longestText / unit.length,
      /piece|logprob|token|Chunk|Stream|Splitter/.test(name) ? 32_000 : longestText,
    ),
  };
}

/** A row by chance: mostly plain, else with something in front and behind, and then of two units. */
function drawRow({ dialect }: TextSubject): Row {
  const own = dialect === undefined ? allMarks : marksOf(dialect);
  const any = (): string =>
    random() < 0.5 ? pick(plainUnits) : pick(random() < 0.8 && own.length > 0 ? own : allMarks);
  const unit = random() < 0.3 ? any() + any() : any();
  if (random() < 0.4) return { head: '', unit, tail: '' };
  return { head: random() < 0.5 ? any() + any() : any(), unit, tail: random() < 0.5 ? '' : any() };
}

const findings: Finding[] = [];
const errors = new Map<string, Finding>();
let measured = 0;

async function look(subject: Subject): Promise<void> {
  const found = await growth(subject);
  measured++;
  if (found.ratio > 0) {
    findings.push(found);
    const times = found.times.map(([n, time]) => `${n}: ${time.toFixed(1)} ms`).join(', ');
    console.log(`✗ ${found.name}\n    ${times}; ${found.ratio.toFixed(1)} times as long for 4 times as much`);
  }
  if (found.error !== undefined && !isRolecallError(found.error)) {
    const key = String((found.error as Error).stack)
      .split('\n')
      .slice(0, 2)
      .join('\n');
    if (!errors.has(key)) console.log(`✗ ${found.name}\n    throws ${key}`);
    errors.set(key, found);
  }
}

const chosen = <T extends { name: string }>(list: readonly T[]): T[] =>
  list.filter(({ name }) => name.includes(values.only));
const texts = chosen(textSubjects);
const lists = chosen(listSubjects);

if (values.row !== undefined) {
  const [head = '', unit = '', tail = ''] = JSON.parse(values.row) as string[];
  for (const one of texts) await look(rowSubject(one, { head, unit, tail }));
} else {
  // Some of the time goes to lists, each at most once; the rest goes to rows.
  const untilRows = texts.length === 0 ? deadline : performance.now() + 400 * Number(values.seconds);
  for (const one of shuffled(lists)) {
    if (performance.now() > untilRows) break;
    await look({ ...one, most: longestList } as Subject);
  }
  console.log(`${measured} of ${lists.length} lists`);
  const general = texts.filter(({ dialect }) => dialect === undefined);
  const special = texts.filter(({ dialect }) => dialect !== undefined);
  while (performance.now() < deadline && texts.length > 0) {
    const from = special.length === 0 || (general.length > 0 && random() < 0.3) ? general : special;
    const one = pick(from);
    await look(rowSubject(one, drawRow(one)));
  }
}
console.log(
  `${measured} inputs (seed ${values.seed}): ${findings.length} grow more than linearly, ${errors.size} errors that are not the library's`,
);
process.exitCode = findings.length + errors.size > 0 ? 1 : 0;
