import { describe, expect, it } from 'vitest';
import { labelProbabilities } from '../../src/translate/logprobs/label-probabilities.js';
import { refused, reply, text, token } from './support.js';

const ln = Math.log;
const labels = ['positive', 'negative'];

function completion(tokens: string[], top: Record<string, number>[]) {
  return text(tokens.join(''), {
    logprobs: {
      tokens,
      token_logprobs: tokens.map((one, i) => top[i]?.[one] ?? -1),
      top_logprobs: top,
      text_offset: tokens.map((_, i) => i),
    },
  });
}

describe('labelProbabilities', () => {
  it('merges space, case and prefix variants of a completion', () => {
    const result = labelProbabilities(
      completion(
        [' positive'],
        [
          {
            ' positive': ln(0.4),
            Positive: ln(0.2),
            pos: ln(0.1),
            ' negative': ln(0.1),
            ' neutral': ln(0.1),
          },
        ],
      ),
      labels,
    );
    expect(result.probabilities['positive']).toBeCloseTo(0.7);
    expect(result.probabilities['negative']).toBeCloseTo(0.1);
    expect(result.other).toBeCloseTo(0.2);
    expect(result.label).toBe('positive');
  });

  it('reads the shape of chat', () => {
    const content = [
      token('Negative', ln(0.6), [
        ['Negative', ln(0.6)],
        ['positive', ln(0.3)],
      ]),
    ];
    const result = labelProbabilities(reply('Negative', { logprobs: { content, refusal: null } }), labels);
    expect(result.probabilities).toEqual({ positive: expect.closeTo(0.3), negative: expect.closeTo(0.6) });
    expect(result.label).toBe('negative');
  });

  it('counts the chosen token where it is not among the likeliest', () => {
    const result = labelProbabilities(
      reply('x', {
        logprobs: { content: [token('positive', ln(0.2), [['other', ln(0.5)]])], refusal: null },
      }),
      labels,
    );
    expect(result.probabilities['positive']).toBeCloseTo(0.2);
  });

  it('reads on where labels begin alike', () => {
    const result = labelProbabilities(
      completion(
        ['un', 'sure'],
        [
          { un: ln(0.8), sure: ln(0.1) },
          { sure: ln(0.75), safe: ln(0.25) },
        ],
      ),
      ['unsure', 'unsafe', 'sure'],
    );
    expect(result.probabilities).toEqual({
      unsure: expect.closeTo(0.6),
      unsafe: expect.closeTo(0.2),
      sure: expect.closeTo(0.1),
    });
    expect(result.other).toBeCloseTo(0.1);
  });

  it('a label that another one goes on from is the one that was written', () => {
    const one = labelProbabilities(completion(['yes'], [{ yes: ln(0.9) }]), ['yes', 'yes and no']);
    expect(one.probabilities).toEqual({ yes: expect.closeTo(0.9), 'yes and no': 0 });
  });

  it('reads past white space in front', () => {
    const result = labelProbabilities(
      completion(['\n', 'positive'], [{ '\n': ln(0.9) }, { positive: ln(0.5) }]),
      labels,
    );
    expect(result.probabilities['positive']).toBeCloseTo(0.45);
  });

  it('names of objects are labels like any other', () => {
    const result = labelProbabilities(completion(['__proto__'], [{ constructor: ln(0.25) }]), [
      '__proto__',
      'constructor',
    ]);
    expect(Object.keys(result.probabilities)).toEqual(['__proto__', 'constructor']);
    expect(result.probabilities['constructor']).toBeCloseTo(0.25);
  });

  it('needs logprobs, and labels that differ', () => {
    expect(() => labelProbabilities(text('a'), labels)).toThrow(
      refused('invalid-argument', 'choices[0].logprobs'),
    );
    expect(() => labelProbabilities(text('a'), ['Yes', 'yes '])).toThrow(
      refused('invalid-argument', 'labels[1]'),
    );
    expect(() => labelProbabilities(text('a'), [' '])).toThrow(refused('invalid-argument', 'labels[0]'));
  });

  it('takes a great many labels, and long rows of spaces', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `label ${i}`);
    const row = ' '.repeat(20_000);
    const result = labelProbabilities(
      completion(['label', `${row}7`, ' 7'], [{ label: ln(0.9) }, { [`${row}7`]: ln(0.5), ' 7': ln(0.25) }]),
      [...many, `a${row}b`],
    );
    expect(result.probabilities['label 7']).toBeCloseTo(0.225);
    expect(result.label).toBe('label 7');
  });
});
