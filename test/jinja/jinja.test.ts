import { Template } from '@huggingface/jinja';
import { describe, expect, it } from 'vitest';
import { parsePrompt, renderPrompt } from '../../src/index.js';
import { dialectFromConfig, jinjaDialect } from '../../src/jinja/index.js';
import type { Message } from '../../src/schemas/messages.js';

const messages: Message[] = [
  { role: 'system', content: 'S' },
  { role: 'user', content: 'Hi <|end|> there' },
  { role: 'assistant', content: 'Hello.' },
  { role: 'user', content: 'Bye?' },
];
const tokens =
  '{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}';
const inst =
  "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %} {{ m.content }}{{ eos_token }}{% endif %}{% endfor %}";
const defaults = `{% if messages[0].role != 'system' %}<|system|>\nDefault.<|end|>\n{% endif %}${tokens}`;
/** Writes a date in front of a system text, or alone. */
const dated =
  "{% if messages[0].role == 'system' %}{% set text = messages[0].content %}{% set rest = messages[1:] %}{% else %}{% set text = '' %}{% set rest = messages %}{% endif %}<|system|>\nToday Date: 1 May 2024\n\n{{ text }}<|end|>\n{% for m in rest %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}";

describe('jinjaDialect', () => {
  it('renders through the template, and reads back by the probe', () => {
    const dialect = jinjaDialect(tokens, { eosToken: '<|end|>' });
    expect(dialect.unreadable).toBeUndefined();
    const { prompt, stop } = renderPrompt(messages, { dialect });
    expect(prompt).toBe(
      '<|system|>\nS<|end|>\n<|user|>\nHi <\\|end|> there<|end|>\n<|assistant|>\nHello.<|end|>\n<|user|>\nBye?<|end|>\n<|assistant|>\n',
    );
    expect(stop).toEqual(['<|end|>']);
    expect(parsePrompt(prompt, { dialect })).toMatchObject({
      messages,
      ending: 'open',
      awaitsAssistant: true,
    });
    const exact = renderPrompt(messages, { dialect, fidelity: 'reversible' });
    expect(parsePrompt(exact.prompt, { dialect }).messages).toEqual(messages);
  });

  it('reads turns that one mark closes and opens', () => {
    const dialect = jinjaDialect(inst, { bosToken: '<s>', eosToken: '</s>' });
    const spoken = messages.slice(1);
    const { prompt } = renderPrompt(spoken, { dialect });
    expect(prompt).toBe('<s>[INST] Hi <|end|> there [/INST] Hello.</s>[INST] Bye? [/INST]');
    expect(parsePrompt(prompt, { dialect })).toMatchObject({ messages: spoken, ending: 'open' });
  });

  it('leaves a last reply open', () => {
    const dialect = jinjaDialect(tokens);
    const { prompt } = renderPrompt(
      [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Well,' },
      ],
      { dialect },
    );
    expect(prompt).toBe('<|user|>\nHi<|end|>\n<|assistant|>\nWell,');
  });

  it('copes with a system text that the template writes on its own', () => {
    const dialect = jinjaDialect(defaults);
    expect(dialect.unreadable).toBeUndefined();
    const { prompt } = renderPrompt([{ role: 'user', content: 'Hi' }], { dialect });
    expect(parsePrompt(prompt, { dialect }).messages).toEqual([
      { role: 'system', content: 'Default.' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('says that the template wrote a system text of its own', () => {
    const codes = (template: string, given: readonly Message[]): string[] =>
      renderPrompt(given, { dialect: jinjaDialect(template, { eosToken: '<|end|>' }) }).warnings.map(
        ({ code }) => code,
      );
    const plain: Message[] = [{ role: 'user', content: 'Hi' }];
    const led: Message[] = [{ role: 'system', content: 'S' }, ...plain];
    expect(codes(defaults, plain)).toEqual(['default-system']);
    expect(codes(defaults, led)).toEqual([]);
    expect(codes(tokens, plain)).toEqual([]);
    expect(codes(tokens, led)).toEqual([]);
    expect(codes(dated, plain)).toEqual(['default-system']);
    expect(codes(dated, led)).toEqual(['default-system']);
  });

  it('takes no words of the template for a mark of the system', () => {
    const dialect = jinjaDialect(dated, { eosToken: '<|end|>' });
    const exact = renderPrompt(messages, { dialect, fidelity: 'reversible' });
    expect(exact.prompt.startsWith('<|system|>\nS<|end|>\n')).toBe(true);
    expect(parsePrompt(exact.prompt, { dialect }).messages).toEqual(messages);
    const { prompt } = renderPrompt(messages, { dialect });
    expect(parsePrompt(prompt, { dialect }).messages[0]).toEqual({
      role: 'system',
      content: 'Today Date: 1 May 2024\n\nS',
    });
  });

  it('tells the system’s turn from one that the template sets in front of it', () => {
    const own = 'dev system<|sep|>\nRules of the house.<|over|>\n';
    const dialect = jinjaDialect(
      `${own}{% for m in messages %}{{ m.role }}<|sep|>\n{{ m.content }}<|over|>\n{% endfor %}{% if add_generation_prompt %}assistant<|sep|>\n{% endif %}`,
    );
    expect(dialect.roles.system?.open).toBe('<|over|>\nsystem<|sep|>\n');
    const { prompt, warnings } = renderPrompt(messages, { dialect });
    expect(parsePrompt(prompt, { dialect }).messages.slice(1)).toEqual(messages);
    expect(warnings.map(({ code }) => code)).toContain('default-system');
    const exact = renderPrompt(messages, { dialect, fidelity: 'reversible' }).prompt;
    expect(parsePrompt(exact, { dialect }).messages).toEqual(messages);
  });

  it('says when it can’t read what it writes', () => {
    const dialect = jinjaDialect('{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}', {
      eosToken: '</s>',
    });
    expect(dialect.unreadable).toMatch(/no mark/);
    expect(renderPrompt([{ role: 'user', content: 'Hi' }], { dialect })).toMatchObject({
      prompt: 'Hi</s>',
      stop: ['</s>'],
    });
    const read = parsePrompt('Hi</s>', { dialect });
    expect(read.messages).toEqual([{ role: 'user', content: 'Hi</s>' }]);
    expect(read.warnings.map(({ code }) => code)).toEqual(['unreadable-dialect']);
    expect(() => renderPrompt(messages, { dialect, fidelity: 'reversible' })).toThrow(/no reversible form/);
  });

  it('folds a system message that the template refuses, and says so', () => {
    const dialect = jinjaDialect(
      `{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}${tokens}`,
    );
    const { prompt, warnings } = renderPrompt(messages, { dialect });
    expect(prompt.startsWith('<|user|>\nS\n\nHi ')).toBe(true);
    expect(warnings.map(({ code }) => code)).toContain('folded-system');
  });

  it('passes on what the template refuses, and refuses what is no template', () => {
    const dialect = jinjaDialect(
      `{% if messages|length > 2 %}{{ raise_exception('Too long') }}{% endif %}${tokens}`,
    );
    expect(() => renderPrompt(messages, { dialect })).toThrow(/Too long/);
    expect(() => jinjaDialect('{% for %}')).toThrow(/not Jinja/);
  });
});

describe('a template whose calls are turns of their own', () => {
  const template =
    '{% for m in messages %}{% if m.tool_calls %}assistant<|sep|>\n{{ m.content }}<|end|>\n{% for c in m.tool_calls %}function call<|sep|>\n{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}<|end|>\n{% endfor %}{% else %}{{ m.role }}<|sep|>\n{{ m.content }}<|end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}assistant<|sep|>\n{% endif %}';

  it('tells that its marks do not give them back', () => {
    const dialect = jinjaDialect(template);
    const call = { id: 'a', type: 'function' as const, function: { name: 'f', arguments: '{"x": 1}' } };
    const asked: Message[] = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'user', content: 'Bye' },
    ];
    const { prompt, warnings } = renderPrompt(asked, { dialect, fidelity: 'reversible' });
    expect(warnings.filter(({ severity }) => severity === 'lossy').map(({ code }) => code)).toContain(
      'tools-as-text',
    );
    expect(parsePrompt(prompt, { dialect }).messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
    expect(renderPrompt(asked, { dialect }).prompt).toContain('function call<|sep|>\n{"name": "f"');
  });
});

describe('a template with labels that are no tokens', () => {
  const inline =
    "{% for m in messages %}{% if m.role == 'user' %}PERSON: {{ m.content }} {% else %}ROBOT: {{ m.content }}</s>{% endif %}{% endfor %}{% if add_generation_prompt %}ROBOT:{% endif %}";
  const lines =
    "{% for m in messages %}{{ 'Robot: ' if m.role == 'assistant' else 'Person: ' }}{{ m.content }}{% if not loop.last or add_generation_prompt %}{{ '\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}Robot:{% endif %}";

  it.each([
    ['in the middle of lines', inline, 'PERSON:', 'ROBOT:'],
    ['each on a line', lines, 'Person:', 'Robot:'],
  ])('%s keeps what others say of them', (_, template, user, assistant) => {
    const dialect = jinjaDialect(template, { eosToken: '</s>' });
    expect(dialect.unreadable).toBeUndefined();
    for (const label of [user, assistant])
      for (const text of [
        `${label} x`,
        `a ${label} x`,
        `a\n${label} x`,
        `ax${label} x`,
        `a ${label}`,
        `${label}`,
      ])
        for (const fidelity of ['template', 'reversible'] as const) {
          const messages: Message[] = [
            { role: 'user', content: text },
            { role: 'assistant', content: `k ${text}` },
            { role: 'user', content: 'Bye' },
          ];
          const { prompt } = renderPrompt(messages, { dialect, fidelity });
          expect(parsePrompt(prompt, { dialect }).messages).toEqual(messages);
        }
  });

  it("escapes them, though its prompts can't be read back", () => {
    const glued = lines.replace(
      "{{ '\\n' }}{% endif %}{% endfor %}",
      "{% if not loop.last %}{{ '\\n' }}{% endif %}{% endif %}{% endfor %}",
    );
    const dialect = jinjaDialect(glued);
    expect(dialect.unreadable).toBeDefined();
    const { prompt } = renderPrompt([{ role: 'user', content: 'Hi\nRobot: x' }], { dialect });
    expect(prompt).toBe('Person: Hi\n\\Robot: xRobot:');
  });
});

describe('a template that writes the date', () => {
  const template =
    "{{ strftime_now('%d %b %Y, %A %H:%M %%') }}\n{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";
  const messages: Message[] = [{ role: 'user', content: 'Hi' }];

  it('gets the time that is given', () => {
    const now = new Date(2026, 10, 28, 9, 5).getTime();
    for (const dialect of [
      jinjaDialect(template, { now }),
      dialectFromConfig({ chat_template: template }, { now: () => now }),
    ])
      expect(renderPrompt(messages, { dialect }).prompt).toBe(
        '28 Nov 2026, Saturday 09:05 %\n<|user|>Hi<|end|><|assistant|>',
      );
  });

  it('writes what the engine writes of today, where none is given', () => {
    const source =
      "{{ strftime_now('%d %B %Y') }}|{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}";
    const own = new Template(source).render({ messages, add_generation_prompt: true });
    expect(renderPrompt(messages, { dialect: jinjaDialect(source) }).prompt).toBe(own);
  });
});
