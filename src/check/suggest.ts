import type { ChatOverCompletionsOptions } from '../fetch/chat-options.js';
import type { CompletionsOverChatOptions } from '../fetch/completions-over-chat.js';
import type { Direction } from '../fetch/handler.js';
import { dialects } from '../formats/index.generated.js';
import { type Server, type ServerName, servers } from '../translate/servers.js';
import { capabilitiesOf } from '../translate/target/capabilities.js';
import type { Facts } from './types.js';

/** How rolecall serves from the endpoint, in one direction. */
export interface Suggestion {
  direction: Direction;
  /** The arguments of `rolecall`; undefined where no command can do it. */
  command: string[] | undefined;
  /** What `chatOverCompletions` or `completionsOverChat` takes, but for headers with a key. */
  options: ChatOverCompletionsOptions | CompletionsOverChatOptions;
  /** The call, as TypeScript. */
  code: string;
  /** What the command can't say, or what is a guess. */
  notes: string[];
}

/** A value as source code: a literal that Biome and people would write so. */
function literal(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name));
  return `{ ${entries.map(([name, one]) => `${key(name)}: ${literal(one)}`).join(', ')} }`;
}

/** An argument as a shell takes it. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** `serve` takes pairs and files there as well. */
const isPlainModel = (model: string): boolean => !/[=,]|\.json$/.test(model);

/** The traits of the server, where what was seen is not what is known of its name. */
function traitsOf({ server, stops, hidesSpecialTokens }: Facts): ServerName | Server | undefined {
  const named = servers[server ?? 'generic'];
  const most = stops.completions;
  const traits: Server = { ...named };
  if (typeof most === 'number' && (named.stops === null || most < named.stops)) traits.stops = most;
  if (hidesSpecialTokens === true && named.showSpecialTokens === null)
    traits.showSpecialTokens = { skip_special_tokens: false };
  const same = traits.stops === named.stops && traits.showSpecialTokens === named.showSpecialTokens;
  return same ? server : traits;
}

/** An option as `serve` takes it; nothing where it is not set. */
function flag(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
  return [name, typeof text === 'object' ? JSON.stringify(text) : String(text)];
}

interface Place {
  baseURL?: string;
  command: boolean;
  notes: string[];
  /** More lines of code, as `headers: { … }`. */
  headers: string | undefined;
}

/** What both directions have to say of the address and the key. */
function placeOf({ base, auth, needsKey }: Facts, query: boolean): Place {
  const notes: string[] = [];
  const rooted = new URL(base).pathname === '/';
  if (rooted)
    notes.push(
      `The API stands at the root of its host, where serve would look under /v1: give the client the base URL ${base}.`,
    );
  if (query) notes.push('The query of the URL has to come from the client; serve and baseURL leave it out.');
  const other = needsKey === true && auth !== 'bearer' && auth !== 'none';
  if (other) notes.push(`The key goes in the header ${auth}, which serve does not add.`);
  return {
    ...(rooted ? {} : { baseURL: base }),
    command: !rooted && !other && !query,
    notes,
    headers: other ? `headers: { ${literal(auth)}: process.env['API_KEY'] ?? '' }` : undefined,
  };
}

function code(name: string, options: object, headers: string | undefined): string {
  const inner = literal(options).slice(2, -2);
  return `${name}({ ${[inner, headers].filter(Boolean).join(', ')} })`;
}

function overCompletions(facts: Facts, query: boolean): Suggestion {
  const place = placeOf(facts, query);
  const notes = [...place.notes];
  const { contextWindow, completionsJson, addsBos } = facts;
  const own = facts.ownTemplate === true;
  const dialect = own ? undefined : facts.dialect;
  const inCode =
    "in code, dialectFromConfig of rolecall/jinja makes a dialect of the model's tokenizer_config.json.";
  if (own)
    notes.push(`The format is that of the server's chat template. serve takes it from the server; ${inCode}`);
  else if (dialect === undefined)
    notes.push(
      `The dialect is not known: --template takes the model's tokenizer_config.json, or its chat_template.jinja; ${inCode}`,
    );
  else if (facts.dialectGuessed === true)
    notes.push(`The dialect ${dialect} is the one of the model's name.`);
  const server = traitsOf(facts);
  const traits = typeof server === 'object' ? server : servers[server ?? 'generic'];
  const options: ChatOverCompletionsOptions = {};
  if (dialect !== undefined) options.dialect = dialect;
  if (place.baseURL !== undefined) options.baseURL = place.baseURL;
  if (server !== undefined) options.server = server;
  if (contextWindow !== undefined) options.contextWindow = contextWindow;
  if (completionsJson === true && traits.json === null) options.responseFormat = 'pass';
  const known = dialect === undefined ? undefined : dialects[dialect];
  // A template may write it; where it does not, there is nothing to leave out.
  const writesBos =
    known === undefined || (known.kind === 'markers' && known.bos !== undefined && known.bos !== '');
  if (addsBos !== undefined && addsBos !== traits.addsBos && (addsBos || writesBos))
    options.render = { bos: !addsBos };
  if (typeof server === 'object')
    notes.push('What was seen of the server differs from its kind: the options say more than its name.');
  const command = [
    'serve',
    '--upstream',
    facts.base,
    ...(own ? [] : dialect === undefined ? ['--template', 'tokenizer_config.json'] : ['--dialect', dialect]),
    // By its name it is known for more than its traits: it counts tokens, and tells its window.
    ...flag('--server', facts.server),
    ...flag('--context-window', contextWindow),
    ...flag('--response-format', options.responseFormat),
    ...flag('--bos', options.render?.bos),
  ];
  return {
    direction: 'chat-over-completions',
    command: place.command ? command : undefined,
    options,
    code: code('chatOverCompletions', options, place.headers),
    notes,
  };
}

function overChat(facts: Facts, query: boolean): Suggestion {
  const place = placeOf(facts, query);
  const notes = [...place.notes];
  const { model, contextWindow, limitFields, stops, choices, chatLogprobs, thinks } = facts;
  const options: CompletionsOverChatOptions = { model };
  if (place.baseURL !== undefined) options.baseURL = place.baseURL;
  if (contextWindow !== undefined) options.contextWindow = contextWindow;
  if (limitFields?.length === 1 && limitFields[0] === 'max_tokens') options.maxTokensField = 'max_tokens';
  if (choices.chat === false) options.fanOut = true;
  const few = typeof stops.chat === 'number' && stops.chat < 4;
  const reasons = thinks === true && !capabilitiesOf(model).reasons;
  if (few || chatLogprobs === false || reasons)
    options.capabilities = {
      ...(few ? { stops: stops.chat as number } : {}),
      ...(chatLogprobs === false ? { refuses: ['logprobs'] } : {}),
      ...(reasons ? { reasons } : {}),
    };
  const plain = isPlainModel(model);
  if (!plain) notes.push('The name of the model is not one that --model-map can be given alone.');
  const command = [
    'serve',
    '--upstream',
    facts.base,
    '--direction',
    'completions-over-chat',
    ...(plain ? ['--model-map', model] : []),
    ...flag('--context-window', contextWindow),
    ...flag('--max-tokens-field', options.maxTokensField),
    ...flag('--fan-out', options.fanOut),
    ...flag('--capabilities', options.capabilities),
  ];
  return {
    direction: 'completions-over-chat',
    command: place.command ? command : undefined,
    options,
    code: code('completionsOverChat', options, place.headers),
    notes,
  };
}

/** The ways to serve from an endpoint: chat where it completes text, completions where it chats. */
export function suggestionsFor(facts: Facts, query: boolean): Suggestion[] {
  return [
    ...(facts.completions === true ? [overCompletions(facts, query)] : []),
    ...(facts.chat === true ? [overChat(facts, query)] : []),
  ];
}
