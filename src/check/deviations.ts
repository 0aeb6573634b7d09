import { isRecord } from '../translate/notes.js';
import { type Json, numberIn, recordIn, recordsIn, shown } from './read.js';
import type { Api } from './types.js';

/** What differs from OpenAI's shape. `odd`: a strict client may stumble over it. `note`: there is merely more. */
export interface Deviation {
  weight: 'odd' | 'note';
  text: string;
}

type Maybe = string | false | undefined;
/** One difference to look for: a new one is a row of a table. An API is named where it is that one's alone. */
export type Row<In> = readonly [
  weight: Deviation['weight'],
  look: (subject: In, api: Api) => Maybe,
  only?: Api,
];

/** All that the rows of a table find. */
export const lookFor = <In>(table: readonly Row<In>[], subject: In, api: Api): Deviation[] =>
  table.flatMap(([weight, look, only = api]) => {
    const text = only === api ? look(subject, api) : false;
    return text === undefined || text === false || text === '' ? [] : [{ weight, text }];
  });

/** OpenAI's reasons. */
export const finishReasons: ReadonlySet<unknown> = new Set([
  'stop',
  'length',
  'content_filter',
  'tool_calls',
  'function_call',
]);

/** A value that is shown, or said to be missing. */
export const orMissing = (value: unknown): string => (value === undefined ? 'missing' : shown(value, 24));
export const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
export const isId = (value: unknown): value is string => typeof value === 'string' && value !== '';

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

/** Fields that OpenAI does not have. */
export function moreFields(bodies: readonly Json[], api: Api, inner: 'message' | 'delta'): Maybe {
  const names = bodies.flatMap((body) => [
    ...more(body, 'top'),
    ...recordsIn(body['choices']).flatMap((choice) => [
      ...more(choice, 'choice'),
      ...(api === 'chat' ? more(recordIn(choice[inner]), 'message') : []),
    ]),
  ]);
  return names.length > 0 && `more fields: ${distinct(names).join(', ')}`;
}

const countNames = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

const usageRows: readonly Row<Json>[] = [
  ['odd', (usage) => Object.keys(usage).length === 0 && 'usage is empty'],
  [
    'odd',
    (usage) => {
      const wrong = countNames.filter((name) => !Number.isInteger(usage[name]));
      return wrong.length > 0 && `no whole number in usage: ${wrong.join(', ')}`;
    },
  ],
  [
    'odd',
    (usage) => {
      const [prompt, completion, total] = countNames.map((name) => numberIn(usage[name]));
      if (prompt === undefined || completion === undefined || total === undefined) return false;
      return prompt + completion !== total && `total_tokens is ${total}, not ${prompt} + ${completion}`;
    },
  ],
  [
    'note',
    (usage) => {
      const others = Object.keys(usage).filter((name) => !countNames.includes(name));
      const numbers = others.filter((name) => numberIn(usage[name]) !== undefined);
      return numbers.length > 0 && `more numbers in usage: ${numbers.join(', ')}`;
    },
  ],
];

/** A whole response, with its parts at hand. */
interface Whole {
  body: Json;
  choice: Json;
  message: Json;
}

const plainId: Readonly<Record<Api, RegExp>> = { chat: /^chatcmpl-/, completions: /^cmpl-/ };
const objects: Readonly<Record<Api, string>> = { chat: 'chat.completion', completions: 'text_completion' };

/** What stands around the message. */
const envelopeRows: readonly Row<Whole>[] = [
  ['odd', ({ body: { id } }) => !isId(id) && `id is ${orMissing(id)}`],
  ['odd', ({ body: { object } }, api) => object !== objects[api] && `object is ${orMissing(object)}`],
  ['odd', ({ body: { created } }) => !Number.isInteger(created) && `created is ${orMissing(created)}`],
  ['odd', ({ body: { model } }) => typeof model !== 'string' && 'model is missing'],
  ['odd', ({ choice }) => !Number.isInteger(choice['index']) && 'index of the choice is missing'],
  ['odd', ({ body }) => !isRecord(body['usage']) && 'usage is missing'],
  ['note', ({ body: { id } }, api) => isId(id) && !plainId[api].test(id) && `id is ${shown(id, 24)}`],
  ['note', ({ choice }) => !('logprobs' in choice) && 'logprobs is left out, not null'],
  ['note', ({ body }, api) => moreFields([body], api, 'message')],
];

/** The reply itself. */
const replyRows: readonly Row<Whole>[] = [
  [
    'odd',
    ({ choice: { finish_reason: finish } }) =>
      !finishReasons.has(finish) && `finish_reason is ${finish === undefined ? 'missing' : shown(finish)}`,
  ],
  ['odd', ({ message: { role } }) => role !== 'assistant' && `role is ${orMissing(role)}`, 'chat'],
  ['odd', ({ message }) => Array.isArray(message['content']) && 'content is a list of parts', 'chat'],
  ['odd', ({ message }) => !('content' in message) && 'the message has no content field', 'chat'],
  ['odd', ({ message }) => message['tool_calls'] === null && 'tool_calls is null', 'chat'],
  ['odd', ({ message }) => callsOdd(recordsIn(message['tool_calls'])), 'chat'],
  [
    'note',
    ({ message }) =>
      message['content'] === null &&
      recordsIn(message['tool_calls']).length === 0 &&
      !isRecord(message['function_call']) &&
      'content is null',
    'chat',
  ],
];

/** Whole tool calls. */
function callsOdd(calls: readonly Json[]): Maybe {
  const wrong = calls.flatMap((call) => {
    const given = recordIn(call['function'])['arguments'];
    return [
      isId(call['id']) ? '' : 'a call has no id',
      call['type'] === 'function' ? '' : 'a call has no type',
      typeof given === 'string' ? '' : `arguments of a call are ${orMissing(given)}, no text`,
    ];
  });
  return distinct(wrong)
    .filter((one) => one !== '')
    .join(', ');
}

function wholeOf(body: Json): Whole {
  const choice = recordsIn(body['choices'])[0] ?? {};
  return { body, choice, message: recordIn(choice['message']) };
}

/** What of the reply in a response differs, whatever stands around it. */
export const replyDeviations = (body: unknown, api: Api): Deviation[] =>
  isRecord(body) ? lookFor(replyRows, wholeOf(body), api) : [];

/** What of a whole response differs. */
export function deviationsOf(body: unknown, api: Api): Deviation[] {
  if (!isRecord(body)) return [];
  const { usage } = body;
  return [
    ...lookFor(envelopeRows, wholeOf(body), api),
    ...replyDeviations(body, api),
    ...(isRecord(usage) ? lookFor(usageRows, usage, api) : []),
  ];
}
