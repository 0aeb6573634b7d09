import type { MarkerDialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { probed } from './dialect.js';
import type { JinjaDialectOptions } from './knowledge.js';
import { ofTwo } from './named.js';
import { responseOf } from './response/template.js';
import { tokensIn } from './tokens.js';

/** A token of a tokenizer's config: its text, or an object that holds it. */
type TokenField = string | { content?: unknown } | null | undefined;

/** What is read of a model's `tokenizer_config.json`; whatever else it holds is left alone. */
export interface TokenizerConfig {
  chat_template?: unknown;
  bos_token?: TokenField;
  eos_token?: TokenField;
  added_tokens_decoder?: unknown;
  additional_special_tokens?: unknown;
  /** How replies are parsed, in newer configs: read where the chat template does not show it. */
  response_template?: unknown;
  /** The same in older configs. */
  response_schema?: unknown;
  [member: string]: unknown;
}

export interface ConfigOptions extends Omit<JinjaDialectOptions, 'bosToken' | 'eosToken'> {
  /**
   * The template, where it stands in a file of its own (`chat_template.jinja`); or the name of one of several, as `rag`.
   * Without it `default` is taken, and `tool_use` for prompts that have tools, as transformers does.
   */
  chatTemplate?: string | undefined;
}

const invalid = (message: string, path: string): RolecallError =>
  new RolecallError('invalid-dialect', message, { path });

function tokenText(token: unknown): string {
  if (typeof token === 'string') return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : '';
}

/** The templates of a config that has several, by their names; null for one that has a text. */
function namedTemplates({ chat_template: own }: TokenizerConfig): Map<string, string> | null {
  if (typeof own !== 'object' || own === null) return null;
  const entries: [unknown, unknown][] = Array.isArray(own)
    ? (own as ({ name?: unknown; template?: unknown } | null)[]).map((one) => [one?.name, one?.template])
    : Object.entries(own);
  const isNamed = (one: [unknown, unknown]): one is [string, string] =>
    one.every((text) => typeof text === 'string');
  return new Map(entries.filter(isNamed));
}

/** The template for chats, and the one for chats with tools where the config has such. */
function templatesOf(config: TokenizerConfig, given: string | undefined): { plain: string; tooled?: string } {
  const named = namedTemplates(config);
  if (given !== undefined) return { plain: named?.get(given) ?? given };
  if (typeof config.chat_template === 'string') return { plain: config.chat_template };
  const tooled = named?.get('tool_use');
  const plain = named?.get('default') ?? tooled ?? named?.values().next().value;
  if (plain === undefined) throw invalid('The tokenizer config has no chat template.', 'chat_template');
  return tooled === undefined || tooled === plain ? { plain } : { plain, tooled };
}

/** The tokens that a config adds: special ones, and those that look like marks. */
function addedTokens(
  { added_tokens_decoder: added, additional_special_tokens: more }: TokenizerConfig,
  template: string,
): string[] {
  const tokens: string[] = Array.isArray(more) ? more.map(tokenText) : [];
  const entries = typeof added === 'object' && added !== null ? Object.values(added) : [];
  for (const entry of entries as ({ content?: unknown; special?: unknown } | null)[]) {
    const text = tokenText(entry);
    const isMark =
      entry?.special === true ||
      tokensIn(text)[0] === text ||
      (/^\S*[<[\]|].*\S$/.test(text) && template.includes(text));
    if (text.trim().length > 1 && isMark) tokens.push(text);
  }
  return tokens.filter((token) => token !== '');
}

/**
 * A dialect of any model, from its `tokenizer_config.json` (as an object, or as its text): the chat template, the tokens
 * that begin and end texts, and all special tokens. Where the chat template shows no calls or no reasoning, the config's
 * `response_template` tells how replies have them.
 *
 * Throws `invalid-dialect` for a config without a template, for a template that is no Jinja, and for a `response_template`
 * that alone tells how calls or reasoning are written and can't be read.
 * @example
 * ```ts
 * import { renderPrompt } from 'rolecall';
 * import { dialectFromConfig } from 'rolecall/jinja';
 * const config = {
 *   chat_template: '{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}',
 *   eos_token: '<|end|>',
 * };
 * renderPrompt([{ role: 'user', content: 'Hi!' }], { dialect: dialectFromConfig(config) }).prompt;
 * ```
 */
export function dialectFromConfig(
  tokenizerConfig: TokenizerConfig | string,
  options: ConfigOptions = {},
): MarkerDialect {
  const config = typeof tokenizerConfig === 'string' ? parsed(tokenizerConfig) : tokenizerConfig;
  if (typeof config !== 'object' || config === null)
    throw invalid('The tokenizer config must be an object.', '');
  const { chatTemplate, ...rest } = options;
  const { plain, tooled } = templatesOf(config, chatTemplate);
  const told = {
    ...rest,
    bosToken: tokenText(config.bos_token),
    eosToken: tokenText(config.eos_token),
    response: responseOf(config),
    specialTokens: [...addedTokens(config, plain + (tooled ?? '')), ...(options.specialTokens ?? [])],
  };
  if (tooled === undefined) return probed(plain, told);
  // A name of its own: each is written by its template, also where a built-in dialect writes the same.
  const { name = 'jinja' } = rest;
  return ofTwo(probed(plain, { ...told, name }), probed(tooled, { ...told, name }));
}

function parsed(text: string): TokenizerConfig {
  try {
    return JSON.parse(text) as TokenizerConfig;
  } catch (cause) {
    throw new RolecallError('invalid-dialect', 'The tokenizer config is not JSON.', { path: '', cause });
  }
}
