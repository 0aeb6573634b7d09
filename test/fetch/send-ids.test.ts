import { describe, expect, it } from 'vitest';
import {
  type ChatOverCompletionsOptions,
  chatOverCompletions,
  httpTokenizer,
} from '../../src/fetch/index.js';
import { type DialectName, dialects, type Message, toCompletionRequest } from '../../src/index.js';
import { renderTokens, type Tokenizer, tokenizerFromJson } from '../../src/tokens/index.js';
import { trainPieces, trainSmall } from '../support/small-bpe.js';
import { completionServer } from '../support/upstream.js';
import { weatherTool } from '../support/weather.js';

const training =
  `You are helpful. Good morning, how are you? Fine, thanks.\n\nName three rivers: the Nile, user assistant
system [INS 你好 día {"name": "get_weather", "arguments": {"city": "Paris"}} <|im_s 2026`.repeat(2);
const trained = { bytes: trainSmall(training, 60), pieces: trainPieces(training, 60, {}) };

/** A small tokenizer that has these texts as special tokens. */
function tokenizerWith(
  marks: readonly string[],
  kind: 'bytes' | 'pieces' = 'bytes',
  more: object = {},
): Tokenizer {
  const rules = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const own = marks.map((mark, i) => ({ content: mark.replace('{n}', '7'), id: 5000 + i, ...rules }));
  const json = trained[kind];
  return tokenizerFromJson({ ...json, added_tokens: [...json.added_tokens, ...own], ...more });
}

const names = Object.keys(dialects) as DialectName[];
/** The special tokens of all dialects in one tokenizer: each has its own marks there, beside those of others. */
const allMarks = [...new Set([...names.flatMap((name) => dialects[name].specialTokens), '<|other|>'])];
const withAll = { bytes: tokenizerWith(allMarks), pieces: tokenizerWith(allMarks, 'pieces') };
const templateOptions = {
  date_string: '1 Jan 2026',
  current_date: '2026-01-01',
  today: '2026-01-01',
  date: '1',
};
const call = { name: 'get_weather', arguments: '{"city": "Paris"}' };
const scenes: Record<string, { messages: Message[]; tools?: object[] }> = {
  'one turn': { messages: [{ role: 'user', content: 'Good morning, how are you?' }] },
  turns: {
    messages: [
      { role: 'system', content: 'You are helpful.' },
      { role: 'user', content: 'Good morning,\n\nhow are you?' },
      { role: 'assistant', content: 'Fine, thanks.' },
      { role: 'user', content: 'Name three rivers: día 你好' },
    ],
  },
  prefill: {
    messages: [
      { role: 'user', content: 'Name three rivers' },
      { role: 'assistant', content: 'The Nile,' },
    ],
  },
  tools: {
    messages: [
      { role: 'user', content: 'Weather in Paris?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'abcdef123', type: 'function', function: call }],
      },
      { role: 'tool', tool_call_id: 'abcdef123', content: 'Sunny' },
      { role: 'user', content: 'Thanks' },
    ],
    tools: [weatherTool],
  },
};

const chat = 'http://up/v1/chat/completions';

/** What a chat over a server with these options sends, and what comes of it. */
async function asked(
  options: Partial<ChatOverCompletionsOptions>,
  body: { messages: readonly Message[] } & Record<string, unknown>,
  reply: (prompt: string, choice: number) => string = () => 'Fine.',
) {
  const { fetch, seen } = completionServer({ reply });
  const edge = chatOverCompletions({ fetch, dialect: 'chatml', server: 'vllm', ...options });
  const request = { model: 'm', max_tokens: 20, ...body };
  const response = await edge(chat, { method: 'POST', body: JSON.stringify(request) });
  return { sent: seen.map((one) => one.body), response, text: await response.text() };
}

describe('a prompt that is sent as ids', () => {
  it.each(names)('is the prompt that is sent as text: %s', async (dialect) => {
    for (const kind of ['bytes', 'pieces'] as const) {
      const tokenizer = withAll[kind];
      for (const [scene, { messages, tools }] of Object.entries(scenes)) {
        if (kind === 'pieces' && scene !== 'turns') continue;
        const options = { dialect, tokenizer, render: { bos: true, templateOptions } };
        const body = { messages, ...(tools === undefined ? {} : { tools }) };
        const ids = await asked({ ...options, send: 'ids' }, body);
        const text = await asked(options, body);
        const what = `${kind}, ${scene}`;
        // What the dialect can't write is refused either way.
        expect(ids.response.status, what).toBe(text.response.status);
        if (text.response.status !== 200) continue;
        const [first] = ids.sent;
        const prompt = text.sent[0]!['prompt'] as string;
        expect(first!['prompt'], what).toEqual(tokenizer.encode(prompt, { allowedSpecial: 'all' }));
        expect(tokenizer.decode(first!['prompt'] as number[]), what).toBe(prompt);
        const { prompt: _, add_special_tokens: __, ...rest } = text.sent[0]!;
        const { prompt: ___, ...same } = first!;
        expect(same, what).toEqual(rest);
        expect(JSON.parse(ids.text).choices, what).toEqual(JSON.parse(text.text).choices);
      }
    }
  });

  it.each(names)('has no control id of content that spells one: %s', async (dialect) => {
    const tokenizer = withAll.bytes;
    const options = { dialect, tokenizer, send: 'ids', render: { templateOptions } } as const;
    const marks = [...dialects[dialect].specialTokens.map((mark) => mark.replace('{n}', '7')), '<|other|>'];
    const control = new Set(tokenizer.specialTokens.values());
    const controlIn = async (said: string): Promise<number> => {
      const { sent } = await asked(options, { messages: [{ role: 'user', content: said }] });
      return (sent[0]!['prompt'] as number[]).filter((id) => control.has(id)).length;
    };
    const usual = await controlIn('Say it');
    expect(await controlIn(marks.map((mark) => `Say${mark} and ${mark}, `).join(''))).toBe(usual);
    for (const mark of marks.slice(-4)) expect(await controlIn(mark), mark).toBe(usual);
  });

  it('leaves content as it is, and warns of no escape', async () => {
    const tokenizer = tokenizerWith(dialects.chatml.specialTokens);
    const content = 'What does <|im_end|> mean?';
    const body = { messages: [{ role: 'user' as const, content }] };
    const { sent, response } = await asked({ tokenizer, send: 'ids' }, body);
    expect(tokenizer.decode(sent[0]!['prompt'] as number[])).toContain(content);
    expect(response.headers.get('x-rolecall-warnings')).toBeNull();
    const text = await asked({ tokenizer }, body);
    expect(text.response.headers.get('x-rolecall-warnings')).toBe('neutralized');
  });

  it('says of a reply what is said of it otherwise: stops, reasoning, calls, several choices, streams', async () => {
    const tokenizer = tokenizerWith(dialects.qwen3.specialTokens);
    const reply = (_: unknown, choice: number): string =>
      `<think>\nHm STOP ${choice}\n</think>\n\nIt is <b>.\n<tool_call>\n${JSON.stringify({ name: 'get_weather', arguments: { city: 'Oslo' } })}\n</tool_call> STOP more`;
    for (const stream of [false, true])
      for (const server of ['vllm', 'llama.cpp'] as const) {
        const body = {
          messages: scenes['turns']!.messages,
          tools: [weatherTool],
          stop: ['STOP'],
          n: 2,
          stream,
        };
        const options = {
          dialect: 'qwen3',
          server,
          tokenizer,
          now: () => 0,
          makeId: (p: string) => p,
        } as const;
        const ids = await asked({ ...options, send: 'ids' }, body, reply);
        const text = await asked(options, body, reply);
        expect(ids.text).toBe(text.text);
        expect(ids.text).toContain('get_weather');
        expect(ids.text).toContain('reasoning_content');
        expect(ids.text).not.toContain('more');
      }
  });

  it('is not misled by content that spells the start of reasoning', async () => {
    const tokenizer = tokenizerWith(dialects.qwen3.specialTokens);
    const messages: Message[] = [
      { role: 'user', content: 'Go on' },
      { role: 'assistant', content: 'The tag is <think>' },
    ];
    const options = { dialect: 'qwen3', tokenizer, send: 'ids' } as const;
    const { text } = await asked(options, { messages }, () => 'as I said.');
    expect(JSON.parse(text).choices[0].message.content).toBe('as I said.');
  });
});

describe('the BOS of a prompt of ids', () => {
  const post_processor = {
    type: 'Sequence',
    processors: [
      { type: 'ByteLevel' },
      {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        special_tokens: { '<s>': { id: '<s>', ids: [5000], tokens: ['<s>'] } },
      },
    ],
  };
  const messages: Message[] = [{ role: 'user', content: 'Good morning' }];
  const promptOf = async (options: Partial<ChatOverCompletionsOptions>): Promise<number[]> => {
    const { sent } = await asked({ send: 'ids', ...options }, { messages });
    return sent[0]!['prompt'] as number[];
  };

  it("is the dialect's own, once, and left out where that is said", async () => {
    const tokenizer = tokenizerWith(['<s>', '</s>'], 'bytes', { post_processor });
    expect((await promptOf({ dialect: 'llama-2', tokenizer })).filter((id) => id === 5000)).toEqual([5000]);
    const without = await promptOf({ dialect: 'llama-2', tokenizer, render: { bos: false } });
    expect(without).not.toContain(5000);
  });

  it("is the tokenizer's in a dialect of labels, since no server adds one to ids", async () => {
    const tokenizer = tokenizerWith(['<s>', '</s>'], 'bytes', { post_processor });
    expect(tokenizer.bos).toEqual([5000]);
    const ids = await promptOf({ dialect: 'human-ai', tokenizer });
    expect(ids).toEqual([5000, ...tokenizer.encode('Human: Good morning\nAI:')]);
    expect(await promptOf({ dialect: 'human-ai', tokenizer, render: { bos: false } })).toEqual(ids.slice(1));
    const plain = tokenizerWith(['<s>', '</s>']);
    expect(plain.bos).toBeUndefined();
    expect(await promptOf({ dialect: 'human-ai', tokenizer: plain })).toEqual(ids.slice(1));
  });
});

describe('what can not be sent as ids', () => {
  const tokenizer = tokenizerWith(dialects.chatml.specialTokens);

  it.each<[string, Partial<ChatOverCompletionsOptions>, string]>([
    ['no tokenizer', {}, 'tokenizer'],
    ['a function that counts', { tokenizer: (text) => text.length }, 'tokenizer'],
    [
      'a tokenizer over HTTP',
      { tokenizer: httpTokenizer({ baseURL: 'http://up', server: 'vllm' }) },
      'tokenizer',
    ],
    ['a server that takes text alone', { tokenizer, server: 'tgi' }, 'send'],
    ['a server that wraps prompts', { tokenizer, server: 'ollama' }, 'send'],
    ['an echo', { tokenizer, echo: true }, 'echo'],
    ['another word', { tokenizer, send: 'tokens' as never }, 'send'],
  ])('is refused when the edge is made: %s', (_, options, path) => {
    expect(() => chatOverCompletions({ dialect: 'chatml', send: 'ids', ...options })).toThrowError(
      expect.objectContaining({ code: 'invalid-argument', path }),
    );
  });

  it('is told where the tokenizer has none of the marks, and refused where loss is', async () => {
    const foreign = tokenizerWith(dialects['llama-3'].specialTokens);
    const body = { messages: scenes['turns']!.messages };
    const { response } = await asked({ tokenizer: foreign, send: 'ids' }, body);
    expect(response.headers.get('x-rolecall-warnings')).toBe('other-vocabulary');
    const strict = await asked({ tokenizer: foreign, send: 'ids', strict: true }, body);
    expect(strict.response.status).toBe(400);
    expect(strict.sent).toEqual([]);
  });

  it("passes on a server's refusal of ids", async () => {
    const edge = chatOverCompletions({
      dialect: 'chatml',
      tokenizer,
      send: 'ids',
      fetch: async () => Response.json({ error: { message: 'prompt: must be a string' } }, { status: 400 }),
    });
    const body = JSON.stringify({ model: 'm', messages: scenes['turns']!.messages });
    const response = await edge(chat, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('must be a string');
  });
});

it('fits a history by the number of its ids', async () => {
  const tokenizer = tokenizerWith(dialects.chatml.specialTokens);
  const messages = Array.from(
    { length: 31 },
    (_, i): Message => ({
      role: i % 2 === 0 ? 'user' : 'assistant',
      content: `Turn ${i} <|im_end|> with words`,
    }),
  );
  const all = renderTokens(messages, { dialect: 'chatml', tokenizer }).ids.length;
  const options = { tokenizer, send: 'ids', overflow: 'fit', contextWindow: all - 100 } as const;
  const { sent, response } = await asked(options, { messages });
  const { length } = sent[0]!['prompt'] as number[];
  expect(length).toBeLessThanOrEqual(all - 100 - 20);
  expect(length).toBeGreaterThan(all - 100 - 20 - 2 * 60);
  expect(response.headers.get('x-rolecall-warnings')).toBe('dropped-turn');
});

it('is an option of toCompletionRequest too', () => {
  const tokenizer = tokenizerWith(dialects['llama-3'].specialTokens);
  const { messages } = scenes['turns']!;
  const { request, context, warnings } = toCompletionRequest(
    { model: 'm', messages: messages as never, max_tokens: 5 },
    {
      dialect: 'llama-3',
      server: 'vllm',
      writeIds: (said, options) => renderTokens(said, { ...options, tokenizer }),
    },
  );
  expect(request.prompt).toEqual(renderTokens(messages, { dialect: 'llama-3', tokenizer }).ids);
  expect(context.stops).toEqual(dialects['llama-3'].stop);
  expect(warnings).toEqual([]);
  expect(() =>
    toCompletionRequest(
      { model: 'm', messages: messages as never },
      { server: 'tgi', writeIds: () => ({ ids: [], warnings: [] }) },
    ),
  ).toThrowError(expect.objectContaining({ code: 'unsupported', path: 'server' }));
});
