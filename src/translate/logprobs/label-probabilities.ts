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

/** Without case; a sigma at a word's end is one, since a token ends where no word does. */
const folded = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');

/** Without the spaces and quotes around a label, which are how it is written and not what it is. */
function plain(text: string): string {
  let start = 0;
  while (start < text.length && isInFront.test(text[start]!)) start++;
  let end = text.length;
  while (end > start && isBehind.test(text[end - 1]!)) end--;
  return folded(text.slice(start, end));
}

/** The labels that begin with what was written: a stretch of their sorted list. */
interface Stretch {
  from: number;
  to: number;
  /** How many units were written. */
  depth: number;
}

/** What was written of a label: with the spaces and stops at its end, which it may go on from, and without. */
interface Reading {
  /** Null as long as nothing but spaces and quotes was written. */
  all: Stretch | null;
  /** Null as long as no word was. */
  words: Stretch | null;
}

/** The labels, to be found by how they begin, token by token. */
class Labels {
  private readonly sorted: readonly string[];
  private readonly places = new Map<string, number>();
  readonly start: Reading = { all: null, words: null };

  /** Throws `invalid-argument` for a label that is empty, or the same as another. */
  constructor(labels: readonly string[]) {
    for (const [i, label] of labels.entries()) {
      const name = plain(label);
      const same = this.places.get(name);
      if (name !== '' && same === undefined) {
        this.places.set(name, i);
        continue;
      }
      const problem = name === '' ? 'is empty' : `is the same as "${labels[same!]}"`;
      throw new RolecallError('invalid-argument', `The label "${label}" ${problem}.`, {
        path: `labels[${i}]`,
      });
    }
    this.sorted = [...this.places.keys()].sort();
  }

  /** One token more. */
  read({ all, words }: Reading, token: string): Reading {
    const text = folded(token);
    let at = 0;
    if (all === null) while (at < text.length && isInFront.test(text[at]!)) at++;
    let reading = all ?? { from: 0, to: this.sorted.length, depth: 0 };
    let told = words;
    if (at === text.length) return { all, words };
    for (; at < text.length; at++) {
      reading = this.narrowed(reading, text.charCodeAt(at));
      if (!isBehind.test(text[at]!)) told = reading;
    }
    return { all: reading, words: told };
  }

  /** Those of a stretch that go on with this unit. */
  private narrowed({ from, to, depth }: Stretch, unit: number): Stretch {
    // Behind its end a label has no unit, and so it stands in front of those that go on.
    const unitOf = (i: number): number =>
      this.sorted[i]!.length > depth ? this.sorted[i]!.charCodeAt(depth) : -1;
    const first = (least: number): number => {
      let low = from;
      let high = to;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (unitOf(middle) < least) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    return from === to
      ? { from, to, depth: depth + 1 }
      : { from: first(unit), to: first(unit + 1), depth: depth + 1 };
  }

  /** The place of the label that was written, among those given; -1 where it is none. */
  exact({ words }: Reading): number {
    const label = words === null || words.from === words.to ? undefined : this.sorted[words.from];
    return label !== undefined && label.length === words!.depth ? this.places.get(label)! : -1;
  }

  /** How many labels go on from what was written, and the place of one of them. */
  longer(reading: Reading): { count: number; first: number } {
    const { words } = reading;
    if (words === null) return { count: 0, first: -1 };
    const from = words.from + (this.exact(reading) === -1 ? 0 : 1);
    return { count: words.to - from, first: from < words.to ? this.places.get(this.sorted[from]!)! : -1 };
  }
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
  const names = new Labels(labels);
  const steps = stepsOf(response, options.choice ?? 0);
  const found = labels.map(() => 0);
  let reach = 1;
  let written = names.start;
  for (const alternatives of steps) {
    let onward: { probability: number; reading: Reading } | undefined;
    for (const { token, chosen, probability } of alternatives) {
      const reading = names.read(written, token);
      const exact = names.exact(reading);
      const { count, first } = names.longer(reading);
      // A chosen token that leaves the label open is followed by the tokens that decide it.
      if (chosen && (reading.words === null || count + (exact === -1 ? 0 : 1) > 1))
        onward = { probability, reading };
      else if (exact !== -1) found[exact]! += reach * probability;
      else if (count === 1) found[first]! += reach * probability;
    }
    if (onward === undefined) {
      reach = 0;
      break;
    }
    written = onward.reading;
    reach *= onward.probability;
  }
  // The text ended on a label that another one goes on from: it is the shorter one.
  const last = names.exact(written);
  if (reach > 0 && last !== -1) found[last]! += reach;

  const probabilities: Record<string, number> = Object.fromEntries(
    labels.map((label, i) => [label, found[i]!]),
  );
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
