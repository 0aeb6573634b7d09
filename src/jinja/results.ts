import type { Marks } from '../dialect/types.js';
import { between, callTurn, resultsOf, second } from './history.js';
import type { Layout } from './layout.js';
import { commonStart, gaps, isBlank, type Probe } from './probe.js';
import type { ResultLayout } from './result-form.js';
import { calling, optionsOf, type ProbeCall, question, type Shape, sentinelCall } from './shape.js';
import { beforeToken, isTelling, tokensIn } from './tokens.js';

/** How a template writes the results of calls. */
export interface ResultTurns {
  tool: Marks;
  after: Readonly<Record<string, string>>;
  closers: readonly string[];
  /** Null for words alone. */
  result: ResultLayout | null;
}

/** What stands around a result, told from several conversations; null where it has no turn that can be told. */
export function resultTurnsOf(probe: Probe, layout: Layout, shape: Shape): ResultTurns | null {
  const open = callTurn(probe, layout, shape)?.toResult ?? null;
  if (open === null) return null;
  const one = [question, calling(shape, [sentinelCall]), ...resultsOf([sentinelCall])];
  const options = optionsOf(shape, [sentinelCall, second]);
  const next = { role: 'user', content: 'qznextqz' };
  const answered = [...one, { role: 'assistant', content: 'qzanswerqz' }, next];
  const answer = between(probe.render(answered, options), 'qzresult0qz', 'qzanswerqz');
  const { front } = layout;
  const toAnswer = front !== '' && answer?.endsWith(front) ? answer.slice(0, -front.length) : answer;
  const toUser = between(probe.render([...one, next], options), 'qzresult0qz', 'qznextqz');
  const toEnd = between(probe.render(one, options), 'qzresult0qz', '');
  const two = [question, calling(shape, [sentinelCall, second]), ...resultsOf([sentinelCall, second])];
  const toNext = gaps(probe.render(two, options), ['qzresult0qz', 'qzresult1qz'])?.[1] ?? null;

  const found = closeOf(layout, toAnswer, toUser, toEnd);
  const { close } = found;
  const end = endOfWords(open, close);
  const toAssistant = found.toAssistant === close ? close.slice(end) : found.toAssistant;
  const mark = open.slice(0, markLength(open, sentinelCall));
  if (!isTelling(mark)) return null;
  const tool = { open: mark, close: found.toAssistant === close ? '' : close.slice(end) };
  const parts = [...partsOf(open.slice(mark.length)), 'content' as const, ...partsOf(close.slice(0, end))];
  const plain = parts.length === 1;
  const result = plain ? null : { parts, json: isQuoted(open, close) };
  if (toAssistant !== null && !isTelling(toAssistant)) return null;
  const after: Record<string, string> = toAssistant === null ? {} : { 'tool>assistant': toAssistant };
  const closers: string[] = [];
  if (toNext !== null) {
    const common = toNext.slice(0, markStart(toNext, commonStart(toNext, close).length));
    const rest = toNext.slice(common.length);
    const opening = rest.slice(0, markLength(rest, second));
    if (!toNext.startsWith(close) && isTelling(opening)) {
      after['tool>tool'] = opening;
      const closer = common.slice(Math.min(end, common.length));
      if (!isBlank(closer)) closers.push(closer);
    }
  }
  return { tool, after, closers, result };
}

/** What closes a result; and what stands between it and an answer in the same turn, where no other turn opens. */
function closeOf(
  { user, assistant }: Layout,
  toAnswer: string | null,
  toUser: string | null,
  toEnd: string | null,
): { close: string; toAssistant: string | null } {
  const opening = [assistant.open, assistant.open.trimEnd()].find((mark) => toAnswer?.endsWith(mark));
  if (toAnswer !== null && opening !== undefined)
    return { close: toAnswer.slice(0, toAnswer.length - opening.length), toAssistant: null };
  const behind = toUser?.endsWith(user.open)
    ? toUser.slice(0, toUser.length - user.open.length)
    : (toEnd ?? '');
  if (toAnswer === null) return { close: behind, toAssistant: null };
  const rest = toAnswer.startsWith(behind) ? toAnswer.slice(behind.length) : toAnswer;
  return isBlank(rest) ? { close: toAnswer, toAssistant: toAnswer } : { close: behind, toAssistant: rest };
}

/** A place inside of a token or a tag moved to its start. */
function markStart(text: string, place: number): number {
  const at = beforeToken(text, place);
  const tag = /<[^<>\s]*$/.exec(text.slice(0, at));
  return tag === null || !/^[^<\s]*>/.test(text.slice(at)) ? at : tag.index;
}

const holesOf = ({ name, id }: ProbeCall): [string, 'name' | 'id'][] => [
  [name, 'name'],
  [id, 'id'],
];

const isQuoted = (open: string, close: string): boolean => open.endsWith('"') && close.startsWith('"');

/** How much of what stands in front of a result's words is the same for all: up to a name, an id or the start of JSON. */
function markLength(open: string, call: ProbeCall): number {
  const places = holesOf(call).map(([text]) => open.indexOf(text));
  if (/[^|]"$/.test(open)) places.push(open.search(/\{\s*"|"$/));
  return Math.min(open.length, ...places.filter((at) => at !== -1));
}

/** How much of what stands behind the words belongs to them: up to the token that ends the turn. */
function endOfWords(open: string, close: string): number {
  if (
    markLength(open, sentinelCall) === open.length &&
    !holesOf(sentinelCall).some(([text]) => close.includes(text))
  )
    return 0;
  const token = tokensIn(close).find((one) => !open.includes(one));
  return token === undefined ? 0 : close.indexOf(token);
}

/** A text taken apart at a name and an id. */
function partsOf(text: string): ResultLayout['parts'] {
  const holes = new Map(holesOf(sentinelCall));
  const cut = new RegExp(`(${[...holes.keys()].join('|')})`);
  return text
    .split(cut)
    .filter((part) => part !== '')
    .map((part) => holes.get(part) ?? { text: part });
}
