import { describe, expect, it } from 'vitest';
import {
  type DialectName,
  dialects,
  type MarkerDialect,
  parseToolCalls,
  renderPrompt,
} from '../../src/index.js';
import type { Message } from '../../src/schemas/messages.js';

const speakers = (Object.values(dialects) as { kind: string }[]).filter(
  (dialect): dialect is MarkerDialect =>
    dialect.kind === 'markers' &&
    (dialect as MarkerDialect).calls?.write !== undefined &&
    !(dialect as MarkerDialect).calls?.channels,
);
const question: Message = { role: 'user', content: 'Weather?' };
const args = [{ city: 'Paris', days: 3, code: '007', tags: ['a', 'b c'] }, { city: 'Rome' }];
const tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer' },
        code: { type: 'string' },
        tags: { type: 'array' },
      },
    },
  },
};

/** A reply that makes so many calls, as the dialect's own turn has it. */
function native(dialect: MarkerDialect, count: number): string {
  const answer: Message = {
    role: 'assistant',
    content: null,
    tool_calls: args.slice(0, count).map((one, i) => ({
      id: `abcdef12${i}`,
      type: 'function',
      function: { name: 'get_weather', arguments: JSON.stringify(one) },
    })),
  };
  const written = (messages: Message[], generationPrompt: boolean): string =>
    renderPrompt(messages, { dialect, fidelity: 'reversible', generationPrompt, continueFinal: false })
      .prompt;
  const text = written([question, answer], false);
  const opening = dialect.roles.assistant.open.trimEnd();
  const reply = text.slice(text.indexOf(opening, text.indexOf('Weather?')) + opening.length);
  const close = dialect.roles.assistant.close.trim();
  const end = close === '' ? -1 : reply.lastIndexOf(close);
  const none = dialect.reasoning?.none?.trim() ?? '';
  const bare = (end === -1 ? reply : reply.slice(0, end)).trim();
  return bare.startsWith(none) ? bare.slice(none.length).trim() : bare;
}

const read = (text: string, dialect: MarkerDialect) => {
  const { content, tool_calls, warnings } = parseToolCalls(text, {
    dialect: dialect.name as DialectName,
    tools: [tool],
  } as never);
  const calls = tool_calls.map((call) => {
    if (call.type !== 'function') return call;
    let value: unknown;
    try {
      value = JSON.parse(call.function.arguments);
    } catch {
      value = undefined;
    }
    return { name: call.function.name, value };
  });
  return { content: content ?? '', calls, warnings };
};
const good = (...values: unknown[]) => values.map((value) => ({ name: 'get_weather', value }));

describe.each(speakers.map((dialect) => [dialect.name, dialect] as const))('a reply in %s', (_, dialect) => {
  const [one, two] = [native(dialect, 1), native(dialect, 2)];

  it('is read', () => {
    expect(read(two, dialect).calls, two).toEqual(good(...args));
  });
  it('keeps words in front', () => {
    const { content, calls } = read(`Let me look.\n\n${one}`, dialect);
    expect([content.trim(), calls]).toEqual(['Let me look.', good(args[0])]);
  });
  it('keeps words behind', () => {
    const { content, calls } = read(`${one}\n\nThen we see.`, dialect);
    expect(calls).toEqual(good(args[0]));
    expect(content).toContain('Then we see.');
  });
  it('may hold one bracket too many', () => {
    const at = one.lastIndexOf('}') + 1;
    if (at === 0) return;
    const { calls, content, warnings } = read(`${one.slice(0, at)}}${one.slice(at)}`, dialect);
    // What is certain is read; what is not stays in the words, or is told.
    if (calls.length === 0) expect(content).toContain('get_weather');
    else {
      expect(calls).toHaveLength(1);
      expect(calls[0]).toMatchObject({ name: 'get_weather' });
      if (content.trim() === '' && warnings.length === 0) expect(calls).toEqual(good(args[0]));
    }
  });
  it('may be cut off anywhere', () => {
    for (let end = 1; end < two.length; end++) {
      const { content, calls, warnings } = read(two.slice(0, end), dialect);
      for (const [i, call] of calls.entries()) {
        expect('name' in call && call.name).toBe('get_weather');
        const whole = 'value' in call && call.value !== undefined;
        if (whole && warnings.length === 0)
          expect('value' in call && call.value, two.slice(0, end)).toEqual(args[i]);
        else expect(warnings.length, two.slice(0, end)).toBeGreaterThan(0);
      }
      if (calls.length === 0 && /\w{3}/.test(two.slice(0, end).replace(/<[^>]*>?|\[\w*\]?/g, '')))
        expect(content).not.toBe('');
    }
  });
});
