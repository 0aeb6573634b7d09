import { RolecallError } from '../errors.js';

/** Text that is free to go, and the stop sequence that ended it, if one did. */
export interface StopStep {
  text: string;
  /** The stop sequence that matched, as it was given. Once set, all later text is ignored. */
  stopped?: string;
}

/** Finds stop sequences in text that comes in pieces. Holds back only what may still become a stop. */
export interface StopMatcher {
  push(text: string): StopStep;
  /** The text still held back; call it once, when no more text comes. */
  flush(): string;
}

export interface StopMatcherOptions {
  /**
   * The start of the text is the start of a line (default false): a stop that begins with line breaks
   * (`"\nUser:"`) also matches there without them.
   */
  atTextStart?: boolean | undefined;
}

/** An Aho-Corasick automaton over UTF-16 units. Node 0 is the root. */
interface Automaton {
  /** `node * symbols + unit` to the next node. */
  edges: Map<number, number>;
  fail: Int32Array;
  /** How many units of text lead to the node: as many as are held back there. */
  depth: Int32Array;
  /** The pattern that the node is a prefix of; its first `depth` units are the held text. */
  pattern: Int32Array;
  /** The longest pattern that ends at the node, or -1. */
  output: Int32Array;
  patterns: string[];
  /** The stop as it was given, for each pattern. */
  stops: string[];
  /** By the low byte of a unit: can it lead away from the root? */
  first: Uint8Array;
  start: number;
}

/** One more symbol than there are UTF-16 units: the start of the text. */
const symbols = 65537;
const textStart = 65536;

function* patternsOf(stops: readonly string[], atTextStart: boolean): Generator<[string, string, boolean]> {
  for (const stop of stops) {
    yield [stop, stop, false];
    if (!atTextStart || stop.trim() === '') continue;
    for (let cut = 1; /[\r\n]/.test(stop.charAt(cut - 1)); cut++) yield [stop.slice(cut), stop, true];
  }
}

function build(given: readonly string[], atTextStart: boolean): Automaton {
  const edges = new Map<number, number>();
  const depth = [0];
  const pattern = [0];
  const output = [-1];
  const parent = [0];
  const symbol = [0];
  const patterns: string[] = [];
  const stops: string[] = [];
  const first = new Uint8Array(256);

  const step = (from: number, unit: number, index: number): number => {
    const key = from * symbols + unit;
    const known = edges.get(key);
    if (known !== undefined) return known;
    const node = depth.length;
    edges.set(key, node);
    depth.push(depth[from]! + (unit === textStart ? 0 : 1));
    pattern.push(index);
    output.push(-1);
    parent.push(from);
    symbol.push(unit);
    return node;
  };

  for (const [text, stop, anchored] of patternsOf(given, atTextStart)) {
    const index = patterns.push(text) - 1;
    stops.push(stop);
    let node = anchored ? step(0, textStart, index) : 0;
    if (!anchored) first[text.charCodeAt(0) & 255] = 1;
    for (let i = 0; i < text.length; i++) node = step(node, text.charCodeAt(i), index);
    if (output[node] === -1) output[node] = index;
  }

  const count = depth.length;
  const automaton: Automaton = {
    edges,
    fail: new Int32Array(count),
    depth: Int32Array.from(depth),
    pattern: Int32Array.from(pattern),
    output: Int32Array.from(output),
    patterns,
    stops,
    first,
    start: edges.get(textStart) ?? 0,
  };
  // Breadth first: a node's failure link is shorter than the node, so it is ready before it is needed.
  let level = [0];
  const children = new Map<number, number[]>();
  for (let node = 1; node < count; node++) {
    const list = children.get(parent[node]!);
    if (list === undefined) children.set(parent[node]!, [node]);
    else list.push(node);
  }
  while (level.length > 0) {
    const below: number[] = [];
    for (const above of level) {
      for (const node of children.get(above) ?? []) {
        below.push(node);
        if (above === 0) continue;
        automaton.fail[node] = next(automaton, automaton.fail[above]!, symbol[node]!);
        if (automaton.output[node] === -1) automaton.output[node] = automaton.output[automaton.fail[node]!]!;
      }
    }
    level = below;
  }
  return automaton;
}

function next({ edges, fail }: Automaton, from: number, unit: number): number {
  let node = from;
  for (;;) {
    const to = edges.get(node * symbols + unit);
    if (to !== undefined) return to;
    if (node === 0) return 0;
    node = fail[node]!;
  }
}

/** The same few lists of stops come back with every reply, so the last automata are kept. */
const cache = new Map<string, Automaton>();
const cacheSize = 32;
const longestCachedKey = 4096;

function automatonOf(stops: readonly string[], atTextStart: boolean): Automaton {
  let key = atTextStart ? '^' : '';
  for (const [i, stop] of stops.entries()) {
    if (typeof stop !== 'string' || stop === '') {
      throw new RolecallError('invalid-argument', 'A stop sequence must be a text that is not empty.', {
        path: `stops[${i}]`,
      });
    }
    key += `${stop.length}:${stop}`;
  }
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = build(stops, atTextStart);
  if (key.length <= longestCachedKey) {
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value!);
    cache.set(key, made);
  }
  return made;
}

/**
 * Watches text that comes in pieces for stop sequences. Over all stops the match that ends first wins,
 * and the longest of those that end together, as inference engines do.
 *
 * The work for a character depends neither on the number of stops nor on how the text is cut.
 * Throws `invalid-argument` for a stop that is empty.
 * @example
 * ```ts
 * import { createStopMatcher } from 'rolecall';
 * const matcher = createStopMatcher(['\nUser:']);
 * matcher.push('Hello.\nUs'); // { text: 'Hello.' }: the rest may become a stop
 * matcher.push('er: and'); // { text: '', stopped: '\nUser:' }
 * ```
 */
export function createStopMatcher(
  stops: readonly string[] | string,
  { atTextStart = false }: StopMatcherOptions = {},
): StopMatcher {
  const automaton = automatonOf(typeof stops === 'string' ? [stops] : stops, atTextStart);
  const { edges, fail, depth, pattern, output, patterns, first } = automaton;
  let node = automaton.start;
  let stopped: string | undefined;

  // What is held is always the beginning of a pattern, so the node alone says what it is.
  const held = (at: number, length: number): string => patterns[pattern[at]!]?.slice(0, length) ?? '';

  return {
    push(text) {
      if (stopped !== undefined) return { text: '', stopped };
      const before = node;
      const heldBefore = depth[before]!;
      let at = node;
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (at === 0) {
          if (first[unit & 255] === 0) continue;
          at = edges.get(unit) ?? 0;
        } else {
          let to = edges.get(at * symbols + unit);
          while (to === undefined && at !== 0) {
            at = fail[at]!;
            to = edges.get(at * symbols + unit);
          }
          at = to ?? 0;
        }
        const found = output[at]!;
        if (found !== -1) {
          stopped = automaton.stops[found]!;
          node = 0;
          const free = heldBefore + i + 1 - patterns[found]!.length;
          return { text: piece(free), stopped };
        }
      }
      node = at;
      return { text: piece(heldBefore + text.length - depth[at]!) };

      function piece(free: number): string {
        if (heldBefore === 0) return text.slice(0, free);
        if (free <= heldBefore) return held(before, free);
        return held(before, heldBefore) + text.slice(0, free - heldBefore);
      }
    },
    flush() {
      const rest = stopped === undefined ? held(node, depth[node]!) : '';
      node = 0;
      return rest;
    },
  };
}

/** With more stops than this the automaton is faster than a search for each. */
const mostProbes = 8;

/** Could a stop be in the text? Its words, without white space in front, are found by the engine's own search. */
function mayStop(text: string, stops: readonly string[]): boolean {
  if (stops.length > mostProbes) return true;
  let last: string | undefined;
  for (const stop of stops) {
    const words = stop.charCodeAt(0) > 32 ? stop : stop.trimStart() || stop;
    if (words === last) continue;
    if (text.includes(words)) return true;
    last = words;
  }
  return false;
}

/** A whole text up to its first stop sequence, found as `createStopMatcher` finds it. */
export function cutAtStop(
  text: string,
  stops: readonly string[],
  options: StopMatcherOptions = {},
): StopStep {
  if (!mayStop(text, stops)) return { text };
  const matcher = createStopMatcher(stops, options);
  const step = matcher.push(text);
  return step.stopped === undefined ? { text } : step;
}
