import type { Layout } from './layout.js';
import { commonStart, isBlank, type Probe, type ProbeMessage } from './probe.js';
import { calling, optionsOf, type ProbeCall, question, resultOf, type Shape, sentinelCall } from './shape.js';
import { beforeToken, firstToken, isTelling, lastToken, tokensIn } from './tokens.js';

export const rich: ProbeCall = {
  name: 'qzname',
  args: {
    qzkey: 'A b,\n "c" d',
    qzint: 3,
    qzfloat: 2.5,
    qzbool: true,
    qzlist: ['x', 'y z'],
    qzmap: { k: 'v', n: -1 },
  },
  id: 'qzcall001',
};
export const second: ProbeCall = {
  name: 'qzother',
  args: { qzkey: 'qzmore', qzb: 'qzlast' },
  id: 'qzcall002',
};

/** A turn that makes calls, as a template writes it. */
export interface CallTurn {
  /** What stands between the opening of the turn and its close. */
  text: string;
  close: string;
  /** The token that the model writes last, where it closes no turn of words; '' for none. */
  end: string;
  /** What stands between the close and the words of the result; null where no result was written. */
  toResult: string | null;
}

/** Text behind one word and in front of another ('' for the end); null where one is missing. */
export function between(text: string | null, from: string, to: string): string | null {
  if (text === null) return null;
  const start = text.lastIndexOf(from);
  const end = to === '' ? text.length : text.indexOf(to, start + from.length);
  return start === -1 || end === -1 ? null : text.slice(start + from.length, end);
}

export const resultsOf = (calls: readonly ProbeCall[]): ProbeMessage[] =>
  calls.map((call, i) => resultOf(call, `qzresult${i}qz`));

/** How a template writes a turn that makes these calls; null where it refuses. */
export function callTurn(
  probe: Probe,
  layout: Layout,
  shape: Shape,
  given: { calls?: readonly ProbeCall[]; words?: string } = {},
): CallTurn | null {
  const { calls = [sentinelCall], words = '' } = given;
  const options = optionsOf(shape, calls);
  const asked = [question, calling(shape, calls, words)];
  const last = between(probe.render(asked, options), 'qzaskqz', '');
  const inner = between(probe.render([...asked, ...resultsOf(calls)], options), 'qzaskqz', 'qzresult0qz');
  const opened = (turn: string | null): string | null => {
    const opening = turn === null ? null : openingOf(turn, layout);
    return opening === null ? null : layout.bare(turn!.slice(opening));
  };
  const [toResult, toEnd] = [opened(inner), opened(last)];
  const whole = toResult !== null && toEnd !== null ? shared(toResult, toEnd) : (toResult ?? toEnd);
  if (whole === null) return null;
  const from = lastShown(whole, calls);
  const next = layout.opener === '' ? -1 : whole.indexOf(layout.opener, from);
  const turn = next === -1 ? whole : whole.slice(0, next);
  const cut = closeAt(turn, from, layout);
  const text = turn.slice(0, cut.at);
  const behind = toResult?.slice(cut.at + cut.close.length) ?? null;
  const { close } = layout.assistant;
  // The turn may be closed where a result follows alone.
  if (cut.close === '' && !isBlank(close) && behind?.startsWith(close))
    return { text, close, end: '', toResult: behind.slice(close.length) };
  const token = lastToken(text);
  if (cut.close === '' && behind !== null && token !== '' && !isTelling(behind)) {
    // Nothing else opens the result.
    const at = text.lastIndexOf(token);
    return { text: text.slice(0, at), close: '', end: token, toResult: toResult!.slice(at) };
  }
  if (layout.callEnd === undefined || !cut.close.startsWith(layout.callEnd))
    return { text, close: cut.close, end: '', toResult: behind };
  // A token with no other behind it opens the result.
  const opens = behind !== null && firstToken(behind) === '';
  return {
    text,
    close: opens ? '' : cut.close,
    end: layout.callEnd,
    toResult: opens ? toResult!.slice(cut.at) : behind,
  };
}

/** What two texts begin with alike, up to the edge of a token. */
const shared = (a: string, b: string): string => a.slice(0, beforeToken(a, commonStart(a, b).length));

/** Where the last thing ends that is known of a call. */
function lastShown(text: string, calls: readonly ProbeCall[]): number {
  const shown = calls.flatMap(({ name, args, id }) => [
    name,
    id,
    ...Object.keys(args),
    ...Object.values(args),
  ]);
  return Math.max(
    ...shown.map((one) => {
      const at = typeof one === 'string' ? text.lastIndexOf(one) : -1;
      return at === -1 ? 0 : at + String(one).length;
    }),
  );
}

/** The length of what opens a turn behind the user's. */
function openingOf(text: string, { user, assistant }: Layout): number | null {
  const from = text.startsWith(user.close) ? user.close.length : 0;
  const rest = text.slice(from);
  const space = rest.length - rest.trimStart().length;
  // A turn that makes calls may open with other white space around its mark.
  for (const mark of [assistant.open, assistant.open.trimEnd()]) {
    if (rest.startsWith(mark)) return from + mark.length;
    const bare = mark.trimStart();
    if (rest.startsWith(bare, space)) return from + space + bare.length;
  }
  return null;
}

function closeAt(
  text: string,
  from: number,
  { assistant, tail, opener, callEnd = '' }: Layout,
): { at: number; close: string } {
  // Of several tokens that close an answer, the last closes its turn.
  const last = opener === '' ? '' : (tokensIn(assistant.close).at(-1) ?? '');
  for (const close of [assistant.close, tail, assistant.close.trim(), last]) {
    const at = isBlank(close) ? -1 : text.indexOf(close, from);
    if (at !== -1) return { at, close };
  }
  const end = callEnd === '' ? -1 : text.indexOf(callEnd, from);
  if (end !== -1) return { at: end, close: text.slice(end) };
  // Calls may end a turn with a token of their own.
  const token = tokensIn(text.slice(from)).at(-1);
  if (
    token !== undefined &&
    /eom|eot|end_of_message|\|call\|/.test(token) &&
    text.trimEnd().endsWith(token)
  ) {
    const at = text.lastIndexOf(token);
    return { at, close: text.slice(at) };
  }
  return { at: text.length, close: '' };
}
