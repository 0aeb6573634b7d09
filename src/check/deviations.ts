import { isRecord } from '../translate/notes.js';
import {
  type Json,
  numberIn,
  piecesOf,
  recordIn,
  recordsIn,
  type StreamReading,
  shown,
  textOfPiece,
} from './read.js';
import type { Api } from './types.js';

/** What differs from OpenAI's shape. `odd`: a strict client may stumble over it. `note`: there is merely more. */
export interface Deviation {
  weight: 'odd' | 'note';
  text: string;
}

/** One difference to look for. A new one is a line in a table. */
type Look<In> = (subject: In, api: Api) => string | false | undefined;
type Table<In> = readonly (readonly [weight: Deviation['weight'], look: Look<In>])[];

const run = <In>(table: Table<In>, subject: In, api: Api): Deviation[] =>
  table.flatMap(([weight, look]) => {
    const text = look(subject, api);
    return text === undefined || text === false || text === '' ? [] : [{ weight, text }];
  });

const finishes: ReadonlySet<unknown> = new Set([
  'stop',
  'length',
  'content_filter',
  'tool_calls',
  'function_call',
]);
const plainId: Readonly<Record<Api, RegExp>> = { chat: /^chatcmpl-/, completions: /^cmpl-/ };
const objects = {
  whole: { chat: 'chat.completion', completions: 'text_completion' },
  chunk: { chat: 'chat.completion.chunk', completions: 'text_completion' },
} as const;

/** OpenAI's own fields, at each level. */
const fields = {
  top: 'id object created model choices usage service_tier system_fingerprint obfuscation moderation',
  choice: 'index message delta text logprobs finish_reason',
  message: 'role content refusal tool_calls function_call annotations audio',
};
const own = Object.fromEntries(
  Object.entries(fields).map(([level, names]) => [level, new Set(names.split(' '))]),
) as Record<keyof typeof fields, Set<string>>;

const more = (body: Json, level: keyof typeof fields): string[] =>
  Object.keys(body).filter((name) => !own[level].has(name));

function moreFields(bodies: readonly Json[], api: Api, inner: 'message' | 'delta'): string | false {
  const names = new Set<string>();
  for (const body of bodies) {
    for (const name of more(body, 'top')) names.add(name);
    for (const choice of recordsIn(body['choices'])) {
      for (const name of more(choice, 'choice')) names.add(name);
      if (api === 'chat') for (const name of more(recordIn(choice[inner]), 'message')) names.add(name);
    }
  }
  return names.size > 0 && `more fields: ${[...names].join(', ')}`;
}

const createdOdd = ({ created }: Json): string | false =>
  !Number.isInteger(created) && `created is ${created === undefined ? 'missing' : shown(created)}`;

const finishOdd = (finish: unknown): string | false =>
  !finishes.has(finish) && `finish_reason is ${finish === undefined ? 'missing' : shown(finish)}`;

const usageTable: Table<Json> = [
  ['odd', (usage) => Object.keys(usage).length === 0 && 'usage is empty'],
  [
    'odd',
    (usage) => {
      const wrong = ['prompt_tokens', 'completion_tokens', 'total_tokens'].filter(
        (name) => Object.keys(usage).length > 0 && !Number.isInteger(usage[name]),
      );
      return wrong.length > 0 && `no whole number in usage: ${wrong.join(', ')}`;
    },
  ],
  [
    'odd',
    (usage) => {
      const [prompt, completion, total] = ['prompt_tokens', 'completion_tokens', 'total_tokens'].map((name) =>
        numberIn(usage[name]),
      );
      if (prompt === undefined || completion === undefined || total === undefined) return false;
      return prompt + completion !== total && `total_tokens is ${total}, not ${prompt} + ${completion}`;
    },
  ],
  [
    'note',
    (usage) => {
      const floats = Object.keys(usage).filter(
        (name) => !/^(prompt|completion|total)_tokens$/.test(name) && numberIn(usage[name]) !== undefined,
      );
      return floats.length > 0 && `more numbers in usage: ${floats.join(', ')}`;
    },
  ],
];

const firstChoice = (body: Json): Json => recordsIn(body['choices'])[0] ?? {};
const messageOf = (body: Json): Json => recordIn(firstChoice(body)['message']);
const chatOnly =
  (look: Look<Json>): Look<Json> =>
  (body, api) =>
    api === 'chat' && look(body, api);

const wholeTable: Table<Json> = [
  ['odd', ({ id }) => (typeof id !== 'string' || id === '') && `id is ${id === undefined ? 'missing' : shown(id)}`],
  ['note', ({ id }, api) => typeof id === 'string' && id !== '' && !plainId[api].test(id) && `id is ${shown(id, 24)}`],
  ['odd', ({ object }, api) => object !== objects.whole[api] && `object is ${object === undefined ? 'missing' : shown(object)}`],
  ['odd', createdOdd],
  ['odd', ({ model }) => typeof model !== 'string' && 'model is missing'],
  ['odd', (body) => !Number.isInteger(firstChoice(body)['index']) && 'index of the choice is missing'],
  ['odd', (body) => finishOdd(firstChoice(body)['finish_reason'])],
  ['note', (body) => !('logprobs' in firstChoice(body)) && 'logprobs is left out, not null'],
  ['odd', chatOnly((body) => messageOf(body)['role'] !== 'assistant' && `role is ${shown(messageOf(body)['role'])}`)],
  ['odd', chatOnly((body) => Array.isArray(messageOf(body)['content']) && 'content is a list of parts')],
  ['odd', chatOnly((body) => !('content' in messageOf(body)) && 'the message has no content field')],
  ['note', chatOnly((body) => messageOf(body)['content'] === null && recordsIn(messageOf(body)['tool_calls']).length === 0 && messageOf(body)['refusal'] == null && 'content is null')],
  ['odd', chatOnly((body) => messageOf(body)['tool_calls'] === null && 'tool_calls is null')],
  ['odd', chatOnly((body) => callsOdd(recordsIn(messageOf(body)['tool_calls'])))],
  ['odd', ({ usage }) => !isRecord(usage) && 'usage is missing'],
  ['note', (body, api) => moreFields([body], api, 'message')],
]; // biome-ignore format: a table is read best as lines

/** Whole tool calls. */
function callsOdd(calls: readonly Json[]): string | false {
  const wrong = calls.flatMap((call) => {
    const given = recordIn(call['function'])['arguments'];
    return [
      ...(typeof call['id'] === 'string' && call['id'] !== '' ? [] : ['a call has no id']),
      ...(call['type'] === 'function' ? [] : ['a call has no type']),
      ...(typeof given === 'string' ? [] : [`arguments of a call are ${shown(given)}, no text`]),
    ];
  });
  return [...new Set(wrong)].join(', ');
}

/** What of a whole response differs. */
export function deviationsOf(body: unknown, api: Api): Deviation[] {
  if (!isRecord(body)) return [];
  const usage = isRecord(body['usage']) ? run(usageTable, body['usage'], api) : [];
  return [...run(wholeTable, body, api), ...usage];
}

interface Stream {
  reading: StreamReading;
  text: string;
  type: string;
  /** Was its usage asked for? */
  asked: boolean;
}

/** Chunks that carry something: a first one with neither text nor id, and the one of the usage, are judged apart. */
const carrying = ({ reading: { chunks } }: Stream): Json[] =>
  chunks.filter((chunk) => recordsIn(chunk['choices']).length > 0);
const pieces = (stream: Stream, api: Api) => carrying(stream).flatMap((chunk) => piecesOf(chunk, api));
const distinct = (values: readonly unknown[]): unknown[] => [...new Set(values)];

const streamTable: Table<Stream> = [
  ['odd', ({ type }) => type !== 'text/event-stream' && `content-type is ${type === '' ? 'missing' : type}`],
  ['odd', ({ reading }) => reading.broken.length > 0 && `a frame is no JSON object: ${shown(reading.broken[0])}`],
  ['note', ({ text }) => /^:/m.test(text) && `comments: ${shown(/^:.*$/m.exec(text)?.[0] ?? '')}`],
  ['note', ({ text }) => /^event:/m.test(text) && 'events have names'],
  ['note', ({ text }) => /^data:\S/m.test(text) && 'no space after "data:"'],
  ['note', ({ text }) => /\r/.test(text) && `lines end in ${/\r\n/.test(text) ? 'CRLF' : 'CR'}`],
  ['odd', ({ text }) => /^data:.*\r?\ndata:/m.test(text) && 'no blank line between events'],
  ['odd', ({ reading: { chunks } }) => chunks.length > 0 && Array.isArray(chunks[0]?.['choices']) && (chunks[0]['choices'] as unknown[]).length === 0 && 'the first chunk has no choices'],
  ['odd', ({ reading: { chunks } }) => chunks.some(({ choices }) => !Array.isArray(choices)) && 'choices of a chunk is no list'],
  ['odd', (stream) => carrying(stream).some(({ id }) => typeof id !== 'string' || id === '') && 'chunks have no id'],
  ['odd', (stream) => distinct(carrying(stream).map(({ id }) => id)).length > 1 && 'the id changes on the way'],
  ['odd', (stream) => distinct(carrying(stream).map(({ created }) => created)).length > 1 && 'created changes on the way'],
  ['odd', (stream) => carrying(stream).length > 0 && createdOdd(carrying(stream)[0]!)],
  ['odd', (stream, api) => {
    const wrong = distinct(stream.reading.chunks.map(({ object }) => object)).filter((object) => object !== objects.chunk[api] && object !== '');
    return wrong.length > 0 && `object of chunks is ${wrong.map((one) => one === undefined ? 'missing' : shown(one)).join(', ')}`;
  }],
  ['odd', (stream, api) => pieces(stream, api).some(({ choice }) => !('finish_reason' in choice)) && 'finish_reason is left out on the way, not null'],
  ['odd', (stream, api) => pieces(stream, api).slice(0, -1).some(({ choice }) => choice['finish_reason'] === '') && 'finish_reason is "" on the way, not null'],
  ['odd', (stream, api) => {
    const last = pieces(stream, api).map(({ choice }) => choice['finish_reason']).filter((finish) => typeof finish === 'string' && finish !== '');
    return last.length > 0 && finishOdd(last[0]);
  }],
  ['odd', (stream, api) => api === 'chat' && pieces(stream, api).length > 0 && !pieces(stream, api).some(({ delta }) => delta['role'] === 'assistant') && 'no chunk names the role'],
  ['odd', (stream, api) => api === 'chat' && pieces(stream, api).filter(({ delta }) => 'role' in delta && delta['role'] !== null).length > 2 && 'the role is in every chunk'],
  ['odd', (stream, api) => api === 'chat' && pieces(stream, api).some(({ choice, delta }) => finishes.has(choice['finish_reason']) && textOfPiece(delta, api) !== '') && 'the last text and finish_reason come in one chunk'],
  ['note', (stream, api) => api === 'completions' && pieces(stream, api).some(({ choice, delta }) => finishes.has(choice['finish_reason']) && textOfPiece(delta, api) !== '') && 'the last text and finish_reason come in one chunk'],
  ['odd', (stream, api) => api === 'chat' && pieces(stream, api).some(({ delta }) => Array.isArray(delta['content'])) && 'content is a list of parts'],
  ['note', (stream, api) => api === 'chat' && pieces(stream, api).slice(1).some(({ delta }) => delta['content'] === null) && 'content is null on the way'],
  ['odd', (stream) => carrying(stream).filter(({ usage }) => isRecord(usage)).length > 1 && 'usage is in every chunk'],
  ['odd', (stream) => {
    const extra = stream.reading.chunks.slice(1).find(({ choices, usage }) => isRecord(usage) && Array.isArray(choices) && choices.length === 0);
    const gone = extra === undefined ? [] : ['id', 'object', 'created', 'model'].filter((name) => extra[name] === undefined || extra[name] === '');
    return gone.length > 0 && `the chunk of the usage has no ${gone.join(', ')}`;
  }],
  ['note', ({ reading: { chunks } }, api) => moreFields(chunks, api, 'delta')],
]; // biome-ignore format: a table is read best as lines

/** What of a stream differs, but for `[DONE]`. */
export function streamDeviations(stream: Stream, api: Api): Deviation[] {
  return run(streamTable, stream, api);
}

/** What of streamed tool calls differs. */
export function callDeltasOdd(chunks: readonly Json[]): Deviation[] {
  const deltas = chunks
    .flatMap((chunk) => piecesOf(chunk, 'chat'))
    .flatMap(({ delta }) => recordsIn(delta['tool_calls']));
  const seen = new Set<string>();
  const started = new Set<unknown>();
  for (const delta of deltas) {
    const { index, id } = delta;
    if (!Number.isInteger(index)) seen.add('a delta of a call has no index');
    if (started.has(index) && id === '') seen.add('a continued call has the id ""');
    if (!started.has(index) && (typeof id !== 'string' || id === '')) seen.add('a call has no id');
    if ('arguments' in recordIn(delta['function'])) {
      const given = recordIn(delta['function'])['arguments'];
      if (typeof given !== 'string' && given !== null)
        seen.add(`arguments of a call are ${shown(given)}, no text`);
    }
    started.add(index);
  }
  return [...seen].map((text) => ({ weight: 'odd', text }));
}
