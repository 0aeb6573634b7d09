import { describe, expect, it } from 'vitest';
import { commonEnd, separatorIn, stopIn } from '../../src/dataset/affixes.js';
import { inferPlan } from '../../src/dataset/infer.js';
import { rowConverter } from '../../src/dataset/row.js';

const words = ['red', 'green', 'blue', 'sun', 'moon', 'tree', 'river'];
const word = (i: number): string => words[(i * 5 + (i >> 2)) % words.length] ?? '';
const rows = (make: (i: number) => object): object[] => Array.from({ length: 40 }, (_, i) => make(i));

describe('inferPlan', () => {
  it.each([
    [
      'OpenAI’s separator and stop',
      (i: number) => ({ prompt: `A ${word(i)} bag.\n\n###\n\n`, completion: ` ${word(i + 1)}\nUK END` }),
      { prompt: { separator: '\n\n###\n\n', dialect: null }, completion: { prefix: ' ', suffix: ' END' } },
    ],
    [
      'an arrow behind a full stop',
      (i: number) => ({ prompt: `A ${word(i)} bag.->`, completion: ` ${word(i + 1)}\n` }),
      { prompt: { separator: '->', dialect: null }, completion: { prefix: ' ', suffix: '\n' } },
    ],
    [
      'an arrow behind a space, and stray rows without one',
      (i: number) => ({
        prompt: `${word(i)} ${i}${i === 7 ? '' : ' ->'}`,
        completion: `${i === 3 ? '' : ' '}${word(i)}`,
      }),
      { prompt: { separator: ' ->' }, completion: { prefix: ' ', suffix: '' } },
    ],
    [
      'a last line that asks',
      (i: number) => ({
        prompt: `Company: ${word(i)}\nAd: ${i}\nSupported:`,
        completion: i % 3 ? ' yes' : ' no',
      }),
      { prompt: { separator: '\nSupported:', dialect: null }, completion: { prefix: ' ', suffix: '' } },
    ],
    [
      'questions, whose mark is no separator',
      (i: number) => ({ prompt: `What is ${word(i)} ${i}?`, completion: `It is ${word(i + 2)}.` }),
      { prompt: { separator: '', dialect: null }, completion: { prefix: '', suffix: '' } },
    ],
    [
      'classes, whose common letters are no stop',
      (i: number) => ({ prompt: `${word(i)} ${i} ->`, completion: i % 2 ? ' positive' : ' negative' }),
      { completion: { prefix: ' ', suffix: '' } },
    ],
    [
      'a conversation under a preamble that ends in a separator',
      (i: number) => ({
        prompt: `Summary: ${word(i)} ${i}.\n\n###\n\nCustomer: Where ${i}?\nAgent: Here.\nCustomer: ${word(i)}\nAgent:`,
        completion: ` You are ${word(i)}.\n`,
      }),
      {
        prompt: { separator: '', dialect: 'customer-agent', preambleEnd: '\n\n###' },
        completion: { prefix: ' ', suffix: '\n' },
      },
    ],
    [
      'logs with speakers that no dialect knows',
      (i: number) => ({
        request: { prompt: `You: hi ${i}\nMarv:` },
        response: { choices: [{ text: ` Oh ${word(i)}.` }, { text: ' two' }] },
      }),
      {
        fields: { prompt: 'request.prompt', completion: 'response.choices[*].text' },
        prompt: { dialect: { labels: { user: ['You'], assistant: ['Marv'] } } },
      },
    ],
    [
      'control tokens',
      (i: number) => ({
        prompt: `<|im_start|>user\nhi ${i}<|im_end|>\n<|im_start|>assistant\n`,
        completion: `Oh ${word(i)}.<|im_end|>`,
      }),
      { prompt: { separator: '', dialect: 'chatml' }, completion: { prefix: '', suffix: '<|im_end|>' } },
    ],
    [
      'several dialects',
      (i: number) => ({
        prompt: i % 2 ? `Human: hi ${i}\nAI:` : `Q: hi ${i}?\nA:`,
        completion: ` ${word(i)}`,
      }),
      { prompt: { dialect: 'auto' } },
    ],
    [
      'messages of one turn',
      (i: number) => ({
        messages: [
          { role: 'user', content: word(i) },
          { role: 'assistant', content: word(i + 1) },
        ],
      }),
      {
        to: 'completion',
        prompt: { separator: '\n\n###\n\n', dialect: null },
        completion: { prefix: ' ', suffix: ' END' },
      },
    ],
    [
      'messages of several turns',
      (i: number) => ({
        messages: ['user', 'assistant', 'user', 'assistant'].map((role, k) => ({
          role,
          content: `${word(i)} END ${k}`,
        })),
      }),
      { to: 'completion', prompt: { dialect: 'user-assistant' }, completion: { suffix: '###' } },
    ],
  ])('%s', (_, make, expected) => {
    const sample = rows(make);
    const { plan } = inferPlan(sample);
    expect(plan).toMatchObject(expected);
    const convert = rowConverter(plan);
    const lossy = sample.filter((row) => convert(row).warnings.some(({ severity }) => severity === 'lossy'));
    expect(lossy.length).toBeLessThanOrEqual(plan.fields.completion.includes('*') ? 0 : 2);
  });

  it('takes the fields that it is told', () => {
    const { plan } = inferPlan(
      rows((i) => ({ p: `a ${i}`, c: word(i), messages: [{ role: 'user', content: 'x' }] })),
      { prompt: 'p', completion: 'c', keep: ['id'] },
    );
    expect(plan).toMatchObject({ to: 'chat', fields: { prompt: 'p', completion: 'c', keep: ['id'] } });
  });

  it.each([[[]], [[{ a: 1 }]], [[1, null, 'x']]])('refuses %j', (sample) => {
    expect(() => inferPlan(sample)).toThrow(expect.objectContaining({ code: 'invalid-shape' }));
  });
});

describe('affixes', () => {
  it.each([
    [['a.->', 'b.->'], '.->', '->'],
    [['a\n\n###\n\n', 'b\n\n###\n\n'], '\n\n###\n\n', '\n\n###\n\n'],
    [['one?', 'two?'], '?', ''],
    [['a)', 'b)'], ')', ''],
    [['a\n\n', 'b\n\n'], '\n\n', '\n\n'],
    [['a =>', 'b =>'], ' =>', ' =>'],
  ])('%j end in %j, of which %j is a separator', (texts, end, separator) => {
    expect(commonEnd(texts)).toBe(end);
    expect(separatorIn(end)).toBe(separator);
  });

  it.each([
    [' END', ' END'],
    ['x END', ' END'],
    ['\nSTOP.', '\nSTOP.'],
    ['</s>', '</s>'],
    ['tive', ''],
    ['.', ''],
    ['.\n', '\n'],
    [' ###', ' ###'],
  ])('of %j the stop is %j', (end, stop) => {
    expect(stopIn(end)).toBe(stop);
  });
});
