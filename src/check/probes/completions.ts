import { dialects } from '../../formats/index.generated.js';
import { renderPrompt } from '../../prompt/index.js';
import { isRecord } from '../../translate/notes.js';
import { completionAsk, countingIn, greeting, without } from '../asks.js';
import { firstOf, type Json, judged, noReply, numberIn, recordsIn, replyOf, shown, textIn } from '../read.js';
import type { Answer, Ask, CheckTokenizer, Facts, Judgement, Known, Probe } from '../types.js';
import { effectOf, grownBy, jsonPrompt, judgeJson, keepsLimit } from './chat.js';
import { idsIn, tokenizeAsk } from './llama-cpp.js';

const blocked = without('completions');
const shortest = 4;
const after = ['completions'];

const maxTokens: Probe = {
  id: 'completions-max-tokens',
  title: 'max_tokens limits the reply',
  after,
  blocked,
  asks: (known) => [completionAsk(known, countingIn.completions, shortest)],
  judge([answer]) {
    const reply = replyOf(answer!, 'completions');
    const first = reply?.choices[0];
    if (first === undefined) return judged('fails', noReply(answer!));
    if (keepsLimit(first, reply?.completionTokens, shortest)) return judged('works', shown(first.text));
    return judged('fails', `ignored: ${reply?.completionTokens ?? 'more'} tokens, not ${shortest}`);
  },
};

const prompts: Probe = {
  id: 'completions-prompts',
  title: 'prompts in a list, and as token ids',
  after,
  blocked,
  asks: (known) => [
    completionAsk(known, { prompt: [greeting, greeting] }, 1),
    completionAsk(known, { prompt: [40, 41, 42] }, 1),
  ],
  judge([list, ids]) {
    const inList = replyOf(list!, 'completions')?.choices.length;
    const ofIds = firstOf(ids!, 'completions') !== undefined;
    const two = inList === 2;
    const texts =
      inList === undefined ? `a list is ${noReply(list!)}` : `a list of 2 texts gives ${inList} choice`;
    const words = [two ? 'a list of texts' : texts, ofIds ? 'token ids' : `token ids are ${noReply(ids!)}`];
    return judged(two && ofIds ? 'works' : two || ofIds ? 'odd' : 'fails', words.join('; '));
  },
};

const bestOf: Probe = {
  id: 'completions-best-of',
  title: 'best_of',
  after,
  blocked,
  asks: (known) => [
    completionAsk(known, { best_of: 2 }, shortest),
    // Less than n can't be: whoever reads the field refuses it.
    completionAsk(known, { best_of: 1, n: 2 }, shortest),
  ],
  judge([two, less]) {
    const reply = replyOf(two!, 'completions');
    if (reply === undefined) return judged('fails', noReply(two!));
    const { completionTokens, choices } = reply;
    if (choices.length > 1) return judged('odd', `${choices.length} choices came, not the best one`);
    if (completionTokens !== undefined && completionTokens > shortest)
      return judged('works', `${completionTokens} tokens were made for one choice of ${shortest}`);
    if (replyOf(less!, 'completions') === undefined)
      return judged('works', 'taken; less than n is refused, so it is read');
    return judged('fails', 'ignored: less than n is taken too, and no more tokens are made');
  },
};

const echo: Probe = {
  id: 'completions-echo',
  title: 'echo',
  after,
  blocked,
  asks: (known) => [completionAsk(known, { echo: true }, shortest)],
  judge([answer]) {
    const first = firstOf(answer!, 'completions');
    if (first === undefined) return judged('fails', noReply(answer!));
    if (first.text.startsWith(greeting)) return judged('works', shown(first.text));
    if (first.text.includes(greeting))
      return judged('odd', `the prompt is not at the start: ${shown(first.text)}`);
    return judged('fails', `ignored: ${shown(first.text)}`);
  },
};

const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What of a completion's logprobs is odd; undefined where there are none. */
function oddLogprobs(logprobs: unknown, top: number, offset: number): string[] | undefined {
  if (!isRecord(logprobs)) return undefined;
  if (Array.isArray(logprobs['content'])) return ['they have the shape of chat'];
  const tokens = listIn(logprobs['tokens']);
  if (tokens.length === 0) return undefined;
  const odd: string[] = [];
  for (const field of ['token_logprobs', 'top_logprobs', 'text_offset']) {
    const list = logprobs[field];
    if (!Array.isArray(list)) odd.push(`without ${field}`);
    else if (list.length !== tokens.length)
      odd.push(`${list.length} in ${field} for ${tokens.length} tokens`);
  }
  const most = Math.max(0, ...recordsIn(logprobs['top_logprobs']).map((one) => Object.keys(one).length));
  if (Array.isArray(logprobs['top_logprobs']) && (most < top || most > top + 1))
    odd.push(`${most} of ${top} alternatives`);
  const start = numberIn(listIn(logprobs['text_offset'])[0]);
  if (start !== undefined && start !== offset)
    odd.push(`text_offset begins at ${start}, not at ${offset}, where the prompt ends`);
  return odd;
}

const logprobs: Probe = {
  id: 'completions-logprobs',
  title: 'logprobs',
  after,
  blocked,
  asks: (known) => [completionAsk(known, { logprobs: 2 }, shortest)],
  judge([answer]) {
    const first = firstOf(answer!, 'completions');
    if (first === undefined) return judged('fails', noReply(answer!));
    const given = first.raw['logprobs'];
    const odd = oddLogprobs(given, 2, greeting.length);
    if (odd === undefined) return judged('fails', 'ignored: there are none');
    const { tokens, content } = given as Json;
    const seen = `${listIn(tokens ?? content).length} tokens`;
    return judged(odd.length > 0 ? 'odd' : 'works', [seen, ...odd].join('; '));
  },
};

const echoLogprobs: Probe = {
  id: 'completions-echo-logprobs',
  title: 'logprobs of the prompt (echo and logprobs)',
  after,
  blocked,
  asks: (known) => [completionAsk(known, { echo: true, logprobs: 1 }, 1)],
  judge([answer]) {
    const first = firstOf(answer!, 'completions');
    if (first === undefined) return judged('fails', noReply(answer!));
    const given = first.raw['logprobs'];
    if (!isRecord(given)) return judged('fails', 'ignored: there are none');
    const chatShape = recordsIn(given['content']);
    const tokens = chatShape.length > 0 ? chatShape.map(({ token }) => token) : listIn(given['tokens']);
    const said = tokens.map(textIn).join('');
    if (
      !said
        .trimStart()
        .replace(/^<[^<>]+>/, '')
        .startsWith('Say')
    )
      return judged('fails', `those of the prompt are not there: ${shown(said)}`);
    if (chatShape.length > 0) return judged('odd', 'they have the shape of chat');
    const [start] = listIn(given['token_logprobs']);
    if (start === null) return judged('works', `${tokens.length} tokens, the first is null`);
    return judged('odd', `${tokens.length} tokens, the first is ${shown(start)}, not null`);
  },
};

const suffix: Probe = {
  id: 'completions-suffix',
  title: 'suffix',
  after,
  blocked,
  asks: (known) => [
    completionAsk(known, {}),
    completionAsk(known, { suffix: ' And then they all said goodbye, and went home.' }),
  ],
  judge([plain, added]) {
    const first = firstOf(added!, 'completions');
    if (first === undefined) return judged('fails', noReply(added!));
    const effect = effectOf(plain!, added!, 'completions');
    if (effect === 'read')
      return judged('works', `it is read (${grownBy(plain!, added!, 'completions')} tokens more)`);
    if (effect === 'ignored') return judged('fails', 'ignored: the prompt does not grow by it');
    return judged('odd', 'taken, and nothing shows that it is read');
  },
};

const json: Probe = {
  id: 'completions-json',
  title: 'response_format: json_object',
  after,
  blocked,
  asks: (known) => [completionAsk(known, { prompt: jsonPrompt, response_format: { type: 'json_object' } })],
  judge([answer]) {
    const first = firstOf(answer!, 'completions');
    if (first === undefined) return judged('fails', noReply(answer!), { completionsJson: false });
    const judgement = judgeJson(first, undefined);
    return { ...judgement, finding: { completionsJson: judgement.verdict === 'works' } };
  },
};

/** Tokens that begin a text, by the names that vocabularies give them. */
const bosTokens = [
  '<|begin_of_text|>',
  '<｜begin▁of▁sentence｜>',
  '<s>',
  '<bos>',
  '<|startoftext|>',
  '<BOS_TOKEN>',
  '[BOS]',
];
const bosOf = (tokenizer: CheckTokenizer): string | undefined =>
  bosTokens.find((token) => tokenizer.specialTokens.has(token));

/** What llama.cpp's own tokenizer makes of a prompt, with what it puts around it and without, and of BOS in front. */
const serverAsks = (known: Known): Ask[] => [
  completionAsk(known, {}, 1),
  tokenizeAsk(known, greeting, true),
  tokenizeAsk(known, greeting, false),
  ...(known.facts.bosToken === undefined ? [] : [tokenizeAsk(known, known.facts.bosToken + greeting, true)]),
];

function judgeByServer(answers: readonly Answer[], token: string | undefined): Judgement {
  const [around, bare, doubled] = answers.slice(1).map(idsIn);
  if (around === undefined || bare === undefined)
    return judged(
      'unknown',
      `its /tokenize tells nothing: ${noReply(answers[around === undefined ? 1 : 2]!)}`,
    );
  const adds = around.length > bare.length && around[0] !== bare[0];
  const before = replyOf(answers[0]!, 'completions')?.promptTokens;
  if (before !== undefined && before !== around.length)
    return judged('odd', `prompt_tokens is ${before}, where its tokenizer gives ${around.length}`, {
      addsBos: adds,
    });
  if (token === undefined || doubled === undefined)
    return judged('works', adds ? 'a token is added in front' : 'none is added', { addsBos: adds });
  return judgeBos(doubled.length - bare.length, adds, token);
}

const bos: Probe = {
  id: 'completions-bos',
  title: 'the token that begins a text (BOS): added, doubled, or missing',
  after: [...after, 'server'],
  blocked: (known) =>
    blocked(known) ??
    (known.tokenizer === undefined && known.facts.server !== 'llama.cpp'
      ? 'to tell, the tokenizer of the model is needed'
      : undefined),
  asks(known) {
    if (known.facts.server === 'llama.cpp') return serverAsks(known);
    const token = known.tokenizer === undefined ? undefined : bosOf(known.tokenizer);
    const plain = completionAsk(known, {}, 1);
    return token === undefined ? [plain] : [plain, completionAsk(known, { prompt: token + greeting }, 1)];
  },
  judge(answers, { facts, tokenizer }) {
    if (facts.server === 'llama.cpp') return judgeByServer(answers, facts.bosToken);
    const [plain, written] = answers;
    const token = bosOf(tokenizer!);
    const own = tokenizer!.count(greeting);
    const before = replyOf(plain!, 'completions')?.promptTokens;
    if (before === undefined) return judged('unknown', `no prompt_tokens: ${noReply(plain!)}`);
    const counts = `${before} tokens where the tokenizer has ${own}`;
    if (before !== own && before !== own + 1)
      return judged('odd', `${counts}: a template is put around the prompt, or the tokenizer is another`);
    const adds = before === own + 1;
    if (token === undefined || written === undefined) {
      const which = 'the tokenizer has no BOS of a known name';
      return judged(adds ? 'odd' : 'works', adds ? `${counts}; ${which}` : `none is added; ${which}`);
    }
    const withToken = replyOf(written, 'completions')?.promptTokens;
    if (withToken === undefined)
      return judged('odd', `${counts}; with ${token} written: ${noReply(written)}`);
    return judgeBos(withToken - own, adds, token);
  },
};

/** `more`: tokens beyond the text's own, where BOS is written in front of it. */
function judgeBos(more: number, adds: boolean, token: string): Judgement {
  const finding = { addsBos: adds };
  if (adds) {
    if (more === 1)
      return judged('works', `it is added, and not twice where the prompt has ${token}`, finding);
    if (more === 2) return judged('odd', `it is added, and doubled where the prompt has ${token}`, finding);
    return judged('odd', `it is added; a ${token} in the prompt is plain text`, finding);
  }
  if (more === 1) return judged('works', `none is added; ${token} in the prompt is one`, finding);
  return judged('odd', `none is added, and a ${token} in the prompt is plain text: it is missing`, finding);
}

/** The dialect's control token that ends a turn, and a prompt that makes the model write it. */
function turnOf({ dialect }: Facts): { stop: string; prompt: string } | undefined {
  const known = dialect === undefined ? undefined : dialects[dialect];
  if (known === undefined || known.kind !== 'markers') return undefined;
  const [stop] = known.stop;
  if (stop === undefined) return undefined;
  const { prompt } = renderPrompt([{ role: 'user', content: greeting }], { dialect: known, bos: false });
  return { stop, prompt };
}

const specialStop: Probe = {
  id: 'completions-special-stop',
  title: 'a stop on a control token, such as <|im_end|>',
  after,
  blocked: (known) =>
    blocked(known) ??
    (turnOf(known.facts) === undefined
      ? 'to tell, the dialect of the model is needed, one with control tokens'
      : undefined),
  asks(known) {
    const { stop, prompt } = turnOf(known.facts) ?? { stop: '<|im_end|>', prompt: greeting };
    return [
      completionAsk(known, { prompt }),
      completionAsk(known, { prompt, stop: [stop] }),
      completionAsk(known, { prompt, stop: [stop], skip_special_tokens: false }),
    ];
  },
  judge(answers, { facts }) {
    const { stop } = turnOf(facts)!;
    const [plain, stopped, shownTokens] = answers.map((answer) => firstOf(answer, 'completions'));
    if (plain === undefined) return judged('unknown', noReply(answers[0]!));
    if (stopped === undefined) return judged('fails', noReply(answers[1]!));
    if (stopped.text.includes(stop)) return judged('fails', `${stop} stays in the text, and more behind it`);
    if (plain.text.includes(stop)) return judged('works', `${stop} is in the text, and stops it`);
    if (plain.finish !== 'length') return judged('works', 'the turn ends by itself');
    if (stopped.finish !== 'length') return judged('works', `${stop} stops the reply`);
    const goesOn = /\n(user|assistant|system)\b/i.test(plain.text);
    if (shownTokens !== undefined && shownTokens.finish !== 'length')
      return judged('odd', `${stop} is hidden, and never stops: it takes skip_special_tokens: false`, {
        hidesSpecialTokens: true,
      });
    if (goesOn)
      return judged('fails', `${stop} is hidden, and never stops: ${shown(plain.text)}`, {
        hidesSpecialTokens: true,
      });
    return judged('unknown', 'the reply was cut before its turn ended');
  },
};

export const completionProbes: readonly Probe[] = [
  maxTokens,
  prompts,
  bestOf,
  echo,
  logprobs,
  echoLogprobs,
  suffix,
  json,
  bos,
  specialStop,
];
