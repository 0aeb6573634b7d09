import { describe, expect, it } from 'vitest';
import { createColdEngine, warmingEngine } from '../../../src/tokens/bpe/cold-engine.js';
import { unpackParts } from '../../../src/tokens/bpe/packed.js';
import { cl100kRules, o200kRules, r50kRules } from '../../../src/tokens/bpe/scan.js';
import { ranks as ranks50k } from '../../../src/tokens/data/ranks-50k.js';
import { ranks as ranks100k } from '../../../src/tokens/data/ranks-100k.js';
import { ranks as ranks200k } from '../../../src/tokens/data/ranks-200k.js';
import { cl100k_base } from '../../../src/tokens/encodings/cl100k_base.js';
import { o200k_base } from '../../../src/tokens/encodings/o200k_base.js';
import { r50k_base } from '../../../src/tokens/encodings/r50k_base.js';
import { oddText, randomFrom } from '../../support/random-text.js';
import { runs } from '../../support/runs.js';

const encodings = [
  { tokenizer: r50k_base, packed: ranks50k, rules: r50kRules },
  { tokenizer: cl100k_base, packed: ranks100k, rules: cl100kRules },
  { tokenizer: o200k_base, packed: ranks200k, rules: o200kRules },
];

describe('createColdEngine', () => {
  it.each(encodings)('gives what the fast engine gives: $tokenizer.name', ({ tokenizer, packed, rules }) => {
    const parts = unpackParts(packed);
    const random = randomFrom(runs(1).seed);
    // The fast engine counts from here on.
    tokenizer.count('word '.repeat(20_000));
    let engine = createColdEngine(parts, rules);
    for (let i = 0; i < runs(1500).numRuns; i++) {
      const text = oddText(random, 12);
      const out: number[] = [7];
      let count = engine.run(text, out);
      if (count === undefined) {
        expect(out).toEqual([7]);
        engine = createColdEngine(parts, rules);
        count = engine.run(text, out);
      }
      const ids = tokenizer.encode(text);
      expect(out.slice(1), JSON.stringify(text)).toEqual(ids);
      expect(count).toBe(ids.length);
    }
  });

  const parts = unpackParts(ranks50k);
  const tooMuch = [
    ['a long text', 'word '.repeat(2000)],
    ['a long piece', `Some words, then ${'a'.repeat(300)}`],
  ] as const;
  it.each(tooMuch)('leaves %s to the fast engine', (_, text) => {
    const out = [1, 2];
    expect(createColdEngine(parts, r50kRules).run(text, out)).toBeUndefined();
    expect(out).toEqual([1, 2]);
  });

  it('hands over once it has counted enough', () => {
    const engine = createColdEngine(parts, r50kRules);
    let texts = 0;
    while (engine.run('One more message, as long as messages are.', undefined) !== undefined) texts++;
    expect(texts).toBeGreaterThan(50);
    expect(texts).toBeLessThan(1000);
    expect(engine.run('x', undefined)).toBeUndefined();
  });
});

describe('warmingEngine', () => {
  it('builds the fast engine once, and asks the first one no more', () => {
    const asked: string[] = [];
    let built = 0;
    const engine = warmingEngine(
      {
        run(text) {
          asked.push(text);
          return text === 'much' ? undefined : 1;
        },
      },
      () => {
        built++;
        return { run: () => 2, runPiece: () => 3 };
      },
    );
    expect(['a', 'b', 'much', 'c'].map((text) => engine.run(text, 99, undefined))).toEqual([1, 1, 2, 2]);
    expect(engine.runPiece('d', undefined)).toBe(3);
    expect(asked).toEqual(['a', 'b', 'much']);
    expect(built).toBe(1);
  });
});
