import { describe, expect, it } from 'vitest';
import { parsePrompt, unparsePrompt } from '../../src/index.js';

const read = (text: string, stop?: string[]) => parsePrompt(text, { whitespace: 'tidy', stop });
const short = { system: 's', user: 'u', assistant: 'a' } as const;
const said = (text: string, stop?: string[]): string[] =>
  read(text, stop).messages.map(({ role, content }) => `${short[role as 'user']}:${String(content)}`);

describe('a name that stands open at the end', () => {
  it.each([
    'You are Bob, a gardener.',
    'Bob is a chatbot who knows plants.',
    'The following is an interview with Bob.',
    "Write Bob's next reply in a fictional chat between Bob and Anna.",
    'This is a conversation between Anna and an AI gardener called Bob.',
    'You are talking to Bob, a bot.',
    'A dialogue between a woman Anna and Bob.',
    'Name: Bob\nJob: gardener\nA chat with Bob:',
  ])('is introduced: %s', (preamble) => {
    const text = `${preamble}\n\nAnna: hi\nBob: hello\nAnna: when do I sow?\nBob:`;
    expect(said(text)).toEqual([`s:${preamble}`, 'u:hi', 'a:hello', 'u:when do I sow?']);
    expect(said(`${preamble}\n\nAnna: when do I sow?\nBob:`)).toEqual([`s:${preamble}`, 'u:when do I sow?']);
    const parsed = read(text, ['\n']);
    expect(parsed.ending).toBe('open');
    expect(unparsePrompt(parsed)).toBe(text);
  });

  it('is told of where it spoke never before', () => {
    const { warnings } = read('You are Bob.\n\nAnna: when do I sow?\nBob:');
    expect(warnings.map(({ code }) => code)).toEqual(['ambiguous-label']);
  });

  it('has two words, and somebody who asks', () => {
    const text = 'Interviewer: Why?\nMarie Curie: The unknown.\nInterviewer: And radium?\nMarie Curie:';
    expect(said(text)).toEqual(['u:Why?', 'a:The unknown.', 'u:And radium?']);
  });

  it('is the second of three', () => {
    const text =
      'A chat between Ann, Kim and the bot Robo.\n\nAnn: hi\nKim: hey\nRobo: hello\nAnn: news?\nRobo:';
    expect(said(text)).toHaveLength(5);
  });

  it('is beside a user, among facts', () => {
    const text = 'Name: Zoe\nHair: red\nPet: cat\n\nUser: who are you?\nZoe:';
    expect(said(text)).toEqual(['s:Name: Zoe\nHair: red\nPet: cat', 'u:who are you?']);
  });

  it.each([
    ['nobody names it', 'Anna: hi\nBob: hello\nAnna: when?\nBob:'],
    [
      'it is a word of the task',
      'Name the Dish of every Town.\n\nTown: Rome\nDish: pasta\nTown: Oslo\nDish:',
    ],
    [
      'it is a word of a part',
      'You are a guide.\n\nCountry: Spain\nCapital: Madrid\nCountry: Italy\nCapital:',
    ],
    ['another is named', 'You are Ann, a translator.\n\nElvish: x\nKlingon: y\nElvish: z\nKlingon:'],
    ['it is a cue', 'Summarise the chat between Anna and Bob.\n\nAnna: hi\nBob: hello\n\nSummary:'],
    ['it stands alone', 'A chat between Anna and Bob.\n\nBob:'],
  ])('is none where %s', (_, text) => {
    expect(said(text)).toEqual([`u:${text}`]);
  });
});

describe('the label that stands open at the end', () => {
  it.each([
    ['You behind a human and an AI', 'Human: a\nAI: b\nHuman: c\nYou:'],
    ['a system that answers', 'User: a\nSystem: b\nUser: c\nSystem:'],
    ['a system that answers in Japanese', 'ユーザー: a\nシステム: b\nユーザー: c\nシステム:'],
    ['a system between marks', 'ユーザー: a<NL>システム: b<NL>ユーザー: c<NL>システム: '],
  ])("is the assistant's: %s", (_, text) => {
    expect(said(text)).toEqual(['u:a', 'a:b', 'u:c']);
    expect(read(text).ending).toBe('open');
  });

  it('leaves a system that has spoken first what it is', () => {
    expect(said('System: Be kind.\nUser: a\nSystem:')).toEqual(['s:Be kind.', 'u:a']);
  });

  it('makes a name that nobody knows the user', () => {
    expect(said('The AI helps Tom.\n\nTom: name a tree\nAI:')).toEqual([
      's:The AI helps Tom.',
      'u:name a tree',
    ]);
  });
});
