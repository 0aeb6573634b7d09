/**
 * Every recorded response, stream and error before the judges of `rolecall check`: none throws, OpenAI's own are found in
 * order, and the deviations that the recordings are tagged with are seen.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, type Api, type Facts, probes } from '../../src/check/index.js';

interface Recorded {
  source: string;
  uri?: string;
  provider?: string;
  kind?: string;
  features?: string[];
  http_status?: string;
  json?: unknown;
  sse?: string | object[];
}

const folder = join(import.meta.dirname, '../../../shared/recorded');
const read = (name: string): Recorded[] => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recorded[];
const facts: Facts = {
  given: 'http://recorded',
  base: 'http://recorded/v1',
  model: 'm',
  modelGiven: true,
  hasKey: false,
  auth: 'none',
  limitField: 'max_tokens',
  room: 0,
  stops: {},
  choices: {},
  overlong: false,
};

const probeOf = (id: string) => probes.find((probe) => probe.id === id)!;

function answer({ json, sse, http_status }: Recorded, api: Api): Answer {
  const url = `http://recorded/v1/${api === 'chat' ? 'chat/completions' : 'completions'}`;
  const text =
    sse === undefined
      ? JSON.stringify(json)
      : typeof sse === 'string'
        ? sse
        : `${sse.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
  return {
    ask: { method: 'POST', url },
    status: Number(http_status ?? 200),
    type: sse === undefined ? 'application/json' : 'text/event-stream',
    text,
    json: sse === undefined ? json : undefined,
  };
}

/** What a tag of a recording must be told as. */
const told: readonly (readonly [tag: RegExp, probe: RegExp, seen: RegExp])[] = [
  [/^x_groq$/, /^(chat|completions)$/, /x_groq/],
  [/^content list$/, /^chat$/, /list of parts/],
  [/^reasoning(_content)?$/, /^chat$/, /reasoning/],
  [/^usage absent$/, /^(chat|completions)$/, /usage is missing/],
  [/^finish=$/, /^(chat|completions)$/, /finish_reason is/],
  [/^object=<absent>$/, /^chat$/, /object is missing/],
  [/^no \[DONE\]$/, /-stream-done$/, /does not come/],
  [/^comment/, /-stream$/, /comments/],
];

let failed = 0;
const counts: Record<string, Record<string, number>> = {};
function judge(id: string, recorded: Recorded, api: Api): void {
  const given = answer(recorded, api);
  let seen: string;
  let verdict: string;
  try {
    ({ seen, verdict } = probeOf(id).judge([given, given, given, given], { facts }));
  } catch (error) {
    failed++;
    console.log(`${id} throws on ${recorded.source}: ${String(error)}`);
    return;
  }
  counts[id] ??= {};
  counts[id][verdict] = (counts[id][verdict] ?? 0) + 1;
  for (const [tag, probe, words] of told) {
    if (!probe.test(id) || words.test(seen) || verdict === 'fails' || verdict === 'unknown') continue;
    const found = (recorded.features ?? []).find((feature) => tag.test(feature));
    if (found === undefined) continue;
    failed++;
    console.log(`${id}: "${found}" of ${recorded.source} is told as: ${seen}`);
  }
  if (process.argv.includes('--all'))
    console.log(`${verdict.padEnd(8)} ${id}  ${recorded.provider ?? ''}  ${seen}`);
}

for (const api of ['chat', 'completions'] as const) {
  const name = api === 'chat' ? 'chat' : 'completion';
  for (const recorded of read(`${name}_responses.json`)) {
    judge(api, recorded, api);
    if (recorded.features?.includes('tool_calls') === true) judge('tools-auto', recorded, api);
    if (recorded.features?.includes('logprobs') === true) judge(`${api}-logprobs`, recorded, api);
  }
  for (const recorded of read(`${name}_streams.json`))
    for (const what of ['stream', 'stream-done', 'stream-usage']) judge(`${api}-${what}`, recorded, api);
}
for (const recorded of read('error_responses.json')) judge('errors', recorded, 'chat');

for (const [id, verdicts] of Object.entries(counts))
  console.log(`${id}: ${Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`); // biome-ignore format: one thought
process.exit(failed === 0 ? 0 : 1);
