import { Script } from 'node:vm';

/** Something that is run on inputs of growing size. */
export interface Subject {
  name: string;
  make: (n: number) => unknown;
  run: (input: never) => unknown;
  /** The most of `n`, so that an input stays in memory. */
  most: number;
}

export interface Finding {
  name: string;
  /** Sizes and the milliseconds that each took. */
  times: [n: number, milliseconds: number][];
  /** How the last size grew on the one before, of which it is four times as large. */
  ratio: number;
  error?: unknown;
}

const smallest = 500;
/** Below this a time says nothing about growth. */
const leastTime = 3;
/**
 * Four times the input may take this many times as long: half way, in powers, from linear (4) to quadratic (16). Twice
 * more than that is a finding, and so is once a lot more.
 */
const mostGrowth = 8;
const surelyMore = 12;
/** From here on larger sizes are looked at. */
const suspicious = 5.5;
/** Milliseconds after which no larger size is tried. */
const longEnough = 150;
const tooLong = 700;
/** Milliseconds after which a run is broken off, which may never end. */
const patience = 60_000;

/** A script can be broken off where a function can not. */
const running = globalThis as { linearRun?: () => unknown };
const guarded = new Script('linearRun()');

/**
 * The time that processors worked, which does not depend on who else is at work here: the best of some runs, each on an
 * input of its own, so that no memory of an earlier run helps.
 */
async function best(
  { make, run }: Subject,
  n: number,
  runs: number,
): Promise<{ time: number; error?: unknown }> {
  let time = Number.POSITIVE_INFINITY;
  let error: unknown;
  for (let i = 0; i < runs; i++) {
    const input = make(n) as never;
    // So that no run pays for the rubbish of the one before.
    if (runs > 1) globalThis.gc?.();
    const start = process.cpuUsage();
    try {
      running.linearRun = () => run(input);
      await guarded.runInThisContext({ timeout: patience });
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
        return { time: Number.POSITIVE_INFINITY };
      error = thrown;
    }
    const { user, system } = process.cpuUsage(start);
    time = Math.min(time, (user + system) / 1000);
    if (time > 2000) break;
  }
  return { time, error };
}

/**
 * Sizes that quadruple, until one takes long enough to tell. Where the last step grew suspiciously, it is measured again
 * with care, and then the next sizes: a quadratic goes on like that, what the garbage collector made of one size does not.
 */
export async function growth(subject: Subject): Promise<Finding> {
  const first = await growthOnce(subject);
  // What was by chance is seldom so twice.
  return first.ratio === 0 ? first : growthOnce(subject);
}

async function growthOnce(subject: Subject): Promise<Finding> {
  const { name, most } = subject;
  const times: [number, number][] = [];
  let error: unknown;
  const measure = async (n: number, runs: number): Promise<number> => {
    const measured = await best(subject, n, runs);
    error ??= measured.error;
    return measured.time;
  };

  let n = Math.min(smallest, most);
  for (; n <= most; n *= 4) {
    const time = await measure(n, 1);
    times.push([n, time]);
    if (time === Number.POSITIVE_INFINITY) return { name, times, ratio: time, error };
    if (time > longEnough) break;
  }
  const steps = times.filter(([, time]) => time >= leastTime).slice(-2);
  if (steps.length < 2 || ratioOf(steps) < suspicious) return { name, times, ratio: 0, error };

  for (const step of steps) step[1] = await measure(step[0], 5);
  for (
    let next = steps.at(-1)![0] * 4;
    ratioOf(steps) >= suspicious && steps.at(-1)![1] < tooLong;
    next *= 4
  ) {
    if (next > 4 * most) break;
    steps.push([next, await measure(next, 3)]);
  }
  const last = ratioOf(steps);
  const isMore =
    last > surelyMore || (last > mostGrowth && steps.length > 2 && ratioOf(steps.slice(0, -1)) > mostGrowth);
  return { name, times: steps, ratio: isMore ? last : 0, error };
}

/** How the last size grew on the one before it. */
const ratioOf = (steps: readonly [n: number, milliseconds: number][]): number => {
  const [[, before] = [0, 0], [, after] = [0, 0]] = steps.slice(-2);
  return after / before;
};
