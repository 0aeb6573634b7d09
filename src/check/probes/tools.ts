import { chatAsk, greeting, user, without } from '../asks.js';
import { isId, replyDeviations } from '../deviations.js';
import {
  type Call,
  firstOf,
  isAccepted,
  jsonIn,
  judged,
  noReply,
  piecesOf,
  readStream,
  recordsIn,
  refusal,
  shown,
  textIn,
} from '../read.js';
import { callDeltasOdd } from '../stream-deviations.js';
import type { Answer, Ask, Judgement, Known, Probe } from '../types.js';
import { effectOf, grownBy } from './chat.js';

/** Room for a call. */
const callLimit = 64;
const question = 'What time is it in Oslo? Use the tool.';

const tool = (name: string, description: string) => ({
  type: 'function',
  function: {
    name,
    description,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
});
const time = tool('get_time', 'Gives the time of day in a city.');
const date = tool('get_date', 'Gives the date in a city.');

const ask = (known: Known, fields: NonNullable<Ask['json']>, limit = callLimit): Ask =>
  chatAsk(known, { messages: [user(question)], tools: [time], ...fields }, limit);

const callsIn = (answer: Answer): Call[] => firstOf(answer, 'chat')?.calls ?? [];
const named = ({ name, arguments: given }: Call): string =>
  `${name}(${typeof given === 'string' ? given : (JSON.stringify(given) ?? '')})`;
const namedAll = (calls: readonly Call[]): string => calls.map(named).join(', ').slice(0, 100);

/** A call that was written as text: the server did not read it. */
function textCall(answer: Answer): string | undefined {
  const text = firstOf(answer, 'chat')?.text ?? '';
  return /get_(time|date)/.test(text) && /[{<[(]/.test(text) ? text : undefined;
}

/** `works` with a call that was made, `odd` where its shape is. */
function called(answer: Answer): Judgement {
  const calls = callsIn(answer);
  const finish = firstOf(answer, 'chat')?.finish;
  const odd = replyDeviations(answer.json, 'chat')
    .filter(({ weight }) => weight === 'odd')
    .map(({ text }) => text);
  const broken = calls.filter(({ arguments: given }) => typeof given === 'string' && !isJson(given));
  if (broken.length > 0 && finish !== 'length') odd.push('the arguments are not JSON');
  if (finish === 'length') odd.push('it was cut');
  return judged(odd.length > 0 ? 'odd' : 'works', [namedAll(calls), ...odd].join('; '), { calls: true });
}

const isJson = (text: string): boolean => text === '' || jsonIn(text) !== undefined;

const cut = (answer: Answer): boolean => firstOf(answer, 'chat')?.finish === 'length';

const blocked = without('chat');

const auto: Probe = {
  id: 'tools-auto',
  title: 'tools, tool_choice "auto"',
  after: ['chat'],
  blocked,
  asks: (known) => [
    ask(known, { tool_choice: 'auto' }),
    chatAsk(known, { messages: [user(question)] }, callLimit),
  ],
  judge([answer, plain]) {
    if (firstOf(answer!, 'chat') === undefined) return judged('fails', noReply(answer!));
    if (callsIn(answer!).length > 0) return called(answer!);
    const text = textCall(answer!);
    if (text !== undefined) return judged('fails', `the call comes as text: ${shown(text)}`);
    const effect = effectOf(plain!, answer!, 'chat');
    if (effect === 'ignored') return judged('fails', 'ignored: the prompt does not grow by them');
    const grown =
      effect === 'read'
        ? `they are in the prompt (${grownBy(plain!, answer!, 'chat')} tokens more)`
        : 'taken';
    return judged('unknown', `${grown}, but the model called none: ${shown(firstOf(answer!, 'chat')?.text)}`);
  },
};

/** A call has to come, whatever is said. */
const required: Probe = {
  id: 'tools-required',
  title: 'tool_choice "required"',
  after: ['tools-auto'],
  blocked,
  asks: (known) => [ask(known, { messages: [user(greeting)], tool_choice: 'required' })],
  judge([answer], { facts }) {
    const judgement = judgeForced(answer!, undefined);
    const { finding } = judgement;
    return finding?.calls === true && facts.calls !== true
      ? { ...judgement, finding: { ...finding, toolChoice: 'required' } }
      : judgement;
  },
};

const function_: Probe = {
  id: 'tools-named',
  title: 'tool_choice that names a function',
  after: ['tools-auto'],
  blocked,
  asks: (known) => [
    ask(known, {
      messages: [user(greeting)],
      tools: [time, date],
      tool_choice: { type: 'function', function: { name: 'get_date' } },
    }),
  ],
  judge: ([answer]) => judgeForced(answer!, 'get_date'),
};

function judgeForced(answer: Answer, name: string | undefined): Judgement {
  const first = firstOf(answer, 'chat');
  if (first === undefined) return judged('fails', noReply(answer));
  const calls = callsIn(answer);
  if (calls.length > 0) {
    if (name !== undefined && calls.some((call) => call.name !== name))
      return judged('fails', `another was called: ${namedAll(calls)}`);
    return called(answer);
  }
  const text = textCall(answer);
  if (text !== undefined) return judged('fails', `the call comes as text: ${shown(text)}`);
  if (cut(answer) && first.text === '') return judged('unknown', 'the reply was cut before a call');
  return judged('fails', `ignored: no call, but ${shown(first.text)}`);
}

const none: Probe = {
  id: 'tools-none',
  title: 'tool_choice "none"',
  after: ['tools-auto', 'tools-required'],
  blocked,
  asks: (known) => [ask(known, { tool_choice: 'none' })],
  judge([answer], { facts }) {
    const first = firstOf(answer!, 'chat');
    if (first === undefined) return judged('fails', noReply(answer!));
    const calls = callsIn(answer!);
    if (calls.length > 0) return judged('fails', `ignored: ${namedAll(calls)}`);
    if (facts.calls === true) return judged('works', 'no call');
    return judged('unknown', 'no call, but none comes without it either');
  },
};

const both = 'What time is it in Oslo, and in Rome? Use the tool for each of them.';

const parallel: Probe = {
  id: 'tools-parallel',
  title: 'parallel calls, parallel_tool_calls',
  after: ['tools-auto', 'tools-required'],
  blocked,
  asks: (known) =>
    [true, false].map((several) =>
      ask(
        known,
        {
          messages: [user(both)],
          parallel_tool_calls: several,
          tool_choice: known.facts.toolChoice ?? 'auto',
        },
        2 * callLimit,
      ),
    ),
  judge([several, single]) {
    if (firstOf(several!, 'chat') === undefined) return judged('fails', noReply(several!));
    const [many, one] = [callsIn(several!).length, callsIn(single!).length];
    if (many === 0) return judged('unknown', 'no call was made');
    if (many === 1) return judged('unknown', `one call was made where there was need of two`);
    if (firstOf(single!, 'chat') === undefined)
      return judged('odd', `${many} calls; with false ${noReply(single!)}`);
    if (one > 1) return judged('odd', `${many} calls; false is ignored: ${one} calls`);
    return judged('works', `${many} calls; with false ${one}`);
  },
};

const streamed: Probe = {
  id: 'tools-stream',
  title: 'calls in a stream',
  after: ['tools-auto', 'tools-required'],
  blocked,
  asks: (known) => [ask(known, { tool_choice: known.facts.toolChoice ?? 'auto', stream: true })],
  judge([answer], { facts }) {
    if (!isAccepted(answer!)) return judged('fails', refusal(answer!));
    const { chunks, error, framed } = readStream(answer!);
    if (error !== undefined) return judged('fails', `an error in the stream: ${error}`);
    if (!framed) return judged('fails', 'ignored: a whole response came');
    const pieces = chunks.flatMap((chunk) => piecesOf(chunk, 'chat'));
    const deltas = pieces.flatMap(({ delta }) => recordsIn(delta['tool_calls']));
    const finish = pieces.map(({ choice }) => choice['finish_reason']).find(isId);
    if (deltas.length === 0) {
      const text = pieces.map(({ delta }) => textIn(delta['content'])).join('');
      if (facts.calls === true && /get_time/.test(text))
        return judged('fails', `the call comes as text: ${shown(text)}`);
      return judged('unknown', 'no call was made');
    }
    const odd = callDeltasOdd(deltas);
    if (finish !== 'tool_calls') odd.push(`finish_reason is ${shown(finish ?? null)}`);
    return judged(odd.length > 0 ? 'odd' : 'works', [`${deltas.length} deltas`, ...odd].join('; '));
  },
};

/** Nine letters and digits: Mistral's template refuses any other id. */
const callId = 'call00001';

const messages: Probe = {
  id: 'tools-messages',
  title: 'calls and their results in the history',
  after: ['tools-auto'],
  blocked,
  asks: (known) => [
    ask(
      known,
      {
        messages: [
          user(question),
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: callId,
                type: 'function',
                function: { name: 'get_time', arguments: '{"city":"Oslo"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: callId, content: 'A quarter to nine.' },
        ],
      },
      16,
    ),
  ],
  judge([answer]) {
    const first = firstOf(answer!, 'chat');
    if (first === undefined) return judged('fails', noReply(answer!));
    return judged('works', first.calls.length > 0 ? namedAll(first.calls) : shown(first.text));
  },
};

export const toolProbes: readonly Probe[] = [auto, required, function_, none, parallel, streamed, messages];
