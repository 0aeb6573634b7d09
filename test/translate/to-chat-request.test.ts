import { describe, expect, it } from 'vitest';
import { defineDialect, dialects } from '../../src/index.js';
import { jinjaDialect } from '../../src/jinja/index.js';
import type { CompletionRequest } from '../../src/schemas/completion.js';
import { ChatRequest, validate } from '../../src/schemas/index.js';
import { toChatRequest as convert, type ToChatRequestOptions } from '../../src/translate/to-chat-request.js';
import { deepFreeze } from '../support/freeze.js';
import { codes, completion, noted, refused } from './support.js';

const conversation =
  'The following is a conversation with an AI assistant.\n\nHuman: Hello, who are you?\nAI: I am an AI.\nHuman: Bye.\nAI:';

/** Every request that comes out is valid, and nothing that goes in is written to. */
function toChatRequest(request: CompletionRequest, options: ToChatRequestOptions = {}) {
  const result = convert(deepFreeze(request), deepFreeze(options));
  for (const one of result.requests) validate(ChatRequest, one);
  expect(JSON.parse(JSON.stringify(result.context))).toEqual(result.context);
  return result;
}

const first = (fields: Partial<CompletionRequest>, options: ToChatRequestOptions = {}) =>
  toChatRequest(completion(fields), options).requests[0];

describe('table A: prompt string', () => {
  it('parses a conversation in its dialect', () => {
    expect(first({ prompt: conversation }).messages).toEqual([
      { role: 'system', content: 'The following is a conversation with an AI assistant.' },
      { role: 'user', content: 'Hello, who are you?' },
      { role: 'assistant', content: 'I am an AI.' },
      { role: 'user', content: 'Bye.' },
    ]);
  });

  it('takes the dialect and the labels that it is told', () => {
    expect(first({ prompt: 'User: a\nAssistant:' }, { dialect: 'user-assistant' }).messages).toEqual([
      { role: 'user', content: 'a' },
    ]);
    expect(
      first(
        { prompt: 'Boss: a\nMarv:' },
        { dialect: 'user-assistant', labels: { user: 'Boss', assistant: 'Marv' } },
      ).messages,
    ).toEqual([{ role: 'user', content: 'a' }]);
  });

  it.each([
    ['user', [{ role: 'user', content: 'Once upon a time' }]],
    ['prefill', [{ role: 'assistant', content: 'Once upon a time' }]],
    [
      'instruct',
      [
        { role: 'system', content: expect.stringContaining('Continue') },
        { role: 'user', content: 'Once upon a time' },
      ],
    ],
  ] as const)('sends what is no conversation as nonConversation: %s', (nonConversation, messages) => {
    const options = { nonConversation, prefill: 'send' } as const;
    expect(first({}, options).messages).toEqual(messages);
    expect(toChatRequest(completion(), options).warnings).toEqual(noted('info', 'prompt'));
  });

  it('keeps the white space of what is no conversation', () => {
    expect(first({ prompt: '  def f():\n    ' }).messages).toEqual([
      { role: 'user', content: '  def f():\n    ' },
    ]);
  });

  it('warns of a prompt that waits for the user', () => {
    expect(
      toChatRequest(completion({ prompt: 'Human: a\nAI: b\nHuman: c\nAI: d\nHuman:' })).warnings,
    ).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'open-user-turn', severity: 'lossy' })]),
    );
  });
});

describe('table A: prompt null, "" and []', () => {
  it.each([
    [null, 'prompt'],
    ['', 'prompt'],
    [[], 'prompt'],
    [['a', ''], 'prompt[1]'],
    [[[]], 'prompt[0]'],
  ] as [CompletionRequest['prompt'], string][])('refuses %j', (prompt, path) => {
    expect(() => toChatRequest(completion({ prompt }))).toThrow(refused('empty-prompt', path));
  });
});

describe('table A: prompt string[]', () => {
  it('makes a request of each prompt, with what the reply needs for each', () => {
    const { requests, context } = toChatRequest(completion({ prompt: ['a', 'bc😀'], n: 2, logprobs: 0 }));
    expect(requests.map((one) => one.messages[0]?.content)).toEqual(['a', 'bc😀']);
    expect(context.n).toBe(2);
    expect(context.prompts.map((one) => one.offset)).toEqual([1, 3]);
  });
});

describe('table A: prompt int[] and int[][]', () => {
  const tokenizer = { decode: (ids: number[]) => ids.map((id) => String.fromCharCode(id)).join('') };

  it('decodes token ids with the tokenizer', () => {
    expect(first({ prompt: [72, 105] }, { tokenizer }).messages).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(toChatRequest(completion({ prompt: [[72], [105]] }), { tokenizer }).requests).toHaveLength(2);
  });

  it('refuses token ids without a tokenizer', () => {
    expect(() => toChatRequest(completion({ prompt: [1] }))).toThrow(refused('invalid-argument', 'prompt'));
    expect(() => toChatRequest(completion({ prompt: [[1]] }))).toThrow(
      refused('invalid-argument', 'prompt[0]'),
    );
  });
});

describe('table A: n', () => {
  it('passes', () => expect(first({ n: 3 }).n).toBe(3));

  it('fans out on request', () => {
    const { requests, context } = toChatRequest(completion({ prompt: ['a', 'b'], n: 2 }), { fanOut: true });
    expect(requests.map((one) => [one.messages[0]?.content, one.n])).toEqual([
      ['a', undefined],
      ['a', undefined],
      ['b', undefined],
      ['b', undefined],
    ]);
    expect(context.fanOut).toBe(true);
  });

  it('fans out for a target that gives one choice at a time', () => {
    expect(toChatRequest(completion({ model: 'claude-sonnet-4', n: 2 })).requests).toHaveLength(2);
  });
});

describe('table A: best_of', () => {
  it('is dropped where it equals n', () => {
    expect(first({ n: 2, best_of: 2 })).not.toHaveProperty('best_of');
    expect(first({ n: 2, best_of: 2 }).n).toBe(2);
  });

  it('asks for more choices with logprobs where it is greater', () => {
    const { requests, context } = toChatRequest(completion({ n: 1, best_of: 3 }));
    expect(requests[0]).toMatchObject({ n: 3, logprobs: true });
    expect(context).toMatchObject({ n: 1, bestOf: 3, logprobs: null });
  });

  it('is an error below n, and in a stream', () => {
    expect(() => toChatRequest(completion({ n: 3, best_of: 2 }))).toThrow(
      refused('invalid-argument', 'best_of'),
    );
    expect(() => toChatRequest(completion({ best_of: 2, stream: true }))).toThrow(
      refused('unsupported', 'best_of'),
    );
  });
});

describe('table A: echo', () => {
  it('is never forwarded; the prompt is kept for the reply', () => {
    const { requests, context } = toChatRequest(completion({ echo: true }));
    expect(requests[0]).not.toHaveProperty('echo');
    expect(context.prompts[0]?.echo).toBe('Once upon a time');
  });

  it('is an error together with logprobs, or with max_tokens 0', () => {
    expect(() => toChatRequest(completion({ echo: true, logprobs: 0 }))).toThrow(
      refused('unsupported', 'echo'),
    );
    expect(() => toChatRequest(completion({ echo: true, max_tokens: 0 }))).toThrow(
      refused('unsupported', 'max_tokens'),
    );
  });
});

describe('table A: suffix', () => {
  it('is an error by default', () => {
    expect(() => toChatRequest(completion({ suffix: 'end' }))).toThrow(refused('unsupported', 'suffix'));
  });

  it('is emulated by an instruction on request, with a warning', () => {
    const { requests, warnings } = toChatRequest(completion({ suffix: 'the end' }), { suffix: 'instruct' });
    expect(requests[0].messages[1]?.content).toBe('{"beginning":"Once upon a time","end":"the end"}');
    expect(warnings).toEqual(noted('lossy', 'suffix'));
  });
});

describe('table A: logprobs', () => {
  it.each([0, 3, 5])('%d asks for as many alternatives', (logprobs) => {
    expect(first({ logprobs })).toMatchObject({ logprobs: true, top_logprobs: logprobs });
  });

  it('null asks for none', () => expect(first({ logprobs: null })).not.toHaveProperty('logprobs'));
});

describe('table A: max_tokens', () => {
  it('absent is the legacy default, written out', () => {
    const { max_tokens: _, ...request } = completion();
    const { requests, warnings } = toChatRequest(request);
    expect(requests[0].max_completion_tokens).toBe(16);
    expect(warnings).toEqual(noted('info', 'max_tokens'));
    expect(first({ max_tokens: null }).max_completion_tokens).toBe(16);
  });

  it('goes to the field that is asked for', () => {
    expect(first({ max_tokens: 7 })).toMatchObject({ max_completion_tokens: 7 });
    expect(first({ max_tokens: 7 }, { maxTokensField: 'max_tokens' })).toMatchObject({ max_tokens: 7 });
  });
});

describe('table A: stop', () => {
  it('passes; [] is omitted', () => {
    expect(first({ stop: '\n' }).stop).toEqual(['\n']);
    expect(first({ stop: [' END', '->'] }).stop).toEqual([' END', '->']);
    expect(first({ stop: [] })).not.toHaveProperty('stop');
  });

  it('is an error where it is empty', () => {
    expect(() => toChatRequest(completion({ stop: ['a', ''] }))).toThrow(
      refused('invalid-argument', 'stop[1]'),
    );
  });

  it('role stops leave the wire, and are enforced on the reply', () => {
    const { requests, context, warnings } = toChatRequest(
      completion({ prompt: conversation, stop: [' Human:', '\nAI:', '###'] }),
    );
    expect(requests[0].stop).toEqual(['###']);
    expect(context.stops).toEqual([' Human:', '\nHuman:', '\nAI:', '###']);
    expect(warnings).toEqual(noted('info', 'stop'));
  });

  it.each([
    [
      'in front of every label',
      'A chat.\n### Human: hi\n### Assistant: yo\n### Human: x\n### Assistant:',
      '###',
    ],
    ['in front of every stamp', '[12:01] ann: hi\n[12:02] zed: yo\n[12:03] ann: x\n[12:03] zed:', '\n['],
    [
      'behind every turn',
      'User:\n\nhi<|im_end|>\n\nChatGPT:\n\nyo<|im_end|>\n\nUser:\n\nx<|im_end|>\n\nChatGPT:\n',
      '<|im_end|>',
    ],
    ['that closes a tag', '<user>hi</user>\n<bot>yo</bot>\n<user>x</user>\n<bot>', '</bot>'],
  ])('a stop %s is a role stop', (_, prompt, stop) => {
    const { requests, context } = toChatRequest(completion({ prompt, stop: [stop] }));
    expect(requests[0]).not.toHaveProperty('stop');
    expect(
      requests[0].messages.filter(({ role }) => role !== 'system').map(({ content }) => content),
    ).toEqual(['hi', 'yo', 'x']);
    expect(JSON.stringify(context)).toContain(JSON.stringify(stop));
  });

  it('control tokens are role stops where the prompt is made of them', () => {
    const prompt = '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n';
    expect(first({ prompt, stop: ['<|im_end|>'] }, { dialect: 'chatml' })).not.toHaveProperty('stop');
  });

  it('what goes over the limit of the target is enforced on the reply', () => {
    const { requests, context } = toChatRequest(completion({ stop: ['a', 'b', 'c', 'd', 'e'] }));
    expect(requests[0].stop).toEqual(['a', 'b', 'c', 'd']);
    expect(context.stops).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('a dialect of one’s own', () => {
  const marks = { user: { open: '<~u~>', close: '<~end~>' }, assistant: { open: '<~a~>', close: '<~end~>' } };
  const own = {
    'a defined one': defineDialect({ name: 'own', roles: marks, stop: ['<~end~>'] }),
    'a template': jinjaDialect(
      '{% for m in messages %}<~{{ m.role[0] }}~>{{ m.content }}<~end~>{% endfor %}{% if add_generation_prompt %}<~a~>{% endif %}',
      { eosToken: '<~end~>' },
    ),
    'a changed copy': { ...dialects.chatml, roles: { ...dialects.chatml.roles, ...marks } },
  };
  it.each(Object.entries(own))('reads prompts: %s', (_, dialect) => {
    const prompt = '<~u~>Hi<~end~><~a~>Yo<~end~><~u~>Bye<~end~><~a~>';
    const { requests, warnings } = toChatRequest(completion({ prompt, stop: ['<~end~>'] }), { dialect });
    expect(requests[0]).toMatchObject({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Yo' },
        { role: 'user', content: 'Bye' },
      ],
    });
    expect(codes(warnings)).not.toContain('no-conversation');
  });
});

describe('table A: model', () => {
  it.each([
    ['a string', 'gpt-4o', 'gpt-4o'],
    ['a map', { 'gpt-4o-mini': 'x' }, 'x'],
    ['a map with wildcards, of which the longest wins', { '*': 'a', 'gpt-*': 'b', 'gpt-4o-*': 'c' }, 'c'],
    ['a function', (model: string) => `my-${model}`, 'my-gpt-4o-mini'],
    ['a map without it', { other: 'x' }, 'gpt-4o-mini'],
  ] as const)('is mapped by %s', (_, model, expected) => {
    const { requests, context } = convert(completion(), { model });
    expect(requests[0].model).toBe(expected);
    expect(context.model).toBe('gpt-4o-mini');
  });

  it('comes from the path, or from the field of the first clients', () => {
    const { model: _, ...request } = completion();
    expect(toChatRequest(request as CompletionRequest, { engine: 'davinci' }).requests[0].model).toBe(
      'davinci',
    );
    expect(
      toChatRequest({ ...request, engine: 'ada' } as unknown as CompletionRequest).requests[0].model,
    ).toBe('ada');
    expect(() => toChatRequest(request as CompletionRequest)).toThrow(refused('invalid-argument', 'model'));
  });
});

describe('table A: what the target refuses', () => {
  const asked = completion({
    model: 'o3-mini',
    temperature: 0.5,
    top_p: 0.5,
    presence_penalty: 1,
    frequency_penalty: 1,
    logit_bias: { 1: 1 },
    logprobs: 2,
    stop: ['a'],
    max_tokens: 10,
  });

  it.each(['o1', 'o3-mini', 'o4-mini', 'gpt-5', 'gpt-5-mini-2025-08-07', 'openai/gpt-5-nano'])(
    'emulates the stops and drops the rest for %s',
    (model) => {
      const { requests, context, warnings } = toChatRequest({ ...asked, model });
      expect(requests[0]).toEqual({ model, messages: expect.anything(), max_completion_tokens: 10 + 4096 });
      expect(context).toMatchObject({ stops: ['a'], logprobs: null, reasons: true });
      for (const path of [
        'temperature',
        'top_p',
        'presence_penalty',
        'frequency_penalty',
        'logit_bias',
        'logprobs',
      ]) {
        expect(warnings).toEqual(noted('lossy', path));
      }
    },
  );

  it('loses nothing with what is the default anyway', () => {
    const { requests, warnings } = toChatRequest(
      completion({ model: 'o3', temperature: 1, top_p: 1, presence_penalty: 0 }),
    );
    expect(Object.keys(requests[0])).toEqual(['model', 'messages', 'max_completion_tokens']);
    for (const path of ['temperature', 'top_p', 'presence_penalty'])
      expect(warnings).toEqual(noted('info', path));
  });

  it.each([
    ['gpt-5-chat-latest', { temperature: 0.5, logprobs: true }],
    ['gpt-5.1', { temperature: 0.5, logprobs: true }],
    ['gpt-4o', { temperature: 0.5, presence_penalty: 1 }],
  ])('goes by the version: %s', (model, expected) => {
    expect(toChatRequest({ ...asked, model }).requests[0]).toMatchObject(expected);
  });

  it('drops the stops as well, or refuses, as the caller says', () => {
    const dropped = toChatRequest(asked, { unsupported: 'drop' });
    expect(dropped.context.stops).toEqual([]);
    expect(dropped.warnings).toEqual(noted('lossy', 'stop'));
    expect(() => toChatRequest(asked, { unsupported: 'error' })).toThrow(
      refused('unsupported', 'temperature'),
    );
  });

  it('takes the caller at their word about a model of their own', () => {
    const { requests } = toChatRequest(completion({ model: 'deployment-1', temperature: 0 }), {
      capabilities: { refuses: ['temperature'], maxTokens: 'max_tokens' },
    });
    expect(requests[0]).toEqual({ model: 'deployment-1', messages: expect.anything(), max_tokens: 5 });
  });
});

describe('table A: max_tokens on a reasoning model', () => {
  it('gets headroom for the reasoning', () => {
    expect(first({ model: 'o3', max_tokens: 10 }, { reasoningHeadroom: 1000 }).max_completion_tokens).toBe(
      1010,
    );
  });
});

describe('table A: logit_bias', () => {
  it('passes with a warning', () => {
    const { requests, warnings } = toChatRequest(completion({ logit_bias: { 50256: -100 } }));
    expect(requests[0].logit_bias).toEqual({ 50256: -100 });
    expect(warnings).toEqual(noted('lossy', 'logit_bias'));
    expect(toChatRequest(completion({ logit_bias: {} })).warnings).not.toEqual(noted('lossy', 'logit_bias'));
  });
});

describe('table A: the fields that pass', () => {
  it('are passed', () => {
    const fields = {
      frequency_penalty: 0.5,
      presence_penalty: -0.5,
      seed: 7,
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.3,
      top_p: 0.9,
      user: 'u',
    };
    expect(first(fields)).toMatchObject(fields);
  });

  it('null is not set', () =>
    expect(first({ temperature: null, seed: null })).not.toHaveProperty('temperature'));
});

describe('fields that nobody knows', () => {
  const misspelt = { ...completion(), temprature: 1, __proto__x: 1 } as unknown as CompletionRequest;

  it('are dropped with a warning that names the nearest', () => {
    const { requests, warnings } = toChatRequest(misspelt);
    expect(requests[0]).not.toHaveProperty('temprature');
    expect(warnings.find((one) => one.path === 'temprature')?.message).toContain('"temperature"');
  });

  it('pass, or are refused, as the caller says', () => {
    expect(convert(misspelt, { unknownFields: 'pass' }).requests[0]).toMatchObject({ temprature: 1 });
    expect(() => convert(misspelt, { unknownFields: 'error' })).toThrow(
      refused('invalid-argument', 'temprature'),
    );
  });

  it('do no harm under the names of an object', () => {
    const hostile = JSON.parse(
      '{"model":"m","prompt":"a","__proto__":{"x":1},"constructor":1,"toString":2}',
    ) as CompletionRequest;
    const { requests, warnings } = convert(hostile, { unknownFields: 'pass' });
    expect(Object.getPrototypeOf(requests[0])).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(warnings.map((one) => one.path)).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'toString']),
    );
  });
});

describe('strict', () => {
  it('turns a lossy warning into an error; info stays', () => {
    expect(() => toChatRequest(completion({ logit_bias: { 1: 1 } }), { strict: true })).toThrow(
      refused('lossy', 'logit_bias'),
    );
    expect(codes(toChatRequest(completion(), { strict: true }).warnings)).toEqual(['no-conversation']);
  });

  it('onWarning hears what the result tells', () => {
    const heard: unknown[] = [];
    const { warnings } = convert(completion(), { onWarning: (warning) => heard.push(warning) });
    expect(heard).toEqual(warnings);
  });
});
