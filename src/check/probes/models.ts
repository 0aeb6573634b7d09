import { overflowNumbers } from '../../fetch/upstream/overflow-numbers.js';
import { estimateCost } from '../../tokens/chat/cost.js';
import { contextWindow } from '../../tokens/models/catalogue.js';
import { isRecord } from '../../translate/notes.js';
import { anyApi, apiAsk, get, nobodysAsk, paths, user } from '../asks.js';
import { namedDialect, namesOf } from '../model-names.js';
import {
  isAccepted,
  type Json,
  judged,
  numberIn,
  recordIn,
  recordsIn,
  refusal,
  shown,
  textIn,
  unanswered,
} from '../read.js';
import type { Answer, Known, Probe } from '../types.js';

/** The entries of a list of models in whatever shape, and what is odd about it. */
function entriesOf(json: unknown): { entries: Json[]; odd: string[] } {
  if (Array.isArray(json)) return { entries: recordsIn(json), odd: ['the list has no object around it'] };
  const body = recordIn(json);
  const odd: string[] = [];
  if (body['object'] !== 'list') odd.push(`object is ${shown(body['object'] ?? null)}, not "list"`);
  const data = body['data'] ?? body['models'];
  if (!Array.isArray(body['data'])) odd.push('there is no list in "data"');
  return { entries: recordsIn(data), odd };
}

const idOf = (entry: Json): string => textIn(entry['id']) || textIn(entry['name']) || textIn(entry['model']);

/** Kinds of models that don't chat. */
const otherKind =
  /embed|babbage-002|davinci-002|turbo-instruct|whisper|tts|dall-e|moderation|rerank|transcri|realtime|image|audio|sora|ocr|guard|clip/i;

/** Does an entry say that it is no model that chats? Sources: what Together and OpenRouter list. */
function isOther(entry: Json): boolean {
  const kind = textIn(entry['type']);
  const out = recordIn(entry['architecture'])['output_modalities'];
  return otherKind.test(`${idOf(entry)} ${kind}`) || (Array.isArray(out) && !out.includes('text'));
}

/** The price in an entry, in whatever unit, which is the same in a list; a free model may have little to give. */
function listedPrice(entry: Json): number | undefined {
  const prices = recordIn(entry['pricing']);
  const price =
    Number(prices['prompt'] ?? prices['input']) + Number(prices['completion'] ?? prices['output']);
  return price > 0 ? price : undefined;
}

const knownPrice = (entry: Json): number | undefined =>
  estimateCost({ model: idOf(entry), promptTokens: 1000, completionTokens: 1000 }).total;

/** The cheapest of the models whose price is listed, or is known, else the first that may answer. */
function choose(entries: readonly Json[]): string | undefined {
  const able = entries.filter((entry) => !isOther(entry));
  const cheapest = (priceOf: (entry: Json) => number | undefined): Json | undefined =>
    able
      .flatMap((entry) => {
        const price = priceOf(entry);
        return price === undefined ? [] : [{ entry, price }];
      })
      .sort((a, b) => a.price - b.price)[0]?.entry;
  const chosen = cheapest(listedPrice) ?? cheapest(knownPrice) ?? able[0] ?? entries[0];
  return chosen === undefined ? undefined : idOf(chosen);
}

/** The names that servers give the window in their list. Sources: their documentation. */
const windowFields = ['max_model_len', 'context_window', 'context_length', 'max_context_length', 'n_ctx'];

function windowOf(entry: Json): { contextWindow: number; windowFrom: string } | undefined {
  for (const field of windowFields) {
    const window = numberIn(entry[field]) ?? numberIn(recordIn(entry['meta'])[field]);
    if (window !== undefined && window > 0)
      return { contextWindow: window, windowFrom: `${field} in /models` };
  }
  return undefined;
}

const models: Probe = {
  id: 'models',
  title: 'the list of models',
  after: ['base-url-key'],
  asks: (known) => [get(known, `${known.facts.base}/models`)],
  judge([answer], { facts }) {
    if (answer === undefined || !isAccepted(answer)) return judged('fails', refusal(answer!));
    if (!isRecord(answer.json) && !Array.isArray(answer.json))
      return judged('fails', `no list: ${shown(answer.text.trim())}`);
    const { entries, odd } = entriesOf(answer.json);
    const ids = entries.map(idOf).filter((id) => id !== '');
    if (ids.length < entries.length) odd.push('models without an id');
    const model = facts.modelGiven
      ? facts.model
      : (choose(entries.filter((entry) => idOf(entry) !== '')) ?? facts.model);
    if (ids.length === 0) return judged('odd', ['the list is empty', ...odd].join('; '), { models: ids });
    if (facts.modelGiven && !ids.includes(model)) odd.push(`${shown(model)} is not in the list`);
    const entry = entries.find((one) => idOf(one) === model) ?? (entries.length === 1 ? entries[0]! : {});
    const found = namedDialect(idOf(entry) === '' ? [model] : [...namesOf(entry, entries), model]);
    const named = ids.slice(0, 3).join(', ') + (ids.length > 3 ? `, … (${ids.length})` : '');
    return judged(
      odd.length > 0 ? 'odd' : 'works',
      [named, ...(model !== ids[0] || ids.length > 1 ? [`asked: ${model}`] : []), ...odd].join('; '),
      {
        models: ids,
        model,
        ...windowOf(entry),
        ...(/vllm/i.test(textIn(entry['owned_by'])) ? { server: 'vllm' as const } : {}),
        ...(facts.dialect === undefined && found !== undefined
          ? { dialect: found.dialect, dialectGuessed: true }
          : {}),
      },
    );
  },
};

const needsApi = (known: Known): string | undefined =>
  anyApi(known) === undefined ? 'neither API answers' : undefined;

const unknownModel: Probe = {
  id: 'unknown-model',
  title: 'a model that is not there is refused',
  after: ['chat', 'completions'],
  blocked: needsApi,
  asks: (known) => [nobodysAsk(known, anyApi(known) ?? 'chat')],
  judge([answer]) {
    const { status, json } = answer!;
    if (isAccepted(answer!)) {
      const as = textIn(recordIn(json)['model']);
      return judged('odd', `taken without a word${as === '' ? '' : `; answered as ${shown(as)}`}`);
    }
    return judged(status === 404 || status === 400 ? 'works' : 'odd', refusal(answer!));
  },
};

/** Longer than most windows: a token for each two letters. */
const overlongTokens = 150_000;
const overlong = 'a '.repeat(overlongTokens);

const window: Probe = {
  id: 'context-window',
  title: 'the context window',
  after: ['chat', 'completions', 'models', 'server'],
  judgesAll: true,
  asks(known) {
    const api = anyApi(known);
    if (!known.facts.overlong || api === undefined) return [];
    return [apiAsk[api](known, api === 'chat' ? { messages: [user(overlong)] } : { prompt: overlong }, 1)];
  },
  judge([answer], { facts }) {
    const stated = facts.contextWindow;
    const told = answer === undefined ? undefined : overflowNumbers(answer.text)?.window;
    const listed = contextWindow(facts.model);
    const words = (tokens: number): string => `${tokens.toLocaleString('en-US')} tokens`;
    if (told !== undefined) {
      const finding = { contextWindow: told, windowFrom: 'its error' };
      if (stated !== undefined && stated !== told)
        return judged('odd', `${words(told)} by its error, ${words(stated)} by ${facts.windowFrom}`, finding);
      return judged('works', `${words(told)}, by its error`, finding);
    }
    const after = answer === undefined ? '' : `; ${lengthSeen(answer)}`;
    const refused = answer === undefined || unanswered(answer) !== undefined || !isAccepted(answer);
    if (stated !== undefined) {
      const differs = listed !== undefined && listed !== stated;
      const catalogue = differs ? `; OpenAI's model of that name has ${words(listed)}` : '';
      return judged(
        differs || !refused ? 'odd' : 'works',
        `${words(stated)}, by ${facts.windowFrom}${catalogue}${after}`,
      );
    }
    if (listed !== undefined)
      return judged('unknown', `nothing states it; OpenAI's model of that name has ${words(listed)}${after}`);
    return judged('unknown', `nothing states it${after === '' ? '; an over-long request might' : after}`);
  },
};

const lengthSeen = (answer: Answer): string =>
  unanswered(answer) ??
  (isAccepted(answer)
    ? `a prompt of about ${overlongTokens.toLocaleString('en-US')} tokens is taken`
    : refusal(answer));

/** The shape of an error. Sources: what providers were recorded to send. */
function errorShape({ status, json, text, type }: Answer): { odd: string | undefined; note?: string } {
  if (type === 'text/event-stream') {
    return { odd: /"error"/.test(text) ? `status ${status} and the error in a stream` : 'a stream' };
  }
  if (/^\s*</.test(text)) return { odd: `a page (${status})` };
  if (json === undefined)
    return { odd: text.trim() === '' ? `no body (${status})` : `plain text (${status})` };
  if (status < 400) return { odd: `status ${status} with an error in the body` };
  if (status >= 500) return { odd: `status ${status} for a bad request` };
  if (Array.isArray(json)) return { odd: 'the error is in a list' };
  const body = recordIn(json);
  const { error } = body;
  if (typeof error === 'string') return { odd: 'the error is a text' };
  if (Array.isArray(error)) return { odd: 'the error is a list' };
  if (!isRecord(error)) {
    if ('detail' in body) return { odd: 'the error is in "detail"' };
    return { odd: `the error is flat: ${Object.keys(body).slice(0, 5).join(', ')}` };
  }
  if (typeof error['code'] === 'number') return { odd: `error.code is a number (${error['code']})` };
  const missing = ['message', 'type'].filter((name) => typeof error[name] !== 'string');
  if (missing.length > 0) return { odd: `error has no ${missing.join(' and no ')}` };
  const left = ['param', 'code'].filter((name) => !(name in error));
  return left.length === 0 ? { odd: undefined } : { odd: undefined, note: `without ${left.join(' and ')}` };
}

const errors: Probe = {
  id: 'errors',
  title: 'the shape of errors',
  after: ['chat', 'completions'],
  blocked: needsApi,
  asks(known) {
    const { facts } = known;
    const wrong = { messages: 'no list', prompt: { no: 'text' } };
    return (['chat', 'completions'] as const)
      .filter((api) => facts[api] !== false)
      .flatMap((api) => [
        apiAsk[api](known, api === 'chat' ? { messages: wrong.messages } : { prompt: wrong.prompt }),
        apiAsk[api](known, {
          ...(api === 'chat' ? { messages: [] } : { prompt: wrong.prompt }),
          stream: true,
        }),
      ]);
  },
  judge(answers) {
    const odd = new Set<string>();
    const notes = new Set<string>();
    const statuses = new Set<number>();
    for (const answer of answers) {
      const { json, type, text } = answer;
      const inStream = type === 'text/event-stream' && /"error"/.test(text);
      if (isAccepted(answer) && !inStream) {
        const where = answer.ask.url.endsWith(paths.chat) ? 'chat' : 'completions';
        odd.add(`a bad request is taken (${where}): ${shown(json ?? text)}`);
        continue;
      }
      const shape = errorShape(answer);
      statuses.add(answer.status);
      if (shape.odd !== undefined) odd.add(shape.odd);
      if (shape.note !== undefined) notes.add(shape.note);
    }
    if (odd.size > 0) return judged('odd', [...odd, ...notes].join('; '));
    const note = notes.size > 0 ? `, ${[...notes].join('; ')}` : '';
    return judged('works', `OpenAI's envelope (${[...statuses].join(', ')})${note}`);
  },
};

export const modelProbes: readonly Probe[] = [models];
export const generalProbes: readonly Probe[] = [unknownModel, window, errors];
