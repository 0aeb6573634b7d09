import { isRecord } from '../../translate/notes.js';
import { chatAsk, counting, greeting, paths, user, without } from '../asks.js';
import {
  type Choice,
  firstOf,
  isCut,
  isMissing,
  type Json,
  jsonIn,
  judged,
  noReply,
  numberIn,
  recordsIn,
  replyOf,
  shown,
  unanswered,
} from '../read.js';
import type { Answer, Judgement, LimitField, Probe } from '../types.js';

const limits: readonly LimitField[] = ['max_tokens', 'max_completion_tokens'];
const shortest = 4;
const emptyReply = 'the reply is empty';

/** Is a limit of so many tokens kept? By the usage, else by the length of the text. */
export function keepsLimit(first: Choice, completionTokens: number | undefined, limit: number): boolean {
  if (completionTokens !== undefined && completionTokens > 0) return completionTokens <= limit;
  return first.finish === 'length' || first.text.length <= limit * 8;
}

const maxTokens: Probe = {
  id: 'chat-max-tokens',
  title: 'which field limits the reply',
  after: ['models'],
  judgesAll: true,
  asks: (known) =>
    limits.map((limitField) => {
      const facts = { ...known.facts, limitField, room: 0 };
      return chatAsk({ ...known, facts }, { messages: [user(counting)] }, shortest);
    }),
  judge(answers, { facts }) {
    const silent = answers.find((answer) => !isCut(answer) && unanswered(answer, facts) !== undefined);
    if (silent !== undefined) return judged('unknown', unanswered(silent, facts)!);
    const states = answers.map((answer) => {
      if (isCut(answer)) return 'kept';
      const reply = replyOf(answer, 'chat');
      const first = reply?.choices[0];
      if (first === undefined) return 'refused';
      return keepsLimit(first, reply?.completionTokens, shortest) ? 'kept' : 'ignored';
    });
    const kept = limits.filter((_, i) => states[i] === 'kept');
    const [field] = kept;
    if (field === undefined) {
      if (answers.every(isMissing)) return judged('unknown', `there is no ${paths.chat}`);
      if (states.every((state) => state === 'refused')) {
        const refusals = limits.map((limit, i) => `${limit}: ${noReply(answers[i]!)}`);
        return judged('fails', refusals.join('; '));
      }
      const taken = limits[states.indexOf('ignored')]!;
      return judged('fails', 'ignored: the reply is longer', { limitField: taken, limitFields: [] });
    }
    const finding = { limitField: field, limitFields: kept };
    if (kept.length === 2) return judged('works', 'max_tokens, max_completion_tokens', finding);
    const other = states[0] === 'kept' ? 1 : 0;
    const why = states[other] === 'ignored' ? 'ignored' : noReply(answers[other]!);
    return judged('odd', `${field}; ${limits[other]} is ${why}`, finding);
  },
};

/** Of two requests that differ in one thing: did it reach the model? */
export type Effect = 'read' | 'replaced' | 'ignored' | 'unclear';

/**
 * By the tokens of the prompt, which grow if what was added is in it; they shrink where it stands in the place of something
 * longer, as of the words that a template gives the system by default.
 */
export function effectOf(plain: Answer, added: Answer, api: 'chat' | 'completions'): Effect {
  const [before, after] = [plain, added].map((answer) => replyOf(answer, api)?.promptTokens);
  if (before === undefined || after === undefined || before === 0 || after === 0) return 'unclear';
  if (after === before) return 'ignored';
  return after > before ? 'read' : 'replaced';
}

export const grownBy = (plain: Answer, added: Answer, api: 'chat' | 'completions'): number =>
  (replyOf(added, api)?.promptTokens ?? 0) - (replyOf(plain, api)?.promptTokens ?? 0);

/** A probe of one more thing in a chat request, of which the prompt's tokens tell whether it was read. */
function roleProbe(role: 'system' | 'developer'): Probe {
  const word = 'BANANA';
  return {
    id: `chat-${role}`,
    title: `the role "${role}"`,
    after: ['chat'],
    blocked: without('chat'),
    asks: (known) => [
      chatAsk(known),
      chatAsk(known, {
        messages: [
          { role, content: `Answer whatever you are asked with the one word ${word}.` },
          user(greeting),
        ],
      }),
    ],
    judge([plain, added]) {
      const first = firstOf(added!, 'chat');
      if (first === undefined) return judged('fails', noReply(added!));
      const effect = effectOf(plain!, added!, 'chat');
      const followed = first.text.toUpperCase().includes(word);
      if (followed) return judged('works', 'it is followed');
      if (effect === 'read')
        return judged('works', `it is in the prompt (${grownBy(plain!, added!, 'chat')} tokens more)`);
      if (effect === 'replaced')
        return judged(
          'works',
          `it is in the prompt, in place of a longer text (${-grownBy(plain!, added!, 'chat')} tokens fewer)`,
        );
      if (effect === 'ignored') return judged('fails', 'ignored: the prompt does not grow by it');
      return judged('odd', 'taken, and nothing shows that it is read');
    },
  };
}

const parts: Probe = {
  id: 'chat-parts',
  title: 'content as a list of text parts',
  after: ['chat'],
  blocked: without('chat'),
  asks: (known) => [chatAsk(known, { messages: [user([{ type: 'text', text: greeting }])] }), chatAsk(known)],
  judge([list, text]) {
    const first = firstOf(list!, 'chat');
    if (first === undefined) return judged('fails', noReply(list!));
    const [inList, inText] = [list, text].map((answer) => replyOf(answer!, 'chat')?.promptTokens);
    if (inList !== undefined && inText !== undefined && inList < inText)
      return judged('fails', `ignored: ${inList} tokens, and ${inText} as a text`);
    if (inList !== undefined && inText !== undefined && inText > 0 && inList > inText)
      return judged(
        'odd',
        `${inList - inText} more tokens than as a text: is the list itself in the prompt?`,
      );
    return judged('works', shown(first.text));
  },
};

/** A red square, 32 × 32. */
const redSquare =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAQMAAABJtOi3AAAABlBMVEX/AAAAAABBoxIDAAAADElEQVR42mNgGNwAAACgAAGO+7G0AAAAAElFTkSuQmCC';
const question = 'Which colour is this? Say one word.';

const images: Probe = {
  id: 'chat-images',
  title: 'images (image_url, as a data URL)',
  after: ['chat'],
  blocked: without('chat'),
  asks(known) {
    const text = { type: 'text', text: question };
    const image = { type: 'image_url', image_url: { url: redSquare, detail: 'low' } };
    return [
      chatAsk(known, { messages: [user([text])] }),
      chatAsk(known, { messages: [user([text, image])] }),
    ];
  },
  judge([plain, added]) {
    const first = firstOf(added!, 'chat');
    if (first === undefined) return judged('fails', noReply(added!));
    if (/\b(red|scarlet|crimson)\b/i.test(first.text))
      return judged('works', `it is seen: ${shown(first.text)}`);
    const effect = effectOf(plain!, added!, 'chat');
    if (effect === 'ignored') return judged('fails', 'ignored: the prompt does not grow by it');
    if (first.text.trim() === '') return judged('unknown', emptyReply);
    const grown = effect === 'read' ? ` (${grownBy(plain!, added!, 'chat')} tokens more)` : '';
    return judged('odd', `taken${grown}, but a red square is called ${shown(first.text)}`);
  },
};

/** What of chat logprobs is odd; undefined where there are none. */
function oddLogprobs(logprobs: unknown, top: number): string[] | undefined {
  if (!isRecord(logprobs)) return undefined;
  if (Array.isArray(logprobs['tokens'])) return ['they have the shape of completions'];
  const tokens = recordsIn(logprobs['content']);
  if (tokens.length === 0) return undefined;
  const odd: string[] = [];
  if (!tokens.every(({ token, logprob }) => typeof token === 'string' && numberIn(logprob) !== undefined))
    odd.push('a token has no text or no number');
  if (!tokens.every((token) => 'bytes' in token)) odd.push('without bytes');
  const most = Math.max(...tokens.map(({ top_logprobs }) => recordsIn(top_logprobs).length));
  if (most !== top) odd.push(`${most} of ${top} alternatives`);
  return odd;
}

const logprobs: Probe = {
  id: 'chat-logprobs',
  title: 'logprobs, top_logprobs',
  after: ['chat'],
  blocked: without('chat'),
  asks: (known) => [chatAsk(known, { logprobs: true, top_logprobs: 2 }, shortest)],
  judge([answer]) {
    const first = firstOf(answer!, 'chat');
    if (first === undefined) return judged('fails', noReply(answer!), { chatLogprobs: false });
    const given = first.raw['logprobs'];
    const odd = oddLogprobs(given, 2);
    if (odd === undefined) return judged('fails', 'ignored: there are none', { chatLogprobs: false });
    const seen = `${recordsIn((given as Json)['content']).length} tokens`;
    return judged(odd.length > 0 ? 'odd' : 'works', [seen, ...odd].join('; '), { chatLogprobs: true });
  },
};

/** Asks for words, with "JSON" in it, which OpenAI demands: only a server that is bound to JSON answers with it. */
export const jsonPrompt = 'Greet JSON in plain words.';
const greetingSchema = {
  name: 'greeting',
  strict: true,
  schema: {
    type: 'object',
    properties: { greeting: { type: 'string' } },
    required: ['greeting'],
    additionalProperties: false,
  },
};

/** Is a reply bound to JSON, with a field if one is asked for? One that was cut is judged by its beginning. */
export function judgeJson(first: Choice, field: string | undefined): Judgement {
  const text = first.text.trim();
  const value = jsonIn(text);
  if (isRecord(value)) {
    if (field === undefined || typeof value[field] === 'string') return judged('works', shown(text));
    return judged('fails', `JSON, but not of the schema: ${shown(text)}`);
  }
  if (first.finish === 'length' && /^\{/.test(text)) {
    const fits = field === undefined || text.includes(`"${field}"`) || text.length < field.length + 4;
    return judged(
      fits ? 'works' : 'fails',
      `${fits ? '' : 'JSON, but not of the schema: '}${shown(text)} (cut)`,
    );
  }
  if (/^```/.test(text)) return judged('odd', `JSON in a fence: ${shown(text)}`);
  if (text === '') return judged('unknown', emptyReply);
  return judged('fails', `ignored: ${shown(text)}`);
}

const jsonProbe = (id: string, format: Json, field: string | undefined): Probe => ({
  id,
  title: `response_format: ${String(format['type'])}`,
  after: ['chat'],
  blocked: without('chat'),
  asks: (known) => [chatAsk(known, { messages: [user(jsonPrompt)], response_format: format })],
  judge([answer]) {
    const first = firstOf(answer!, 'chat');
    return first === undefined ? judged('fails', noReply(answer!)) : judgeJson(first, field);
  },
});

export const limitProbes: readonly Probe[] = [maxTokens];
export const chatProbes: readonly Probe[] = [
  roleProbe('system'),
  roleProbe('developer'),
  parts,
  images,
  logprobs,
  jsonProbe('chat-json-object', { type: 'json_object' }, undefined),
  jsonProbe('chat-json-schema', { type: 'json_schema', json_schema: greetingSchema }, 'greeting'),
];
