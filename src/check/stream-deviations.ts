import { isRecord } from '../translate/notes.js';
import {
  type Deviation,
  distinct,
  finishReasons,
  isId,
  lookFor,
  moreFields,
  orMissing,
  type Row,
} from './deviations.js';
import { type Json, piecesOf, readStream, recordIn, recordsIn, shown, textOfPiece } from './read.js';
import type { Answer, Api } from './types.js';

/** A part of a choice that a chunk brings. */
interface Piece {
  choice: Json;
  delta: Json;
  text: string;
  finish: unknown;
}

/** A stream, with its parts at hand. */
interface Stream {
  wire: string;
  type: string;
  broken: readonly string[];
  chunks: readonly Json[];
  /** The chunks with choices: others carry the usage, or what the server has to say. */
  carrying: readonly Json[];
  pieces: readonly Piece[];
}

const objects: Readonly<Record<Api, string>> = {
  chat: 'chat.completion.chunk',
  completions: 'text_completion',
};

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const merged = ({ pieces }: Stream): string | false =>
  pieces.some(({ finish, text }) => finishReasons.has(finish) && text !== '') &&
  'the last text and finish_reason come in one chunk';

/** The framing. */
const wireRows: readonly Row<Stream>[] = [
  ['odd', ({ type }) => type !== 'text/event-stream' && `content-type is ${type || 'missing'}`],
  ['odd', ({ broken }) => broken.length > 0 && `a frame is not a JSON object: ${shown(broken[0])}`],
  ['odd', ({ wire }) => /^data:.*\r?\ndata:/m.test(wire) && 'no blank line between events'],
  ['note', ({ wire }) => /^:/m.test(wire) && `comments: ${shown(/^:.*$/m.exec(wire)?.[0] ?? '')}`],
  ['note', ({ wire }) => /^event:/m.test(wire) && 'events have names'],
  ['note', ({ wire }) => /^data:\S/m.test(wire) && 'no space after "data:"'],
  ['note', ({ wire }) => wire.includes('\r') && `lines end in ${wire.includes('\r\n') ? 'CRLF' : 'CR'}`],
];

const chunkRows: readonly Row<Stream>[] = [
  ['odd', ({ chunks: [first] }) => isEmptyList(first?.['choices']) && 'the first chunk has no choices'],
  [
    'odd',
    ({ chunks }) =>
      chunks.some(({ choices }) => !Array.isArray(choices)) && 'the choices of a chunk are not a list',
  ],
  ['odd', ({ carrying }) => carrying.some(({ id }) => !isId(id)) && 'chunks have no id'],
  ['odd', ({ carrying }) => distinct(carrying.map(({ id }) => id)).length > 1 && 'the id changes on the way'],
  [
    'odd',
    ({ carrying }) =>
      distinct(carrying.map(({ created }) => created)).length > 1 && 'created changes on the way',
  ],
  [
    'odd',
    ({ carrying: [first] }) =>
      first !== undefined &&
      !Number.isInteger(first['created']) &&
      `created is ${orMissing(first['created'])}`,
  ],
  [
    'odd',
    ({ chunks }, api) => {
      const wrong = distinct(chunks.map(({ object }) => object)).filter(
        (object) => object !== objects[api] && object !== '',
      );
      return wrong.length > 0 && `object of chunks is ${wrong.map(orMissing).join(', ')}`;
    },
  ],
  [
    'odd',
    ({ carrying }) => carrying.filter(({ usage }) => isRecord(usage)).length > 1 && 'usage is in every chunk',
  ],
  [
    'odd',
    ({ chunks }) => {
      const last = chunks.slice(1).find(({ choices, usage }) => isRecord(usage) && isEmptyList(choices));
      const gone = ['id', 'object', 'created', 'model'].filter((name) => (last?.[name] ?? '') === '');
      return last !== undefined && gone.length > 0 && `the chunk of the usage has no ${gone.join(', ')}`;
    },
  ],
];

const pieceRows: readonly Row<Stream>[] = [
  [
    'odd',
    ({ pieces }) =>
      pieces.some(({ choice }) => !('finish_reason' in choice)) &&
      'finish_reason is left out on the way, not null',
  ],
  [
    'odd',
    ({ pieces }) =>
      pieces.slice(0, -1).some(({ finish }) => finish === '') && 'finish_reason is "" on the way, not null',
  ],
  [
    'odd',
    ({ pieces }) => {
      const last = pieces.find(({ finish }) => isId(finish))?.finish;
      return last !== undefined && !finishReasons.has(last) && `finish_reason is ${shown(last)}`;
    },
  ],
  [
    'odd',
    ({ pieces }) =>
      pieces.length > 0 &&
      !pieces.some(({ delta }) => delta['role'] === 'assistant') &&
      'no chunk names the role',
    'chat',
  ],
  [
    'odd',
    ({ pieces }) =>
      pieces.filter(({ delta }) => isId(delta['role'])).length > 2 && 'the role is in every chunk',
    'chat',
  ],
  ['odd', merged, 'chat'],
  // So it comes at OpenAI too.
  ['note', merged, 'completions'],
  [
    'odd',
    ({ pieces }) =>
      pieces.some(({ delta }) => Array.isArray(delta['content'])) && 'content is a list of parts',
    'chat',
  ],
  [
    'note',
    ({ pieces }) =>
      pieces.slice(1).some(({ delta }) => delta['content'] === null) && 'content is null on the way',
    'chat',
  ],
  ['note', ({ chunks }, api) => moreFields(chunks, api, 'delta')],
];

/** What of a stream differs, but for `[DONE]`. */
export function streamDeviations(answer: Answer, api: Api): Deviation[] {
  const { chunks, broken } = readStream(answer);
  const carrying = chunks.filter(({ choices }) => recordsIn(choices).length > 0);
  const pieces = carrying
    .flatMap((chunk) => piecesOf(chunk, api))
    .map(({ choice, delta }) => ({
      choice,
      delta,
      text: textOfPiece(delta, api),
      finish: choice['finish_reason'],
    }));
  const stream: Stream = { wire: answer.text, type: answer.type, broken, chunks, carrying, pieces };
  return [wireRows, chunkRows, pieceRows].flatMap((rows) => lookFor(rows, stream, api));
}

/** What of streamed tool calls differs. */
export function callDeltasOdd(deltas: readonly Json[]): string[] {
  const seen = new Set<string>();
  const started = new Set<unknown>();
  for (const delta of deltas) {
    const { index, id } = delta;
    const given = recordIn(delta['function'])['arguments'];
    if (!Number.isInteger(index)) seen.add('a delta of a call has no index');
    if (started.has(index) && id === '') seen.add('a continued call has the id ""');
    if (!started.has(index) && !isId(id)) seen.add('a call has no id');
    if (given !== undefined && given !== null && typeof given !== 'string')
      seen.add(`arguments of a call are ${shown(given)}, no text`);
    started.add(index);
  }
  return [...seen];
}
