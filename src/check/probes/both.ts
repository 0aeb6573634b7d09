import { apiAsk, countingIn, paths, without } from '../asks.js';
import { type Deviation, deviationsOf, isId } from '../deviations.js';
import {
  firstOf,
  isAccepted,
  isCut,
  isMissing,
  judged,
  noReply,
  numberIn,
  piecesOf,
  readStream,
  recordIn,
  recordsIn,
  refusal,
  replyOf,
  shown,
  textOfPiece,
  unanswered,
} from '../read.js';
import { streamDeviations } from '../stream-deviations.js';
import type { Answer, Api, Ask, Judgement, Known, Probe } from '../types.js';

/** `works`, or `odd` where a strict client may stumble; what was seen comes behind. */
function withDeviations(
  seen: string,
  found: readonly Deviation[],
  finding?: Judgement['finding'],
): Judgement {
  const odd = found.filter(({ weight }) => weight === 'odd');
  const texts = [...odd, ...found.filter(({ weight }) => weight === 'note')].map(({ text }) => text);
  return judged(odd.length > 0 ? 'odd' : 'works', [seen, ...texts].filter(Boolean).join('; '), finding);
}

/** What went into thinking, by the usage. */
const reasoningTokens = ({ json }: Answer): number => {
  const usage = recordIn(recordIn(json)['usage']);
  return numberIn(recordIn(usage['completion_tokens_details'])['reasoning_tokens']) ?? 0;
};

/** Does the API answer at all, and in the right shape? */
const answers = (api: Api): Probe => ({
  id: api,
  title: `${paths[api]} answers`,
  after: [api === 'chat' ? 'chat-max-tokens' : 'models'],
  judgesAll: true,
  asks: (known) => [apiAsk[api](known)],
  judge([answer], { facts }) {
    const silent = unanswered(answer!, facts);
    if (isCut(answer!)) return judged('unknown', silent!, { [api]: true, thinks: true, outOfRoom: true });
    if (silent !== undefined) return judged('unknown', silent, { [api]: false });
    const first = firstOf(answer!, api);
    if (first === undefined) {
      const gone = isMissing(answer!) ? `there is no ${paths[api]} (${answer!.status})` : noReply(answer!);
      return judged('fails', gone, { [api]: false });
    }
    const { text, reasoning, finish } = first;
    const thinks = api === 'chat' && (reasoning !== '' || reasoningTokens(answer!) > 0);
    const outOfRoom = api === 'chat' && text === '' && (thinks || finish === 'length');
    const alone = reasoning === '' ? 'no text within the limit' : `thinking alone: ${shown(reasoning)}`;
    return withDeviations(outOfRoom ? alone : shown(text), deviationsOf(answer!.json, api), {
      [api]: true,
      ...(thinks || outOfRoom ? { thinks: true } : {}),
      ...(outOfRoom ? { outOfRoom } : {}),
    });
  },
});

const streamAsk = (api: Api, known: Known): Ask => apiAsk[api](known, { stream: true });

/** Why a stream can't be judged as one. */
function noStream(answer: Answer, api: Api): Judgement | undefined {
  if (!isAccepted(answer)) return judged('fails', refusal(answer));
  const { chunks, error, framed, broken } = readStream(answer);
  if (error !== undefined) return judged('fails', `an error in the stream: ${error}`);
  if (!framed) {
    const whole = replyOf(answer, api) !== undefined;
    return judged('fails', whole ? 'ignored: a whole response came' : noReply(answer));
  }
  if (chunks.length === 0)
    return judged('fails', broken.length > 0 ? `no JSON in it: ${shown(broken[0])}` : 'it is empty');
  return undefined;
}

const stream = (api: Api): Probe => ({
  id: `${api}-stream`,
  title: 'streaming',
  after: [api],
  blocked: without(api),
  asks: (known) => [streamAsk(api, known)],
  judge([answer]) {
    const none = noStream(answer!, api);
    if (none !== undefined) return none;
    const reading = readStream(answer!);
    const pieces = reading.chunks.flatMap((chunk) => piecesOf(chunk, api));
    const text = pieces.map(({ delta }) => textOfPiece(delta, api)).join('');
    const found = streamDeviations(answer!, api);
    const ended = pieces.some(({ choice }) => isId(choice['finish_reason']));
    if (!ended) found.unshift({ weight: 'odd', text: 'it ends without a finish_reason' });
    return withDeviations(`${reading.chunks.length} chunks: ${shown(text)}`, found);
  },
});

const streamDone = (api: Api): Probe => ({
  id: `${api}-stream-done`,
  title: '[DONE] ends the stream',
  after: [api],
  blocked: without(api),
  asks: (known) => [streamAsk(api, known)],
  judge([answer]) {
    const none = noStream(answer!, api);
    if (none !== undefined) return judged('unknown', `no stream: ${none.seen}`);
    const { done } = readStream(answer!);
    if (done === 1) return judged('works', 'once, at the end');
    return judged('odd', done === 0 ? 'it does not come' : `it comes ${done} times`);
  },
});

const streamUsage = (api: Api): Probe => ({
  id: `${api}-stream-usage`,
  title: 'usage in a stream (stream_options)',
  after: [api],
  blocked: without(api),
  asks: (known) => [
    apiAsk[api](known, { stream: true, stream_options: { include_usage: true } }),
    streamAsk(api, known),
  ],
  judge([asked, plain]) {
    const none = noStream(asked!, api);
    if (none !== undefined) return none;
    const usages = (answer: Answer) =>
      readStream(answer).chunks.filter(({ usage }) => typeof usage === 'object' && usage !== null);
    const [first, ...rest] = usages(asked!);
    if (first === undefined) return judged('fails', 'ignored: no chunk has the usage');
    const last = rest.at(-1) ?? first;
    const found: Deviation[] = [];
    if (rest.length > 0) found.push({ weight: 'odd', text: `it is in ${rest.length + 1} chunks` });
    if (recordsIn(last['choices']).length > 0)
      found.push({ weight: 'odd', text: 'it comes on a chunk with choices, not behind them' });
    if (usages(plain!).length > 0)
      found.push({ weight: 'odd', text: 'it comes without being asked for too' });
    const parts = streamDeviations(asked!, api);
    return withDeviations(shown(last['usage'], 90), [...found, ...parts]);
  },
});

/** Stop sequences that no text has by chance. */
const rare = (count: number): string[] => Array.from({ length: count }, (_, i) => `@@${i + 1}@@`);

/** How many sequences are tried; the last of each is one that the reply has. */
const stopCounts = [1, 4, 5, 17] as const;

const stops = (api: Api): Probe => ({
  id: `${api}-stop`,
  title: 'stop sequences, and how many',
  after: [api],
  blocked: without(api),
  asks: (known) => [
    apiAsk[api](known, countingIn[api]),
    ...stopCounts.map((count) => apiAsk[api](known, { ...countingIn[api], stop: [...rare(count - 1), 'e'] })),
  ],
  judge([plain, ...stopped]) {
    if (firstOf(plain!, api)?.text.includes('e') === false)
      return judged('unknown', `no reply that could be stopped: ${shown(firstOf(plain!, api)?.text)}`);
    const states = stopped.map((answer) => stopState(firstOf(answer, api)?.text));
    const failed = states.findIndex((state) => state === 'refused' || state === 'ignored');
    const most = failed === -1 ? stopCounts.at(-1)! : (stopCounts[failed - 1] ?? 0);
    const finding = { stops: { [api]: failed === -1 ? null : most } };
    if (failed === 0) {
      const ignored = states[0] === 'ignored';
      return judged(
        'fails',
        ignored ? 'ignored: the reply goes on behind it' : noReply(stopped[0]!),
        finding,
      );
    }
    const seen = [failed === -1 ? `${most} are taken` : `up to ${most}`];
    if (failed !== -1)
      seen.push(
        `${stopCounts[failed]} are ${states[failed] === 'ignored' ? 'taken, and not all are heeded' : noReply(stopped[failed]!)}`,
      );
    const included = states.includes('included');
    if (included) seen.push('the stop is left in the text');
    const odd = included || states[failed] === 'ignored' || most < 4;
    return judged(odd ? 'odd' : 'works', seen.join('; '), finding);
  },
});

/** What became of a stop on "e". */
function stopState(text: string | undefined): 'refused' | 'included' | 'ignored' | 'honoured' {
  if (text === undefined) return 'refused';
  const at = text.indexOf('e');
  return at === -1 ? 'honoured' : at === text.length - 1 ? 'included' : 'ignored';
}

const choices = (api: Api): Probe => ({
  id: `${api}-n`,
  title: 'n: several choices',
  after: [api],
  blocked: without(api),
  asks: (known) => [apiAsk[api](known, { n: 2 }, 4)],
  judge([answer]) {
    const reply = replyOf(answer!, api);
    if (reply === undefined) return judged('fails', noReply(answer!), { choices: { [api]: false } });
    const count = reply.choices.length;
    if (count !== 2)
      return judged('fails', `ignored: ${count} of 2 choices came`, { choices: { [api]: false } });
    const indexes = new Set(reply.choices.map(({ raw }) => raw['index']));
    const finding = { choices: { [api]: true } };
    if (indexes.size < 2) return judged('odd', '2 choices with one index', finding);
    return judged('works', '2 choices', finding);
  },
});

const of = (api: Api): Probe[] => [
  answers(api),
  stream(api),
  streamDone(api),
  streamUsage(api),
  stops(api),
  choices(api),
];

/** What both APIs are asked alike. */
export const sharedProbes: Readonly<Record<Api, readonly Probe[]>> = {
  chat: of('chat'),
  completions: of('completions'),
};
