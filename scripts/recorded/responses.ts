/**
 * Converts every recorded response to the other shape and back, normalizes it, and validates all of it.
 * Run with `npx tsx scripts/recorded/responses.ts`; exit code 1 where anything fails.
 */
import { existsSync, readFileSync } from 'node:fs';
import {
  isRolecallError,
  normalizeChatResponse,
  normalizeCompletionResponse,
  normalizeError,
  toChatRequest,
  toChatResponse,
  toCompletionRequest,
  toCompletionResponse,
} from '../../src/index.js';
import {
  ChatRequest,
  ChatResponse,
  CompletionRequest,
  CompletionResponse,
  ErrorEnvelope,
  ProviderChatResponse,
  ProviderCompletionResponse,
  validate,
} from '../../src/schemas/index.js';

const folder = new URL('../../../shared/recorded/', import.meta.url);
interface Recorded {
  provider?: string;
  http_status?: number;
  json: unknown;
  request?: unknown;
}

if (!existsSync(folder)) {
  console.log('recorded responses: skipped, the folder of recorded cases is missing');
  process.exit(0);
}

const read = (name: string): Recorded[] =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recorded[];
let failed = 0;

function each(name: string, run: (record: Recorded) => void, what = ''): void {
  const records = read(name);
  const before = failed;
  for (const [i, record] of records.entries()) {
    try {
      run(record);
    } catch (error) {
      failed++;
      console.error(`${name}[${i}] (${record.provider ?? 'unknown'}): ${String(error)}`);
    }
  }
  console.log(`${name}${what}: ${records.length - (failed - before)} of ${records.length}`);
}

function same(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(
      `${what}: ${JSON.stringify(actual)?.slice(0, 300)} is not ${JSON.stringify(expected)?.slice(0, 300)}`,
    );
  }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

each('completion_responses.json', ({ json }) => {
  const body = validate(ProviderCompletionResponse, freeze(json)) as ProviderCompletionResponse;
  const { response: normal } = normalizeCompletionResponse(body);
  validate(CompletionResponse, normal);
  const { response: chat } = toChatResponse(body);
  validate(ChatResponse, chat);
  const { response: back } = toCompletionResponse(chat, null, {
    textOffset: normal.choices[0]?.logprobs?.text_offset?.[0] ?? 0,
  });
  validate(CompletionResponse, back);
  same(
    back.choices.map((one) => one.text),
    normal.choices.map((one) => one.text),
    'texts',
  );
  same(
    back.choices.map((one) => one.finish_reason),
    normal.choices.map((one) => one.finish_reason),
    'reasons',
  );
  same(
    back.choices.map((one) => one.logprobs?.tokens),
    normal.choices.map((one) => one.logprobs?.tokens),
    'tokens',
  );
  same(
    back.choices.map((one) => one.logprobs?.text_offset),
    normal.choices.map((one) => one.logprobs?.text_offset),
    'offsets',
  );
  same(back.usage, normal.usage, 'usage');
});

each('chat_responses.json', ({ json }) => {
  const body = validate(ProviderChatResponse, freeze(json)) as ProviderChatResponse;
  const { response: normal } = normalizeChatResponse(body);
  validate(ChatResponse, normal);
  const { response: completion, warnings } = toCompletionResponse(body, null, { toolCalls: 'text' });
  validate(CompletionResponse, completion);
  const { response: back } = toChatResponse(completion);
  validate(ChatResponse, back);
  for (const [i, choice] of normal.choices.entries()) {
    const { message } = choice;
    if (
      message.content !== null &&
      message.content !== '' &&
      message.tool_calls === undefined &&
      message.function_call == null
    ) {
      same(back.choices[i]?.message.content, message.content, 'content');
    }
    const known = !warnings.some((warning) => warning.code === 'unknown-bytes');
    const shown = (logprobs: typeof choice.logprobs | undefined): unknown =>
      known ? (logprobs?.content ?? null) : logprobs?.content?.map(({ token, logprob }) => [token, logprob]);
    same(shown(back.choices[i]?.logprobs), shown(choice.logprobs), 'logprobs');
  }
  same(back.usage, normal.usage, 'usage');
});

/** Requests convert, or are refused for a reason that has a code; what comes out is valid. */
function request(convert: () => void): void {
  try {
    convert();
  } catch (error) {
    if (!isRolecallError(error) || error.code === 'invalid-shape') throw error;
    refusals.set(`${error.code} at ${error.path}`, (refusals.get(`${error.code} at ${error.path}`) ?? 0) + 1);
  }
}
const refusals = new Map<string, number>();

each(
  'completion_responses.json',
  ({ request: asked }) => {
    if (asked === undefined) return;
    request(() => {
      const { requests, context } = toChatRequest(freeze(asked) as CompletionRequest, { engine: 'davinci' });
      for (const one of requests) validate(ChatRequest, one);
      same(JSON.parse(JSON.stringify(context)), context, 'context');
    });
  },
  ', requests',
);

each(
  'chat_responses.json',
  ({ request: asked }) => {
    if (asked === undefined) return;
    for (const server of ['vllm', 'llama.cpp', 'tgi', 'ollama', 'generic'] as const) {
      for (const dialect of ['user-assistant', 'chatml'] as const) {
        request(() => {
          const converted = toCompletionRequest(freeze(asked) as ChatRequest, { server, dialect });
          validate(CompletionRequest, converted.request);
          same(JSON.parse(JSON.stringify(converted.context)), converted.context, 'context');
        });
      }
    }
  },
  ', requests',
);
for (const [reason, count] of refusals) console.log(`  requests refused: ${count} of ${reason}`);

each('error_responses.json', ({ json, http_status }) => {
  const envelope = validate(ErrorEnvelope, normalizeError(freeze(json), http_status));
  if (envelope.error.message.startsWith('The provider'))
    throw new Error(`no message found: ${envelope.error.message}`);
});

if (failed > 0) process.exit(1);
