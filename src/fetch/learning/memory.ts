import type { Server } from '../../translate/servers.js';
import { type Capabilities, capabilitiesOf } from '../../translate/target/capabilities.js';
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
  /** Takes in a refusal; true where it taught something that was not known, so that asking again is of use. */
  learn(model: string, status: number, body: unknown, sent: Sent): boolean;
  /** What a chat model takes; `stated` as it is where nothing was learnt. */
  capabilities(model: string, stated: Partial<Capabilities> | undefined): Partial<Capabilities> | undefined;
  /** What a server of completions takes from a model. */
  server(model: string, server: Server): Server;
}

/** Model names come from clients: of more than this the oldest is forgotten. */
const mostRemembered = 256;

function take(learnt: Learnt, lesson: Lesson): boolean {
  if (lesson.kind === 'system' || lesson.kind === 'prefill') {
    const known = learnt[lesson.kind];
    learnt[lesson.kind] = true;
    return !known;
  }
  if (lesson.kind === 'either') {
    const known = learnt.either.some((pair) => pair.join() === lesson.fields.join());
    if (!known) learnt.either.push(lesson.fields);
    return !known;
  }
  if (lesson.kind === 'limit') {
    const known = learnt.limits.get(lesson.field) ?? Infinity;
    if (lesson.most < known) learnt.limits.set(lesson.field, lesson.most);
    return lesson.most < known;
  }
  const known = learnt.refused.has(lesson.field);
  learnt.refused.add(lesson.field);
  return !known;
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

export function createMemory(): Memory {
  const models = new Map<string, Learnt>();
  return {
    learn(model, status, body, sent) {
      const lessons = lessonsOf(status, body, sent);
      if (lessons.length === 0) return false;
      const learnt = models.get(model) ?? {
        refused: new Set(),
        limits: new Map(),
        either: [],
        system: false,
        prefill: false,
      };
      models.set(model, learnt);
      const [oldest] = models.keys();
      if (models.size > mostRemembered) models.delete(oldest!);
      return lessons.map((lesson) => take(learnt, lesson)).includes(true);
    },
    capabilities(model, stated) {
      const learnt = models.get(model);
      return learnt === undefined ? stated : chatCapabilities(learnt, model, stated);
    },
    server(model, server) {
      const learnt = models.get(model);
      return learnt === undefined ? server : completionServer(learnt, server);
    },
  };
}
