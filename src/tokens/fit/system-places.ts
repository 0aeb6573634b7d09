import type { MessageAccessors } from '../messages/accessors.js';

/**
 * Where the system messages of a history stand, in less than a look at every message.
 *
 * A system message may stand anywhere and is pinned, so a history has to be read to its beginning once. Up to
 * `ALL` messages it is read each time: that costs some microseconds. A longer array that was read before is remembered
 * (weakly, by the array itself), and of it are read: what was appended; its first and last messages; the messages that
 * were found to be of the system; and a part of the rest, the next one at each call. That the rest is what it was is
 * told by samples. So whatever inserts, removes or moves messages over a sample is seen at once, as are changes near
 * both ends. What can be missed for a while, at most `length / ROUND` calls: an old message in the midst of more than
 * `ALL`, in an array that was fitted before, that is made a system message or replaced by one in place, or is moved
 * between two samples. A new array, or a `pin` of the caller's own, is always read whole.
 */
const ALL = 8192;
const ENDS = 1024;
const ROUND = 2048;
const SAMPLES = 64;

interface Seen {
  read: Places;
  length: number;
  places: readonly number[];
  samples: readonly unknown[];
  /** Where the next round begins. */
  next: number;
}

type Places = NonNullable<MessageAccessors<unknown>['systemPlaces']>;

const seen = new WeakMap<readonly unknown[], Seen>();

const samplePlace = (sample: number, length: number): number =>
  Math.floor((sample * (length - 1)) / (SAMPLES - 1));

function takeSamples(messages: readonly unknown[]): unknown[] {
  const samples: unknown[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1)
    samples.push(messages[samplePlace(sample, messages.length)]);
  return samples;
}

function isWhatItWas(messages: readonly unknown[], { length, samples }: Seen): boolean {
  if (messages.length < length) return false;
  for (let sample = 0; sample < SAMPLES; sample += 1)
    if (messages[samplePlace(sample, length)] !== samples[sample]) return false;
  return true;
}

/** The places in `known`, with those from `start` to `end` read anew. */
function renewed(
  messages: readonly unknown[],
  read: Places,
  known: readonly number[],
  start: number,
  end: number,
): readonly number[] {
  const found = read(messages, start, end);
  const before = known.filter((place) => place < start);
  const after = known.filter((place) => place >= end);
  return [...before, ...found, ...after];
}

/** The places of all system messages, in their order. */
export function systemPlaces<Message>(
  messages: readonly Message[],
  readTyped: NonNullable<MessageAccessors<Message>['systemPlaces']>,
): readonly number[] {
  const { length } = messages;
  if (length <= ALL) return readTyped(messages, 0, length);
  const read = readTyped as unknown as Places;
  const known = seen.get(messages);
  if (known === undefined || known.read !== read || !isWhatItWas(messages, known)) {
    const places = read(messages, 0, length);
    seen.set(messages, { read, length, places, samples: takeSamples(messages), next: ENDS });
    return places;
  }
  const newest = Math.min(known.length, length - ENDS);
  const round = Math.min(known.next + ROUND, newest);
  let places: readonly number[] = known.places.filter(
    (place) => read(messages, place, place + 1).length === 1,
  );
  places = renewed(messages, read, places, 0, ENDS);
  places = renewed(messages, read, places, known.next, round);
  places = renewed(messages, read, places, newest, length);
  known.places = places;
  known.next = round < newest ? round : ENDS;
  if (length > known.length) {
    known.length = length;
    known.samples = takeSamples(messages);
  }
  return places;
}
