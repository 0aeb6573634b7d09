import { describe, expect, it } from 'vitest';
import { parsePrompt, renderPrompt } from '../../src/index.js';
import { dialectFromConfig } from '../../src/jinja/index.js';
import type { Message } from '../../src/schemas/messages.js';
import { readReply } from '../support/read-reply.js';

const gen = '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';
const chat = `{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}${gen}`;
const calling = `{% if m.role == 'tool' %}<|im_start|>tool\n{{ m.content }}<|im_end|>\n{% else %}<|im_start|>{{ m.role }}\n{{ m.content or '' }}{% for c in m.tool_calls or [] %}<|use|>{{ c.function.name }}<|with|>{{ c.function.arguments | tojson }}<|used|>{% endfor %}<|im_end|>\n{% endif %}`;
const listing = `<|im_start|>system\nTools: {% for t in tools or [] %}{{ t.function.name }} {% endfor %}<|im_end|>\n{% for m in messages %}${calling}{% endfor %}${gen}`;
const others = `{% for t in tools or [] %}{{ t.function.name }} {% endfor %}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>`;
const config = (tool_use: string) => ({
  chat_template: [
    { name: 'default', template: chat },
    { name: 'tool_use', template: tool_use },
    { name: 'rag', template: others },
  ],
  eos_token: '<|im_end|>',
});

const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
const plain: Message[] = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello.' },
  { role: 'user', content: 'Bye' },
];
const history: Message[] = [
  { role: 'user', content: 'Hi' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } }],
  },
  { role: 'tool', tool_call_id: 'call_0', content: 'One' },
  { role: 'assistant', content: 'Done.' },
];
const listed = '<|im_start|>system\nTools: f <|im_end|>\n';

describe('a config with a template for chats and one for chats with tools', () => {
  const dialect = dialectFromConfig(config(listing));

  it('writes through the one that fits the request', () => {
    const prompt = (given: object): string => renderPrompt(plain, { dialect, ...given }).prompt;
    expect(prompt({})).toMatch(/^<\|im_start\|>user\nHi/);
    expect(prompt({ tools })).toBe(listed + prompt({}));
  });

  it('reads both back, with the calls', () => {
    for (const given of [{}, { tools }]) {
      const { prompt } = renderPrompt(plain, { dialect, ...given });
      expect(parsePrompt(prompt, { dialect }).messages.slice(-3)).toEqual(plain);
    }
    const { prompt } = renderPrompt(history, { dialect, tools });
    expect(parsePrompt(prompt, { dialect }).messages.slice(1)).toEqual(history);
  });

  it('reads the calls of replies', async () => {
    const { whole } = await readReply(dialect, '<|use|>f<|with|>{"a": 1}<|used|>', {
      messages: plain,
      tools,
    } as never);
    expect(whole.message.tool_calls).toMatchObject([{ function: { name: 'f', arguments: '{"a": 1}' } }]);
  });

  it('tells that calls are lost where no tools are offered', () => {
    const { warnings } = renderPrompt(history, { dialect });
    expect(warnings.filter(({ severity }) => severity === 'lossy')).not.toEqual([]);
  });

  it('is named by its template alone, where one is asked for', () => {
    const rag = dialectFromConfig(config(listing), { chatTemplate: 'rag' });
    expect(renderPrompt(plain.slice(0, 1), { dialect: rag }).prompt).toBe('<|user|>Hi<|end|><|assistant|>');
    const own = dialectFromConfig(config(listing), { chatTemplate: 'tool_use' });
    expect(renderPrompt(plain, { dialect: own }).prompt).toMatch(
      /^<\|im_start\|>system\nTools: <\|im_end\|>/,
    );
  });

  it('says that prompts can’t be read back where the two set other marks', () => {
    const two = dialectFromConfig(config(others));
    expect(two.unreadable).toMatch(/different marks/);
    const { prompt } = renderPrompt(plain, { dialect: two, tools });
    expect(prompt.startsWith('f <|user|>Hi<|end|>')).toBe(true);
    expect(parsePrompt(prompt, { dialect: two }).warnings).toMatchObject([{ code: 'unreadable-dialect' }]);
    expect(renderPrompt(plain, { dialect: two }).prompt).toMatch(/^<\|im_start\|>user/);
  });

  it('covers the special tokens of both', () => {
    const text = 'a <|used|> b';
    const { prompt } = renderPrompt([{ role: 'user', content: text }], { dialect });
    expect(prompt).not.toContain(text);
  });

  it('takes templates named by the members of an object, and one that stands alone', () => {
    const { chat_template: list } = config(listing);
    const members = Object.fromEntries(list.map(({ name, template }) => [name, template]));
    const named = dialectFromConfig({ chat_template: members });
    expect(renderPrompt(plain, { dialect: named, tools }).prompt.startsWith(listed)).toBe(true);
    const alone = dialectFromConfig({ chat_template: [{ name: 'tool_use', template: listing }] });
    expect(renderPrompt(plain, { dialect: alone, tools }).prompt.startsWith(listed)).toBe(true);
    expect(() => dialectFromConfig({ chat_template: [{ name: 'default' }, null] })).toThrow(
      /no chat template/,
    );
  });
});
