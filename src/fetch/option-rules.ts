import type { SpeakerLabels, WriteOptions } from '../dialect/write-options.js';
import { RolecallError } from '../errors.js';
import { type ServerName, servers } from '../translate/servers.js';
import type { ToChatRequestOptions } from '../translate/to-chat-request.js';
import type { ToCompletionRequestOptions } from '../translate/to-completion-request.js';
import type { ToCompletionResponseOptions } from '../translate/to-completion-response.js';
import type { ChatOverCompletionsOptions } from './chat-options.js';
import type { EdgeOptions, Overflow } from './types.js';

/** What the value of an option must be. `data`: an object, of which nothing else is known here. */
export type Rule =
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'count'; least: number }
  | { kind: 'yes' }
  | { kind: 'text' }
  | { kind: 'texts' }
  | { kind: 'data' };

const yes: Rule = { kind: 'yes' };
const text: Rule = { kind: 'text' };
const data: Rule = { kind: 'data' };
const count = (least: number): Rule => ({ kind: 'count', least });
/** The compiler checks that the type has each of them. */
const choice =
  <Value>() =>
  (...choices: Extract<Value, string>[]): Rule => ({ kind: 'choice', choices });

export type EdgeDirection = 'chat-over-completions' | 'completions-over-chat';

/** Options of both directions, by their paths: one table for what checks them and for the flags of the command line. */
const shared = {
  unknownFields: choice<EdgeOptions['unknownFields']>()('drop', 'pass', 'error'),
  strict: yes,
  concurrency: count(1),
  contextWindow: count(1),
  overflow: choice<Overflow>()('error', 'fit', 'retry'),
  'limits.body': count(1),
  'limits.memory': count(1),
  'limits.depth': count(1),
  'limits.response': count(1),
  'limits.frame': count(1),
  'limits.headersTimeout': count(1),
  'limits.idleTimeout': count(1),
} as const;

const chatOverCompletions = {
  server: choice<ServerName>()(...(Object.keys(servers) as ServerName[])),
  send: choice<ChatOverCompletionsOptions['send']>()('text', 'ids'),
  responseFormat: choice<ToCompletionRequestOptions['responseFormat']>()('auto', 'instruct', 'pass', 'error'),
  echo: yes,
  toolCalls: yes,
  reasoning: yes,
  'render.bos': yes,
  'render.generationPrompt': yes,
  'render.continueFinal': yes,
  'render.collisions': choice<WriteOptions['collisions']>()('escape', 'neutralize', 'error', 'allow'),
  'render.fidelity': choice<WriteOptions['fidelity']>()('template', 'reversible'),
  'render.toolStyle': choice<WriteOptions['toolStyle']>()('native', 'generic', 'error'),
  'render.systemFallback': choice<WriteOptions['systemFallback']>()('fold', 'user', 'error'),
  'render.alternation': choice<WriteOptions['alternation']>()('keep', 'merge', 'error'),
  'render.parts': choice<WriteOptions['parts']>()('error', 'placeholder'),
  'render.templateOptions': data,
} as const;

const completionsOverChat = {
  whitespace: choice<ToChatRequestOptions['whitespace']>()('exact', 'tidy'),
  nonConversation: choice<ToChatRequestOptions['nonConversation']>()('user', 'instruct', 'prefill'),
  instruction: text,
  prefill: choice<ToChatRequestOptions['prefill']>()('send', 'instruct', 'error'),
  suffix: choice<ToChatRequestOptions['suffix']>()('error', 'instruct'),
  unsupported: choice<ToChatRequestOptions['unsupported']>()('emulate', 'drop', 'error'),
  fanOut: yes,
  maxTokensField: choice<ToChatRequestOptions['maxTokensField']>()('max_completion_tokens', 'max_tokens'),
  reasoningHeadroom: count(0),
  restoreSpace: yes,
  capabilities: data,
  toolCalls: choice<ToCompletionResponseOptions['toolCalls']>()('error', 'text'),
  reasoning: choice<ToCompletionResponseOptions['reasoning']>()('drop', 'think'),
  textOffset: count(0),
  'labels.system': { kind: 'texts' },
  'labels.user': { kind: 'texts' },
  'labels.assistant': { kind: 'texts' },
} as const satisfies Record<string, Rule> & Partial<Record<`labels.${keyof SpeakerLabels}`, Rule>>;

export const optionRules: Readonly<Record<EdgeDirection, Readonly<Record<string, Rule>>>> = {
  'chat-over-completions': { ...shared, ...chatOverCompletions },
  'completions-over-chat': { ...shared, ...completionsOverChat },
};

/** What an option that has another form too may be: a function of the model, a server of one's own, `prompt`, no limit. */
const otherForms: Readonly<Record<string, (value: unknown) => boolean>> = {
  contextWindow: (value) => typeof value === 'function',
  server: (value) => typeof value === 'object',
  capabilities: (value) => typeof value === 'function',
  textOffset: (value) => value === 'prompt',
};

function keeps(rule: Rule, value: unknown, path: string): boolean {
  if (otherForms[path]?.(value) === true) return true;
  if (path.startsWith('limits.') && value === Infinity) return true;
  switch (rule.kind) {
    case 'choice':
      return rule.choices.includes(value as string);
    case 'count':
      return Number.isInteger(value) && (value as number) >= rule.least;
    case 'yes':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string';
    case 'texts':
      return [value].flat().every((one) => typeof one === 'string');
    case 'data':
      return typeof value === 'object' && !Array.isArray(value);
  }
}

const wanted = (rule: Rule): string =>
  rule.kind === 'choice'
    ? `one of ${rule.choices.map((one) => `"${one}"`).join(', ')}`
    : rule.kind === 'count'
      ? `a whole number from ${rule.least}`
      : { yes: 'true or false', text: 'a text', texts: 'a text or a list of texts', data: 'an object' }[
          rule.kind
        ];

const shown = (value: unknown): string => {
  const written = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value));
  return written.length > 60 ? `${written.slice(0, 60)}…` : written;
};

/** Throws `invalid-argument`, with the path of the option, for a value that the option can't have. */
export function checkOptions(options: object, direction: EdgeDirection, name: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new RolecallError('invalid-argument', `${name} takes an object of options.`, { path: 'options' });
  }
  for (const [path, rule] of Object.entries(optionRules[direction])) {
    let value: unknown = options;
    for (const key of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[key];
    if (value === undefined || keeps(rule, value, path)) continue;
    const message = `${path} must be ${wanted(rule)}, not ${shown(value)}.`;
    throw new RolecallError('invalid-argument', message, { path });
  }
}
