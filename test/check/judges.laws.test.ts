import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, type Ask, type Facts, type Known, probes } from '../../src/check/index.js';
import { runs } from '../support/runs.js';
import { tokenizer } from './server.js';

const facts: Facts = {
  given: 'http://x',
  base: 'http://x/v1',
  model: 'm',
  modelGiven: false,
  hasKey: true,
  auth: 'bearer',
  limitField: 'max_tokens',
  room: 0,
  stops: {},
  choices: {},
  overlong: true,
  dialect: 'llama-3',
};
const known: Known = { facts, tokenizer };

/** JSON that is nearly what an API sends: the names are right, the values are anything. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(null, '', 'stop', 'e', 'BANANA', 0, 1.5, -1, true, [], {}, 'chat.completion') },
  fc.string({ maxLength: 6 }),
); // biome-ignore format: short
const names = [
  'id', 'object', 'created', 'model', 'choices', 'usage', 'data', 'models', 'error', 'detail', 'message', 'delta', 'text',
  'content', 'role', 'tool_calls', 'function', 'name', 'arguments', 'index', 'finish_reason', 'logprobs', 'tokens',
  'token_logprobs', 'top_logprobs', 'text_offset', 'token', 'logprob', 'prompt_tokens', 'completion_tokens', 'code', 'type',
  'default_generation_settings', 'n_ctx', 'max_total_tokens', 'version', 'meta',
]; // biome-ignore format: a list
const { body } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    value,
    fc.dictionary(fc.constantFrom(...names), tie('body'), { maxKeys: 8 }),
    fc.array(tie('body'), { maxLength: 3 }),
  ),
}));
const reply = fc.record({
  choices: fc.array(body, { maxLength: 3 }),
  usage: body,
  id: value,
  created: value,
});
const frames = fc.array(fc.oneof(reply, body), { maxLength: 4 }).map(
  (all) => `${all.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')}data: [DONE]\n\n`,
); // biome-ignore format: short
const text = fc.oneof(
  body.map((one) => JSON.stringify(one)),
  reply.map((one) => JSON.stringify(one)),
  frames,
  fc.string(),
  fc.constant('<html>no</html>'),
);
const answer = (ask: Ask): fc.Arbitrary<Answer> =>
  fc
    .record({
      status: fc.constantFrom(200, 200, 200, 400, 401, 404, 429, 500),
      type: fc.constantFrom('application/json', 'text/event-stream', 'text/html', ''),
      text,
    })
    .map((one) => ({ ask, json: parsed(one.text), ...one }));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('a judge', () => {
  it.each(probes.map((probe) => [probe.id, probe] as const))('%s judges whatever comes', (_, probe) => {
    const asks = probe.asks(known);
    const judging = fc.property(fc.tuple(...asks.map(answer)), fc.boolean(), (answers, calls) => {
      const before = JSON.stringify(answers);
      const state: Known = { facts: { ...facts, ...(calls ? { calls } : {}) }, tokenizer };
      const first = probe.judge(answers, state);
      expect(['works', 'odd', 'fails', 'unknown']).toContain(first.verdict);
      expect(first.seen).not.toBe('');
      expect(first.seen.length).toBeLessThan(2000);
      // Pure: the same again, and nothing is changed.
      expect(probe.judge(answers, state)).toEqual(first);
      expect(JSON.stringify(answers)).toBe(before);
    });
    fc.assert(judging, runs(100));
  });

  it.each(probes.map((probe) => [probe.id, probe] as const))('%s asks shortly', (_, probe) => {
    for (const { json = {}, url } of probe.asks({ ...known, facts: { ...facts, overlong: false } })) {
      const limit = Number(json['max_tokens'] ?? json['max_completion_tokens'] ?? 0);
      expect(limit).toBeLessThanOrEqual(json['tools'] === undefined && !/tools/.test(probe.id) ? 16 : 128);
      if (json['model'] !== undefined) expect(limit).toBeGreaterThan(0);
      expect(JSON.stringify(json).length).toBeLessThan(1500);
      expect(url.startsWith('http://x')).toBe(true);
    }
  });
});
