import { describe, expect, it } from 'vitest';
import { parsePrompt } from '../../src/index.js';
import { endsWithBlankLine } from '../../src/text/space.js';

describe('endsWithBlankLine', () => {
  it.each([
    ['a\n\n', true],
    ['a\n \t\n', true],
    ['a\n\n  ', true],
    ['a\r\n\r\n', true],
    ['a\r\r', true],
    ['\n\n', true],
    ['a\n', false],
    ['a\r\n', false],
    ['a\r\n  ', false],
    ['a\n\nb', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(endsWithBlankLine(text, 0, text.length)).toBe(expected);
    // What stands before the start is not looked at.
    expect(endsWithBlankLine(`\n\n${text}`, 2, text.length + 2)).toBe(expected);
  });
});

describe('line ends of another kind', () => {
  it.each([
    'Summarize this.\nUser: hi there\nAssistant:',
    'Summarize this.\n\nUser: hi there\nAssistant:',
    'Human: a\nAI: b\nHuman: c\nNote: d\nAI: e',
    'Human: a\nAI: b\n\nSummary:',
    'Human: a\nAI: b\nSummary:',
  ])('read as LF does: %j', (text) => {
    const roles = (prompt: string) => parsePrompt(prompt).messages.map(({ role }) => role);
    expect(roles(text.replaceAll('\n', '\r\n'))).toEqual(roles(text));
    expect(roles(text.replaceAll('\n', '\r'))).toEqual(roles(text));
  });
});
