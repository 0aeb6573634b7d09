import { Template } from '@huggingface/jinja';
import { describe, expect, it } from 'vitest';
import { type MarkerDialect, parsePrompt, renderPrompt } from '../../src/index.js';
import { dialectFromConfig } from '../../src/jinja/index.js';
import type { Message } from '../../src/schemas/messages.js';
import { readReply } from '../support/read-reply.js';
import { type Kind, kinds } from './templates.js';

const dialectOf = ({ template, bos, eos }: Kind): MarkerDialect =>
  dialectFromConfig({ chat_template: template, bos_token: bos ?? null, eos_token: eos ?? null });

const call = (city: string, days: number, id: string) => ({
  id,
  type: 'function' as const,
  function: { name: 'get_weather', arguments: `{"city": "${city}", "days": ${days}}` },
});
const plain: Message[] = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello.' },
  { role: 'user', content: 'Bye' },
];
const history: Message[] = [
  { role: 'user', content: 'Weather?' },
  { role: 'assistant', content: null, tool_calls: [call('Paris', 3, 'abcdef123')] },
  { role: 'tool', tool_call_id: 'abcdef123', content: 'Sunny, "21" C' },
  { role: 'assistant', content: 'It is sunny.' },
  { role: 'user', content: 'Thanks' },
];

/** What the engine writes of messages that it is given as it wants them. */
function engine({ template, bos = '', eos = '' }: Kind, messages: readonly Message[]): string {
  const given = messages.map((message) =>
    message.role === 'assistant' && message.tool_calls
      ? {
          ...message,
          content: message.content ?? '',
          tool_calls: message.tool_calls.map((one) =>
            one.type === 'function'
              ? { ...one, function: { ...one.function, arguments: JSON.parse(one.function.arguments) } }
              : one,
          ),
        }
      : message,
  );
  return new Template(template).render({
    bos_token: bos,
    eos_token: eos,
    messages: given,
    add_generation_prompt: true,
  });
}

/** Messages with their calls numbered, for templates that write no ids. */
const numbered = (messages: readonly Message[], first: string): Message[] =>
  JSON.parse(JSON.stringify(messages).replaceAll('abcdef123', first));

/** Arguments as values. */
const valued = (messages: readonly Message[]): unknown =>
  JSON.parse(JSON.stringify(messages), (key, value) =>
    key === 'arguments' && typeof value === 'string' ? JSON.parse(value) : value,
  );

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
};

const replyOf = (kind: Kind, text: string, tools = false) =>
  readReply(dialectOf(kind), text, {
    messages: [{ role: 'user', content: 'Hi' }],
    ...(tools ? { tools: [weather] } : {}),
  });

describe.each(kinds)('a template with $name', (kind) => {
  it('is written byte for byte as the engine writes it, and read back', () => {
    const dialect = dialectOf(kind);
    expect(dialect.unreadable).toBeUndefined();
    for (const messages of [plain, history]) {
      const { prompt } = renderPrompt(messages, { dialect });
      expect(prompt).toBe(engine(kind, messages));
      const read = parsePrompt(prompt, { dialect });
      const want = kind.noIds ? numbered(messages, kind.noIds === true ? 'call_0' : kind.noIds) : messages;
      // An empty thought that the template writes is read as one.
      const got = read.messages.map((message) => ({ ...message, reasoning_content: undefined }));
      expect(valued(got as Message[])).toEqual(valued(want));
      expect(read.awaitsAssistant).toBe(true);
    }
  });

  it('comes back from its reversible form, whatever its special tokens are', () => {
    const dialect = dialectOf(kind);
    const hostile = `a ${dialect.specialTokens.join(' b ')} ${dialect.roles.user.open}x`;
    const messages: Message[] = [
      { role: 'user', content: hostile },
      { role: 'assistant', content: `  ${hostile} \n` },
      { role: 'user', content: 'Bye' },
    ];
    const { prompt } = renderPrompt(messages, { dialect, fidelity: 'reversible' });
    expect(parsePrompt(prompt, { dialect }).messages).toEqual(messages);
    for (const collisions of ['escape', 'neutralize'] as const) {
      const written = renderPrompt(messages, { dialect, collisions });
      const roles = parsePrompt(written.prompt, { dialect }).messages.map(({ role }) => role);
      expect(roles).toEqual(['user', 'assistant', 'user']);
    }
  });

  it('has the stops that end a turn', () => {
    expect(renderPrompt(plain, { dialect: dialectOf(kind) }).stop).toEqual(kind.stop);
  });

  it('reads calls of replies, whole and streamed', async () => {
    for (const text of [kind.call!, ...(kind.calls === undefined ? [] : [kind.calls])]) {
      const { whole, streamed } = await replyOf(kind, text, true);
      const calls = whole.message.tool_calls!.map((one) =>
        one.type === 'function' ? [one.function.name, JSON.parse(one.function.arguments)] : [],
      );
      const want = [
        ['get_weather', { city: 'Paris', days: 3 }],
        ['get_weather', { city: 'Rome', days: 1 }],
      ];
      expect(calls).toEqual(want.slice(0, text === kind.call ? 1 : 2));
      expect(whole.finish_reason).toBe('tool_calls');
      expect(whole.message.content ?? '').toBe('');
      expect(streamed.message.tool_calls?.map((one) => one.type === 'function' && one.function)).toEqual(
        whole.message.tool_calls!.map((one) => one.type === 'function' && one.function),
      );
    }
  });

  it.runIf(kind.answer)('takes the mark off that the model writes behind its words', async () => {
    const { whole, streamed } = await replyOf(kind, kind.answer!);
    for (const { message } of [whole, streamed]) expect(message.content).toBe('Hello.');
  });

  it.runIf(kind.thought)('sets reasoning apart', async () => {
    const { whole, streamed } = await replyOf(kind, kind.thought!);
    for (const { message } of [whole, streamed]) {
      expect(message.content).toBe('Hello.');
      expect((message as { reasoning_content?: string }).reasoning_content).toBe('why');
    }
  });

  it('tells the words of each message from the template’s own', () => {
    const dialect = dialectOf(kind);
    const { prompt, spans } = renderPrompt(plain, { dialect });
    const words = spans
      .filter(({ message }) => message !== null)
      .map(({ start, end, message }) => [prompt.slice(start, end), message]);
    expect(words).toEqual([
      ['Hi', 0],
      ['Hello.', 1],
      ['Bye', 2],
    ]);
    expect(spans.map(({ start, end }) => prompt.slice(start, end)).join('')).toBe(prompt);
  });
});
