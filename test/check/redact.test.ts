import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/check/redact.js';
import { runs } from '../support/runs.js';

const key = 'sk-proj-Ab3+dEf/6h==xyzW';
const redact = createRedactor([key]);

describe('createRedactor', () => {
  it.each([
    ['as it is', `Incorrect API key provided: ${key}.`],
    ['twice', `${key} ${key}`],
    ['in a URL', `http://x/?key=${encodeURIComponent(key)}`],
    ['in base64', `Basic ${btoa(key)}`],
    ['in base64 behind something', `Basic ${btoa(`user:${key}`)}`],
    ['in base64 behind more', `Basic ${btoa(`Bearer ${key}`)}`],
    ['in base64, cut', `Basic ${btoa(key).slice(0, 12)}…`],
    ['in a URL, cut', `?key=${encodeURIComponent(key).slice(0, 15)}…`],
    ['in hexadecimal', [...key].map((one) => one.charCodeAt(0).toString(16)).join('')],
    ['in JSON', JSON.stringify({ authorization: `Bearer ${key}` })],
    ['cut at the end', `Bearer ${key.slice(0, 14)}`],
    ['cut at the start', `…${key.slice(9)}`],
    ['in groups', key.match(/.{1,4}/g)!.join(' ')],
    ['in groups with dashes', key.match(/.{1,5}/g)!.join('-')],
    ['in capitals', `Bearer ${key.toUpperCase()}`],
    ['on two lines', `${key.slice(0, 7)}\n${key.slice(7)}`],
    ['with slashes escaped', key.replaceAll('/', '\\/')],
    ['masked', 'Incorrect API key provided: sk-pr***************xyzW.'],
    ['masked with dots', 'sk-p...zW'],
    ['masked at the end', 'sk-proj…'],
  ])('takes a key out, %s', (_, text) => {
    const out = redact(text);
    expect(out).toContain('[key]');
    expect(out).not.toMatch(/Ab3|6h==|xyzW|U2stcH|c2stcH|stcHJvai|Qub2o|736b2d|AB3/);
  });

  it.each(['', 'Hi there', 'a *bold* word', 'wait… what', '1... 2... 3', 'data: {"id":"cmpl-1"}'])(
    'leaves %j',
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );

  it('takes a short key out where it stands', () => {
    const short = createRedactor(['abc']);
    expect(short('Bearer abc. key="abc" (abc)')).toBe('Bearer [key]. key="[key]" ([key])');
    expect(short('http://abc.test/abc abc-1 abcd')).toBe('http://abc.test/abc abc-1 abcd');
  });

  it('leaves no eight units of a key in any text', () => {
    const token = fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(...'abAB01-_+/=.$\\"') });
    const property = fc.property(
      token,
      fc.string(),
      fc.string(),
      fc.nat(),
      fc.nat(),
      (secret, a, b, from, to) => {
        const start = from % (secret.length - 7);
        const cut = secret.slice(start, start + 8 + (to % secret.length));
        const out = createRedactor([secret])(`${a} ${secret} ${b}${cut}${a}`);
        for (let at = 0; at + 8 <= secret.length; at++) expect(out).not.toContain(secret.slice(at, at + 8));
      },
    );
    fc.assert(property, runs(200));
  });
});
