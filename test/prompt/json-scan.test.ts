import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJson, valueEnd } from '../../src/text/json.js';
import { JsonScan } from '../../src/text/json-scan.js';
import { runs } from '../support/runs.js';

/** Reads a text in pieces: where its value ends (−1 for nowhere), and whether it broke on the way. */
function scanned(text: string, size: number): { end: number; broken: boolean } {
  const scan = new JsonScan();
  for (let at = 0; at < text.length; at += size) {
    const piece = text.slice(at, at + size);
    for (let p = 0; p < piece.length && !scan.closed; ) {
      p = scan.read(piece, p, 0);
      if (scan.closed) return { end: at + p, broken: scan.broken };
    }
  }
  return { end: -1, broken: scan.broken };
}

const nearJson = fc
  .tuple(fc.jsonValue(), fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.constantFrom('', '"', '{', '}', ']', ',', ':', '\\', '\n', "'", '0', 'u12', 'x', '-')), { maxLength: 2 }), fc.constantFrom(0, 2))
  .map(([value, edits, indent]) => {
    let text = JSON.stringify({ a: value, b: [1.5e-7, true, 'é\n\u0001'] }, null, indent);
    for (const [place, put] of edits) {
      const at = Math.floor(place * text.length);
      text = text.slice(0, at) + put + text.slice(at + (put === '' ? 1 : 0));
    }
    return text;
  }); // biome-ignore format: a table

describe('JSON that comes in pieces', () => {
  it('ends where its brackets do, and is broken where JSON.parse fails', () => {
    fc.assert(
      fc.property(nearJson, fc.constantFrom(1, 3, 1000), (text, size) => {
        fc.pre(text.startsWith('{'));
        const { end, broken } = scanned(text, size);
        if (!broken) expect(end).toBe(valueEnd(text, 0));
        if (end === -1) expect(isJson(text)).toBe(false);
        else expect(broken).toBe(!isJson(text.slice(0, end)));
      }),
      runs(2000),
    );
  });

  it.each([
    ['{"a": 1}', 8, false],
    ['{"a": 01}', 9, true],
    ['{"a": tru}', 10, true],
    ["{'a': 1}", 8, true],
    ['{"a": "\n"}', 10, true],
    ['{"a": "\\x"}', 11, true],
    ['{"a": "\\u12"}', 13, true],
    ['{"a" 1}', 7, true],
    ['{"a": 1,}', 9, true],
    ['[1, 2', -1, false],
    ['["}"] x', 5, false],
    ['{"a": [1}}', 10, true],
  ])('%j', (text, end, broken) => {
    expect(scanned(text, 1)).toEqual({ end, broken });
  });

  it('finds the end of what is inside', () => {
    const scan = new JsonScan();
    const head = '{"name": "f", "arguments": ';
    expect(scan.read(head, 0, 0)).toBe(head.length);
    expect(scan.read('{"a": {}}, "x": 1}', 0, 1)).toBe(9);
    expect(scan.closed).toBe(true);
    expect(scan.read(', "x": 1} y', 0, 0)).toBe(9);
    expect(scan).toMatchObject({ closed: true, broken: false });
  });
});
