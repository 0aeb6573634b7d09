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
  /** How many of the option's units one of the flag's is: seconds for milliseconds. */
  scale?: number;
  /** What stands for the value in the help, where the rule does not say it. */
  value?: string;
}

const seconds = 1000;
const megabytes = 1_000_000;

export const edgeFlags: readonly EdgeFlag[] = [
  { option: 'overflow', flag: '--overflow', help: 'what happens to histories that are too long' },
  { option: 'contextWindow', flag: '--context-window', value: 'tokens', help: "the model's window (the server is asked)" },
  { option: 'concurrency', flag: '--concurrency', help: 'requests of a batch under way at a time (8)' },
  { option: 'unknownFields', flag: '--unknown-fields', help: 'what happens to fields that nobody knows (pass)' },
  { option: 'strict', flag: '--strict', help: 'refuse what would be lost; never ask again without what was refused' },
  { option: 'limits.body', flag: '--max-body', value: 'bytes', help: 'the longest body of a request (33554432)' },
  { option: 'limits.memory', flag: '--max-memory', value: 'megabytes', scale: megabytes, help: 'what bodies of requests under way may take (512)' },
  { option: 'limits.depth', flag: '--max-depth', help: "the deepest nesting of a request's JSON (128)" },
  { option: 'limits.response', flag: '--max-response', value: 'bytes', help: 'the longest response that is no stream (268435456)' },
  { option: 'limits.frame', flag: '--max-frame', help: 'the longest event of a stream, in UTF-16 units (8388608)' },
  { option: 'limits.headersTimeout', flag: '--timeout', value: 'seconds', scale: seconds, help: 'the longest wait for the upstream (600, and 300 within a response)' },
  { option: 'limits.idleTimeout', flag: '--idle-timeout', value: 'seconds', scale: seconds, help: 'the longest wait for more of a response (as --timeout)' },
  { option: 'toolCalls', flag: '--tool-calls', value: 'how', help: 'chat: are calls read from the text (yes or no); completions: are they an error, or text' },
  { option: 'reasoning', flag: '--reasoning', value: 'how', help: 'chat: is reasoning set apart (yes or no); completions: drop it, or think' },
  { option: 'server', flag: '--server', help: 'the kind of server that completes' },
  { option: 'send', flag: '--send', help: 'how prompts go to the server: as text (the default), or as the ids of --tokenizer' },
  { option: 'responseFormat', flag: '--response-format', help: 'how JSON is asked for (auto)' },
  { option: 'echo', flag: '--echo', help: 'ask the server to echo the prompt, and check it' },
  { option: 'render.bos', flag: '--bos', help: 'begin prompts with the BOS token' },
  { option: 'render.collisions', flag: '--collisions', help: 'what happens to content that looks like structure (neutralize)' },
  { option: 'render.fidelity', flag: '--fidelity', help: "as the model's own template writes, or with nothing changed (template)" },
  { option: 'render.toolStyle', flag: '--tool-style', help: "the form of tools (native, where there is one)" },
  { option: 'render.systemFallback', flag: '--system-fallback', help: 'system messages where the model has none (fold)' },
  { option: 'render.alternation', flag: '--alternation', help: 'two turns of one speaker in a row' },
  { option: 'render.parts', flag: '--parts', help: 'parts that text can not carry (error)' },
  { option: 'render.generationPrompt', flag: '--generation-prompt', help: "end with the assistant's open label (yes)" },
  { option: 'render.continueFinal', flag: '--continue-final', help: 'a last message of the assistant stays open (yes)' },
  { option: 'render.templateOptions', flag: '--template-options', help: 'what the template takes beside messages' },
  { option: 'whitespace', flag: '--whitespace', help: 'keep or trim the white space around turns (tidy)' },
  { option: 'nonConversation', flag: '--non-conversation', help: 'what a prompt that is no conversation becomes (user)' },
  { option: 'instruction', flag: '--instruction', value: 'text', help: 'the words of --non-conversation instruct' },
  { option: 'prefill', flag: '--prefill', help: "prompts that end inside of the assistant's turn (by the model)" },
  { option: 'suffix', flag: '--suffix', help: 'prompts with a suffix (error)' },
  { option: 'unsupported', flag: '--unsupported', help: 'what the model refuses (emulate)' },
  { option: 'capabilities', flag: '--capabilities', help: 'what the model takes, where the table can not know' },
  { option: 'fanOut', flag: '--fan-out', help: 'one request for each choice' },
  { option: 'maxTokensField', flag: '--max-tokens-field', help: 'where the limit of the reply goes' },
  { option: 'reasoningHeadroom', flag: '--reasoning-headroom', value: 'tokens', help: 'added to the limit of models that reason (4096)' },
  { option: 'restoreSpace', flag: '--restore-space', help: 'begin replies with the space that the label owns (yes)' },
  { option: 'textOffset', flag: '--text-offset', value: 'number', help: "where the offsets of tokens begin (the prompt's length)" },
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
    const listed = choices.length > 0 && one.value === undefined ? ` (${choices.join(', ')})` : '';
    const option = new Option(`${one.flag} ${valueName(one)}`, `${one.help}${listed}`);
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
      throw new UsageError(`${flag}: this is no JSON: ${value.slice(0, 60)}`);
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
