import { describe, expect, it } from 'vitest';
import { type Message, parsePrompt, unparsePrompt } from '../../src/index.js';

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
