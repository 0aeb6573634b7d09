import { describe, expect, it } from 'vitest';
import { migrated, migratedBody } from './support.js';

interface Case {
  what: string;
  kind: 'js' | 'ts' | 'py';
  from: string;
  to: string;
}

const call = (prompt: string, rest = ''): string =>
  `async function f(q, h) {\n  const r = await openai.completions.create({ model: 'text-davinci-003', prompt: ${prompt}, max_tokens: 9${rest} });\n  return r.choices[0].text;\n}\n`;
const chat = (messages: string, rest = ''): string =>
  `async function f(q, h) {\n  const r = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages: ${messages}, max_tokens: 9${rest} });\n  return r.choices[0].message.content;\n}\n`;
const py = (prompt: string, rest = ''): string =>
  `def f(q, h):\n    r = openai.Completion.create(model="text-davinci-003", prompt=${prompt}, max_tokens=9${rest})\n    return r.choices[0].text\n`;
const pyChat = (messages: string, rest = ''): string =>
  `def f(q, h):\n    r = openai.ChatCompletion.create(model="gpt-4o-mini", messages=${messages}, max_tokens=9${rest})\n    return r.choices[0].message.content\n`;
const user = (content: string): string => `[{ role: 'user', content: ${content} }]`;
const pyUser = (content: string): string => `[{"role": "user", "content": ${content}}]`;

const cases: Case[] = [
  { what: 'a template literal', kind: 'js', from: call('`Human: ${q}\\nAI:`'), to: chat(user('`${q}`')) },
  {
    what: 'what is no conversation, as it stands',
    kind: 'js',
    from: call("'Hi ' + q"),
    to: chat(user("'Hi ' + q")),
  },
  {
    what: 'a join of a literal list',
    kind: 'js',
    from: call("['Human: ' + q, 'AI:'].join('\\n')"),
    to: chat(user('`${q}`')),
  },
  {
    what: 'backquotes, backslashes and ${ in the text',
    kind: 'js',
    from: call('`Human: a \\`b\\` \\\\ \\${c} ${q}\\nAI:`'),
    to: chat(user('`a \\`b\\` \\\\ \\${c} ${q}`')),
  },
  {
    what: 'stops that only name turns; others stay',
    kind: 'js',
    from: call('`Human: ${q}\\nAI:`', ", stop: ['\\n', ' Human:', 'AI:']"),
    to: chat(user('`${q}`'), ", stop: ['\\n']"),
  },
  {
    what: 'a template in the body of the class',
    kind: 'py',
    from: 'class A:\n    P = "Human: {}\\nAI:"\n    def f(self, q):\n        return openai.Completion.create(model="davinci", prompt=self.P.format(q), max_tokens=9).choices[0].text\n',
    to: 'class A:\n    P = "Human: {}\\nAI:"\n    def f(self, q):\n        return openai.ChatCompletion.create(model="gpt-4o-mini", messages=[{"role": "user", "content": f"{q}"}], max_tokens=9).choices[0].message.content\n',
  },
  {
    what: 'a stop that closes the turns of tags',
    kind: 'js',
    from: call('`<user>${q}</user>\\n<assistant>`', ", stop: ['</assistant>']"),
    to: chat(user('`${q}`')),
  },
  {
    what: 'a stop that stands behind every turn',
    kind: 'py',
    from: py('f"User:\\n\\n{q}<|im_end|>\\n\\nChatGPT:\\n"', ', stop=["<|im_end|>"]'),
    to: pyChat(pyUser('f"{q}"')),
  },
  {
    what: 'a stop that stands in front of every label',
    kind: 'py',
    from: py('f"### Human: {q}\\n### Assistant:"', ', stop=["###"]'),
    to: pyChat(pyUser('f"{q}"')),
  },
  {
    what: 'parameters that do nothing',
    kind: 'js',
    from: call("'x'", ', echo: false, best_of: 1, logprobs: null, n: 1'),
    to: chat(user("'x'"), ', n: 1'),
  },
  {
    what: 'an f-string',
    kind: 'py',
    from: py('f"Human: {q!r} {{x}}\\nAI:"'),
    to: pyChat(pyUser('f"{q!r} {{x}}"')),
  },
  {
    what: 'percent',
    kind: 'py',
    from: py('"Human: %s and %d\\nAI:" % (q, h)'),
    to: pyChat(pyUser('f"{q} and {h:d}"')),
  },
  {
    what: 'format',
    kind: 'py',
    from: py('"Human: {0} {x:>5}\\nAI:".format(q, x=h)'),
    to: pyChat(pyUser('f"{q} {h:>5}"')),
  },
  {
    what: 'quotes that an f-string of old Pythons can not hold',
    kind: 'py',
    from: py('"Human: %s\\nAI:" % q["a"]'),
    to: pyChat(pyUser('f\'{q["a"]}\'')),
  },
  {
    what: 'a backslash in a hole',
    kind: 'py',
    from: py('"Human: see " + "\\n".join(q) + "\\nAI:"'),
    to: pyChat(pyUser('"see " + "\\n".join(q)')),
  },
  { what: 'the engine', kind: 'py', from: py('q').replace('model=', 'engine='), to: pyChat(pyUser('q')) },
  {
    what: 'dictionaries and get',
    kind: 'py',
    from: `${py('q').split('    return')[0]}    return [c.get("text", "") for c in r["choices"]]\n`,
    to: `${pyChat(pyUser('q')).split('    return')[0]}    return [c.get("message", {}).get("content", "") for c in r["choices"]]\n`,
  },
  {
    what: 'a name that is set anew',
    kind: 'py',
    from: `${py('q').split('    return')[0]}    r = r["choices"][0]["text"]\n    return r.strip()\n`,
    to: `${pyChat(pyUser('q')).split('    return')[0]}    r = r["choices"][0]["message"]["content"]\n    return r.strip()\n`,
  },
  {
    what: 'promises and patterns',
    kind: 'js',
    from: "openai.completions.create({ model: 'text-davinci-003', prompt: 'x' }).then(({ choices: [{ text }] }) => console.log(text));\n",
    to: "openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'x' }] }).then(({ choices: [{ message: { content: text } }] }) => console.log(text));\n",
  },
  {
    what: 'a string where TypeScript expects one',
    kind: 'ts',
    from: call('q').replace('(q, h)', '(q: string)').replace('.text;', '.text.trim();'),
    to: chat(user('q'))
      .replace('(q, h)', '(q: string)')
      .replace('return r.choices[0].message.content;', "return (r.choices[0].message.content ?? '').trim();"),
  },
  {
    what: 'what fills a hole, where it is set before it changes',
    kind: 'js',
    from: "async function f(box) {\n  const p = `Human: ${box.value}\\nAI:`;\n  box.value = '';\n  const r = await openai.completions.create({ model: 'text-davinci-003', prompt: p });\n  return r.choices[0].text;\n}\n",
    to: "async function f(box) {\n  const p = [{ role: 'user', content: `${box.value}` }];\n  box.value = '';\n  const r = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages: p });\n  return r.choices[0].message.content;\n}\n",
  },
  {
    what: 'a function of the file that gives the prompt',
    kind: 'ts',
    from: 'function ask(q: string): string {\n  return `Human: ${q}\\nAI:`;\n}\nasync function f(q: string) {\n  const r = await openai.completions.create({ model: "text-davinci-003", prompt: ask(q) });\n  return r.choices[0].text;\n}\n',
    to: "function ask(q: string): { role: 'system' | 'user' | 'assistant'; content: string }[] {\n  return [{ role: \"user\", content: `${q}` }];\n}\nasync function f(q: string) {\n  const r = await openai.chat.completions.create({ model: \"gpt-4o-mini\", messages: ask(q) });\n  return r.choices[0].message.content ?? '';\n}\n",
  },
];

describe('what is safe is rewritten', () => {
  it.each(cases)('$kind: $what', async ({ kind, from, to }) => {
    const { text, said, broken } = await migratedBody(kind, from);
    expect(said).toEqual(['rewritten']);
    expect(text).toBe(to);
    expect(broken).toBe(false);
    const again = await migratedBody(kind, text);
    expect(again.edits).toEqual([]);
  });

  it('removes the statements of a prompt that is built down one block', async () => {
    const from = `function f(q) {\n  let p = 'A bot.\\n';\n  // the question\n  p += 'Human: ' + q + '\\n';\n  p += 'AI:';\n  return openai.completions.create({ model: 'text-davinci-003', prompt: p }).then((r) => r.choices[0].text);\n}\n`;
    const { text } = await migratedBody('js', from);
    expect(text).toContain('  // the question\n  return openai.chat');
    expect(text).not.toContain('p +=');
  });

  it('keeps CRLF in what it writes', async () => {
    const head = "const openai = new (require('openai'))();\n";
    const from = (head + call('`A bot.\n\nHuman: ${q}\nAI:`')).replaceAll('\n', '\r\n');
    const { text, said } = await migrated('js', from);
    expect(said).toEqual(['rewritten']);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });
});

describe('a function that others use too', () => {
  it.each([
    [
      'js',
      "const build = (name, q) => `You are ${name}.\\n\\nHuman: ${q}\\nAI:`;\nexports.build = build;\nexports.f = async (q) =>\n  (await openai.completions.create({ model: 'davinci', prompt: build('Bo', q.trim()) })).choices[0].text;\n",
      "messages: [{ role: 'system', content: 'You are Bo.' }, { role: 'user', content: `${q.trim()}` }]",
    ],
    [
      'py',
      'class B:\n    def text(self, q):\n        return f"Human: {q:>5} {self.x}\\nAI:"\n    def f(self, q):\n        return openai.Completion.create(model="davinci", prompt=self.text(q)).choices[0].text\n',
      'messages=[{"role": "user", "content": f"{q:>5} {self.x}"}]',
    ],
  ] as const)('%s: stays, and its text is written where it was called', async (kind, source, expected) => {
    const { text, said } = await migratedBody(kind, source);
    expect(said).toEqual(['rewritten']);
    expect(text).toContain(expected);
    expect(text).toContain(source.split('\n')[0]);
  });
});
