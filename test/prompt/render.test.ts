import { describe, expect, it } from 'vitest';
import { type DialectName, defineDialect, type Message, parsePrompt, renderPrompt } from '../../src/index.js';

const chat: Message[] = [
  { role: 'system', content: 'S' },
  { role: 'user', content: 'a' },
  { role: 'assistant', content: 'b' },
  { role: 'user', content: 'c' },
];

describe('renderPrompt in dialects of labels', () => {
  const written: [dialect: DialectName, prompt: string, stop: string[]][] = [
    ['user-assistant', 'S\n\nUser: a\nAssistant: b\nUser: c\nAssistant:', ['\nUser:']],
    ['human-ai', 'S\n\nHuman: a\nAI: b\nHuman: c\nAI:', ['\nHuman:']],
    ['anthropic', 'S\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:', ['\n\nHuman:']],
    ['q-a', 'S\n\nQ: a\nA: b\nQ: c\nA:', ['\nQ:']],
    ['vicuna', 'S USER: a ASSISTANT: b</s>USER: c ASSISTANT:', ['</s>']],
    [
      'prompty',
      '# system:\nS\n\n# user:\na\n\n# assistant:\nb\n\n# user:\nc\n\n# assistant:\n',
      ['\n# user:'],
    ],
    ['ai-sdk', 'S\n\nuser:\na\n\nassistant:\nb\n\nuser:\nc\n\nassistant:\n', ['\nuser:']],
    ['chinese', 'S\n\n用户：a\n助手：b\n用户：c\n助手：', ['\n用户：']],
  ];
  it.each(written)('%s', (dialect, prompt, stop) => {
    expect(renderPrompt(chat, { dialect, fidelity: 'reversible' })).toMatchObject({ prompt, stop });
  });

  it('labels a system message that stands alone, or is blank', () => {
    expect(renderPrompt([{ role: 'system', content: 'S' }], { generationPrompt: false }).prompt).toBe(
      'System: S',
    );
    expect(
      renderPrompt([{ role: 'system', content: '' }, chat[1]!], { generationPrompt: false }).prompt,
    ).toBe('System:\nUser: a');
  });

  it('leaves a last assistant message open, unless it is told not to', () => {
    const messages = chat.slice(0, 3);
    expect(renderPrompt(messages).prompt).toBe('S\n\nUser: a\nAssistant: b');
    expect(renderPrompt(messages, { dialect: 'vicuna' }).prompt).toBe('S USER: a ASSISTANT: b');
    expect(
      renderPrompt(messages, { dialect: 'vicuna', continueFinal: false, generationPrompt: false }).prompt,
    ).toBe('S USER: a ASSISTANT: b</s>');
    expect(renderPrompt(messages, { continueFinal: false }).prompt).toBe(
      'S\n\nUser: a\nAssistant: b\nAssistant:',
    );
  });

  it('warns of what it could not write', () => {
    const { prompt, warnings } = renderPrompt([
      {
        role: 'developer',
        content: [
          { type: 'text', text: 'x' },
          { type: 'text', text: 'y' },
        ],
      },
      { role: 'user', content: 'a', name: 'Joe' },
      { role: 'assistant', content: ' ' },
    ]);
    expect(prompt).toBe('xy\n\nUser: a\nAssistant:  ');
    expect(warnings.map(({ code, path, severity }) => `${severity} ${code} ${path}`)).toEqual([
      'lossy role-changed messages[0].role',
      'lossy joined-parts messages[0].content',
      'lossy dropped-name messages[1].name',
      'lossy blank-final-message messages[2].content',
    ]);
  });

  const collisions = [
    ['escape', 'User: \\User: x', 'x'],
    ['allow', 'User: User: x', 'x'],
  ] as const;
  it.each(collisions)('meets a label in content by %s', (mode) => {
    const { prompt } = renderPrompt([{ role: 'user', content: 'a\nUser: x' }], {
      collisions: mode,
      generationPrompt: false,
    });
    expect(prompt).toBe(mode === 'escape' ? 'User: a\n\\User: x' : 'User: a\nUser: x');
  });

  it('makes a label harmless on request, and says that this is lost', () => {
    const { prompt, warnings } = renderPrompt([{ role: 'user', content: 'a\nUser: x' }], {
      collisions: 'neutralize',
      generationPrompt: false,
    });
    expect(prompt).toBe('User: a\nUser\u2236 x');
    expect(warnings).toMatchObject([{ code: 'neutralized', severity: 'lossy' }]);
  });

  it.each([
    ['a\n\\User: x', 'user-assistant', 'escaped-label'],
    ['<\\|im_end|>', 'chatml', 'escaped-token'],
  ] as const)('keeps the escape in %j where nothing is live', (content, dialect, code) => {
    const messages: Message[] = [{ role: 'user', content }];
    const { prompt, warnings } = renderPrompt(messages, { dialect, collisions: 'neutralize' });
    expect(warnings).toMatchObject([{ code, severity: 'info' }]);
    expect(parsePrompt(prompt, { dialect }).messages).toEqual(messages);
  });

  it('refuses the result of a function, too, where tools are to be native and are not', () => {
    const messages: Message[] = [{ role: 'function', name: 'f', content: '1' }];
    expect(() => renderPrompt(messages, { tools: 'native' })).toThrowError(
      expect.objectContaining({ code: 'unrepresentable', path: 'tools' }),
    );
  });

  it('refuses a label on request', () => {
    expect(() =>
      renderPrompt([{ role: 'user', content: 'a\nUser: x' }], { collisions: 'error' }),
    ).toThrowError(expect.objectContaining({ code: 'collision', path: 'messages[0].content' }));
  });

  it.each([
    ['no array', 'x' as never, 'invalid-argument', 'messages'],
    ['no message', [null] as never, 'invalid-message', 'messages[0]'],
    ['an unknown role', [{ role: 'bot', content: 'x' }] as never, 'invalid-message', 'messages[0]'],
    [
      'an image',
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] as Message[],
      'unrepresentable',
      'messages[0].content[0]',
    ],
  ])('refuses %s', (_, messages, code, path) => {
    expect(() => renderPrompt(messages)).toThrowError(expect.objectContaining({ code, path }));
  });
});

describe('defineDialect', () => {
  it('completes a definition', () => {
    const dialect = defineDialect({
      name: 'lesson',
      labels: { user: 'Student:', assistant: ['Tutor', 'Coach'] },
      separator: '\n\n',
    });
    expect(JSON.parse(JSON.stringify(dialect))).toEqual(dialect);
    expect(renderPrompt(chat.slice(1), { dialect }).prompt).toBe(
      'Student: a\n\nTutor: b\n\nStudent: c\n\nTutor:',
    );
  });

  it.each([
    ['no name', { name: '', labels: { user: 'U', assistant: 'A' } }, 'name'],
    ['no label', { name: 'x', labels: { user: [], assistant: 'A' } }, 'labels.user'],
    ['an empty label', { name: 'x', labels: { user: ' ', assistant: 'A' } }, 'labels.user[0]'],
    ['a line break in a label', { name: 'x', labels: { user: 'U\nV', assistant: 'A' } }, 'labels.user[0]'],
    ['a label of two speakers', { name: 'x', labels: { user: 'U', assistant: 'u' } }, 'labels.assistant[0]'],
    [
      'a space between turns of labels that are not inline',
      { name: 'x', labels: { user: 'U', assistant: 'A' }, separator: ' ' },
      'separator',
    ],
  ] as const)('refuses %s', (_, definition, path) => {
    expect(() => defineDialect(definition as never)).toThrowError(
      expect.objectContaining({ code: 'invalid-dialect', path }),
    );
  });
});

const look = {
  type: 'function',
  function: {
    name: 'look',
    description: 'Ends in <|im_end|>',
    parameters: { type: 'object', properties: { at: { type: 'string' } } },
  },
};
const called: Message[] = [
  { role: 'system', content: 'S <|im_end|>' },
  { role: 'user', content: 'Look' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: 'call_0', type: 'function', function: { name: 'look', arguments: '{"at": "<|im_start|>"}' } },
    ],
  },
  { role: 'tool', tool_call_id: 'call_0', content: 'seen' },
];

describe('spans', () => {
  const cases: [DialectName, 'template' | 'reversible'][] = [
    ['user-assistant', 'template'],
    ['alpaca', 'template'],
    ['chatml', 'template'],
    ['qwen2.5', 'template'],
    ['qwen2.5', 'reversible'],
    ['gemma', 'template'],
    ['mistral-v3', 'template'],
    ['harmony', 'template'],
    ['command-r', 'template'],
    ['llama-3.1', 'reversible'],
  ];
  it.each(cases)('%s, %s: cover the prompt, each message in its place', (dialect, fidelity) => {
    for (const bos of [true, false]) {
      const { prompt, spans } = renderPrompt(called, { dialect, fidelity, bos, tools: [look] });
      let at = 0;
      for (const { start, end } of spans) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBe(prompt.length);
      const said = (index: number | null): string =>
        spans
          .filter(({ kind, message }) => kind === 'content' && message === index)
          .map(({ start, end }) => prompt.slice(start, end))
          .join('|');
      expect(said(0)).toMatch(/^S /);
      expect(said(1)).toBe('Look');
      expect(said(2)).toContain('look');
      expect(said(3)).toContain('seen');
      expect(said(null)).toMatch(/look/);
      const structure = spans.filter(({ kind }) => kind === 'structure');
      for (const { start, end } of structure) expect(prompt.slice(start, end)).not.toMatch(/S <|seen/);
    }
  });

  it('tell apart the words that were joined into one turn', () => {
    const { prompt, spans } = renderPrompt(
      [
        { role: 'user', content: 'one' },
        { role: 'user', content: 'two' },
      ],
      { dialect: 'gemma' },
    );
    const contents = spans.filter(({ kind }) => kind === 'content');
    expect(contents.map(({ start, end, message }) => [prompt.slice(start, end), message])).toEqual([
      ['one', 0],
      ['two', 1],
    ]);
  });
});

describe('text of others that stands in JSON', () => {
  it.each([
    ['qwen2.5', 'template'],
    ['qwen2.5', 'reversible'],
    ['chatml', 'template'],
  ] as const)('%s, %s: stays JSON, with the same values', (dialect, fidelity) => {
    for (const collisions of ['escape', 'neutralize'] as const) {
      const { prompt, warnings } = renderPrompt(called, { dialect, fidelity, collisions, tools: [look] });
      expect(prompt).toContain('{"at": "\\u003c|im_start|>"}');
      expect(prompt).toContain('"Ends in \\u003c|im_end|>"');
      const told = warnings.filter(({ path }) => /tools\[0\]|tool_calls/.test(path));
      const codes = told.map(({ code, severity }) => [code, severity]);
      expect(codes).toContainEqual(['escaped-token', 'info']);
      expect(codes).not.toContainEqual(['neutralized', 'lossy']);
    }
    expect(() => renderPrompt(called, { dialect, fidelity, collisions: 'error', tools: [look] })).toThrow(
      /structure/,
    );
  });

  it('comes back as it was, and so does an escape that was in it', () => {
    for (const args of ['{"at": "<|im_start|>"}', '{"at": "<\\\\|im_start|>"}', 'no <|im_start|> JSON']) {
      const messages = structuredClone(called.slice(1)) as [
        Message,
        { tool_calls: [{ function: { arguments: string } }] },
      ];
      messages[1].tool_calls[0].function.arguments = args;
      const { prompt } = renderPrompt(messages as unknown as Message[], {
        dialect: 'qwen2.5',
        fidelity: 'reversible',
      });
      const back = parsePrompt(prompt, { dialect: 'qwen2.5' }).messages[1] as unknown as (typeof messages)[1];
      const value = (text: string): unknown => (text.startsWith('{') ? JSON.parse(text) : text);
      expect(value(back.tool_calls[0].function.arguments)).toEqual(value(args));
    }
  });
});

describe('tools in the generic form', () => {
  it.each(['qwen2.5', 'mistral-v3', 'llama-3.1', 'chatml'] as const)('%s: are listed once', (dialect) => {
    const options = { dialect, tools: [look], toolStyle: 'generic' } as const;
    const { prompt } = renderPrompt(called, { ...options });
    expect(prompt.match(/Ends in/g)).toHaveLength(1);
    // The library's own instructions are no one's text: nothing in them is escaped.
    expect(prompt).toContain('<tool_call>\n{"name": "function-name", "arguments": {}}\n</tool_call>');
    expect(prompt).toContain('<tool_call>\n{"name": "look", "arguments": {"at": "');
    expect(prompt).toContain('<tool_response>\nseen\n</tool_response>');
  });
});

it('takes arguments that are an object', () => {
  const [user, call] = structuredClone(called.slice(1, 3)) as [Message, Message];
  const object = JSON.parse(
    JSON.stringify(call).replace(/"arguments":"(?:[^"\\]|\\.)*"/, '"arguments":{"at":"it"}'),
  );
  for (const dialect of ['qwen3', 'mistral-v3', 'harmony', 'chatml', 'user-assistant'] as const)
    expect(renderPrompt([user, object], { dialect }).prompt).toMatch(/\{"at": ?"it"\}/);
});

it('knows two kinds of fidelity', () => {
  const odd = { fidelity: 'exact' as 'reversible' };
  expect(() => renderPrompt(called, odd)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', path: 'fidelity' }),
  );
});
