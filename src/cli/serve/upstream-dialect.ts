import { namedDialect } from '../../check/model-names.js';
import type { Dialect } from '../../dialect/types.js';
import { baseAddress, serverRoot } from '../../fetch/address.js';
import type { DialectName } from '../../formats/index.generated.js';
import { renderPrompt } from '../../prompt/index.js';
import type { Message } from '../../schemas/messages.js';
import { isRecord } from '../../translate/notes.js';
import { type CliIO, UsageError } from '../io.js';
import { eachModel, type ModelNames, modelNames } from './upstream-models.js';

/** The dialect that a server's model speaks, or of several models each one's, and how that is known. */
export interface UpstreamDialect {
  dialect: Dialect | DialectName | ((model: string) => DialectName | undefined);
  /** How prompts are written, as the end of a sentence, and what else is to be said of it. */
  says: string;
}

/** What is said of one dialect for all requests. */
export function saysOf(dialect: Dialect | DialectName, why: string): string {
  const name = typeof dialect === 'string' ? dialect : dialect.name;
  const unreadable =
    typeof dialect === 'object' && dialect.kind === 'markers' ? dialect.unreadable : undefined;
  return `in the dialect ${name}, ${why}.${unreadable === undefined ? '' : ` ${unreadable}`}`;
}

export interface UpstreamQuestion {
  upstream: string;
  headers: Readonly<Record<string, string>> | undefined;
  /** The only model that will be asked for, where the caller has named one. */
  model: string | undefined;
}

/** So long a server is waited for. */
const patience = 10_000;

const instead =
  "Give --dialect, as chatml or llama-3, or --template with the model's chat_template.jinja or tokenizer_config.json.";

/** Asks one server for JSON. What it answers instead is noted: it may be the reason that nothing is certain. */
interface Asker {
  /** The object in the answer; undefined where there is none. Throws `UsageError` where nobody answers. */
  ask(url: string, json?: unknown): Promise<Record<string, unknown> | undefined>;
  troubles: Set<string>;
}

function asker(io: CliIO, { headers }: UpstreamQuestion): Asker {
  const send = io.fetch ?? fetch;
  const troubles = new Set<string>();
  const hasKey = new Headers(headers).has('authorization');
  const refusals: Readonly<Record<number, string>> = Object.fromEntries(
    [401, 403].map((status) => [
      status,
      hasKey
        ? `the server refuses the key (status ${status})`
        : `the server asks for a key (status ${status}), which --key-env can name`,
    ]),
  );
  return {
    troubles,
    async ask(url, json) {
      let response: Response;
      let text: string;
      try {
        response = await send(url, {
          method: json === undefined ? 'GET' : 'POST',
          headers: { ...headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
          signal: AbortSignal.timeout(patience),
        });
        text = await response.text();
      } catch (error) {
        throw new UsageError(
          `which format the model was trained on can't be asked of the server: ${whyNoAnswer(error, url)}. Start it first. ${instead}`,
        );
      }
      const { status } = response;
      if (refusals[status] !== undefined) troubles.add(refusals[status]);
      else if (status >= 500) troubles.add(`the server is not ready, or fails (status ${status})`);
      if (!response.ok) return undefined;
      try {
        const answer: unknown = JSON.parse(text);
        return isRecord(answer) ? answer : undefined;
      } catch {
        troubles.add(`${new URL(url).pathname} has something else than JSON`);
        return undefined;
      }
    },
  };
}

function whyNoAnswer(error: unknown, url: string): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return `${url} gave no answer in ${patience / 1000} seconds`;
  return `${new URL(url).origin} can't be reached (${cause?.code ?? cause?.message ?? String(error)})`;
}

const user: Message = { role: 'user', content: 'Hello' };
const conversations: readonly (readonly Message[])[] = [
  [user],
  [
    { role: 'system', content: 'Be brief.' },
    user,
    { role: 'assistant', content: 'Hi.' },
    { role: 'user', content: 'Bye' },
  ],
];

const textIn = (record: Record<string, unknown>, name: string): string => {
  const value = record[name];
  return typeof value === 'string' ? value : '';
};

/** Does llama.cpp write what a dialect does? Undefined where it does not say. */
type Agrees = (dialect: Dialect | DialectName) => boolean | undefined;

/** Has llama.cpp write two conversations, to hold dialects against them. */
async function whatIsWritten({ ask }: Asker, root: string, bos: string): Promise<Agrees> {
  const bare = (prompt: string): string =>
    bos !== '' && prompt.startsWith(bos) ? prompt.slice(bos.length) : prompt;
  const written: { messages: readonly Message[]; prompt: string }[] = [];
  for (const messages of conversations) {
    const prompt = (await ask(`${root}/apply-template`, { messages }))?.['prompt'];
    if (typeof prompt === 'string') written.push({ messages, prompt });
  }
  return (dialect) =>
    written.length === 0
      ? undefined
      : written.every(({ messages, prompt }) => {
          try {
            return bare(renderPrompt(messages, { dialect }).prompt) === bare(prompt);
          } catch {
            return false;
          }
        });
}

const checked = (same: boolean | undefined): string =>
  same === true ? ', checked against what it writes itself' : '';

/** The dialect of llama.cpp's chat template, or why it can't be used. */
async function fromTemplate(
  props: Record<string, unknown>,
  bos: string,
  agrees: Agrees,
): Promise<UpstreamDialect | string> {
  const template = textIn(props, 'chat_template');
  const { dialectFromConfig } = await import('../../jinja/index.js');
  let dialect: Dialect;
  try {
    const config = { chat_template: template, bos_token: bos, eos_token: textIn(props, 'eos_token') };
    dialect = dialectFromConfig(config, { now: Date.now });
  } catch (error) {
    return `the chat template that the server gives can't be used: ${(error as Error).message.replace(/\.$/, '')}`;
  }
  const same = agrees(dialect);
  if (same === false)
    return 'the server writes other prompts than the chat template that it gives, as it does without --jinja';
  return { dialect, says: saysOf(dialect, `from the chat template that the server gives${checked(same)}`) };
}

/** The dialect of the models that a server names, or why that is not certain. */
function fromNames(models: readonly ModelNames[], agrees: Agrees, doubt: string): UpstreamDialect | string {
  const [first] = models;
  if (first === undefined) return '';
  const found = models.map(({ names }) => namedDialect(names));
  if (new Set(found.map((one) => one?.dialect)).size > 1) return eachModel(models);
  const [only] = found;
  if (only === undefined) return `the format of the model ${first.names.join(' or ')} is not known`;
  const same = agrees(only.dialect);
  if (same === false)
    return `the server writes other prompts than the dialect ${only.dialect} of ${only.name}`;
  const told = doubt === '' ? '' : `; ${doubt}`;
  const why = `from the model's name, ${only.name}${checked(same)}${told}`;
  return { dialect: only.dialect, says: saysOf(only.dialect, why) };
}

/**
 * Asks a server which dialect its model speaks: llama.cpp for its chat template, others for the names of their models.
 * Throws `UsageError` where nothing is certain, and says what to give.
 */
export async function upstreamDialect(io: CliIO, question: UpstreamQuestion): Promise<UpstreamDialect> {
  const base = baseAddress(question.upstream);
  const root = serverRoot(base);
  const server = asker(io, question);
  const props = await server.ask(`${root}/props`);
  const bos = props === undefined ? '' : textIn(props, 'bos_token');
  const agrees: Agrees = props === undefined ? () => undefined : await whatIsWritten(server, root, bos);
  let doubt = '';
  if (props !== undefined && textIn(props, 'chat_template') !== '') {
    const found = await fromTemplate(props, bos, agrees);
    if (typeof found === 'object') return found;
    doubt = found;
  }
  const listed = await server.ask(`${base}/models`);
  const info = listed === undefined ? await server.ask(`${root}/info`) : undefined;
  const named = fromNames(modelNames({ listed, props, info, only: question.model }), agrees, doubt);
  if (typeof named === 'object') return named;
  const reasons = [doubt, named, ...server.troubles].filter((reason) => reason !== '');
  const why =
    reasons.length === 0 ? 'the server tells neither its chat template nor its models' : reasons.join('; ');
  throw new UsageError(`which format the model was trained on is not certain: ${why}. ${instead}`);
}
