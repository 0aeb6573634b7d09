import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReasoningSplitter, separateReasoning } from '../../src/index.js';
import { runs } from '../support/runs.js';

describe('separateReasoning', () => {
  const rows: [string, object, object][] = [
    ['Hello.', {}, { reasoning_content: null, content: 'Hello.', closed: true }],
    ['<think>\nHm.\n</think>\n\nHello.', {}, { reasoning_content: 'Hm.', content: 'Hello.', closed: true }],
    ['\n<think>Hm.</think>Hello.', {}, { reasoning_content: 'Hm.', content: 'Hello.', closed: true }],
    ['<think>\nHm', {}, { reasoning_content: 'Hm', content: '', closed: false }],
    ['Hm.\n</think>\n\nHello.', {}, { reasoning_content: 'Hm.', content: 'Hello.', closed: true }],
    ['Hm', { inside: true }, { reasoning_content: 'Hm', content: '', closed: false }],
    [
      'I say <think> is a tag',
      {},
      { reasoning_content: null, content: 'I say <think> is a tag', closed: true },
    ],
    [
      '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>',
      {},
      { reasoning_content: 'Hm.', content: 'Hello.', closed: true },
    ],
    [
      '<|channel|>analysis<|message|>Hm',
      { dialect: 'harmony' },
      { reasoning_content: 'Hm', content: '', closed: false },
    ],
    [
      '<|channel|>final<|message|>Hello.',
      { dialect: 'harmony' },
      { reasoning_content: null, content: 'Hello.', closed: true },
    ],
  ];
  it.each(rows)('%j %j', (text, options, result) => expect(separateReasoning(text, options)).toEqual(result));
});

describe('createReasoningSplitter', () => {
  const piece = fc.constantFrom('<think>', '</think>', '\n', '<', '</th', 'ink>', 'a', ' b', 'stop');
  const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
  it('gives, in pieces cut anywhere, what the whole gives', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (words, cuts) => {
        const opened = words.trimStart().startsWith('<think>');
        fc.pre(opened || !words.includes('</think>'));
        const splitter = createReasoningSplitter();
        const at = [...new Set(cuts.map((n) => n % (words.length + 1)))].sort((a, b) => a - b);
        let last = 0;
        let reasoning = '';
        let content = '';
        for (const end of [...at, words.length]) {
          const delta = splitter.push(words.slice(last, end));
          last = end;
          reasoning += delta.reasoning;
          content += delta.content;
        }
        const rest = splitter.flush();
        const whole = separateReasoning(words);
        expect(reasoning + rest.reasoning).toBe(whole.reasoning_content ?? '');
        expect(content + rest.content).toBe(whole.content);
      }),
      runs(3000),
    );
  });
});
