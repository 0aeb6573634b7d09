import { type Lead, leadLength } from './lead.js';
import { createStopMatcher, type StopMatcher } from './stops.js';

/** What stands around an answer: a label that it repeats, and the stops that end it. */
export interface AnswerRules {
  lead: Lead;
  /** Keep the white space that a label owns where there is no label. */
  keepGap: boolean;
  stops: readonly string[];
}

/** The answer of a reply as it comes in, behind its reasoning. Offsets count in UTF-16 units from its start. */
export interface AnswerReader {
  /** Returns what has become certain. */
  push(text: string): string;
  /** Lets all go that waits: something else stands here. */
  settle(): string;
  end(): string;
  stopped: boolean;
  /** A label was taken off. */
  labelled: boolean;
  /** Where the answer's own words start. */
  start: number;
  /** Where the words that are out end. */
  released: number;
  /** Where all that came ends. */
  total: number;
}

const isHigh = (unit: number): boolean => (unit & 0xfc00) === 0xd800;

export function createAnswerReader({ lead, keepGap, stops }: AnswerRules): AnswerReader {
  let led = false;
  /** What waits for its label. */
  let held = '';
  /** A high surrogate, waiting for the low one. */
  let half = '';
  const newMatcher = (atTextStart: boolean): StopMatcher | null =>
    stops.length === 0 ? null : createStopMatcher(stops, { atTextStart });
  let matcher = newMatcher(true);

  function out(text: string, last: boolean): string {
    let free = half === '' ? text : half + text;
    half = '';
    if (!last && isHigh(free.charCodeAt(free.length - 1))) {
      half = free.slice(-1);
      free = free.slice(0, -1);
    }
    reader.released += free.length;
    return free;
  }

  function words(text: string, last: boolean): string {
    if (matcher === null) return out(text, last);
    const step = matcher.push(text);
    if (step.stopped !== undefined) {
      reader.stopped = true;
      return out(step.text, true);
    }
    return out(last ? step.text + matcher.flush() : step.text, last);
  }

  function read(text: string, last: boolean): string {
    if (reader.stopped) return '';
    reader.total += text.length;
    if (led) return words(text, last);
    held += text;
    const length = leadLength(held, lead, last);
    if (length === undefined) return '';
    led = true;
    reader.labelled = length > lead.gap.length;
    const cut = keepGap && !reader.labelled ? 0 : length;
    reader.start = cut;
    reader.released = cut;
    const own = held.slice(cut);
    held = '';
    return words(own, last);
  }

  const reader: AnswerReader = {
    stopped: false,
    labelled: false,
    start: 0,
    released: 0,
    total: 0,
    push: (text) => read(text, false),
    settle() {
      const text = read('', true);
      if (!reader.stopped) matcher = newMatcher(false);
      return text;
    },
    end: () => read('', true),
  };
  return reader;
}
