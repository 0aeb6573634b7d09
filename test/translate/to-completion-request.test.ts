import { describe, expect, it } from 'vitest';
import { type DialectName, dialects } from '../../src/formats/index.generated.js';
import type { ChatRequest } from '../../src/schemas/chat.js';
import { CompletionRequest, validate } from '../../src/schemas/index.js';
import type { Message } from '../../src/schemas/messages.js';
import type { FunctionTool } from '../../src/schemas/tools.js';
import {
  toCompletionRequest as convert,
  type ToCompletionRequestOptions,
} from '../../src/translate/to-completion-request.js';
import { deepFreeze } from '../support/freeze.js';
import { chat, noted, refused } from './support.js';

function toCompletionRequest(request: ChatRequest, options: ToCompletionRequestOptions = {}) {
  const result = convert(deepFreeze(request), deepFreeze(options));
  validate(CompletionRequest, result.request);
  expect(JSON.parse(JSON.stringify(result.context))).toEqual(result.context);
  return result;
}

const weather: FunctionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a place',
    parameters: { type: 'object', properties: {} },
  },
};

const called: Message[] = [
  { role: 'user', content: 'Weather in Rome?' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"place":"Rome"}' } },
    ],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
];

describe('table B: messages', () => {
  it('are rendered in the dialect, as one string', () => {
    const messages: Message[] = [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'Bye' },
    ];
    expect(toCompletionRequest(chat({ messages })).request.prompt).toBe(
      'Be kind.\n\nUser: Hi\nAssistant: Hello\nUser: Bye\nAssistant:',
    );
    expect(toCompletionRequest(chat({ messages }), { dialect: 'chatml' }).request.prompt).toBe(
      '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('developer is system', () => {
    const { request } = toCompletionRequest(
      chat({
        messages: [
          { role: 'developer', content: 'Be kind.' },
          { role: 'user', content: 'Hi' },
        ],
      }),
    );
    expect(request.prompt).toBe('Be kind.\n\nUser: Hi\nAssistant:');
  });

  it('a trailing assistant message is a prefill, with no new label', () => {
    const { request, context } = toCompletionRequest(
      chat({
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'The answer is' },
        ],
      }),
    );
    expect(request.prompt).toBe('User: Hi\nAssistant: The answer is');
    expect(context.lead).toEqual({ labels: [], gap: '' });
  });

  it('are refused as OpenAI refuses them', () => {
    const refuse = (messages: Message[], path: string, words: string) =>
      expect(() => toCompletionRequest(chat({ messages }))).toThrow(
        expect.objectContaining({ code: 'invalid-request', path, message: expect.stringContaining(words) }),
      );
    refuse([], 'messages', "Invalid 'messages': empty array. Expected an array with minimum length 1");
    refuse(
      [{ role: 'tool', tool_call_id: 'x', content: 'y' }],
      'messages[0].role',
      'a response to a preceeding message',
    );
    refuse(called.slice(0, 2), 'messages[1]', 'must be followed by tool messages responding to each');
  });
});

describe('table B: parts', () => {
  it('text is joined, a refusal is text', () => {
    const messages: Message[] = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      { role: 'user', content: 'c' },
    ];
    expect(toCompletionRequest(chat({ messages })).request.prompt).toBe(
      'User: ab\nAssistant: No.\nUser: c\nAssistant:',
    );
  });

  it.each([
    [{ type: 'image_url', image_url: { url: 'https://x.y/z.png' } }],
    [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }],
    [{ type: 'file', file: { file_id: 'f' } }],
  ] as const)('an image, audio or a file is an error, or dropped with a warning on request: %j', (part) => {
    const request = chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }, part] }] });
    expect(() => toCompletionRequest(request)).toThrow(refused('unrepresentable', 'messages[0].content[1]'));
    const { warnings } = toCompletionRequest(request, { render: { parts: 'placeholder' } });
    expect(warnings).toEqual(noted('lossy', 'messages[0].content[1]'));
  });
});

describe('table B: tools, tool_calls, tool messages', () => {
  it('are written as text, never dropped', () => {
    const { request, context } = toCompletionRequest(chat({ messages: called, tools: [weather] }), {
      dialect: 'chatml',
    });
    for (const piece of ['get_weather', 'Weather of a place', 'Rome', 'sunny'])
      expect(request.prompt).toContain(piece);
    expect(context.tools).toBe(true);
  });

  it("are an error where the caller wants no form but the dialect's own", () => {
    expect(() =>
      toCompletionRequest(chat({ tools: [weather] }), { render: { toolStyle: 'native' } }),
    ).toThrow(refused('unrepresentable', 'tools'));
  });

  it('tool_choice none offers none; one that must be used can only be asked for', () => {
    const none = toCompletionRequest(chat({ tools: [weather], tool_choice: 'none' }));
    expect(none.request.prompt).not.toContain('get_weather');
    expect(none.warnings).toEqual(noted('info', 'tools'));
    const other: FunctionTool = { type: 'function', function: { name: 'other' } };
    const choice = { type: 'function', function: { name: 'other' } } as const;
    const named = toCompletionRequest(chat({ tools: [weather, other], tool_choice: choice }));
    expect(named.request.prompt).toContain('other');
    expect(named.request.prompt).not.toContain('get_weather');
    expect(named.warnings).toEqual(noted('lossy', 'tool_choice'));
    expect(toCompletionRequest(chat({ tools: [weather], tool_choice: 'required' })).warnings).toEqual(
      noted('lossy', 'tool_choice'),
    );
    const allowed = { mode: 'auto', tools: [{ type: 'function', function: { name: 'other' } }] } as const;
    expect(
      toCompletionRequest(
        chat({
          tools: [weather, other],
          tool_choice: { type: 'allowed_tools', allowed_tools: { ...allowed, tools: [...allowed.tools] } },
        }),
      ).request.prompt,
    ).not.toContain('get_weather');
  });

  it('functions and function_call are tools and tool_choice under their old names', () => {
    const old = chat({
      functions: [weather.function].map(({ name, description, parameters }) => ({
        name,
        description: description!,
        parameters: parameters!,
      })),
      messages: [
        called[0]!,
        {
          role: 'assistant',
          content: null,
          function_call: { name: 'get_weather', arguments: '{"place":"Rome"}' },
        },
        { role: 'function', name: 'get_weather', content: 'sunny' },
      ],
    });
    const modern = toCompletionRequest(chat({ messages: called, tools: [weather] }), { dialect: 'chatml' });
    const { request, context } = toCompletionRequest(old, { dialect: 'chatml' });
    expect(request.prompt).toBe(modern.request.prompt);
    expect(context.legacyFunctions).toBe(true);
  });
});

describe('table B: stop', () => {
  it("puts the user's first, then the dialect's", () => {
    expect(toCompletionRequest(chat({ stop: ['a', 'b'] })).request.stop).toEqual(['a', 'b', '\nUser:']);
    expect(toCompletionRequest(chat({ stop: '\nUser:' })).request.stop).toEqual(['\nUser:']);
  });

  it('enforces here what goes over the limit, with a warning', () => {
    const { request, context, warnings } = toCompletionRequest(chat({ stop: ['a', 'b', 'c', 'd'] }));
    // The dialect's own is always sent.
    expect(request.stop).toEqual(['a', 'b', 'c', '\nUser:']);
    expect(context.stops).toEqual(['a', 'b', 'c', 'd', '\nUser:']);
    expect(warnings).toEqual(noted('info', 'stop'));
    expect(
      toCompletionRequest(chat({ stop: ['a', 'b', 'c', 'd'] }), { server: 'vllm' }).request.stop,
    ).toHaveLength(5);
  });

  it('keeps what the caller asks for from a server that would find it in reasoning', () => {
    const asked = (options: ToCompletionRequestOptions) =>
      toCompletionRequest(chat({ stop: ['a'] }), options);
    for (const dialect of ['qwen3', 'deepseek-r1', 'harmony'] as const) {
      const { request, context, warnings } = asked({ dialect });
      expect(request.stop).not.toContain('a');
      expect(context.stops).toContain('a');
      expect(warnings).toContainEqual(expect.objectContaining({ code: 'local-stop', severity: 'info' }));
    }
    const off = { dialect: 'qwen3', render: { templateOptions: { enable_thinking: false } } } as const;
    expect(asked(off).request.stop).toContain('a');
  });
});

describe('table B: max tokens', () => {
  const unlimited = (options: ToCompletionRequestOptions) => {
    const { max_tokens: _, ...request } = chat();
    return toCompletionRequest(request, options);
  };

  it('max_completion_tokens holds over max_tokens', () => {
    expect(toCompletionRequest(chat({ max_completion_tokens: 9, max_tokens: 5 })).request.max_tokens).toBe(9);
    expect(toCompletionRequest(chat({ max_tokens: 5 })).request.max_tokens).toBe(5);
  });

  it('unset is what the window leaves, where that is known', () => {
    const countTokens = (text: string) => text.length;
    const { request } = unlimited({ contextWindow: 100, countTokens });
    expect(request.max_tokens).toBe(100 - (request.prompt as string).length);
    expect(() => unlimited({ contextWindow: 10, countTokens })).toThrow(
      refused('context-length', 'messages'),
    );
  });

  it('one that does not fit the window is refused in the words of OpenAI', () => {
    expect(() =>
      toCompletionRequest(chat({ max_tokens: 500 }), { contextWindow: 4097, countTokens: () => 3703 }),
    ).toThrow(
      "This model's maximum context length is 4097 tokens. However, you requested 4203 tokens (3703 in the messages, 500 in the completion). Please reduce the length of the messages or completion.",
    );
  });

  it.each([
    ['vllm', null],
    ['llama.cpp', -1],
    ['ollama', -1],
  ] as const)("unset is the server's word for no limit: %s", (server, expected) => {
    expect(unlimited({ server }).request.max_tokens).toBe(expected);
  });

  it.each(['tgi', 'generic'] as const)(
    'unset is 1,024 with a warning where nothing is known: %s',
    (server) => {
      const { request, warnings } = unlimited({ server });
      expect(request.max_tokens).toBe(1024);
      expect(warnings).toEqual(noted('lossy', 'max_tokens'));
    },
  );
});

describe('table B: special tokens', () => {
  it('vllm shows them, and is told the ids of the stop tokens', () => {
    const tokenizer = { encode: (text: string) => (text === '<|im_end|>' ? [7] : [1, 2]) };
    const { request } = toCompletionRequest(chat(), { server: 'vllm', dialect: 'chatml', tokenizer });
    expect(request).toMatchObject({ skip_special_tokens: false, stop_token_ids: [7] });
  });

  it('llama.cpp is told which of them a reply is made of', () => {
    const tools = [{ type: 'function' as const, function: { name: 'f' } }];
    const shownIn = (dialect: DialectName) => {
      const { request, warnings } = toCompletionRequest(chat({ tools }), { server: 'llama.cpp', dialect });
      expect(warnings.filter(({ code }) => code === 'hidden-tokens')).toEqual([]);
      return request.preserved_tokens;
    };
    expect(shownIn('mistral-v3-tekken')).toEqual(expect.arrayContaining(['[TOOL_CALLS]', '</s>']));
    expect(shownIn('mistral-v3-tekken')).not.toContain('<s>');
    expect(shownIn('deepseek-v3')).toContain('<｜tool▁calls▁begin｜>');
    expect(shownIn('harmony')).toEqual(
      expect.arrayContaining(['<|channel|>', '<|message|>', '<|constrain|>']),
    );
    // What servers stop at by themselves would only stand in the text, and what no reply has is of no use.
    for (const token of ['<|endoftext|>', '<|fim_prefix|>', '<|repo_name|>', '<|vision_start|>'])
      expect(shownIn('qwen2.5')).not.toContain(token);
    const own = { server: 'llama.cpp' as const, dialect: 'chatml' as const };
    expect(toCompletionRequest(chat({ preserved_tokens: ['<a>'] }), own).request.preserved_tokens).toEqual([
      '<a>',
    ]);
    expect(toCompletionRequest(chat(), { server: 'llama.cpp' }).request).not.toHaveProperty(
      'preserved_tokens',
    );
  });

  it('BOS that a server of no name may put in front too is told', () => {
    const told = (options: ToCompletionRequestOptions) =>
      toCompletionRequest(chat(), options).warnings.filter(({ code }) => code === 'doubled-bos');
    for (const dialect of ['llama-3', 'mistral-v3', 'gemma-2', 'deepseek-v3'] as const) {
      expect(told({ dialect })).toEqual([expect.objectContaining({ path: 'prompt', severity: 'info' })]);
      expect(told({ dialect, server: 'llama.cpp' })).toEqual([]);
      expect(told({ dialect, render: { bos: false } })).toEqual([]);
      expect(told({ dialect, render: { bos: true } })).toEqual([]);
    }
    expect(told({ dialect: 'chatml' })).toEqual([]);
  });

  it('BOS is not written for a server that adds it', () => {
    expect(toCompletionRequest(chat(), { dialect: 'llama-3', server: 'vllm' }).request.prompt).not.toContain(
      '<|begin_of_text|>',
    );
    expect(toCompletionRequest(chat(), { dialect: 'llama-3' }).request.prompt).toContain('<|begin_of_text|>');
    const kept = toCompletionRequest(chat(), { dialect: 'llama-3', server: 'vllm', render: { bos: true } });
    expect(kept.request).toMatchObject({ add_special_tokens: false });
  });

  it('ollama wraps the prompt once more, which is told', () => {
    expect(toCompletionRequest(chat(), { server: 'ollama' }).warnings).toEqual(noted('lossy', 'prompt'));
  });

  it('a server by an unknown name is an error', () => {
    expect(() => convert(chat(), { server: 'vlm' as 'vllm' })).toThrow(/"vllm"/);
  });
});

describe('the context', () => {
  it('names a built-in dialect, which is plain JSON whatever the dialect holds', () => {
    for (const dialect of Object.values(dialects)) {
      const { context } = toCompletionRequest(chat(), { dialect });
      expect(context.dialect).toBe(dialect.name);
    }
  });
});

describe('table B: logprobs', () => {
  it.each([
    [true, undefined, 0],
    [true, 3, 3],
    [true, 20, 5],
  ])('%s with top_logprobs %s is %d', (logprobs, top, expected) => {
    const request = chat({ logprobs, ...(top === undefined ? {} : { top_logprobs: top }) });
    const result = toCompletionRequest(request);
    expect(result.request.logprobs).toBe(expected);
    if (top === 20) expect(result.warnings).toEqual(noted('lossy', 'top_logprobs'));
  });

  it('false asks for none', () =>
    expect(toCompletionRequest(chat({ logprobs: false })).request).not.toHaveProperty('logprobs'));
});

describe('table B: response_format', () => {
  const schema = { type: 'object' };
  const json = { type: 'json_schema', json_schema: { name: 'x', schema } } as const;

  it('text is dropped', () => {
    expect(toCompletionRequest(chat({ response_format: { type: 'text' } })).request).not.toHaveProperty(
      'response_format',
    );
  });

  it('json is an error, an instruction with a warning, or passed on', () => {
    expect(() => toCompletionRequest(chat({ response_format: json }))).toThrow(
      refused('unsupported', 'response_format'),
    );
    const told = toCompletionRequest(chat({ response_format: json }), { responseFormat: 'instruct' });
    expect(told.request.prompt).toContain('{"type":"object"}');
    expect(told.warnings).toEqual(noted('lossy', 'response_format'));
    const passed = toCompletionRequest(chat({ response_format: json }), { responseFormat: 'pass' });
    expect(passed.request.response_format).toEqual(json);
  });

  it('json goes into the field that the server has for it', () => {
    expect(
      toCompletionRequest(chat({ response_format: json }), { server: 'vllm' }).request.response_format,
    ).toEqual(json);
    expect(
      toCompletionRequest(chat({ response_format: json }), { server: 'llama.cpp' }).request.json_schema,
    ).toEqual(schema);
  });
});

describe('table B: audio, modalities with audio, web_search_options', () => {
  it.each([
    ['audio', { audio: { format: 'wav', voice: 'alloy' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['web_search_options', { web_search_options: {} }],
  ] as [string, Partial<ChatRequest>][])('%s is an error', (path, fields) => {
    expect(() => toCompletionRequest(chat(fields))).toThrow(refused('unsupported', path));
  });

  it('modalities of text alone are no loss', () => {
    expect(toCompletionRequest(chat({ modalities: ['text'] })).warnings).toEqual(noted('info', 'modalities'));
  });
});

describe('table B: what is dropped, each with a warning', () => {
  it.each([
    ['reasoning_effort', 'low'],
    ['verbosity', 'low'],
    ['prediction', { type: 'content', content: 'x' }],
    ['store', true],
    ['metadata', { a: 'b' }],
    ['service_tier', 'auto'],
    ['parallel_tool_calls', false],
    ['safety_identifier', 'x'],
    ['prompt_cache_key', 'x'],
    ['prompt_cache_options', { mode: 'implicit' }],
    ['prompt_cache_retention', '24h'],
    ['moderation', { model: 'x' }],
  ])('%s', (field, value) => {
    const { request, warnings } = toCompletionRequest(chat({ [field]: value } as Partial<ChatRequest>));
    expect(request).not.toHaveProperty(field);
    expect(warnings).toEqual(noted('lossy', field));
  });

  it('message names', () => {
    const { warnings } = toCompletionRequest(
      chat({ messages: [{ role: 'user', content: 'Hi', name: 'Ann' }] }),
    );
    expect(warnings).toEqual(noted('lossy', 'messages[0].name'));
  });
});

describe('table B: the fields that pass', () => {
  it('are passed', () => {
    const fields = {
      frequency_penalty: 0.5,
      presence_penalty: -0.5,
      logit_bias: { 1: 2 },
      n: 2,
      seed: 7,
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.3,
      top_p: 0.9,
      user: 'u',
    };
    const { request, context } = toCompletionRequest(chat(fields), { echo: true });
    expect(request).toMatchObject({ ...fields, echo: true });
    expect(context).toMatchObject({ n: 2, includeUsage: true, echo: request.prompt });
  });
});
