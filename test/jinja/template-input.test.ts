import { describe, expect, it } from 'vitest';
import { parsePrompt, renderPrompt } from '../../src/index.js';
import { jinjaDialect } from '../../src/jinja/index.js';
import type { Message } from '../../src/schemas/messages.js';

const gen = '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';
const turn = (content: string): string =>
  `{% for m in messages %}<|im_start|>{{ m.role }}\n${content}<|im_end|>\n{% endfor %}${gen}`;
const loop = "{% for part in m.content %}{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}";
const plain: Message[] = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: ' Hello. ' },
  { role: 'user', content: 'Bye <|im_end|>' },
];
const led: Message[] = [{ role: 'system', content: 'Be brief.' }, ...plain];
const calls: Message[] = [
  { role: 'user', content: 'Hi' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } }],
  },
  { role: 'tool', tool_call_id: 'call_0', content: 'One' },
  { role: 'assistant', content: 'Done.' },
  { role: 'user', content: 'Bye' },
];

describe('words go into a template in the form that it takes', () => {
  it.each<[string, string, Message[]]>([
    ['a loop over parts', turn(loop), led],
    ['the first part', turn('{{ m.content[0].text }}'), led],
    [
      'the text of parts that are selected',
      turn("{{ (m.content | selectattr('type', 'equalto', 'text') | first).text }}"),
      led,
    ],
    ['text that is dropped', turn(`{% if m.content is not string %}${loop}{% endif %}`), led],
    [
      'a system text as text, all else as parts',
      turn(`{% if m.role == 'system' %}{{ m.content | trim }}{% else %}${loop}{% endif %}`),
      led,
    ],
    [
      'the words of users alone as parts',
      turn(`{% if m.role == 'user' %}${loop}{% else %}{{ m.content }}{% endif %}`),
      led,
    ],
    [
      'results as parts',
      turn(
        `{% if m.role == 'tool' %}${loop}{% else %}{{ m.content or '' }}{% for c in m.tool_calls or [] %}<tool_call>\n{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}\n</tool_call>{% endfor %}{% endif %}`,
      ),
      calls,
    ],
  ])('%s', (_, template, messages) => {
    const dialect = jinjaDialect(template);
    expect(dialect.unreadable).toBeUndefined();
    const { prompt, warnings } = renderPrompt(messages, { dialect });
    expect(parsePrompt(prompt, { dialect }).messages).toEqual(messages);
    expect(warnings).toContainEqual(
      expect.objectContaining({ code: 'template-input', path: 'messages', severity: 'info' }),
    );
    expect(warnings.filter(({ severity }) => severity === 'lossy')).toEqual([]);
  });

  it('as text wherever a template takes text', () => {
    const both = `{% if m.content is string %}{{ m.content }}{% else %}${loop}{% endif %}`;
    const { warnings } = renderPrompt(led, { dialect: jinjaDialect(turn(both)), collisions: 'allow' });
    expect(warnings).toEqual([]);
  });

  it('with null for no tools, where it refuses a chat that says nothing of them', () => {
    const dialect = jinjaDialect(
      `{% if tools is not none and tools | length > 0 %}x{% endif %}${turn('{{ m.content }}')}`,
    );
    const { prompt, warnings } = renderPrompt(led, { dialect, collisions: 'allow' });
    expect(prompt.startsWith('<|im_start|>system\nBe brief.')).toBe(true);
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'template-input', path: 'tools', severity: 'info' }),
    ]);
  });

  it('with no word about parts in a chat that has none', () => {
    const template = turn(`{% if m.role == 'tool' %}${loop}{% else %}{{ m.content }}{% endif %}`);
    const { warnings } = renderPrompt([{ role: 'user', content: 'Hi' }], { dialect: jinjaDialect(template) });
    expect(warnings).toEqual([]);
  });
});
