import type { Bytes } from '../../stream/events.js';
import { opened, type Source } from '../../stream/source.js';
import { notesFor } from '../../translate/notes.js';
import { indexOf } from '../../translate/reply.js';
import { sumUsage, usageOf } from '../../translate/usage.js';
import type { Exchange } from '../exchange.js';
import type { ReplyPart } from './stream.js';

/** Some servers give one choice, whatever `n` says; what was seen of them is remembered. */
export interface SingleChoices {
  /** Does the model give one choice at a time, as far as is known? */
  has(model: string): boolean;
  /** It gave fewer choices than it was asked for. */
  add(model: string, exchange: Exchange): void;
}

/** Model names come from clients: more than this are not remembered. */
const mostRemembered = 256;

export function createSingleChoices(): SingleChoices {
  const models = new Set<string>();
  return {
    has: (model) => models.has(model),
    add(model, { warn }) {
      if (models.size < mostRemembered) models.add(model);
      warn({
        code: 'emulated',
        path: 'n',
        message: 'The server gives one choice at a time; it was asked for each of the others by itself.',
        severity: 'info',
      });
    },
  };
}

/** A request for one choice of several: with a seed, each gets its own, or all would say the same. */
export function requestOfChoice<Request extends { n?: number | null; seed?: number | null }>(
  request: Request,
  choice: number,
): Request {
  const { n: _, ...one } = request;
  if (typeof one.seed !== 'number') return one as Request;
  return { ...one, seed: one.seed + choice } as Request;
}

interface Body {
  choices?: readonly { index?: unknown }[] | null | undefined;
  usage?: Parameters<typeof usageOf>[0];
}

/** A response with all of `wanted` choices: those that it lacks come from `more`, each from a response of its own. */
export async function withAllChoices<Response extends Body>(
  response: Response,
  wanted: number,
  more: (choice: number) => Promise<Response>,
): Promise<Response> {
  const given = response.choices ?? [];
  const places = new Set(given.map(({ index }, i) => indexOf(index, i)));
  const missing = Array.from({ length: wanted }, (_, i) => i).filter((i) => !places.has(i));
  if (given.length === 0 || given.length >= wanted || missing.length === 0) return response;
  const others = await Promise.all(missing.map(async (choice) => ({ choice, body: await more(choice) })));
  const choices = [
    ...given,
    ...others.flatMap(({ choice, body }) =>
      (body.choices ?? []).slice(0, 1).map((one) => ({ ...one, index: choice })),
    ),
  ];
  const usages = [response, ...others.map(({ body }) => body)].map(({ usage }) =>
    usageOf(usage, 'usage', notesFor({})),
  );
  return { ...response, choices, usage: sumUsage(usages) };
}

/** The choices of a stream behind the first as parts of their own, each asked for by itself. */
export function singleParts(
  stream: number,
  wanted: number,
  ask: (choice: number) => Promise<Source<Bytes>>,
): ReplyPart[] {
  return Array.from({ length: wanted - 1 }, (_, i) => ({
    stream,
    choice: i + 1,
    body: opened(() => ask(i + 1)),
  }));
}

/** The choices of a stream behind the first as parts of their own, which are asked for once the first lacks them. */
export function spareParts(
  stream: number,
  wanted: number,
  ask: (choice: number) => Promise<Source<Bytes>>,
  onLack: () => void,
): ReplyPart[] {
  return Array.from({ length: Math.max(0, wanted - 1) }, (_, i): ReplyPart => {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    return {
      stream,
      choice: i + 1,
      body: opened(async () => {
        await begun;
        return await ask(i + 1);
      }),
      begin(ended) {
        if (ended) onLack();
        begin();
      },
    };
  });
}
