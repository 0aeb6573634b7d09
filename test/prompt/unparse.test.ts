import { describe, expect, it } from 'vitest';
import {
  type DialectName,
  defineDialect,
  dialects,
  type Message,
  parsePrompt,
  renderPrompt,
  unparsePrompt,
} from '../../src/index.js';

const text =
  'Be nice.\r\n\r\n  **User:** hi\r\n\r\n  **Bot:**  hello\r\n\r\n  **User:** bye\r\n\r\n  **Bot:**';
const parsed = parsePrompt(text, { whitespace: 'tidy' });
const withMessages = (change: (messages: Message[]) => Message[]): string =>
  unparsePrompt({ ...parsed, messages: change([...parsed.messages]) });

describe('unparsePrompt', () => {
  it('gives the source', () => {
    expect(unparsePrompt(parsed)).toBe(text);
    expect(unparsePrompt(structuredClone(parsed))).toBe(text);
  });

  it('changes the text of an edited turn alone', () => {
    expect(withMessages((messages) => messages.with(2, { role: 'assistant', content: 'ciao' }))).toBe(
      text.replace('hello', 'ciao'),
    );
    expect(withMessages((messages) => messages.with(0, { role: 'system', content: 'Be rude.' }))).toBe(
      text.replace('nice', 'rude'),
    );
  });

  it('escapes what an edit brings in', () => {
    expect(withMessages((messages) => messages.with(1, { role: 'user', content: 'x\nBot: y' }))).toBe(
      text.replace('hi', 'x\n\\Bot: y'),
    );
  });

  it('removes one turn', () => {
    expect(withMessages((messages) => messages.toSpliced(1, 2))).toBe(
      'Be nice.\r\n\r\n  **User:** bye\r\n\r\n  **Bot:**',
    );
    expect(withMessages((messages) => messages.slice(1))).toBe(text.slice('Be nice.\r\n\r\n'.length));
  });

  it('adds a turn before the label that stands open', () => {
    expect(withMessages((messages) => [...messages, { role: 'user', content: 'more' }])).toBe(
      `${text.slice(0, -'  **Bot:**'.length)}User: more\n\n  **Bot:**`,
    );
  });

  it('lets an assistant message at the end speak at the open label', () => {
    expect(withMessages((messages) => [...messages, { role: 'assistant', content: 'see you' }])).toBe(
      `${text} see you`,
    );
  });

  it('labels a preamble that no turn follows any more', () => {
    const { dialect } = parsePrompt('Hi.\n\nUser: a', { dialect: 'user-assistant' });
    const alone = parsePrompt('Hi.\n\nUser: a', { dialect: dialect! });
    expect(unparsePrompt({ ...alone, messages: alone.messages.slice(0, 1) })).toBe('System: Hi.');
  });

  it('edits a text that is no conversation', () => {
    const plain = parsePrompt('Tell me a joke');
    expect(unparsePrompt({ ...plain, messages: [{ role: 'user', content: 'Sing' }] })).toBe('Sing');
    expect(
      unparsePrompt({ ...plain, messages: [...plain.messages, { role: 'assistant', content: 'No.' }] }),
    ).toBe('User: Tell me a joke\nAssistant: No.');
  });

  it('keeps the names of several speakers', () => {
    const many = parsePrompt('Alice: hi\nAI: hello\nBob: hey\nAI: yo\nAlice: bye\nBob: ok\nAI:');
    expect(unparsePrompt(many)).toBe(many.text);
    const renamed = many.messages.with(2, { role: 'user', name: 'Alice', content: 'hey' });
    expect(unparsePrompt({ ...many, messages: renamed })).toBe(many.text.replace('Bob: hey', 'Alice: hey'));
  });
});

describe('what an edit says that the dialect has no place for', () => {
  const names = Object.keys(dialects) as DialectName[];
  const talk: Message[] = [
    { role: 'user', content: 'Hello there' },
    { role: 'assistant', content: 'Good day.' },
  ];
  const call = {
    id: 'abcdef123',
    type: 'function',
    function: { name: 'find', arguments: '{"a": "b"}' },
  } as const;
  const edits: Record<string, Partial<Message>> = {
    reasoning: { reasoning_content: 'secret plan' },
    calls: { tool_calls: [call] },
    name: { name: 'Max' },
    refusal: { refusal: 'I will not' },
    'no content': { content: null },
  };

  for (const [kind, edit] of Object.entries(edits)) {
    it.each(names)(`${kind}, in %s`, (dialect) => {
      const options = { dialect, generationPrompt: false, continueFinal: false } as const;
      const before = parsePrompt(renderPrompt(talk, options).prompt, { dialect });
      const last = before.messages.length - 1;
      const edited = { ...before.messages[last], ...edit } as Message;
      const heard: string[] = [];
      const text = unparsePrompt(
        { ...before, messages: before.messages.with(last, edited) },
        { onWarning: ({ severity }) => heard.push(severity) },
      );
      const after = parsePrompt(text, { dialect });
      const back = JSON.stringify({ ...after.messages.at(-1) });
      const said = Object.values(edit).every((value) => value === null || back.includes(wordOf(value)));
      expect(said || heard.includes('lossy')).toBe(true);
      if (heard.every((severity) => severity === 'info')) expect(after.ending).toBe(before.ending);
    });
  }

  /** A word that an edit brought in, wherever it comes to stand. */
  function wordOf(value: unknown): string {
    return typeof value === 'string' ? value : 'find';
  }

  it('throws it instead under strict', () => {
    const before = parsePrompt('User: hi\nAssistant: ho\nUser: bye', { dialect: 'user-assistant' });
    const messages = before.messages.with(1, { role: 'assistant', content: 'ho', reasoning_content: 'hm' });
    expect(() => unparsePrompt({ ...before, messages }, { strict: true })).toThrow(
      expect.objectContaining({ code: 'lossy', path: 'messages[1].reasoning_content' }),
    );
  });

  it('needs a dialect of your own again, where it is no plain data', () => {
    const own = defineDialect({
      name: 'own',
      roles: { user: { open: '<u>', close: '</u>' }, assistant: { open: '<a>', close: '</a>' } },
    });
    const before = JSON.parse(JSON.stringify(parsePrompt('<u>hi</u><a>ho</a>', { dialect: own })));
    before.messages[0].content = 'bye';
    expect(unparsePrompt(before, { dialect: own })).toBe('<u>bye</u><a>ho</a>');
    expect(() => unparsePrompt(before)).toThrow(expect.objectContaining({ code: 'unknown-dialect' }));
  });
});
