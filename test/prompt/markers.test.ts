import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntaxOf } from '../../src/dialect/compile.js';
import { tokenSource } from '../../src/dialect/control-tokens.js';
import { defineDialect, parsePrompt } from '../../src/index.js';
import { adaptMessages } from '../../src/prompt/adapt.js';
import { parseWithDialect } from '../../src/prompt/read.js';
import { renderWithDialect } from '../../src/prompt/write.js';
import type { Message } from '../../src/schemas/messages.js';
import { contentFor, markers, messageFor } from '../support/marker-messages.js';
import { runs } from '../support/runs.js';

/** Arguments are equal where their values are: what reads as a mark is written as an escape of JSON. */
const value = (text: string): unknown => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return text;
  }
};
/** Calls that became words keep such escapes: nothing reads those words as JSON. */
const unescaped = (text: string): string =>
  text.replace(/\\u00([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

const plain = (messages: readonly Message[], withoutIds: boolean, asWords = false): unknown =>
  JSON.parse(
    JSON.stringify(messages, (key, item: unknown) => {
      if (withoutIds && (key === 'id' || key === 'tool_call_id')) return '';
      if (key === 'arguments') return value(item as string);
      return asWords && key === 'content' && typeof item === 'string' ? unescaped(item) : item;
    }),
  );

describe('law 2, with marks, reasoning, calls and results', () => {
  for (const dialect of markers) {
    it(dialect.name, () => {
      fc.assert(
        fc.property(
          fc.array(messageFor(dialect), { maxLength: 4 }),
          fc.boolean(),
          fc.boolean(),
          (messages, generationPrompt, continueFinal) => {
            const { prompt, warnings } = renderWithDialect(messages, dialect, {
              fidelity: 'reversible',
              generationPrompt,
              continueFinal,
            });
            const lost = new Set(
              warnings.filter(({ severity }) => severity === 'lossy').map(({ code }) => code),
            );
            const spoken = adaptMessages(
              messages,
              syntaxOf(dialect),
              { template: false, reversible: true, toolStyle: undefined, tools: [] },
              { warnings: [], collisions: 'escape', parts: 'error' },
            ).messages;
            const expected = lost.has('blank-final-message') ? spoken.slice(0, -1) : spoken;
            const withoutIds = warnings.some(({ code }) => code === 'dropped-call-id');
            const read = parseWithDialect(prompt, dialect).messages;
            const asWords = lost.has('tools-as-text');
            expect(plain(read, withoutIds, asWords)).toEqual(plain(expected, withoutIds, asWords));
            if (lost.size === 0) expect(plain(read, withoutIds)).toEqual(plain(messages, withoutIds));
          },
        ),
        runs(60),
      );
    });
  }
});

describe('escaped content holds no special token', () => {
  for (const dialect of markers) {
    it(dialect.name, () => {
      const tokens = new RegExp(dialect.specialTokens.map(tokenSource).join('|'));
      fc.assert(
        fc.property(contentFor(dialect), (content) => {
          const { prompt } = renderWithDialect([{ role: 'user', content }], dialect, {
            fidelity: 'reversible',
            generationPrompt: false,
          });
          const { turns } = parseWithDialect(prompt, dialect);
          for (const { contentStart, contentEnd } of turns)
            expect(prompt.slice(contentStart, contentEnd)).not.toMatch(tokens);
        }),
        runs(60),
      );
    });
  }
});

describe('prompts as others write them', () => {
  const cases: [string, string, unknown[]][] = [
    [
      'chatml',
      '<|im_start|>system\r\nS<|im_end|>\r\n<|im_start|>user\r\nHi<|im_end|>\r\n',
      [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'Hi' },
      ],
    ],
    [
      'chatml',
      '<|im_start|>user\nHi<|im_end|><|im_start|>assistant\nYo',
      [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Yo' },
      ],
    ],
    [
      'chatml',
      'stray\n<|im_start|>user\nHi<|im_end|>\ntail',
      [
        { role: 'system', content: 'stray\n' },
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'tail' },
      ],
    ],
    [
      'llama-2',
      '[INST]Hi[/INST]Yo</s><s>[INST]Bye[/INST]',
      [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Yo' },
        { role: 'user', content: 'Bye' },
      ],
    ],
    [
      'llama-2',
      '<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nHi [/INST] Yo </s>',
      [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Yo' },
      ],
    ],
    [
      'qwen2.5',
      '<|im_start|>user\n<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response><|im_end|>\n',
      [
        { role: 'tool', content: '1', tool_call_id: 'call_0' },
        { role: 'tool', content: '2', tool_call_id: 'call_1' },
      ],
    ],
    [
      'harmony',
      '<|start|>user<|message|>Q<|end|><|start|>assistant<|channel|>analysis<|message|>T<|end|><|start|>assistant<|channel|>final<|message|>A<|return|>',
      [
        { role: 'user', content: 'Q' },
        { role: 'assistant', content: 'A', reasoning_content: 'T' },
      ],
    ],
    [
      'deepseek-r1',
      '<｜User｜>Q<｜Assistant｜><think>T</think>A<｜end▁of▁sentence｜>',
      [
        { role: 'user', content: 'Q' },
        { role: 'assistant', content: 'A', reasoning_content: 'T' },
      ],
    ],
  ];
  it.each(cases)('%s: %j', (dialect, text, messages) => {
    expect(parsePrompt(text, { dialect: dialect as 'chatml' }).messages).toEqual(messages);
  });
});

describe('defineDialect', () => {
  it('takes markers', () => {
    const mine = defineDialect({
      name: 'mine',
      roles: { user: { open: '<u>', close: '</u>' }, assistant: { open: '<a>', close: '</a>' } },
    });
    expect(mine).toMatchObject({
      kind: 'markers',
      stop: ['</a>'],
      systemPlacement: 'none',
      specialTokens: ['<u>', '</u>', '<a>', '</a>'],
    });
    const messages: Message[] = [
      { role: 'user', content: 'x<a>' },
      { role: 'assistant', content: 'y' },
    ];
    const { prompt } = renderWithDialect(messages, mine, { continueFinal: false, generationPrompt: false });
    expect(prompt).toBe('<u>x<\\a></u><a>y</a>');
    expect(parsePrompt(prompt, { dialect: JSON.parse(JSON.stringify(mine)) }).messages).toEqual(messages);
  });
  it('refuses roles without marks', () => {
    expect(() =>
      defineDialect({
        name: 'x',
        roles: { user: { open: '', close: '' }, assistant: { open: '<a>', close: '' } },
      }),
    ).toThrow(/opening mark/);
  });
});
