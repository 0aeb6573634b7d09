import { describe, expect, it } from 'vitest';
import { migrated, migratedBody } from './support.js';

interface Case {
  what: string;
  kind: 'js' | 'ts' | 'py';
  source: string;
  reasons: string;
}

const js = (prompt: string, rest = '', before = ''): string =>
  `async function f(q, log, x) {\n${before}  const r = await openai.completions.create({ model: 'text-davinci-003', prompt: ${prompt}${rest} });\n  return r.choices[0].text;\n}\n`;
const py = (prompt: string, rest = '', before = ''): string =>
  `def f(q, log, x):\n${before}    r = openai.Completion.create(model="text-davinci-003", prompt=${prompt}${rest})\n    return r.choices[0].text\n`;

const cases: Case[] = [
  {
    what: 'a hole that names who speaks, behind a time stamp',
    kind: 'py',
    source: py('f"[12:01] {x}: {q}\\n[12:02] Bot:"'),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'holes that name who speaks, in brackets',
    kind: 'py',
    source: py('f"<{x}> hi\\n<{log}>"'),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'a history before the question',
    kind: 'js',
    source: js('`${log}\\nHuman: ${q}\\nAI:`'),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'a history that ends in a line end',
    kind: 'js',
    source: js('`${log}Human: ${q}\\nAI:`'),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'a history in the middle',
    kind: 'js',
    source: js('`A bot.\\n${log}\\nHuman: ${q}\\nAI:`'),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'turns added in a loop',
    kind: 'js',
    source: js(
      'p',
      '',
      "  let p = 'A bot.\\n';\n  for (const one of log) p += `Human: ${one}\\n`;\n  p += 'AI:';\n",
    ),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'turns joined from a list',
    kind: 'py',
    source: py('"\\n".join(log) + f"\\nHuman: {q}\\nAI:"'),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'a parameter, with stops that name turns',
    kind: 'py',
    source: py('q', ', stop=["Human:", "AI:"]'),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'a parameter that callers give conversations',
    kind: 'py',
    source: `${py('q')}\nf("Human: hi\\nAI:", 1, 2)\n`,
    reasons: 'turns-elsewhere',
  },
  {
    what: 'names of who speaks that are filled in',
    kind: 'js',
    source: js('`A bot.\\nHuman: ${q}\\n${x}:`'),
    reasons: 'turns-elsewhere',
  },
  {
    what: 'a turn on a condition',
    kind: 'js',
    source: js("`${x ? `System: ${x}\\n` : ''}User: ${q}\\nAssistant:`"),
    reasons: 'conditional',
  },
  {
    what: 'a turn on a branch without braces',
    kind: 'js',
    source: js('p', '', "  let p = 'A bot.\\n';\n  if (x) p += `Human: ${x}\\n`;\n  p += 'AI:';\n"),
    reasons: 'conditional',
  },
  {
    what: 'one of two prompts',
    kind: 'py',
    source: py('f"Human: {q}\\nAI:" if x else q'),
    reasons: 'conditional',
  },
  { what: 'a list of prompts', kind: 'js', source: js('[q, x]'), reasons: 'batch' },
  { what: 'a mapped list', kind: 'js', source: js('log.map((one) => `Hi ${one}`)'), reasons: 'batch' },
  { what: 'echo', kind: 'py', source: py('q', ', echo=True'), reasons: 'parameter' },
  { what: 'best_of that can not be seen', kind: 'js', source: js('q', ', best_of: x'), reasons: 'parameter' },
  {
    what: 'a model of the environment',
    kind: 'js',
    source: js('q').replace("'text-davinci-003'", 'process.env.MODEL'),
    reasons: 'model',
  },
  {
    what: 'a tuned model',
    kind: 'js',
    source: js('q').replace('text-davinci-003', 'davinci:ft-me-2023'),
    reasons: 'fine-tuned',
  },
  {
    what: 'the whole reply returned',
    kind: 'js',
    source: js('q').replace('r.choices[0].text', 'r'),
    reasons: 'reply',
  },
  {
    what: 'a whole choice passed on',
    kind: 'py',
    source: py('q').replace('return r.choices[0].text', 'use(r.choices[0])'),
    reasons: 'reply',
  },
  {
    what: 'two replies in one name, one of which stays',
    kind: 'py',
    source: `def f(q):\n    if q:\n        r = openai.Completion.create(model="text-davinci-003", prompt="a")\n    else:\n        r = openai.Completion.create(model="text-davinci-003", prompt="b", logprobs=2)\n    return r.choices[0].text\n`,
    reasons: 'reply|parameter',
  },
  {
    what: 'options of elsewhere',
    kind: 'py',
    source: 'def f(**kw):\n    return openai.Completion.create(**kw).choices[0].text\n',
    reasons: 'options',
  },
  {
    what: 'an endpoint that is gone',
    kind: 'py',
    source: 'openai.Edit.create(model="text-davinci-edit-001", input="x", instruction="y")\n',
    reasons: 'gone',
  },
  {
    what: 'a prompt that grows by the answer',
    kind: 'py',
    source:
      'def f(q):\n    global p\n    p += q\n    r = openai.Completion.create(model="text-davinci-003", prompt=p)\n    p += r.choices[0].text\np = ""\n',
    reasons: 'turns-elsewhere',
  },
];

describe('what is not safe is reported and left as it is', () => {
  it.each(cases)('$kind: $what', async ({ kind, source, reasons }) => {
    const { said, edits } = await migratedBody(kind, source);
    expect(said.join('|')).toBe(reasons);
    expect(edits).toEqual([]);
  });
});

describe('what only looks like a call is none', () => {
  it.each([
    [
      'js',
      "// openai.createCompletion({ prompt: 'x' })\nconst s = \"openai.completions.create({ prompt: 'Human: hi' })\";\nconst re = /createCompletion/;\n",
    ],
    [
      'js',
      "import Anthropic from '@anthropic-ai/sdk';\nconst a = new Anthropic();\nawait a.completions.create({ model: 'claude-2', prompt: 'x', max_tokens_to_sample: 3 });\n",
    ],
    [
      'js',
      "class Store { createCompletion(x) { return x; } }\nnew Store().createCompletion({ prompt: 'x' });\n",
    ],
    ['py', 'from shop.models import Completion\nCompletion.create(prompt="x")\n'],
    [
      'py',
      '"""openai.Completion.create(prompt="x")"""\nimport openai\nopenai.ChatCompletion.create(model="x", messages=[])\n',
    ],
  ] as const)('%s: %s', async (kind, source) => {
    expect((await migrated(kind, source)).sites).toEqual([]);
  });
});
