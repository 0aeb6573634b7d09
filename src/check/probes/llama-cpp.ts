import { serverRoot } from '../../fetch/address.js';
import { type DialectName, dialects } from '../../formats/index.generated.js';
import { renderPrompt } from '../../prompt/index.js';
import type { Message } from '../../schemas/messages.js';
import { post } from '../asks.js';
import { isAccepted, judged, noReply, recordIn, recordsIn, shown, textIn } from '../read.js';
import type { Answer, Ask, Known, Probe } from '../types.js';

/** Pages of llama.cpp's own, which cost no tokens. Source: the documentation of its server. */
const isHere = ({ facts }: Known): boolean => facts.server === 'llama.cpp';
const blocked = (known: Known): string | undefined =>
  isHere(known) ? undefined : 'of the servers, llama.cpp alone says it';

/** Asks for the ids of a text: with what it puts around every prompt, with control tokens read as such. */
export const tokenizeAsk = (known: Known, content: string, special: boolean, pieces = false): Ask =>
  post(known, `${serverRoot(known.facts.base)}/tokenize`, {
    content,
    add_special: special && !pieces,
    parse_special: special,
    ...(pieces ? { with_pieces: true } : {}),
  });

/** The ids in the answer; undefined where there are none. */
export function idsIn(answer: Answer | undefined): number[] | undefined {
  if (answer === undefined || !isAccepted(answer)) return undefined;
  const ids = recordIn(answer.json)['tokens'];
  return Array.isArray(ids) && ids.every((id) => typeof id === 'number') ? ids : undefined;
}

const hello: Message = { role: 'user', content: 'Hello' };
/** Some templates put words of their own where there is no system message. */
const conversations: readonly (readonly Message[])[] = [
  [hello],
  [
    { role: 'system', content: 'Be brief.' },
    hello,
    { role: 'assistant', content: 'Hi.' },
    { role: 'user', content: 'Bye' },
  ],
];

/** What tells dialects apart that write plain chats alike. Servers without a template engine refuse it. */
const calling: { messages: readonly Message[]; tools: readonly object[] } = {
  messages: [hello],
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_time',
        description: 'The time in a city.',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    },
  ],
};

/** Templates write the day. */
const dates = [/\d{4}-\d{2}-\d{2}/, /\b\d{1,2} [A-Z][a-z]+ \d{4}\b/, /\b[A-Z][a-z]+ \d{1,2}, \d{4}\b/];

/** A conversation as a dialect writes it, with the day that stands in another text of it; undefined where it can't. */
function inDialect(
  messages: readonly Message[],
  dialect: DialectName,
  like: string,
  tools: readonly object[] = [],
): string | undefined {
  const day = dates.map((date) => date.exec(like)?.[0]).find((found) => found !== undefined);
  const named = ['date_string', 'current_date', 'today', 'date'].map((name) => [name, day] as const);
  const templateOptions = day === undefined ? {} : Object.fromEntries(named);
  try {
    return renderPrompt(messages, { dialect, bos: false, templateOptions, tools }).prompt;
  } catch {
    // It has no place for one of the roles.
    return undefined;
  }
}

const template: Probe = {
  id: 'template',
  title: 'the format that the server writes chats in',
  after: ['server'],
  blocked,
  asks: (known) =>
    [...conversations.map((messages) => ({ messages })), calling].map((body) =>
      post(known, `${serverRoot(known.facts.base)}/apply-template`, body),
    ),
  judge(answers, { facts: { dialect: thought, dialectGuessed: guessed, bosToken: bos = '' } }) {
    const written = answers.map((answer) =>
      isAccepted(answer) ? textIn(recordIn(answer.json)['prompt']) : '',
    );
    const silent = written.indexOf('');
    if (silent >= 0 && silent < conversations.length) return judged('unknown', noReply(answers[silent]!));
    const bare = written.map((text) => (bos !== '' && text.startsWith(bos) ? text.slice(bos.length) : text));
    const alike = (Object.keys(dialects) as DialectName[]).filter((name) =>
      conversations.every((messages, i) => inDialect(messages, name, bare[i]!) === bare[i]),
    );
    const withTools = bare[conversations.length]!;
    const exact = alike.filter(
      (name) => inDialect(calling.messages, name, withTools, calling.tools) === withTools,
    );
    const fits = exact.length > 0 ? exact : alike;
    const isFit = thought !== undefined && fits.includes(thought);
    const not = thought === undefined || isFit ? '' : `, not as ${thought}`;
    const given = thought !== undefined && guessed !== true;
    if (fits.length === 0) {
      const seen = `as no built-in dialect does: ${shown(bare[0])}`;
      return judged(given ? 'odd' : 'works', `${seen}${not}`, given ? {} : { ownTemplate: true });
    }
    const dialect = isFit || given ? thought : fits[0]!;
    return judged(not === '' ? 'works' : 'odd', `as ${fits.join(', ')}${not}`, {
      dialect,
      dialectGuessed: false,
      // Their replies differ: the template itself says which it is.
      ...(isFit || given || fits.length === 1 ? {} : { ownTemplate: true }),
    });
  },
};

/** The prompt whose control tokens are looked up, and which they are. */
function marksOf({ facts: { dialect } }: Known): { prompt: string; marks: string[] } | undefined {
  if (dialect === undefined) return undefined;
  const { specialTokens, stop } = dialects[dialect];
  const prompt = (inDialect(conversations[1]!, dialect, '') ?? '') + stop.join('');
  const marks = specialTokens.filter((token) => prompt.includes(token));
  return marks.length === 0 ? undefined : { prompt, marks };
}

const templateTokens: Probe = {
  id: 'template-tokens',
  title: 'the control tokens of the format in the vocabulary',
  after: ['template'],
  blocked: (known) =>
    blocked(known) ??
    (marksOf(known) === undefined ? 'it takes the dialect of the model, with control tokens' : undefined),
  asks: (known) => [tokenizeAsk(known, marksOf(known)?.prompt ?? '', true, true)],
  judge([answer], known) {
    const pieces = recordsIn(recordIn(answer!.json)['tokens']).map(({ piece }) => textIn(piece));
    if (!isAccepted(answer!) || pieces.length === 0) return judged('unknown', noReply(answer!));
    const { marks } = marksOf(known)!;
    const missing = marks.filter((mark) => !pieces.includes(mark));
    if (missing.length === 0) return judged('works', `each is one token: ${marks.join(' ')}`);
    return judged('odd', `no token of the model, but text: ${missing.join(' ')}`);
  },
};

export const llamaCppProbes: readonly Probe[] = [template, templateTokens];
