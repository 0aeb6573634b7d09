import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, graphemeStart } from '../../../src/tokens/cut/cut-text.js';
import { runs } from '../../support/runs.js';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const starts = (text: string) => new Set([...segmenter.segment(text)].map(({ index }) => index));
const texts = fc.array(
  fc.constantFrom(
    'a',
    'é',
    'e\u0301',
    '👩‍👩‍👧‍👦',
    '🇩🇪',
    '🇫🇷',
    '\r\n',
    '中',
    '한',
    'ᄒ',
    'ᅡ',
    '\u200d',
    '🏽',
    '👍🏽',
    ' ',
  ),
  { maxLength: 200 },
);

describe('graphemeStart', () => {
  it('is the start of a grapheme, for any text', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (pieces, place) => {
        const text = pieces.join('');
        const at = place % (text.length + 1);
        const boundaries = [...starts(text), text.length];
        expect(graphemeStart(text, at)).toBe(Math.max(0, ...boundaries.filter((boundary) => boundary <= at)));
      }),
      runs(300),
    );
  });
});

describe('cutText', () => {
  it('gives the longest text that fits, and no part of a grapheme', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom('head', 'middle', 'tail'), fc.nat(300), (pieces, place, room) => {
        const text = pieces.join('');
        const cut = cutText(text, { place, marker: '<>', fits: (candidate) => candidate.length <= room });
        if (cut === undefined) {
          expect(room).toBeLessThan(2);
          return;
        }
        expect(cut.length).toBeLessThanOrEqual(room);
        const [front = '', back = ''] = cut.split('<>');
        const boundaries = new Set([...starts(text), text.length]);
        expect(text.startsWith(front) && text.endsWith(back)).toBe(true);
        expect(boundaries.has(front.length)).toBe(true);
        expect(boundaries.has(text.length - back.length)).toBe(true);
        if (place === 'tail') expect(back).toBe('');
        if (place === 'head') expect(front).toBe('');
      }),
      runs(300),
    );
  });

  it('never splits a grapheme of thousands of marks', () => {
    const text = `before ${`e${'\u0301'.repeat(5000)}`.repeat(3)} after`;
    const boundaries = new Set([...starts(text), text.length]);
    for (const place of ['head', 'middle', 'tail'] as const)
      for (let room = 1; room < text.length; room += 997) {
        const fits = (candidate: string) => candidate.length <= room;
        const [front = '', back = ''] = (cutText(text, { place, marker: '~', fits }) ?? '~').split('~');
        expect(boundaries.has(front.length) && boundaries.has(text.length - back.length)).toBe(true);
      }
  });

  it('looks at no more than it keeps', () => {
    let longest = 0;
    const text = 'word '.repeat(1_000_000);
    cutText(text, {
      place: 'middle',
      marker: '…',
      fits: (candidate) => {
        longest = Math.max(longest, candidate.length);
        return candidate.length <= 1000;
      },
    });
    expect(longest).toBeLessThan(3000);
  });

  it('refuses another place', () => {
    expect(() => cutText('x', { place: 'side' as 'head', marker: '', fits: () => true })).toThrowError(
      /head, middle or tail/,
    );
  });
});
