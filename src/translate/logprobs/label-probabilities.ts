import { RolecallError } from '../../errors.js';
import type { ProviderChatResponse, ProviderCompletionResponse } from '../../schemas/provider.js';
import { notesFor } from '../notes.js';
import { checkBody } from '../reply.js';
import { chatTokens, toChatTokens, unlikely } from './logprobs.js';

export interface LabelProbabilities {
  /** The probability of each label, in the order they were given; not scaled up to 1. */
  probabilities: Record<string, number>;
  /** What no label covers: other tokens, those beyond the likeliest, and those that could begin several labels. */
  other: number;
  /** The likeliest label, or null where no label has any probability. */
  label: string | null;
}

interface Step {
  token: string;
  chosen: boolean;
  probability: number;
}

const isInFront = /[\s"'`*]/;
const isBehind = /[\s"'`*.,!]/;

/** Where the words of a text begin and end. Spaces and quotes around a label are how it is written, not what it is. */
function wordsIn(text: string): [start: number, end: number] {
  let start = 0;
  while (start < text.length && isInFront.test(text[start]!)) start++;
  let end = text.length;
  while (end > start && isBehind.test(text[end - 1]!)) end--;
  return [start, end];
}

/** Nor is case. */
const plain = (text: string): string => text.slice(...wordsIn(text)).toLowerCase();

/** The labels, to be found by how they begin. */
interface Names {
  /** The place of a label among those that were given; undefined where it is none. */
  placeOf: (text: string) => number | undefined;
  /** How many labels go on behind a text, and the place of one of them. */
  longer: (text: string) => { count: number; first: number };
  /** The length of the longest. */
  longest: number;
}

/** Throws `invalid-argument` for a label that is empty, or the same as another. */
function namesOf(labels: readonly string[]): Names {
  const places = new Map<string, number>();
  for (const [i, label] of labels.entries()) {
    const name = plain(label);
    const same = places.get(name);
    if (name !== '' && same === undefined) {
      places.set(name, i);
      continue;
    }
    const problem = name === '' ? 'is empty' : `is the same as "${labels[same!]}"`;
    throw new RolecallError('invalid-argument', `The label "${label}" ${problem}.`, { path: `labels[${i}]` });
  }
  const sorted = [...places.keys()].sort();
  /** The place in `sorted` of the first name that is not in front of a text. */
  const firstFrom = (isInFrontOf: (name: string) => boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isInFrontOf(sorted[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    placeOf: (text) => places.get(text),
    longer(text) {
      if (text === '') return { count: 0, first: -1 };
      const from = firstFrom((name) => name <= text);
      const to = firstFrom((name) => name <= text || name.startsWith(text));
      return { count: to - from, first: from < to ? places.get(sorted[from]!)! : -1 };
    },
    longest: sorted.reduce((most, { length }) => Math.max(most, length), 0),
  };
}

/**
 * What was written, no longer than it can matter: without what stands in front, and with no more behind the words than
 * what no label goes on from.
 */
function shortened(written: string, longest: number): string {
  const [start, end] = wordsIn(written);
  return written.slice(start, end + longest + 1);
}

/**
 * How likely each label of a classifier is, read from the logprobs of a completion or a chat response. Variants of a
 * label count together: with a space in front, in another case, or its first token alone (`pos` for `positive`).
 * Where several labels begin alike, the tokens that were written decide how far to read on.
 *
 * Throws `invalid-argument` where the response has no logprobs, or two labels differ in spaces and case alone.
 */
export function labelProbabilities(
  response: ProviderChatResponse | ProviderCompletionResponse,
  labels: readonly string[],
  options: { choice?: number | undefined } = {},
): LabelProbabilities {
  const names = namesOf(labels);
  const steps = stepsOf(response, options.choice ?? 0);
  const found = labels.map(() => 0);
  let reach = 1;
  let written = '';
  for (const alternatives of steps) {
    let onward: Step | undefined;
    for (const step of alternatives) {
      const text = plain(written + step.token);
      const exact = names.placeOf(text);
      const { count, first } = names.longer(text);
      // A chosen token that leaves the label open is followed by the tokens that decide it.
      if (step.chosen && (text === '' || count + (exact === undefined ? 0 : 1) > 1)) onward = step;
      else if (exact !== undefined) found[exact]! += reach * step.probability;
      else if (count === 1) found[first]! += reach * step.probability;
    }
    if (onward === undefined) {
      reach = 0;
      break;
    }
    written = shortened(written + onward.token, names.longest);
    reach *= onward.probability;
  }
  // The text ended on a label that another one goes on from: it is the shorter one.
  const last = names.placeOf(plain(written));
  if (reach > 0 && last !== undefined) found[last]! += reach;

  const probabilities: Record<string, number> = {};
  for (const [i, label] of labels.entries()) {
    Object.defineProperty(probabilities, label, {
      value: found[i],
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  const sum = found.reduce((total, one) => total + one, 0);
  const best = found.indexOf(found.reduce((most, one) => Math.max(most, one), 0));
  return { probabilities, other: Math.max(0, 1 - sum), label: (found[best] ?? 0) > 0 ? labels[best]! : null };
}

/** For each token of the reply what could have stood there, with its probability. */
function stepsOf(response: ProviderChatResponse | ProviderCompletionResponse, index: number): Step[][] {
  checkBody(response, 'response');
  const choice = response.choices?.find((one, i) => (one.index ?? i) === index);
  const path = `choices[${index}].logprobs`;
  const notes = notesFor({});
  const logprobs = choice?.logprobs;
  if (logprobs === null || logprobs === undefined) throw missing(path);
  const tokens =
    'message' in choice! ? chatTokens(logprobs.content, path, notes) : toChatTokens(logprobs, path, notes);
  const steps = tokens
    .filter((one) => one.logprob > unlikely || one.top_logprobs.length > 0)
    .map(({ token, logprob, top_logprobs }) => {
      const all = new Map<string, Step>();
      for (const top of [...top_logprobs, { token, logprob }]) {
        all.set(top.token, {
          token: top.token,
          chosen: top.token === token,
          probability: Math.exp(top.logprob),
        });
      }
      return [...all.values()];
    });
  if (steps.length === 0) throw missing(path);
  return steps;
}

function missing(path: string): RolecallError {
  return new RolecallError(
    'invalid-argument',
    'The response has no logprobs; ask for some with "logprobs".',
    { path },
  );
}
