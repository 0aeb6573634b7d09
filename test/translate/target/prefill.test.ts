import { describe, expect, it } from 'vitest';
import {
  type ChatChunk,
  type ToChatRequestOptions,
  toChatRequest,
  toCompletionChunks,
  toCompletionResponse,
} from '../../../src/index.js';

const poem = 'Human: Write a poem.\nAI: Roses are';
const ask = (prompt: string, options: ToChatRequestOptions = {}) =>
  toChatRequest({ model: 'claude-opus-4-6', prompt, max_tokens: 20 }, options);

describe('a prompt that ends inside of the assistant’s turn', () => {
  it('is an instruction for a model that refuses such a message, or ignores it', () => {
    for (const model of ['claude-opus-4-6', 'gpt-4o-mini']) {
      const { requests, warnings } = ask(poem, { model });
      const message = requests[0].messages[0]!;
      expect(requests[0].messages).toHaveLength(1);
      expect(message).toMatchObject({ role: 'user' });
      expect(message.content).toMatch(/^Write a poem\.\n\n[^\n]*exactly[^\n]*\n\nRoses are$/);
      expect(warnings).toContainEqual(
        expect.objectContaining({ code: 'prefill', path: 'prompt', severity: 'lossy' }),
      );
    }
  });

  it('is sent as it is to a model that goes on from there, or that nobody knows', () => {
    for (const model of ['claude-sonnet-4-5', 'gpt-7-foo']) {
      const { requests, warnings } = ask(poem, { model });
      expect(requests[0].messages.at(-1)).toEqual({ role: 'assistant', content: 'Roses are' });
      expect(warnings.filter(({ severity }) => severity === 'lossy')).toEqual([]);
      expect(warnings).toContainEqual(expect.objectContaining({ code: 'prefill' }));
    }
  });

  it('is what the caller says', () => {
    expect(ask(poem, { prefill: 'send' }).requests[0].messages.at(-1)).toMatchObject({ role: 'assistant' });
    expect(ask(poem, { model: 'm', prefill: 'instruct' }).requests[0].messages.at(-1)).toMatchObject({
      role: 'user',
    });
    expect(() => ask(poem, { prefill: 'error' })).toThrow(
      expect.objectContaining({ code: 'unsupported', path: 'prompt' }),
    );
  });

  it('stands alone behind a message that is not the user’s', () => {
    const { messages } = ask('Human: Hi\nAI: Hello.\nAI: Roses are').requests[0];
    expect(messages.at(-1)).toMatchObject({ role: 'user', content: expect.stringMatching(/\n\nRoses are$/) });
    const [begun] = ask('Once upon a time there', { nonConversation: 'prefill' }).requests[0].messages;
    expect(begun).toMatchObject({
      role: 'user',
      content: expect.stringMatching(/\n\nOnce upon a time there$/),
    });
  });
});

const long = 'Human: Write.\nAI: It was late. The rain had\nstopped for the night, and';

/** What the reply to a prompt becomes, whole and in a stream, cut anywhere. */
async function textOf(prompt: string, reply: string, options?: ToChatRequestOptions): Promise<string> {
  const { context } = ask(prompt, options);
  const head = { id: 'c', created: 1, model: 'm' };
  const choice = { index: 0, finish_reason: 'stop' as const, logprobs: null };
  const { response } = toCompletionResponse(
    {
      ...head,
      object: 'chat.completion',
      choices: [{ ...choice, message: { role: 'assistant', content: reply, refusal: null } }],
    },
    context,
  );
  const whole = response.choices[0]!.text;
  for (let size = 1; size < reply.length; size += 3) {
    const pieces = reply.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g'))!;
    const chunks = [
      ...pieces.map((content) => ({ delta: { content }, finish_reason: null })),
      { delta: {}, finish_reason: 'stop' },
    ].map((one) => ({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, ...one }],
    })) as ChatChunk[];
    let text = '';
    for await (const { choices } of toCompletionChunks(chunks, context)) text += choices[0]?.text ?? '';
    expect(text).toBe(whole);
  }
  return whole;
}

describe('the reply to it', () => {
  it.each([
    ['goes on', poem, 'red.', ' red.'],
    ['goes on with a space', poem, ' red.', ' red.'],
    ['repeats it', poem, 'Roses are red.', ' red.'],
    ['repeats it with its label', poem, 'AI: Roses are red.', ' red.'],
    [
      'breaks off in the middle of a word',
      'Human: Who?\nAI: It was my gra',
      'It was my grandmother.',
      'ndmother.',
    ],
    ['repeats the last line', long, 'stopped for the night, and so did we.', ' so did we.'],
    ['repeats the last sentence', long, 'The rain had\nstopped for the night, and so did we.', ' so did we.'],
    ['begins as the turn does, but goes on otherwise', poem, 'Roses and rue.', ' Roses and rue.'],
    ['goes on with digits', 'Human: Pi?\nAI: It is 3.', '14', '14'],
    ['goes on in a quotation', 'Human: Who?\nAI: {"name": "', 'Ann"}', 'Ann"}'],
  ])('%s', async (_, prompt, reply, text) => expect(await textOf(prompt, reply)).toBe(text));

  it('is freed of the turn too where the model was sent it and repeats it', async () => {
    const options: ToChatRequestOptions = { prefill: 'send' };
    expect(await textOf(poem, 'Roses are red.', options)).toBe(' red.');
    expect(await textOf(poem, ' red.', options)).toBe(' red.');
    // One word may begin a reply by chance.
    expect(await textOf('Human: Laugh.\nAI: ha', 'ha ha', options)).toBe('ha ha');
  });
});
