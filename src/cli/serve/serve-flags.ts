import { type Command, Option } from 'commander';
import { type EdgeDirection, optionRules, type Rule } from '../../fetch/option-rules.js';
import { didYouMean } from '../../text/nearest.js';
import { isRecord } from '../../translate/notes.js';
import { wholeNumber } from '../flags.js';
import { type CliIO, readJsonInput, UsageError } from '../io.js';

/** A flag of `serve` that is an option of the edge, and keeps to the option's rule. */
interface EdgeFlag {
  /** The option, by its path. */
  option: string;
  flag: string;
  help: string;
  /** What holds where it is not given, in words. */
  unless?: string;
  /** How many of the option's units one of the flag's is: seconds for milliseconds. */
  scale?: number;
  /** What stands for the value in the help, where the rule does not say it. */
  value?: string;
}

const seconds = 1000;
const megabytes = 1_000_000;

export const edgeFlags: readonly EdgeFlag[] = [
  { option: 'overflow', flag: '--overflow', help: 'what happens to histories that are too long' },
  { option: 'contextWindow', flag: '--context-window', value: 'tokens', help: 'the most tokens that the model takes', unless: 'the server is asked' },
  { option: 'concurrency', flag: '--concurrency', help: 'requests of a batch under way at a time', unless: '8' },
  { option: 'unknownFields', flag: '--unknown-fields', help: 'what happens to fields that are not of the API', unless: 'pass' },
  { option: 'strict', flag: '--strict', help: 'refuse what would be lost; never ask again without what was refused' },
  { option: 'limits.body', flag: '--max-body', value: 'bytes', help: 'the longest body of a request', unless: '33554432' },
  { option: 'limits.memory', flag: '--max-memory', value: 'megabytes', scale: megabytes, help: 'what the bodies of requests under way may take together', unless: '512' },
  { option: 'limits.depth', flag: '--max-depth', help: "the deepest nesting of a request's JSON", unless: '128' },
  { option: 'limits.response', flag: '--max-response', value: 'bytes', help: 'the longest response that is not a stream', unless: '268435456' },
  { option: 'limits.frame', flag: '--max-frame', help: 'the longest event of a stream, in characters', unless: '8388608' },
  { option: 'limits.headersTimeout', flag: '--timeout', value: 'seconds', scale: seconds, help: 'the longest wait for the upstream', unless: '600, and 300 within a response' },
  { option: 'limits.idleTimeout', flag: '--idle-timeout', value: 'seconds', scale: seconds, help: 'the longest wait for more of a response', unless: 'as --timeout' },
  { option: 'toolCalls', flag: '--tool-calls', value: 'how', help: 'chat: are calls read from the text (yes or no); completions: are they an error, or text' },
  { option: 'reasoning', flag: '--reasoning', value: 'how', help: 'chat: is reasoning set apart (yes or no); completions: drop it, or think' },
  { option: 'server', flag: '--server', help: 'the kind of server that completes' },
  { option: 'send', flag: '--send', help: 'how prompts go to the server: as text, or as the ids of --tokenizer', unless: 'text' },
  { option: 'responseFormat', flag: '--response-format', help: 'how JSON is asked for', unless: 'auto' },
  { option: 'echo', flag: '--echo', help: 'ask the server to repeat the prompt, and check it' },
  { option: 'render.bos', flag: '--bos', help: 'begin prompts with the token that marks the beginning of a text (BOS)' },
  { option: 'render.collisions', flag: '--collisions', help: 'what happens to text of users that looks like the mark of a turn', unless: 'neutralize' },
  { option: 'render.fidelity', flag: '--fidelity', help: "write prompts as the model's own template does, or with nothing changed", unless: 'template' },
  { option: 'render.toolStyle', flag: '--tool-style', help: 'the form in which tools are written', unless: 'native, where there is one' },
  { option: 'render.systemFallback', flag: '--system-fallback', help: 'what happens to system messages where the model knows none', unless: 'fold' },
  { option: 'render.alternation', flag: '--alternation', help: 'what happens to two turns of one speaker in a row' },
  { option: 'render.parts', flag: '--parts', help: 'what happens to images and audio', unless: 'error' },
  { option: 'render.generationPrompt', flag: '--generation-prompt', help: 'end prompts where the assistant is to speak', unless: 'yes' },
  { option: 'render.continueFinal', flag: '--continue-final', help: 'leave a last message of the assistant open, so that the model goes on with it', unless: 'yes' },
  { option: 'render.templateOptions', flag: '--template-options', help: 'what the template takes beside messages, such as a date' },
  { option: 'whitespace', flag: '--whitespace', help: 'keep or trim the white space around turns', unless: 'tidy' },
  { option: 'nonConversation', flag: '--non-conversation', help: 'what a prompt in which nobody speaks becomes', unless: 'user' },
  { option: 'instruction', flag: '--instruction', value: 'text', help: 'the words of --non-conversation instruct' },
  { option: 'prefill', flag: '--prefill', help: "what happens to prompts that have begun the assistant's answer", unless: 'by the model' },
  { option: 'suffix', flag: '--suffix', help: 'what happens to requests with a suffix', unless: 'error' },
  { option: 'unsupported', flag: '--unsupported', help: 'what happens to fields that the model refuses', unless: 'emulate' },
  { option: 'capabilities', flag: '--capabilities', help: 'what the model takes, where rolecall does not know it' },
  { option: 'fanOut', flag: '--fan-out', help: 'send one request for each choice' },
  { option: 'maxTokensField', flag: '--max-tokens-field', help: 'the field for the limit of the reply' },
  { option: 'reasoningHeadroom', flag: '--reasoning-headroom', value: 'tokens', help: 'added to the limit of models that reason', unless: '4096' },
  { option: 'restoreSpace', flag: '--restore-space', help: 'begin replies with the space that stands behind a label', unless: 'yes' },
  { option: 'textOffset', flag: '--text-offset', value: 'number', help: 'where the offsets of tokens begin', unless: "the prompt's length" },
  { option: 'labels.system', flag: '--system-label', value: 'text', help: 'a label of the system in prompts; may be repeated' },
  { option: 'labels.user', flag: '--user-label', value: 'text', help: 'a label of the user' },
  { option: 'labels.assistant', flag: '--assistant-label', value: 'text', help: 'a label of the assistant' },
]; // biome-ignore format: a table is read best by lines

/** Options of the edge that other flags of `serve` give. */
const otherFlags: Readonly<Record<string, string>> = {
  model: '--model-map',
  dialect: '--dialect',
  tokenizer: '--tokenizer',
  headers: '--header',
  cors: '--cors',
  baseURL: '--upstream',
  clientKey: '--client-key-env',
  maxRequests: '--max-requests',
};

/** Options that only a program can give. */
const withoutFlag = new Set([
  'fetch',
  'onWarning',
  'onError',
  'onServed',
  'now',
  'makeId',
  'direction',
  'limits',
  'render',
]);

/** The flag of an option, for messages that name options; null for what is none. */
export function flagOf(option: string): string | undefined | null {
  const found = edgeFlags.find((one) => one.option === option || one.option.endsWith(`.${option}`));
  return found?.flag ?? otherFlags[option] ?? (withoutFlag.has(option) ? undefined : null);
}

const directions: readonly EdgeDirection[] = ['chat-over-completions', 'completions-over-chat'];

const ruleIn = (option: string, direction: EdgeDirection): Rule | undefined => optionRules[direction][option];

/** The name under which commander keeps the value of a flag. */
const keyOf = (flag: string): string =>
  flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** What stands for the value of a flag in the help. */
function valueName({ option, value }: EdgeFlag): string {
  const [rule] = directions.map((direction) => ruleIn(option, direction)).filter((one) => one !== undefined);
  if (value !== undefined) return `<${value}>`;
  if (rule?.kind === 'yes') return '[yes or no]';
  return { choice: '<name>', count: '<number>', data: '<JSON or file>', text: '<text>', texts: '<text>' }[
    rule!.kind
  ];
}

export function addEdgeFlags(command: Command): Command {
  for (const one of edgeFlags) {
    const rules = directions.map((direction) => ruleIn(one.option, direction));
    const [first, second] = rules;
    const choices =
      rules[0]?.kind === 'choice' ? rules[0].choices : second?.kind === 'choice' ? second.choices : [];
    const notes = [
      ...(choices.length > 0 && one.value === undefined ? [`choices: ${choices.join(', ')}`] : []),
      ...(one.unless === undefined ? [] : [`default: ${one.unless}`]),
    ];
    const noted = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
    const option = new Option(`${one.flag} ${valueName(one)}`, `${one.help}${noted}`);
    if ((first ?? second)?.kind === 'texts') option.argParser(collect);
    command.addOption(option);
  }
  return command;
}

/** An object that a flag gives as JSON, or as the name of a file of it. */
async function dataOf(io: CliIO, value: string, flag: string): Promise<object> {
  let data: unknown;
  if (/^\s*\{/.test(value)) {
    try {
      data = JSON.parse(value);
    } catch {
      throw new UsageError(`${flag}: this is not JSON: ${value.slice(0, 60)}`);
    }
  } else data = await readJsonInput(io, value);
  if (!isRecord(data)) throw new UsageError(`${flag} takes a JSON object, or a file of one.`);
  return data;
}

const words: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false };

/** The value that an option gets from what its flag was given. */
async function readValue(
  io: CliIO,
  given: unknown,
  { flag, scale = 1 }: EdgeFlag,
  rule: Rule,
): Promise<unknown> {
  if (rule.kind === 'texts') return given;
  const text = String(given);
  switch (rule.kind) {
    case 'text':
      return text;
    case 'count':
      return wholeNumber(text, flag, { least: rule.least }) * scale;
    case 'yes': {
      const said = words[text.toLowerCase()];
      if (said === undefined) throw new UsageError(`${flag} takes yes or no, not "${text}".`);
      return said;
    }
    case 'data':
      return await dataOf(io, text, flag);
    case 'choice':
      if (rule.choices.includes(text)) return text;
      if (flag === '--server' && /^\s*\{|\.json$/.test(text)) return await dataOf(io, text, flag);
      throw new UsageError(
        `${flag} takes ${rule.choices.join(', ')}, not "${text}".${didYouMean(text, rule.choices)}`,
      );
  }
}

/** Sets the value at a path of nested objects. */
function setAt(target: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let inner = target;
  for (const key of keys) {
    inner[key] ??= {};
    inner = inner[key] as Record<string, unknown>;
  }
  inner[last] = value;
}

/** The options that the flags of a command line give. Throws a `UsageError` for values that an option can't have. */
export async function edgeOptionsOf(
  io: CliIO,
  flags: Readonly<Record<string, unknown>>,
  direction: EdgeDirection,
): Promise<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  for (const one of edgeFlags) {
    const given = flags[keyOf(one.flag)];
    if (given === undefined) continue;
    const rule = ruleIn(one.option, direction);
    if (rule === undefined) {
      const other = directions.find((name) => name !== direction)!;
      throw new UsageError(`${one.flag} is for --direction ${other}.`);
    }
    const value = await readValue(io, given, one, rule);
    setAt(options, one.option, value);
    if (one.flag === '--timeout') setAt(options, 'limits.idleTimeout', value);
  }
  return options;
}
