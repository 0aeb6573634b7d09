import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStopMatcher, cutAtStop } from '../../src/reply/stops.js';
import { runs } from '../support/runs.js';

/** The definition, word for word: the least end, then the longest. */
function naive(
  text: string,
  stops: readonly string[],
  atTextStart: boolean,
): { text: string; stopped: boolean } {
  for (let end = 1; end <= text.length; end++) {
    let start = end + 1;
    for (const stop of stops) {
      if (text.slice(0, end).endsWith(stop)) start = Math.min(start, end - stop.length);
      if (!atTextStart || stop.trim() === '') continue;
      for (let cut = 1; '\r\n'.includes(stop.charAt(cut - 1)); cut++) {
        if (text.slice(0, end) === stop.slice(cut)) start = 0;
      }
    }
    if (start <= end) return { text: text.slice(0, start), stopped: true };
  }
  return { text, stopped: false };
}

function run(pieces: readonly string[], stops: readonly string[], atTextStart = false) {
  const matcher = createStopMatcher(stops, { atTextStart });
  let text = '';
  let stopped: string | undefined;
  for (const piece of pieces) {
    const step = matcher.push(piece);
    text += step.text;
    stopped = step.stopped;
  }
  return { text: text + matcher.flush(), stopped };
}

describe('createStopMatcher', () => {
  const cases: [name: string, pieces: string[], stops: string[], text: string, stopped?: string][] = [
    ['no stop', ['hello'], ['\n'], 'hello'],
    ['no stops at all', ['hello'], [], 'hello'],
    ['one stop in one piece', ['a\nb'], ['\n'], 'a', '\n'],
    ['a stop over three pieces', ['hi\nUs', 'e', 'r: x'], ['\nUser:'], 'hi', '\nUser:'],
    ['a stop that does not come to its end', ['hi\nUs', 'e', 'd'], ['\nUser:'], 'hi\nUsed'],
    ['the match that ends first, whatever the order of the list', ['abcd'], ['bcd', 'bc'], 'a', 'bc'],
    ['the longest of those that end together', ['xabc'], ['c', 'abc', 'bc'], 'x', 'abc'],
    ['a later stop inside the beginning of a longer one', ['abxab'], ['abxay', 'xa'], 'ab', 'xa'],
    ['a stop that overlaps itself', ['aaab'], ['aab'], 'a', 'aab'],
    ['a pair of surrogates cut in two', ['a\ud83d', '\ude00b'], ['😀'], 'a', '😀'],
    ['text after the stop is ignored', ['a#', 'b', '#'], ['#'], 'a', '#'],
  ];
  it.each(cases)('%s', (_, pieces, stops, text, stopped) => {
    expect(run(pieces, stops)).toEqual({ text, stopped });
  });

  it('holds back only the longest end that may become a stop', () => {
    const matcher = createStopMatcher(['\nUser:', 'r: y']);
    expect(matcher.push('hello\n')).toEqual({ text: 'hello' });
    expect(matcher.push('Use')).toEqual({ text: '' });
    expect(matcher.push('less')).toEqual({ text: '\nUseless' });
    expect(matcher.flush()).toBe('');
  });

  it('takes a bare label at the very start for a line start when it is told so', () => {
    expect(run(['User: hi'], ['\nUser:'], true)).toEqual({ text: '', stopped: '\nUser:' });
    expect(run(['\nHuman: hi'], ['\n\nHuman:'], true)).toEqual({ text: '', stopped: '\n\nHuman:' });
    expect(run(['User: hi'], ['\nUser:'])).toEqual({ text: 'User: hi', stopped: undefined });
    expect(run(['a User: hi'], ['\nUser:'], true)).toEqual({ text: 'a User: hi', stopped: undefined });
    expect(run(['\nx'], ['\n\n'], true)).toEqual({ text: '\nx', stopped: undefined });
  });

  it.each([[['']], [['a', '']]])('refuses an empty stop: %j', (stops) => {
    expect(() => createStopMatcher(stops)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('finds what the definition finds, however the text is cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 24 });
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 5 }),
        fc.array(stop, { maxLength: 4 }),
        fc.boolean(),
        (pieces, stops, start) => {
          const whole = pieces.join('');
          const { text, stopped } = run(pieces, stops, start);
          const expected = naive(whole, stops, start);
          expect({ text, stopped: stopped !== undefined }).toEqual(expected);
          expect(run([...whole], stops, start)).toEqual({ text, stopped });
          expect(cutAtStop(whole, stops, { atTextStart: start }).text).toBe(text);
        },
      ),
      runs(2000),
    );
  });
});
