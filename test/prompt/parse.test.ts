import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DialectName, dialects, parsePrompt, RolecallError, unparsePrompt } from '../../src/index.js';
import { hostileContent } from '../support/content.js';
import { runs } from '../support/runs.js';

const contents = (text: string, dialect: DialectName, whitespace: 'exact' | 'tidy' = 'exact'): string[] =>
  parsePrompt(text, { dialect, whitespace }).messages.map(
    ({ role, content }) => `${role}:${String(content)}`,
  );

describe('parsePrompt with a dialect', () => {
  const cases: [name: string, dialect: DialectName, text: string, turns: string[]][] = [
    ['strips one space after the colon', 'user-assistant', 'User:  hi \nAssistant:', ['user: hi ']],
    ['keeps blank lines that it does not own', 'user-assistant', 'User: a\n\n\nAssistant:', ['user:a\n\n']],
    ['takes its two line ends', 'anthropic', '\n\nHuman: a\n\n\nAssistant:', ['user:a\n']],
    ['takes one line end where there is but one', 'anthropic', '\n\nHuman: a\nAssistant:', ['user:a']],
    [
      'takes CRLF as one line end',
      'user-assistant',
      'User: a\r\nAssistant: b\r\n',
      ['user:a', 'assistant:b\r\n'],
    ],
    ['takes a lone CR as a line end', 'user-assistant', 'User: a\rAssistant: b', ['user:a', 'assistant:b']],
    ['reads a label in any case', 'user-assistant', 'USER: a\naSSISTANT: b', ['user:a', 'assistant:b']],
    [
      'reads a label in any case where the dialect has it in small letters',
      'ai-sdk',
      'User:\na\n\nASSISTANT:\nb',
      ['user:a', 'assistant:b'],
    ],
    ['reads an indented label', 'user-assistant', '  User: a\n\tAssistant: b', ['user:a', 'assistant:b']],
    [
      'reads bold around and inside the colon',
      'user-assistant',
      '**User:** a\n**Assistant**: b',
      ['user:a', 'assistant:b'],
    ],
    [
      'reads a space before the colon',
      'user-assistant',
      'User : a\nAssistant\t: b',
      ['user:a', 'assistant:b'],
    ],
    ['reads a full-width colon', 'user-assistant', 'User：a\nAssistant：b', ['user:a', 'assistant:b']],
    [
      'reads labels in fences: the dialect was named',
      'user-assistant',
      '```\nUser: a\n```\nAssistant: b',
      ['system:```', 'user:a\n```', 'assistant:b'],
    ],
    ['leaves a label in the middle of a line', 'user-assistant', 'User: a User: b', ['user:a User: b']],
    ['leaves a label without its colon', 'user-assistant', 'User: a\nAssistant b', ['user:a\nAssistant b']],
    [
      'leaves a word that only starts like a label',
      'user-assistant',
      'User: a\nUsers: b',
      ['user:a\nUsers: b'],
    ],
    [
      'takes a text before the first label for the system',
      'user-assistant',
      'Hi.\n\nUser: a',
      ['system:Hi.', 'user:a'],
    ],
    [
      'keeps line ends of the preamble beyond its own two',
      'user-assistant',
      '\nHi.\n\n\nUser: a',
      ['system:\nHi.\n', 'user:a'],
    ],
    [
      'takes escapes off',
      'user-assistant',
      'User: a\n\\User: b\n\\\\User: c',
      ['user:a\nUser: b\n\\User: c'],
    ],
    [
      'leaves a backslash that escapes nothing',
      'user-assistant',
      'User: \\n and C:\\dir',
      ['user:\\n and C:\\dir'],
    ],
    ['takes a text with no label for the user', 'user-assistant', 'hello', ['user:hello']],
    [
      'ends an assistant turn at its closing mark',
      'vicuna',
      'USER: a ASSISTANT: b</s>USER: c ASSISTANT:',
      ['user:a', 'assistant:b', 'user:c'],
    ],
    [
      'keeps a closing mark in mid-turn',
      'vicuna',
      'USER: a ASSISTANT: b</s>c USER: d',
      ['user:a', 'assistant:b</s>c', 'user:d'],
    ],
    [
      'reads labels alone on their lines only, where the dialect has them so',
      'prompty',
      '# user:\na\n# user: b\n',
      ['user:a\n# user: b\n'],
    ],
    ['reads an empty turn', 'user-assistant', 'User:\nAssistant: b', ['user:', 'assistant:b']],
  ];
  it.each(cases)('%s', (_, dialect, text, turns) => {
    expect(contents(text, dialect)).toEqual(turns);
    expect(unparsePrompt(parsePrompt(text, { dialect }))).toBe(text);
  });

  it('tidies the white space around turns, and nothing inside them', () => {
    expect(contents('\n Hi. \n\nUser:\n\n  a\n\n  b  \n\nAssistant:  ', 'user-assistant', 'tidy')).toEqual([
      'system:Hi.',
      'user:a\n\n  b',
    ]);
  });

  const endings: [text: string, ending: string, awaits: boolean, open: string | undefined][] = [
    ['User: a\nAssistant:', 'open', true, 'Assistant:'],
    ['User: a\nAssistant: \n', 'open', true, 'Assistant:'],
    ['User: a\nUser:', 'open', false, 'User:'],
    ['User: a\nAssistant: b', 'prefill', true, undefined],
    ['User: a', 'closed', true, undefined],
    ['USER: a ASSISTANT: b</s>', 'closed', false, undefined],
    ['', 'closed', true, undefined],
  ];
  it.each(endings)('knows how %j ends', (text, ending, awaitsAssistant, open) => {
    const parsed = parsePrompt(text, { dialect: text.startsWith('USER') ? 'vicuna' : 'user-assistant' });
    expect(parsed).toMatchObject({ ending, awaitsAssistant });
    expect(parsed.open?.label).toBe(open);
  });

  it('says where each turn stands', () => {
    const text = 'Hi.\n\nUser: a\nAssistant:';
    const { turns, open } = parsePrompt(text, { dialect: 'user-assistant' });
    expect(turns.map(({ start, end }) => text.slice(start, end))).toEqual(['Hi.\n\n', 'User: a\n']);
    expect(turns.map(({ contentStart, contentEnd }) => text.slice(contentStart, contentEnd))).toEqual([
      'Hi.',
      'a',
    ]);
    expect(turns.map(({ label }) => label)).toEqual(['', 'User:']);
    expect(text.slice(open!.start, open!.end)).toBe('Assistant:');
  });

  it('takes labels of the caller beside its own', () => {
    const { messages } = parsePrompt('Joe: a\nAssistant: b\nUser: c', {
      dialect: 'user-assistant',
      labels: { user: 'Joe:' },
    });
    expect(messages.map(({ content }) => content)).toEqual(['a', 'b', 'c']);
  });

  it('warns of escapes that it took off', () => {
    expect(parsePrompt('User: \\x\n\\User: b', { dialect: 'user-assistant' }).warnings).toEqual([
      { code: 'unescaped', path: 'messages[0].content', message: expect.any(String), severity: 'info' },
    ]);
    expect(parsePrompt('User: \\x', { dialect: 'user-assistant' }).warnings).toEqual([]);
  });

  it('names the nearest dialects for one that it does not know', () => {
    const error = expect.objectContaining({
      code: 'unknown-dialect',
      path: 'dialect',
      message: expect.stringContaining('"vicuna"'),
    });
    expect(() => parsePrompt('x', { dialect: 'vicunna' as DialectName })).toThrowError(error);
    expect(() => parsePrompt('x', { dialect: 'constructor' as DialectName })).toThrowError(RolecallError);
    expect(() => parsePrompt(1 as never)).toThrowError(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('has every dialect under its own name', () => {
    for (const [name, dialect] of Object.entries(dialects)) expect(dialect.name).toBe(name);
  });
});

describe('parsePrompt by evidence', () => {
  it('keeps any text, and never throws', () => {
    fc.assert(
      fc.property(
        fc.array(hostileContent, { maxLength: 8 }).map((parts) => parts.join('\n')),
        fc.constantFrom('exact' as const, 'tidy' as const),
        fc.option(fc.array(fc.constantFrom(' Human:', '\n', 'User:', 'x:', '###'), { maxLength: 2 }), {
          nil: undefined,
        }),
        (text, whitespace, stop) => {
          const parsed = parsePrompt(text, { whitespace, stop });
          expect(unparsePrompt(parsed)).toBe(text);
          expect(structuredClone(parsed)).toEqual(parsed);
          expect(unparsePrompt(JSON.parse(JSON.stringify(parsed)))).toBe(text);
        },
      ),
      runs(3000),
    );
  });

  it('reads what it wrote in the dialect that it found', () => {
    const parsed = parsePrompt('Human: hi\nYou: hello\nHuman: bye\nYou:');
    expect(parsePrompt(parsed.text, { dialect: parsed.dialect! }).messages).toEqual(parsed.messages);
  });
});
