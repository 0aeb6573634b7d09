import { RolecallError } from '../errors.js';
import type { ProviderChatResponse, ProviderCompletionResponse } from '../schemas/provider.js';
import { chatTokens, toChatTokens, unlikely } from './logprobs.js';
import { notesFor } from './notes.js';
import { checkBody } from './reply.js';

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

/** Spaces, case and quotes around a label are how it is written, not what it is. */
const plain = (text: string): string =>
  text
    .replace(/^[\s"'`*]+/, '')
    .replace(/[\s"'`*.,!]+$/, '')
    .toLowerCase();

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
  const names = labels.map(plain);
  for (const [i, name] of names.entries()) {
    if (name !== '' && names.indexOf(name) === i) continue;
    const problem = name === '' ? 'is empty' : `is the same as "${labels[names.indexOf(name)]}"`;
    throw new RolecallError('invalid-argument', `The label "${labels[i]}" ${problem}.`, {
      path: `labels[${i}]`,
    });
  }
  const steps = stepsOf(response, options.choice ?? 0);
  const found = names.map(() => 0);
  let reach = 1;
  let written = '';
  for (const alternatives of steps) {
    let onward: Step | undefined;
    for (const step of alternatives) {
      const text = plain(written + step.token);
      const exact = names.indexOf(text);
      const longer = text === '' ? [] : names.filter((name) => name !== text && name.startsWith(text));
      // A chosen token that leaves the label open is followed by the tokens that decide it.
      if (step.chosen && (text === '' || longer.length + (exact < 0 ? 0 : 1) > 1)) onward = step;
      else if (exact >= 0) found[exact]! += reach * step.probability;
      else if (longer.length === 1) found[names.indexOf(longer[0]!)]! += reach * step.probability;
    }
    if (onward === undefined) {
      reach = 0;
      break;
    }
    written += onward.token;
    reach *= onward.probability;
  }
  // The text ended on a label that another one goes on from: it is the shorter one.
  const last = names.indexOf(plain(written));
  if (reach > 0 && last >= 0) found[last]! += reach;

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
  const best = found.indexOf(Math.max(...found));
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
