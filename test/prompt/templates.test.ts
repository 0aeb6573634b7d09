import { describe, expect, it } from 'vitest';
import { type DialectName, detectDialect, dialects, parsePrompt, renderPrompt } from '../../src/index.js';
import type { Message } from '../../src/schemas/messages.js';
import { expected } from './fixtures/templates.js';

const conversation: Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: ' Hi\n' },
  { role: 'assistant', content: 'Hello.' },
  { role: 'user', content: 'Bye?' },
];
const prefill: Message[] = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Well,' },
];

describe('what the models’ own templates write', () => {
  for (const { dialect, conversation: prompt, prefill: begun, stop, templateOptions } of expected) {
    it(dialect, () => {
      const options = { dialect, templateOptions };
      const rendered = renderPrompt(conversation, options);
      expect(rendered.prompt).toBe(prompt);
      expect(rendered.stop).toEqual(stop);
      expect(renderPrompt(prefill, options).prompt).toBe(begun);
      // Spoken turns come back, whatever the template did to the system text.
      const read = parsePrompt(prompt, { dialect, whitespace: 'tidy' });
      expect(read.ending).toBe('open');
      expect(read.awaitsAssistant).toBe(true);
      const said = read.messages.filter(({ role }) => role === 'assistant' || role === 'user');
      expect(said.at(-2)).toEqual({ role: 'assistant', content: 'Hello.' });
      expect(said.at(-1)?.content).toMatch(/Bye\?$/);
      const half = parsePrompt(begun, { dialect });
      expect(half.ending).toBe('prefill');
      expect(half.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Well,' });
    });
  }

  it('has every dialect of markers', () => {
    const named = new Set(expected.map(({ dialect }) => dialect));
    for (const [name, { kind }] of Object.entries(dialects)) {
      if (kind === 'markers') expect(named).toContain(name);
    }
  });
});

describe('detection', () => {
  const same: Partial<Record<DialectName, DialectName>> = {
    orca: 'chatml',
    'qwen2.5': 'chatml',
    'qwen3-instruct': 'chatml',
    'qwen3-thinking': 'qwen3',
    qwen3: 'chatml',
    'llama-3.3': 'llama-3.1',
    'mistral-v2': 'mistral-v3',
    'gemma-2': 'gemma',
    'gemma-3': 'gemma',
    'deepseek-r1': 'deepseek-v3',
    'granite-3.0': 'granite',
    'qwen3-coder': 'chatml',
    'qwen3.5': 'qwen3',
    'qwen3.5-small': 'qwen3',
    'qwen3.6': 'qwen3',
    'deepseek-v3.2': 'deepseek-v3.1',
    'mistral-v11': 'mistral-v7-tekken',
    'mistral-v13': 'mistral-v7-tekken',
    'nemotron-3-ultra': 'nemotron-3',
  };
  for (const { dialect, conversation: prompt } of expected) {
    if (dialects[dialect].kind !== 'markers') continue;
    it(dialect, () => {
      const found = detectDialect(prompt);
      expect(found[0]?.dialect).toBe(same[dialect] ?? dialect);
      expect(found.map((detection) => detection.dialect)).toContain(dialect);
      expect(found[0]?.confidence).toBeGreaterThan(0.7);
      const read = (name: DialectName | 'auto'): Message[] =>
        parsePrompt(prompt, { dialect: name, whitespace: 'tidy' }).messages;
      expect(read('auto')).toEqual(read(dialect));
    });
  }

  const talk = [
    'How does `<|im_start|>user` work in ChatML?',
    'Compare a < b and b > c. Use <b>bold</b>.',
    'The token [INST] marks an instruction.',
    'Write </s> at the end of each line.',
    'A heading\n### Input:\nand no more',
  ];
  it.each(talk)('none in %j', (text) => {
    expect(detectDialect(text)).toEqual([]);
    expect(parsePrompt(text).messages).toEqual([{ role: 'user', content: text }]);
  });
});

describe('what a template changes is a warning', () => {
  const cases: [DialectName, Message[], string[]][] = [
    ['qwen2.5', [{ role: 'user', content: 'Hi' }], ['default-system']],
    ['llama-3.1', [{ role: 'user', content: 'Hi' }], ['default-system']],
    ['llama-3', [{ role: 'user', content: ' Hi' }], ['trimmed']],
    [
      'gemma-3',
      [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'Hi' },
      ],
      ['folded-system'],
    ],
    [
      'mistral-v3',
      [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'Hi' },
      ],
      ['folded-system'],
    ],
    ['falcon', [{ role: 'user', content: 'a\n\nb' }], ['template-text']],
    ['harmony', [{ role: 'user', content: 'Hi' }], ['default-system', 'default-system']],
    ['granite', [{ role: 'user', content: 'Hi' }], ['default-system', 'default-system']],
    ['alpaca', [{ role: 'user', content: 'Hi' }], ['default-system']],
    [
      'deepseek-r1',
      [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: '<think>Hm.</think>Hi!' },
      ],
      ['dropped-reasoning'],
    ],
    [
      'qwen3',
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b', reasoning_content: 'c' },
        { role: 'user', content: 'd' },
      ],
      ['dropped-reasoning'],
    ],
    [
      'gemma',
      [
        { role: 'user', content: 'a' },
        { role: 'user', content: 'b' },
      ],
      ['merged-turns'],
    ],
    ['chatml', [{ role: 'user', content: 'Hi' }], []],
  ];
  it.each(cases)('%s', (dialect, messages, codes) => {
    const { warnings } = renderPrompt(messages, { dialect });
    expect(warnings.map(({ code }) => code)).toEqual(codes);
    for (const { severity } of warnings) expect(severity).toBe('lossy');
  });

  it('says what it did with dates, switches and texts that are given', () => {
    const hi: Message[] = [{ role: 'user', content: 'Hi' }];
    const write = (dialect: DialectName, templateOptions: Record<string, unknown>): string =>
      renderPrompt(hi, { dialect, templateOptions }).prompt;
    expect(write('llama-3.1', { date_string: '1 May 2025' })).toContain('Today Date: 1 May 2025\n');
    expect(write('qwen3', { enable_thinking: false })).toMatch(/<think>\n\n<\/think>\n\n$/);
    expect(write('deepseek-r1', { thinking: true })).toMatch(/<｜Assistant｜><think>\n$/);
    expect(write('qwen2.5', { defaultSystem: 'Mine.' })).toMatch(/^<\|im_start\|>system\nMine\.<\|im_end\|>/);
    expect(write('qwen2.5', { defaultSystem: false })).toMatch(/^<\|im_start\|>user/);
    expect(write('alpaca', { defaultSystem: false })).toBe('### Instruction:\nHi\n\n### Response:\n');
  });

  it('reads reasoning that stands open at the end as the place to go on', () => {
    for (const [dialect, templateOptions] of [
      ['qwen3', { enable_thinking: false }],
      ['deepseek-r1', { thinking: true }],
      ['qwen3-thinking', {}],
    ] as const) {
      const { prompt } = renderPrompt([{ role: 'user', content: 'Hi' }], { dialect, templateOptions });
      expect(parsePrompt(prompt, { dialect })).toMatchObject({
        ending: 'open',
        messages: [{ role: 'user', content: 'Hi' }],
      });
    }
  });
});

describe('a role or an order that the models do not know', () => {
  const twice: Message[] = [
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
  ];
  const system: Message[] = [
    { role: 'system', content: 's' },
    { role: 'user', content: 'u' },
  ];
  it('is folded or merged, with a warning', () => {
    expect(renderPrompt(twice, { dialect: 'mixtral' }).prompt).toBe('<s>[INST] a\n\nb [/INST]');
    const exact = renderPrompt(system, { dialect: 'gemma-3', fidelity: 'reversible' });
    expect(exact.prompt).toBe('<bos><start_of_turn>user\ns\n\nu<end_of_turn>\n<start_of_turn>model\n');
    expect(exact.warnings.map(({ code, path }) => [code, path])).toEqual([['folded-system', 'messages[0]']]);
  });
  it('is kept, or spoken by the user, when asked', () => {
    expect(
      renderPrompt(twice, { dialect: 'gemma', alternation: 'keep' }).prompt.match(/start_of_turn>user/g),
    ).toHaveLength(2);
    const spoken = renderPrompt(system, { dialect: 'gemma', fidelity: 'reversible', systemFallback: 'user' });
    expect(parsePrompt(spoken.prompt, { dialect: 'gemma' }).messages).toEqual([
      { role: 'user', content: 's' },
      { role: 'user', content: 'u' },
    ]);
  });
  it('is refused when asked', () => {
    expect(() => renderPrompt(twice, { dialect: 'gemma', alternation: 'error' })).toThrow(/alternate/);
    expect(() =>
      renderPrompt(system, { dialect: 'mistral-v1', fidelity: 'reversible', systemFallback: 'error' }),
    ).toThrow(/system message/);
  });
});

describe('the BOS token', () => {
  it('is left out when asked, and never doubled', () => {
    const hi: Message[] = [{ role: 'user', content: 'Hi' }];
    for (const [dialect, bos] of [
      ['llama-2', '<s>'],
      ['llama-3', '<|begin_of_text|>'],
      ['mistral-v7', '<s>'],
      ['gemma', '<bos>'],
      ['deepseek-v3', '<｜begin▁of▁sentence｜>'],
    ] as const) {
      for (const fidelity of ['template', 'reversible'] as const) {
        const { prompt } = renderPrompt(hi, { dialect, fidelity });
        expect(prompt.startsWith(bos)).toBe(true);
        expect(renderPrompt(hi, { dialect, fidelity, bos: false }).prompt).toBe(prompt.slice(bos.length));
        expect(parsePrompt(prompt.slice(bos.length), { dialect }).messages).toEqual(hi);
        expect(parsePrompt(bos + prompt, { dialect }).messages).toEqual(hi);
      }
    }
    const lead: Message[] = [
      { role: 'system', content: '<｜begin▁of▁sentence｜>x' },
      { role: 'user', content: 'Hi' },
    ];
    const { prompt } = renderPrompt(lead, { dialect: 'deepseek-v3', collisions: 'allow' });
    expect(prompt).toBe('<｜begin▁of▁sentence｜>x<｜User｜>Hi<｜Assistant｜>');
  });
});

describe('stops', () => {
  it('are never a bare ###, which any heading has', () => {
    for (const { stop } of Object.values(dialects)) {
      for (const text of stop) expect(text.replace(/[\s#]/g, '')).not.toBe('');
      for (const text of stop) if (text.includes('###')) expect(text).toMatch(/^\n### \w+:$/);
    }
  });
});

describe('parts that text can’t carry', () => {
  const message: Message = {
    role: 'user',
    content: [
      { type: 'text', text: 'See ' },
      { type: 'image_url', image_url: { url: 'data:,' } },
    ],
  };
  it('are refused, or named', () => {
    for (const fidelity of ['template', 'reversible'] as const) {
      expect(() => renderPrompt([message], { dialect: 'qwen3', fidelity })).toThrow(/image_url/);
      const { prompt, warnings } = renderPrompt([message], {
        dialect: 'qwen3',
        fidelity,
        parts: 'placeholder',
      });
      expect(prompt).toContain('See <image_url>');
      expect(warnings.map(({ code }) => code)).toContain('dropped-part');
    }
  });
});
