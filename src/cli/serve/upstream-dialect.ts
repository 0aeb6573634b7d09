import type { Dialect } from '../../dialect/types.js';
import { baseAddress, serverRoot } from '../../fetch/address.js';
import type { DialectName } from '../../formats/index.generated.js';
import { dialectFor } from '../../formats/models.js';
import { renderPrompt } from '../../prompt/index.js';
import type { Message } from '../../schemas/messages.js';
import { isRecord } from '../../translate/notes.js';
import { type CliIO, UsageError } from '../io.js';

/** The dialect that a server's model speaks, and how that is known. */
export interface UpstreamDialect {
  dialect: Dialect | DialectName;
  why: string;
}

/** So long a server is waited for. */
const patience = 10_000;

type Ask = (url: string, json?: unknown) => Promise<unknown>;

/** Asks a server for JSON; undefined where it has none to give. */
function asker(io: CliIO): Ask {
  const send = io.fetch ?? fetch;
  const key = io.env?.('OPENAI_API_KEY');
  return async (url, json) => {
    try {
      const response = await send(url, {
        method: json === undefined ? 'GET' : 'POST',
        headers: {
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key ? { authorization: `Bearer ${key}` } : {}),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(patience),
      });
      if (!response.ok) {
        await response.body?.cancel();
        return undefined;
      }
      return await response.json();
    } catch {
      return undefined;
    }
  };
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

/** Does a server write what the dialect does? Undefined where it does not say. */
async function sameAsServer(
  ask: Ask,
  root: string,
  dialect: Dialect,
  bos: string,
): Promise<boolean | undefined> {
  const bare = (prompt: string): string =>
    bos !== '' && prompt.startsWith(bos) ? prompt.slice(bos.length) : prompt;
  let told = false;
  for (const messages of conversations) {
    const answer = await ask(`${root}/apply-template`, { messages });
    if (!isRecord(answer) || typeof answer['prompt'] !== 'string') continue;
    told = true;
    if (bare(answer['prompt']) !== bare(renderPrompt(messages, { dialect }).prompt)) return false;
  }
  return told ? true : undefined;
}

/** The dialect of llama.cpp's model, from the template that it gives. */
async function fromProps(ask: Ask, root: string): Promise<UpstreamDialect | string | undefined> {
  const props = await ask(`${root}/props`);
  if (!isRecord(props)) return undefined;
  const template = textIn(props, 'chat_template');
  if (template === '') return undefined;
  const { dialectFromConfig } = await import('../../jinja/index.js');
  const bos = textIn(props, 'bos_token');
  let dialect: Dialect;
  try {
    const config = { chat_template: template, bos_token: bos, eos_token: textIn(props, 'eos_token') };
    dialect = dialectFromConfig(config, { now: Date.now });
  } catch (error) {
    return `the chat template that the server gives can't be used: ${(error as Error).message}`;
  }
  const same = await sameAsServer(ask, root, dialect, bos);
  if (same === false) return 'the server writes other prompts than the chat template that it gives';
  const checked = same ? ', checked against what it writes itself' : '';
  return { dialect, why: `from the chat template that the server gives${checked}` };
}

/** The dialect of the only model that a server lists, or of all that it lists. */
async function fromModels(ask: Ask, base: string): Promise<UpstreamDialect | string | undefined> {
  const answer = await ask(`${base}/models`);
  const listed = isRecord(answer) && Array.isArray(answer['data']) ? answer['data'].filter(isRecord) : [];
  const ids = listed.flatMap(({ id, root }) =>
    [root, id].filter((name) => typeof name === 'string').slice(0, 1),
  );
  if (ids.length === 0) return undefined;
  const known = [...new Set(ids.map((id) => dialectFor(id)))];
  const [only] = known;
  if (known.length > 1) return `the server has models of several formats: ${ids.slice(0, 5).join(', ')}`;
  if (only === undefined || only === null) return `the format of the model ${ids[0]} is not known`;
  return { dialect: only, why: `from the model's name, ${ids[0]}` };
}

/**
 * Asks a server which dialect its model speaks: llama.cpp for its chat template, others for the names of their models.
 * Throws `UsageError` where nothing is certain, and says what to give.
 */
export async function upstreamDialect(io: CliIO, upstream: string): Promise<UpstreamDialect> {
  const base = baseAddress(upstream);
  const ask = asker(io);
  const reasons: string[] = [];
  for (const found of [await fromProps(ask, serverRoot(base)), await fromModels(ask, base)]) {
    if (typeof found === 'object') return found;
    if (found !== undefined) reasons.push(found);
  }
  const why =
    reasons.length === 0 ? 'the server tells neither its chat template nor its models' : reasons.join('; ');
  throw new UsageError(
    `which format the model was trained on is not certain: ${why}. Give --dialect, as chatml or llama-3, or --template with the model's chat_template.jinja or tokenizer_config.json.`,
  );
}
