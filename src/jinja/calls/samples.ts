import { callTurn, rich, second } from '../history.js';
import type { Layout } from '../layout.js';
import type { Probe } from '../probe.js';
import { type ProbeCall, type Shape, sentinelCall } from '../shape.js';

/** Calls as a template writes them. */
export interface Sample {
  calls: readonly ProbeCall[];
  words: string;
  /** The turn without its opening and its close. */
  text: string;
}

/** One call; one with values of every type; two; one behind words. The first is always there. */
export interface Samples {
  one: Sample;
  rich: Sample | null;
  two: Sample | null;
  worded: Sample | null;
}

export function samplesOf(probe: Probe, layout: Layout, shape: Shape): Samples | null {
  const sample = (calls: readonly ProbeCall[], words = ''): Sample | null => {
    const turn = callTurn(probe, layout, shape, { calls, words });
    const text = turn?.text ?? null;
    if (text === null || !calls.every(({ name }) => text.includes(name)) || !text.includes(words))
      return null;
    return { calls, words, text };
  };
  const one = sample([sentinelCall]);
  if (one === null) return null;
  return {
    one,
    rich: sample([rich]),
    two: sample([sentinelCall, second]),
    worded: sample([sentinelCall], 'qzsayqz'),
  };
}
