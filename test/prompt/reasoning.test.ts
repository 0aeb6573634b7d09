import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createReasoningSplitter,
  type DialectName,
  dialects,
  parsePrompt,
  separateReasoning,
  toCompletionRequest,
} from '../../src/index.js';
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
  const exact: [string, object, object][] = [
    ['<think>\n\n a \n\n</think>\n\n\nb', {}, { reasoning_content: '\n a \n', content: '\nb', closed: true }],
    ['[THINK]Hm.[/THINK]Hello.', {}, { reasoning_content: 'Hm.', content: 'Hello.', closed: true }],
    ['<think>\na</think>b', { inside: true }, { reasoning_content: 'a', content: 'b', closed: true }],
    ['a</think>b', { dialect: 'qwen3' }, { reasoning_content: null, content: 'a</think>b', closed: true }],
    ['<think>\na\n</think>\n\nb', { dialect: 'glm-4.5' }, { reasoning_content: 'a', content: 'b', closed: true }],
    ['\na</think>b', { dialect: 'kimi-k2-thinking', inside: true }, { reasoning_content: '\na', content: 'b', closed: true }],
    ['<think>\n\n</think>\n\n<think>\na\n</think>\n\nb', {}, { reasoning_content: 'a', content: 'b', closed: true }],
    ['<think>a</think>\n<think>b</think>c', {}, { reasoning_content: 'a\nb', content: 'c', closed: true }],
    ['<think>a</think><think></think>c', {}, { reasoning_content: 'a', content: 'c', closed: true }],
    ['<think>a</think>\n</think>\n\nc', {}, { reasoning_content: 'a', content: 'c', closed: true }],
    ['</think><think>a</think>b', { dialect: 'deepseek-v3.1' }, { reasoning_content: 'a', content: 'b', closed: true }],
    ['a <think>b</think> c', {}, { reasoning_content: null, content: 'a <think>b</think> c', closed: true }],
  ]; // biome-ignore format: a table
  it.each(exact)('takes what belongs to the marks and no more: %j %j', (text, options, result) => {
    expect(separateReasoning(text, options)).toEqual(result);
    for (const size of [1, 3]) {
      const splitter = createReasoningSplitter(options);
      let content = '';
      let reasoning = '';
      for (let at = 0; at <= text.length; at += size) {
        const delta = at < text.length ? splitter.push(text.slice(at, at + size)) : splitter.flush();
        content += delta.content;
        reasoning += delta.reasoning;
      }
      const rest = splitter.flush();
      expect({ content: content + rest.content, reasoning: reasoning + rest.reasoning }).toEqual({
        content: (result as { content: string }).content,
        reasoning: (result as { reasoning_content: string | null }).reasoning_content ?? '',
      });
    }
  });
  it.each(rows)('%j %j', (text, options, result) => expect(separateReasoning(text, options)).toEqual(result));
});

describe('reasoning behind a prompt that has said that there is none', () => {
  const options = { templateOptions: { enable_thinking: false } };
  it.each(
    Object.values(dialects).flatMap((dialect) =>
      dialect.kind === 'markers' && dialect.reasoning && !dialect.calls?.channels ? [dialect] : [],
    ),
  )('$name', (dialect) => {
    const { open, close } = dialect.reasoning!;
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const { request, context } = toCompletionRequest(
      { model: 'm', messages },
      { dialect: dialect.name as DialectName, render: options },
    );
    const text = `${context.thinking ? '' : open}Hm.${close}Hello.`;
    const end = dialect.roles.assistant!.close;
    const { messages: read } = parsePrompt(request.prompt + text + end, {
      dialect: dialect.name as DialectName,
    });
    expect(read.at(-1)).toEqual({ role: 'assistant', content: 'Hello.', reasoning_content: 'Hm.' });
  });
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
