/** Without a dialect in its options, the edge takes that of the model that the upstream is asked for. */
import { describe, expect, it } from 'vitest';
import {
  type ChatOverCompletionsOptions,
  chatOverCompletions,
  createHandler,
} from '../../src/fetch/index.js';
import { type DialectName, dialects, renderPrompt } from '../../src/index.js';
import { completionServer } from '../support/upstream.js';
import { weatherTool } from '../support/weather.js';

const url = 'http://up/v1/chat/completions';
const messages = [{ role: 'user' as const, content: 'Weather in Paris?' }];

/** What each of these models answers: reasoning and a call, in the form that it was trained on. */
const replies: Record<string, string> = {
  'Qwen/Qwen3-8B':
    '<think>\nHm.\n</think>\n\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>',
  'meta-llama/Llama-3.1-8B-Instruct': '{"name": "get_weather", "parameters": {"city": "Paris"}}',
  'mistralai/Mistral-7B-Instruct-v0.3':
    '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris"}, "id": "abcdef123"}]',
  other: 'Fine.',
};
const dialectsOf: Record<string, DialectName> = {
  'Qwen/Qwen3-8B': 'qwen3',
  'meta-llama/Llama-3.1-8B-Instruct': 'llama-3.1',
  'mistralai/Mistral-7B-Instruct-v0.3': 'mistral-v3',
};

async function ask(
  options: Partial<ChatOverCompletionsOptions>,
  body: { model: string; tools?: readonly object[]; stream?: boolean },
) {
  const { fetch, seen } = completionServer({ reply: () => '' });
  const answering = completionServer({ reply: () => replies[String(seen.at(-1)?.body['model'])] ?? 'Fine.' });
  const edge = chatOverCompletions({
    fetch: async (input, init) => {
      await fetch(input, init);
      return await answering.fetch(input, init);
    },
    ...options,
  });
  const response = await edge(url, {
    method: 'POST',
    body: JSON.stringify({ messages, max_tokens: 20, ...body }),
  });
  return {
    sent: seen.at(-1)?.body,
    status: response.status,
    warnings: response.headers.get('x-rolecall-warnings') ?? '',
    text: await response.text(),
  };
}

const promptIn = (dialect: DialectName, tools?: readonly object[]): string =>
  renderPrompt(messages, { dialect, collisions: 'neutralize', ...(tools && { tools: tools as never }) })
    .prompt;

describe('an edge without a dialect', () => {
  it.each(Object.entries(dialectsOf))('writes and reads each model’s own: %s', async (model, dialect) => {
    const edge = { render: { templateOptions: { date_string: '1 Jan 2026' } } };
    for (const stream of [false, true]) {
      const { sent, text, warnings } = await ask(edge, { model, tools: [weatherTool], stream });
      expect(sent?.['prompt']).toBe(
        renderPrompt(messages, {
          dialect,
          collisions: 'neutralize',
          tools: [weatherTool],
          ...edge.render,
        }).prompt,
      );
      expect(text).toContain('"tool_calls"');
      expect(text).toContain('"get_weather"');
      expect(text).not.toMatch(/TOOL_CALLS|<tool_call>|<think>/);
      expect(warnings).not.toContain('unknown-model');
    }
  });

  it('goes by the model that the upstream is asked for, however that is told', async () => {
    const model = 'Qwen/Qwen3-8B';
    for (const map of [model, { 'gpt-*': model }, (name: string) => (name === 'gpt-4o' ? model : name)]) {
      const { sent } = await ask({ model: map }, { model: 'gpt-4o' });
      expect(sent).toMatchObject({ model, prompt: promptIn('qwen3') });
    }
    // A name that a client gives in vain says nothing.
    const { sent } = await ask({ model: 'other' }, { model });
    expect(sent?.['prompt']).toBe(promptIn('user-assistant'));
  });

  it('warns where it writes labels to a model of unknown format', async () => {
    const { sent, warnings, status } = await ask({}, { model: 'other' });
    expect([status, sent?.['prompt']]).toEqual([200, promptIn('user-assistant')]);
    expect(warnings).toContain('unknown-model');
    expect((await ask({ strict: true }, { model: 'other' })).status).toBe(400);
    expect((await ask({ dialect: 'user-assistant' }, { model: 'other' })).warnings).toBe('');
  });

  it('is served by a handler too', async () => {
    const { fetch, seen } = completionServer({ reply: () => 'Fine.' });
    const handler = createHandler({ baseURL: 'http://up/v1', fetch });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    for (const model of ['Qwen/Qwen3-8B', 'google/gemma-2-9b-it', 'Qwen/Qwen3-8B'])
      await handler(new Request(url, { ...init, body: JSON.stringify({ model, messages }) }));
    expect(seen.map(({ body }) => body['prompt'])).toEqual(
      (['qwen3', 'gemma-2', 'qwen3'] as const).map((name) => promptIn(name)),
    );
  });
});

describe('a dialect as a function of the model', () => {
  it('says it for each request, and leaves the rest to their names', async () => {
    const own = { ...dialects.chatml, name: 'own' };
    const dialect = (model: string) => (model === 'mine' ? own : model === 'theirs' ? 'gemma-2' : undefined);
    const prompts = [];
    for (const model of ['mine', 'theirs', 'Qwen/Qwen3-8B']) {
      const { sent, text, warnings } = await ask({ dialect }, { model });
      prompts.push(sent?.['prompt']);
      expect(JSON.parse(text)).toHaveProperty('choices');
      expect(warnings).toBe('');
    }
    expect(prompts).toEqual([promptIn('chatml'), promptIn('gemma-2'), promptIn('qwen3')]);
  });
});
