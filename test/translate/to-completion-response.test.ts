import { describe, expect, it } from 'vitest';
import type { ChatResponse } from '../../src/schemas/chat.js';
import { CompletionResponse, validate } from '../../src/schemas/index.js';
import type { ProviderChatResponse } from '../../src/schemas/provider.js';
import type { CompletionContext } from '../../src/translate/context.js';
import { toChatRequest } from '../../src/translate/to-chat-request.js';
import {
  toCompletionResponse as convert,
  type ToCompletionResponseOptions,
} from '../../src/translate/to-completion-response.js';
import { deepFreeze } from '../support/freeze.js';
import { codes, completion, noted, part, refused, reply, token } from './support.js';

function toCompletionResponse(
  responses: ProviderChatResponse | ProviderChatResponse[],
  context?: CompletionContext | null,
  options: ToCompletionResponseOptions = {},
) {
  const result = convert(deepFreeze(responses), deepFreeze(context ?? null), options);
  validate(CompletionResponse, result.response);
  return result;
}

const contextOf = (...args: Parameters<typeof toChatRequest>) => toChatRequest(...args).context;
const textOf = (...args: Parameters<typeof toCompletionResponse>) =>
  toCompletionResponse(...args).response.choices[0]?.text;
const logprobs = (content: ReturnType<typeof token>[]) => ({ logprobs: { content, refusal: null } });

describe('table C: restoreSpace', () => {
  const context = contextOf(completion({ prompt: 'Human: Hi\nAI: Hello\nHuman: Bye\nAI:', logprobs: 2 }));

  it('puts the space that the open label owns in front of text, tokens, alternatives and offsets', () => {
    const answer = reply(
      'So long',
      logprobs([
        token('So', -1, [
          ['So', -1],
          ['Good', -2],
        ]),
        token(' long'),
      ]),
    );
    const { response } = toCompletionResponse(answer, context);
    expect(response.choices[0]).toMatchObject({
      text: ' So long',
      logprobs: {
        tokens: [' So', ' long'],
        top_logprobs: [{ ' So': -1, ' Good': -2 }, {}],
        text_offset: [34, 37],
      },
    });
  });

  it('old code reads top_logprobs[0][" positive"] as before', () => {
    const classifier = contextOf(
      completion({ prompt: 'Tweet: "I like it"\nSentiment:', logprobs: 2, max_tokens: 1 }),
    );
    const answer = reply(
      'positive',
      logprobs([
        token('positive', -0.1, [
          ['positive', -0.1],
          ['negative', -2.3],
        ]),
      ]),
    );
    const { response } = toCompletionResponse(answer, classifier);
    expect(response.choices[0]?.logprobs?.top_logprobs?.[0]?.[' positive']).toBe(-0.1);
  });

  it.each([
    ['a reply that begins with white space', 'Human: Hi\nAI:', '\n\nHello', '\n\nHello'],
    ['a prompt that has the space itself', 'Human: Hi\nAI: ', 'Hello', 'Hello'],
    ['a prompt without an open label', 'Once upon', 'a time', 'a time'],
    ['an empty reply', 'Human: Hi\nAI:', '', ''],
  ])('leaves alone %s', (_, prompt, content, expected) => {
    expect(textOf(reply(content), contextOf(completion({ prompt })))).toBe(expected);
  });

  it('is left out on request', () => {
    expect(
      textOf(reply('Hello'), contextOf(completion({ prompt: 'Human: Hi\nAI:' }), { restoreSpace: false })),
    ).toBe('Hello');
  });
});

describe('table C: an echoed own label', () => {
  it('is stripped once, with its tokens', () => {
    const context = contextOf(completion({ prompt: 'Human: Hi\nAI:', logprobs: 0 }));
    const answer = reply(
      'AI: AI: Hello',
      logprobs([token('AI'), token(':'), token(' AI'), token(':'), token(' Hello')]),
    );
    const { response, warnings } = toCompletionResponse(answer, context);
    expect(response.choices[0]).toMatchObject({
      text: ' AI: Hello',
      logprobs: { tokens: [' AI', ':', ' Hello'] },
    });
    expect(codes(warnings)).toContain('stripped-label');
  });
});

describe("table C: the context's stops", () => {
  const context = contextOf(completion({ prompt: 'Human: Hi\nAI:', stop: [' Human:', ' AI:'], logprobs: 0 }));

  it('are enforced, and make the reason stop', () => {
    const { response } = toCompletionResponse(
      reply('Hello\nHuman: more', { finish_reason: 'length' }),
      context,
    );
    expect(response.choices[0]).toMatchObject({ text: ' Hello', finish_reason: 'stop' });
  });

  it('a bare label at the very start is one', () => {
    expect(textOf(reply('Human: more'), context)).toBe('');
  });

  it('cut the tokens with the text', () => {
    const tokens = [token('Hello'), token('\n'), token('Human'), token(':')];
    const { response } = toCompletionResponse(reply('Hello\nHuman:', logprobs(tokens)), context);
    expect(response.choices[0]?.logprobs?.tokens).toEqual([' Hello']);
  });

  it('a token that reaches over the end is cut, with a warning', () => {
    const stopped = contextOf(completion({ stop: 'b', logprobs: 0 }));
    const { response, warnings } = toCompletionResponse(
      reply('aab', logprobs([token('a'), token('ab')])),
      stopped,
    );
    expect(response.choices[0]).toMatchObject({ text: 'aa', logprobs: { tokens: ['a', 'a'] } });
    expect(warnings).toEqual(noted('lossy', 'choices[0].logprobs.content[1]'));
  });
});

describe('table C: id and created', () => {
  it.each([
    ['chatcmpl-X', 'cmpl-X'],
    ['gen-1', 'gen-1'],
  ])('%s becomes %s', (id, expected) => {
    expect(toCompletionResponse({ ...reply('a'), id }).response.id).toBe(expected);
  });

  it('a missing id is made, the same each time, or by the caller', () => {
    const made = toCompletionResponse({ ...reply('a'), id: '' });
    expect(made.response.id).toMatch(/^cmpl-[0-9a-f]{16}$/);
    expect(toCompletionResponse({ ...reply('a'), id: '' }).response.id).toBe(made.response.id);
    expect(made.warnings).toEqual(noted('info', 'id'));
    expect(
      toCompletionResponse({ ...reply('a'), id: null }, null, { makeId: (prefix) => `${prefix}7` }).response
        .id,
    ).toBe('cmpl-7');
  });

  it('created is floored, or now', () => {
    expect(toCompletionResponse({ ...reply('a'), created: 1.9 }).response.created).toBe(1);
    expect(
      toCompletionResponse({ ...reply('a'), created: null }, null, { now: () => 1700000000123 }).response
        .created,
    ).toBe(1700000000);
    expect(toCompletionResponse({ ...reply('a'), created: null }, null, { now: 5 }).response.created).toBe(5);
  });
});

describe('table C: text', () => {
  const said = (message: object): ProviderChatResponse => ({
    ...reply(null),
    choices: [{ index: 0, message, finish_reason: 'stop' }],
  });

  it('is content, else refusal, else empty', () => {
    expect(textOf(reply('a'))).toBe('a');
    const refusal = toCompletionResponse(said({ content: null, refusal: 'No.' }));
    expect(refusal.response.choices[0]?.text).toBe('No.');
    expect(refusal.warnings).toEqual(noted('lossy', 'choices[0].message.refusal'));
    expect(textOf(reply(null))).toBe('');
  });

  it('echo puts the prompt back in front, character for character', () => {
    const context = contextOf(completion({ prompt: 'Human: $& Hi\nAI:', echo: true }));
    expect(textOf(reply('Hello $1'), context)).toBe('Human: $& Hi\nAI: Hello $1');
  });

  it('array content joins its text parts', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    const { response, warnings } = toCompletionResponse(said({ content }));
    expect(response.choices[0]?.text).toBe('ab');
    expect(warnings).toEqual(noted('lossy', 'choices[0].message.reasoning_content'));
    expect(textOf(said({ content }), null, { reasoning: 'think' })).toBe('<think>\nhm\n</think>\n\nab');
  });

  it('what audio says is text, the audio itself is dropped with a warning', () => {
    const { response, warnings } = toCompletionResponse(
      said({ content: null, audio: { id: 'a', data: 'QQ==', transcript: 'Hi' } }),
    );
    expect(response.choices[0]?.text).toBe('Hi');
    expect(warnings).toEqual(noted('lossy', 'choices[0].message.audio'));
  });
});

describe('table C: tool calls', () => {
  const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } } as const;
  const message = { role: 'assistant', content: 'Let me see.', refusal: null, tool_calls: [call] } as const;
  const answer = reply(null, { message: { ...message, tool_calls: [call] }, finish_reason: 'tool_calls' });

  it('are an error by default', () => {
    expect(() => toCompletionResponse(answer)).toThrow(
      refused('unsupported', 'choices[0].message.tool_calls'),
    );
    const old = reply(null, {
      message: {
        role: 'assistant',
        content: null,
        refusal: null,
        function_call: { name: 'f', arguments: '' },
      },
    });
    expect(() => toCompletionResponse(old)).toThrow(
      refused('unsupported', 'choices[0].message.function_call'),
    );
  });

  it('are JSON text on request, with the prose in front kept', () => {
    const { response, warnings } = toCompletionResponse(answer, null, { toolCalls: 'text' });
    expect(response.choices[0]?.text).toBe(`Let me see.\n${JSON.stringify({ tool_calls: [call] })}`);
    expect(warnings).toEqual(noted('lossy', 'choices[0].message.tool_calls'));
  });
});

describe('table C: finish_reason', () => {
  const reasoned = (finish_reason: string | null) =>
    toCompletionResponse({
      ...reply('a'),
      choices: [{ index: 0, message: { content: 'a' }, finish_reason }],
    });

  it.each([
    ['stop', 'stop', 0],
    ['length', 'length', 0],
    ['content_filter', 'content_filter', 0],
    ['eos', 'stop', 1],
    ['eos_token', 'stop', 1],
    ['end_turn', 'stop', 1],
    ['max_tokens', 'length', 1],
    ['tool_calls', 'stop', 1],
    ['function_call', 'stop', 1],
    ['', 'stop', 1],
    [null, 'stop', 1],
    ['insufficient_system_resource', 'stop', 1],
  ])('%j becomes %s', (reason, expected, warnings) => {
    const result = reasoned(reason);
    expect(result.response.choices[0]?.finish_reason).toBe(expected);
    expect(result.warnings).toHaveLength(warnings);
  });

  it('error is an error', () => {
    expect(() => reasoned('error')).toThrow(refused('provider-error', 'choices[0].finish_reason'));
    expect(() => convert({ error: { message: 'no' } } as ProviderChatResponse)).toThrow(
      refused('provider-error'),
    );
  });
});

describe('table C: usage', () => {
  const usage = {
    prompt_tokens: 3,
    completion_tokens: 4,
    total_tokens: 7,
    completion_tokens_details: { reasoning_tokens: 2 },
  };

  it('passes with its details', () => {
    expect(toCompletionResponse({ ...reply('a'), usage }).response.usage).toEqual(usage);
  });

  it('is summed field by field over a batch', () => {
    const context = contextOf(completion({ prompt: ['a', 'b'] }));
    const other = { ...usage, prompt_tokens_details: { cached_tokens: 1 } };
    const { response } = toCompletionResponse(
      [
        { ...reply('x'), usage },
        { ...reply('y'), usage: other },
      ],
      context,
    );
    expect(response.usage).toEqual({
      prompt_tokens: 6,
      completion_tokens: 8,
      total_tokens: 14,
      prompt_tokens_details: { cached_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 4 },
    });
  });

  it('{} is none, a missing count follows, floats are rounded, other keys are named', () => {
    expect(toCompletionResponse({ ...reply('a'), usage: {} }).response).not.toHaveProperty('usage');
    expect(
      toCompletionResponse({ ...reply('a'), usage: { prompt_tokens: 2, total_tokens: 5 } }).response.usage,
    ).toMatchObject({ completion_tokens: 3 });
    const odd = { ...usage, queue_time: 0.1 } as ProviderChatResponse['usage'];
    expect(toCompletionResponse({ ...reply('a'), usage: odd! }).warnings).toEqual(noted('lossy', 'usage'));
  });
});

describe('table C: logprobs', () => {
  it('are lists, with offsets in code points from the length of the prompt', () => {
    const context = contextOf(completion({ prompt: `${'x'.repeat(17)}😀`, logprobs: 0 }));
    const tokens = ['a😀', 'bcde', 'fgh', 'i'].map((one) => token(one));
    const { response } = toCompletionResponse(reply('a😀bcdefghi', logprobs(tokens)), context);
    expect(response.choices[0]?.logprobs).toEqual({
      tokens: ['a😀', 'bcde', 'fgh', 'i'],
      token_logprobs: [-1, -1, -1, -1],
      top_logprobs: [{}, {}, {}, {}],
      text_offset: [18, 20, 24, 27],
    });
  });

  it('the base of the offsets is an option', () => {
    const { response } = toCompletionResponse(
      reply('a', logprobs([token('a')])),
      contextOf(completion({ logprobs: 0 })),
      { textOffset: 0 },
    );
    expect(response.choices[0]?.logprobs?.text_offset).toEqual([0]);
  });

  it('of two entries for one token the larger is kept, with a warning', () => {
    const { response, warnings } = toCompletionResponse(
      reply(
        'a',
        logprobs([
          token('a', -1, [
            ['a', -3],
            ['a', -1],
            ['a', -2],
          ]),
        ]),
      ),
    );
    expect(response.choices[0]?.logprobs?.top_logprobs).toEqual([{ a: -1 }]);
    expect(codes(warnings)).toEqual(['duplicate-token', 'duplicate-token']);
  });

  it('part of a character is bytes, and counts once it is whole', () => {
    const tokens = [part([32, 240, 159], ' \\xf0\\x9f'), part([152, 128], '\\x98\\x80'), token('!')];
    const { response } = toCompletionResponse(reply(' 😀!', logprobs(tokens)));
    expect(response.choices[0]?.logprobs).toMatchObject({
      tokens: ['bytes: \\xf0\\x9f', 'bytes:\\x98\\x80', '!'],
      text_offset: [0, 1, 2],
    });
  });

  it('a token named __proto__ is a key like any other', () => {
    const { response } = toCompletionResponse(
      reply(
        'a',
        logprobs([
          token('a', -1, [
            ['__proto__', -1],
            ['constructor', -2],
          ]),
        ]),
      ),
    );
    expect(JSON.stringify(response.choices[0]?.logprobs?.top_logprobs)).toBe(
      '[{"__proto__":-1,"constructor":-2}]',
    );
  });

  it('none where none were asked for, and a warning where some were', () => {
    const asked = contextOf(completion({ logprobs: 0 }));
    expect(
      toCompletionResponse(reply('a', logprobs([token('a')])), contextOf(completion())).response.choices[0]
        ?.logprobs,
    ).toBeNull();
    expect(toCompletionResponse(reply('a'), asked).warnings).toEqual(noted('lossy', 'choices[0].logprobs'));
  });
});

describe('table A: prompt string[], the replies', () => {
  const pair = (a: string, b: string): ChatResponse => ({
    ...reply(a),
    choices: [...reply(a).choices, { ...reply(b).choices[0]!, index: 1 }],
  });

  it('output index is promptIndex * n + j', () => {
    const context = contextOf(completion({ prompt: ['a', 'b'], n: 2 }));
    const { response } = toCompletionResponse([pair('0', '1'), pair('2', '3')], context);
    expect(response.choices.map(({ index, text }) => [index, text])).toEqual([
      [0, '0'],
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ]);
  });

  it('goes by the index of a choice, not by its place', () => {
    const turned = pair('0', '1');
    const { response } = toCompletionResponse({ ...turned, choices: [...turned.choices].reverse() });
    expect(response.choices.map((one) => one.text)).toEqual(['0', '1']);
  });

  it('puts a fan-out together again', () => {
    const context = contextOf(completion({ prompt: ['a', 'b'], n: 2 }), { fanOut: true });
    const { response } = toCompletionResponse(
      ['0', '1', '2', '3'].map((one) => reply(one)),
      context,
    );
    expect(response.choices.map(({ index, text }) => [index, text])).toEqual([
      [0, '0'],
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ]);
    expect(() => toCompletionResponse([reply('0')], context)).toThrow(
      refused('invalid-argument', 'chatResponses'),
    );
  });
});

describe('table A: best_of, the replies', () => {
  it('keeps the n likeliest by mean logprob, re-indexed', () => {
    const context = contextOf(completion({ n: 2, best_of: 3 }));
    const scored = (content: string, index: number, all: number[]) => ({
      ...reply(content, logprobs(all.map((one) => token('x', one)))).choices[0]!,
      index,
    });
    const choices = [
      scored('bad', 0, [-5]),
      scored('best', 1, [-1, -1, -1, -1, -1, -1]),
      scored('good', 2, [-2]),
    ];
    const { response } = toCompletionResponse({ ...reply(''), choices }, context);
    expect(response.choices.map(({ index, text, logprobs }) => [index, text, logprobs])).toEqual([
      [0, 'best', null],
      [1, 'good', null],
    ]);
  });
});

describe('table A: a reasoning model, the replies', () => {
  it('an empty reply that reached its limit warns', () => {
    const context = contextOf(completion({ model: 'o3' }));
    expect(codes(toCompletionResponse(reply('', { finish_reason: 'length' }), context).warnings)).toContain(
      'empty-reply',
    );
  });
});

describe('fields of a provider', () => {
  it('are named where they are lost', () => {
    const { warnings } = toCompletionResponse({
      ...reply('a'),
      service_tier: 'default',
      x_groq: { id: 1 },
    } as ProviderChatResponse);
    expect(warnings.map((one) => one.message).join()).toMatch(/service_tier.*x_groq/);
    expect(
      toCompletionResponse({ ...reply('a'), system_fingerprint: 'fp' }).response.system_fingerprint,
    ).toBe('fp');
  });
});
