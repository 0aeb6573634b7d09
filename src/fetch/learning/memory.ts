import type { Server } from '../../translate/servers.js';
import { type Capabilities, capabilitiesOf } from '../../translate/target/capabilities.js';
import type { UpstreamRefusal } from '../upstream/send.js';
import { type Lesson, lessonsOf } from './lessons.js';
import type { Sent } from './sentences.js';

/** What the refusals of one model have taught. */
interface Learnt {
  refused: Set<string>;
  limits: Map<string, number>;
  either: (readonly [string, string])[];
  system: boolean;
  prefill: boolean;
}

/** What an edge has learnt of the models that it asks, for as long as it lives. */
export interface Memory {
  /**
   * Takes in a refusal, and says of it whether it teaches something: then the same may be asked in another way. In a strict
   * edge nothing teaches.
   */
  hear(base: string, sent: Sent & { model: string }, refusal: UpstreamRefusal): UpstreamRefusal;
  /** What a chat model takes; `stated` as it is where nothing was learnt. */
  capabilities(
    base: string,
    model: string,
    stated: Partial<Capabilities> | undefined,
  ): Partial<Capabilities> | undefined;
  /** What a server of completions takes for a model. */
  server(base: string, model: string, server: Server): Server;
}

/** How often a request is sent again, each time as the refusal before has taught. */
export const mostLessons = 2;

/** Model names come from clients: of more than this the oldest is forgotten. */
const mostRemembered = 256;

function take(learnt: Learnt, lesson: Lesson): void {
  if (lesson.kind === 'system' || lesson.kind === 'prefill') learnt[lesson.kind] = true;
  else if (lesson.kind === 'refused') learnt.refused.add(lesson.field);
  else if (lesson.kind === 'limit') {
    const known = learnt.limits.get(lesson.field) ?? Infinity;
    learnt.limits.set(lesson.field, Math.min(lesson.most, known));
  } else if (!learnt.either.some((pair) => pair.join() === lesson.fields.join()))
    learnt.either.push(lesson.fields);
}

/** The most of a field that is taken. */
const most = ({ refused, limits }: Learnt, field: string, ifRefused: number): number =>
  refused.has(field) ? ifRefused : (limits.get(field) ?? Infinity);

/** The field for the limit of a reply: where one of the two was refused, the other. */
function limitField({ refused }: Learnt, known: Capabilities['maxTokens']): Capabilities['maxTokens'] {
  if (refused.has('max_tokens')) return 'max_completion_tokens';
  return refused.has('max_completion_tokens') ? 'max_tokens' : known;
}

function chatCapabilities(
  learnt: Learnt,
  model: string,
  stated: Partial<Capabilities> | undefined,
): Capabilities {
  const known = capabilitiesOf(model, stated);
  const refused = [...learnt.refused];
  const bothLimits = learnt.refused.has('max_tokens') && learnt.refused.has('max_completion_tokens');
  const dropped = bothLimits ? refused : refused.filter((field) => !/^max_(completion_)?tokens$/.test(field));
  return {
    ...known,
    refuses: [...new Set([...known.refuses, ...dropped])],
    either: [...known.either, ...learnt.either],
    stops: Math.min(known.stops, most(learnt, 'stop', 0)),
    choices: Math.min(known.choices, most(learnt, 'n', 1)),
    topLogprobs: Math.min(known.topLogprobs, most(learnt, 'top_logprobs', 0)),
    maxTokens: limitField(learnt, known.maxTokens),
    system: known.system && !learnt.system,
    prefill: learnt.prefill ? 'refuses' : known.prefill,
  };
}

function completionServer(learnt: Learnt, server: Server): Server {
  const stops = Math.min(server.stops ?? Infinity, most(learnt, 'stop', 0));
  const logprobs = Math.min(server.logprobs ?? Infinity, most(learnt, 'logprobs', Infinity));
  const choices = most(learnt, 'n', 1);
  return {
    ...server,
    stops: stops === Infinity ? null : stops,
    ...(logprobs === Infinity ? {} : { logprobs }),
    ...(choices === Infinity ? {} : { choices: 1 }),
    refuses: [...new Set([...(server.refuses ?? []), ...learnt.refused])],
  };
}

export function createMemory({ strict = false }: { strict?: boolean | undefined }): Memory {
  const models = new Map<string, Learnt>();
  const of = (base: string, model: string): Learnt | undefined => models.get(`${base} ${model}`);

  function begin(base: string, model: string): Learnt {
    const learnt: Learnt = {
      refused: new Set(),
      limits: new Map(),
      either: [],
      system: false,
      prefill: false,
    };
    models.set(`${base} ${model}`, learnt);
    const [oldest] = models.keys();
    if (models.size > mostRemembered) models.delete(oldest!);
    return learnt;
  }

  return {
    hear(base, sent, refusal) {
      const { status, text, body } = refusal;
      if (strict || body.error.code === 'context_length_exceeded') return refusal;
      const lessons = lessonsOf(status, text, sent);
      if (lessons.length === 0) return refusal;
      const learnt = of(base, sent.model) ?? begin(base, sent.model);
      for (const lesson of lessons) take(learnt, lesson);
      refusal.teaches = true;
      return refusal;
    },
    capabilities(base, model, stated) {
      const learnt = of(base, model);
      return learnt === undefined ? stated : chatCapabilities(learnt, model, stated);
    },
    server(base, model, server) {
      const learnt = of(base, model);
      return learnt === undefined ? server : completionServer(learnt, server);
    },
  };
}
