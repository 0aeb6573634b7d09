/**
 * Counts recorded requests whose bill is known, and says how often the count is the bill.
 *
 * The records are split by a seeded hash of what they say, into a half to learn from and a half to test on, so that a
 * change of a rule can be made on the one and judged on the other. Fails when an aim is missed in either half.
 */
import { existsSync, readFileSync } from 'node:fs';
import { get_encoding, type Tiktoken } from 'tiktoken';
import { countChatTokens } from '../../src/tokens/chat/chat.js';
import { type ChatMessage, callsOf, mediaOf } from '../../src/tokens/chat/chat-message.js';
import { rulesFor } from '../../src/tokens/chat/chat-rules.js';

interface ChatRecord {
  source: string;
  model: string;
  messages: ChatMessage[];
  tools?: unknown[];
  functions?: unknown[];
  tool_choice?: unknown;
  function_call?: unknown;
  request_extras?: Record<string, unknown>;
  expected_tokens: number;
  verified_by_api: boolean;
}

interface CompletionRecord {
  model: string;
  prompt: string | string[];
  expected_prompt_tokens: number;
}

const FOLDER = new URL('../../../shared/recorded/', import.meta.url);
const SEED = 'rolecall-1';

const encodings = new Map<string, Tiktoken>();

function counterOf(
  encoding: 'p50k_base' | 'r50k_base' | 'cl100k_base' | 'o200k_base',
): (text: string) => number {
  const loaded = encodings.get(encoding) ?? get_encoding(encoding);
  encodings.set(encoding, loaded);
  return (text) => loaded.encode_ordinary(text).length;
}

function encodingOf(model: string) {
  if (/4o|4\.1|4\.5|gpt-5|^o\d/.test(model)) return 'o200k_base' as const;
  if (/^text-davinci-00[23]/.test(model)) return 'p50k_base' as const;
  if (/^(?:davinci|curie|babbage|ada|text-)/.test(model) && !/-002|davinci:/.test(model))
    return 'r50k_base' as const;
  return 'cl100k_base' as const;
}

/** FNV-1a, as a fraction. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of SEED + text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

type Kind = 'text' | 'tools' | 'tool history' | 'response format' | 'images';
const AIMS: Record<Kind, number> = {
  text: 0.95,
  tools: 0.9,
  'tool history': 0.85,
  'response format': 0,
  images: 0,
};

function kindOf(record: ChatRecord): Kind {
  const { messages } = record;
  if (messages.some((message) => mediaOf(message).length > 0)) return 'images';
  if (
    messages.some(
      (message) =>
        callsOf(message).length > 0 || /^(?:tool|function)$/.test(message.role) || message.function_call,
    )
  )
    return 'tool history';
  if (record.tools ?? record.functions) return 'tools';
  return record.request_extras?.['response_format'] === undefined ? 'text' : 'response format';
}

interface Tally {
  records: number;
  exact: number;
  near: number;
}

function read<Item>(name: string): Item[] {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Item[];
}

function countRecord(record: ChatRecord): number {
  const { model, messages, tools, functions, tool_choice, function_call, request_extras } = record;
  const request = { model, messages, tools, functions, tool_choice, function_call, ...request_extras };
  return countChatTokens(request, { tokenizer: counterOf(encodingOf(model)) }).total;
}

function main(): number {
  if (!existsSync(FOLDER)) {
    console.log('token counts: skipped, there is no folder of recorded cases');
    return 0;
  }
  const verbose = process.argv.includes('--verbose');
  const tallies = new Map<string, Tally>();
  const add = (key: string, wanted: number, counted: number) => {
    const tally = tallies.get(key) ?? { records: 0, exact: 0, near: 0 };
    tallies.set(key, tally);
    tally.records += 1;
    if (wanted === counted) tally.exact += 1;
    if (Math.abs(counted - wanted) <= 0.02 * wanted) tally.near += 1;
  };
  read<ChatRecord>('token_counts.json').forEach((record, index) => {
    const half =
      fraction(JSON.stringify([record.model, record.messages, record.tools])) < 0.5 ? 'learn' : 'test';
    const kind = kindOf(record);
    const counted = countRecord(record);
    const trusted = record.verified_by_api ? '' : ' (not verified)';
    add(`${kind}${trusted} | all | ${half}`, record.expected_tokens, counted);
    add(`${kind}${trusted} | ${rulesFor(record.model).family} | ${half}`, record.expected_tokens, counted);
    if (verbose && counted !== record.expected_tokens)
      console.log(
        `  ${index} ${kind}${trusted} ${record.model}: ${counted}, billed ${record.expected_tokens}`,
      );
  });
  for (const record of read<CompletionRecord>('completion_prompt_token_counts.json')) {
    const prompts = Array.isArray(record.prompt) ? record.prompt : [record.prompt];
    const count = counterOf(encodingOf(record.model));
    const counted = prompts.reduce((total, prompt) => total + count(prompt), 0);
    if (verbose && counted !== record.expected_prompt_tokens)
      console.log(`  completion ${record.model}: ${counted}, billed ${record.expected_prompt_tokens}`);
    add(`completion prompts | all | test`, record.expected_prompt_tokens, counted);
  }

  let missed = 0;
  console.log('kind | family | half | records | exact | within 2%');
  for (const [key, tally] of [...tallies].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const share = (part: number) => `${part} (${((100 * part) / tally.records).toFixed(0)}%)`;
    console.log(`${key} | ${tally.records} | ${share(tally.exact)} | ${share(tally.near)}`);
    const aim = AIMS[key.split(' | ')[0] as Kind];
    if (key.includes('| all |') && aim !== undefined && tally.exact < aim * tally.records) missed += 1;
  }
  if (missed > 0) console.log(`${missed} aims missed`);
  return missed > 0 ? 1 : 0;
}

process.exitCode = main();
