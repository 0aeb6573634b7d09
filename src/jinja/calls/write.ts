import type { Call } from '../../body/call.js';
import type { CallFormat } from '../../body/call-format.js';
import type { CallContent } from '../../body/generic.js';
import { plainName } from '../../body/plain-name.js';
import { isJson } from '../../text/json.js';
import { json, type Pieces } from '../../text/pieces.js';
import type { ProbeCall } from '../shape.js';
import { type JsonCall, jsonCallIn } from './derive.js';
import type { Sample, Samples } from './samples.js';

/** What a template writes around calls whose arguments are JSON. */
interface Frame extends JsonCall {
  /** Between two calls; null where only one can be written. */
  separator: string | null;
  /** In front of the first call, behind words. */
  worded: string;
}

/** A text with the ids of calls in it. */
function withIds(
  text: string,
  ids: ReadonlyMap<string, string>,
  content: CallContent,
  quoted: boolean,
): Pieces {
  const marks = [...ids.keys()].filter((mark) => text.includes(mark));
  if (marks.length === 0) return text === '' ? [] : [text];
  const cut = new RegExp(`(${marks.join('|')})`);
  return text.split(cut).map((part) => {
    const id = ids.get(part);
    if (id === undefined) return part;
    const own = content(id, 'text');
    if (!quoted) return own;
    const inQuotes = json(own);
    return { ...inQuotes, text: inQuotes.text.slice(1, -1) };
  });
}

function frameOf({ one, two, worded }: Samples): Frame | null {
  const call = jsonCallIn(one);
  if (call === null) return null;
  const front = worded === null ? null : jsonCallIn(worded)?.front;
  const saying = front?.startsWith(worded!.words) ? front.slice(worded!.words.length) : call.front;
  return { ...call, separator: two === null ? null : separatorOf(two), worded: saying };
}

/** What stands between two calls. */
function separatorOf(two: Sample): string | null {
  const [first, next] = two.calls as [ProbeCall, ProbeCall];
  const inner = jsonCallIn({ ...two, calls: [first] });
  if (inner === null) return null;
  const at = inner.behind.indexOf(next.name);
  return at === -1 ? null : inner.behind.slice(0, at);
}

/** Calls written as a template writes them, learned from samples; undefined where that does not give the samples again. */
export function exactWriter(samples: Samples): CallFormat['write'] | undefined {
  const frame = frameOf(samples);
  if (frame === null) return undefined;
  const [first, next] = samples.two?.calls ?? samples.one.calls;
  const isQuoted = frame.front.endsWith('"') && frame.middle.startsWith('"');
  const write: NonNullable<CallFormat['write']> = (calls, { words, content, path }) => {
    const ids = (a: Call, b: Call | undefined): ReadonlyMap<string, string> =>
      new Map([[first!.id, a.id ?? ''], ...(next === undefined ? [] : [[next.id, b?.id ?? ''] as const])]);
    const quotedId =
      frame.front.includes(`"${first!.id}"`) ||
      frame.middle.includes(`"${first!.id}"`) ||
      frame.behind.includes(`"${first!.id}"`);
    const text = (part: string, a: Call, b?: Call): Pieces => withIds(part, ids(a, b), content, quotedId);
    const nameOf = (name: string): Pieces => {
      if (!isQuoted) return [content(plainName(name, path), 'text')];
      const quoted = json(content(name, 'text'));
      return [{ ...quoted, text: quoted.text.slice(1, -1) }];
    };
    return calls.map((call, i) => {
      const front = i === 0 ? text(words === '' ? frame.front : frame.worded, call) : [];
      const following = calls[i + 1];
      const behind =
        following === undefined
          ? text(frame.behind, call)
          : text(frame.separator ?? `${frame.behind}${frame.front}`, call, following);
      return [front, nameOf(call.name), text(frame.middle, call), argumentsOf(call, content), behind];
    });
  };
  const { one, two, worded } = samples;
  // Where the template sets marks around the words, calls are written behind them.
  const told = [one, two, worded?.text.startsWith(worded.words) ? worded : null];
  return told.every((sample) => sample === null || gives(write, sample)) ? write : undefined;
}

function argumentsOf({ arguments: args }: Call, content: CallContent): Pieces {
  const isObject = args.startsWith('{') && args.endsWith('}') && isJson(args);
  return [isObject ? content(args, 'json') : json(content(args, 'text'))];
}

/** The text of pieces, nothing escaped. */
export const flat = (pieces: Pieces): string =>
  pieces.map((one) => (typeof one === 'string' ? one : 'text' in one ? one.text : flat(one))).join('');

const silent = (): void => undefined;

/** Does a writer write a sample as the template does, with one spacing of JSON or the other? */
export function gives(write: NonNullable<CallFormat['write']>, { calls, words, text }: Sample): boolean {
  const content: CallContent = (one, as) => ({ text: one, as, message: null, path: '' });
  const list = (spaced: (value: unknown) => string): Call[] =>
    calls.map(({ name, args, id }) => ({ name, arguments: spaced(args), id }));
  return [spacedLine, (value: unknown) => JSON.stringify(value)].some((spaced) => {
    try {
      return (
        words + flat(write(list(spaced), { words, content, path: '', info: silent, lossy: silent })) === text
      );
    } catch {
      // It has no place for these names or ids.
      return false;
    }
  });
}

const spacedLine = (value: unknown): string =>
  JSON.stringify(value).replace(/"[^"]*"|[,:]/g, (one) => (one.length === 1 ? `${one} ` : one));
