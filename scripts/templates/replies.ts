import type { Message } from '../../src/schemas/messages.js';
import type { Engine } from './engine.js';
import type { Source } from './sources.js';

/** A reply as the model writes it, and what should be read from it. */
export interface Reply {
  kind: 'plain' | 'one' | 'two' | 'worded' | 'rich' | 'thought';
  text: string;
  content: string;
  reasoning: string;
  calls: readonly (readonly [name: string, args: unknown])[];
}

const tool = (name: string, properties: object): unknown => ({
  type: 'function',
  function: { name, description: `Does ${name}.`, parameters: { type: 'object', properties, required: [] } },
});
export const tools = [
  tool('get_weather', { city: { type: 'string' }, days: { type: 'integer' } }),
  tool('save_note', {
    text: { type: 'string' },
    rating: { type: 'number' },
    pinned: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    place: { type: 'object', properties: { floor: { type: 'integer' } } },
  }),
];
export const question: Message = { role: 'user', content: 'Weather in Paris?' };
const paris = ['get_weather', { city: 'Paris', days: 3 }] as const;
const rome = ['get_weather', { city: 'Rome', days: 1 }] as const;
const note = [
  'save_note',
  { text: 'One.\n  "Two" & <b>.', rating: 2.5, pinned: true, tags: ['a', 'b c'], place: { floor: -1 } },
] as const;
const thought = 'Let me plan.';

const calling = (
  calls: readonly (readonly [string, unknown])[],
  content: string | null,
  id: (i: number, name: string) => string,
): Message => ({
  role: 'assistant',
  content,
  tool_calls: calls.map(([name, args], i) => ({
    id: id(i, name),
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  })),
});

/** What closes a plain turn of the model: all that stands behind its words. */
export function closeOf(engine: Engine): string {
  const tail = (words: string): string => {
    const text =
      engine.render([question, { role: 'assistant', content: words }], { generation: false }) ?? '';
    return text.includes(words) ? text.slice(text.lastIndexOf(words) + words.length) : '';
  };
  const [a, b] = [tail('Hello.'), tail('Goodbye.')];
  return a === b ? a : '';
}

/** The tokens that end a turn of the model. */
export function endsOf(engine: Engine, { eos }: Source): string[] {
  const tokens = closeOf(engine).match(/<[^<>\s]+>|\[[^[\]\s]+\]?|\S+/g) ?? [];
  return [...new Set([...tokens, eos])].filter((token) => token !== '');
}

/** The first line of what opens a turn of the model. */
function turnOf(engine: Engine): string {
  const asked = engine.render([question], { generation: false }) ?? '';
  const prompt = engine.render([question]) ?? '';
  const opening = prompt.startsWith(asked) ? prompt.slice(asked.length).trim() : '';
  return opening.split('\n')[0]!.replace(/<think>.*|\[\/INST\]/, '');
}

function commonLength(a: string, b: string): number {
  let n = 0;
  while (n < a.length && a.charAt(n) === b.charAt(n)) n++;
  const open = Math.max(a.lastIndexOf('<', n - 1), a.lastIndexOf('[', n - 1));
  return n < a.length && open !== -1 && !/[>\]\s]/.test(a.slice(open, n)) ? open : n;
}

/** What stands behind the prompt of a question: the model's own turn, without the token that ends it. */
function native(
  engine: Engine,
  source: Source,
  message: unknown,
  given: readonly unknown[] | undefined,
): string | null {
  const options = given === undefined ? {} : { tools: given };
  const prompt = engine.render([question], options);
  const whole = engine.render([question, message], { ...options, generation: false });
  if (prompt === null || whole === null) return null;
  const from = commonLength(prompt, whole);
  if (prompt.slice(from).trim() !== '' && !/think/i.test(prompt.slice(from))) return null;
  const text = whole.slice(from);
  const close = closeOf(engine).trim();
  const trimmed = text.trimEnd();
  const end = endsOf(engine, source).find((token) => trimmed.endsWith(token));
  const own =
    close !== '' && trimmed.endsWith(close)
      ? trimmed.slice(0, -close.length)
      : end === undefined
        ? text
        : trimmed.slice(0, -end.length);
  return /<think>\s*$/.test(prompt) && !own.includes('</think>') ? `${thought}\n</think>\n\n${own}` : own;
}

/** The replies that a template shows. */
export function repliesOf(engine: Engine, source: Source): Reply[] {
  const replies: Reply[] = [];
  const add = (kind: Reply['kind'], text: string | null, expected: Partial<Reply>): void => {
    if (text === null) return;
    const reasoning = text.startsWith(`${thought}\n</think>`) ? thought : '';
    replies.push({ kind, text: text.trimEnd(), content: '', reasoning, calls: [], ...expected });
  };
  const plain = native(engine, source, { role: 'assistant', content: 'Hello.' }, undefined);
  if (plain?.includes('Hello.')) add('plain', plain, { content: 'Hello.' });
  const forms: [Reply['kind'], readonly (readonly [string, unknown])[], string | null][] = [
    ['one', [paris], null],
    ['two', [paris, rome], null],
    ['worded', [paris], 'Let me look.'],
    ['rich', [note], null],
  ];
  for (const [kind, calls, content] of forms) {
    const text = called(calls, content);
    // Words that have a turn of their own are no part of the reply that calls.
    if (kind === 'worded' && text !== null && turnOf(engine) !== '' && text.includes(turnOf(engine)))
      continue;
    if (text !== null) add(kind, text, { calls, content: content ?? '' });
  }
  for (const field of ['reasoning_content', 'thinking', 'reasoning']) {
    const text = native(
      engine,
      source,
      { role: 'assistant', content: 'Hello.', [field]: thought },
      undefined,
    );
    if (!text?.includes(thought) || !text.includes('Hello.')) continue;
    // Neither the prompt nor the reply opens it: the model does not think.
    const prompt = engine.render([question]) ?? '';
    // The prompt closes the reasoning, so none comes.
    if (/<\/think>\s*$/.test(prompt) && text.includes('</think>')) continue;
    if (text.startsWith(thought) && !/[>\]]\s*$/.test(prompt.slice(-12))) continue;
    if (text.startsWith(thought) && !/think|THINK|channel/.test(prompt.slice(-24))) continue;
    add('thought', text, { content: 'Hello.', reasoning: thought });
    break;
  }
  return replies;

  function called(calls: readonly (readonly [string, unknown])[], content: string | null): string | null {
    const listed = [tools[calls[0]![0] === 'save_note' ? 1 : 0]];
    const shown = calls.map(([name, args]) => [
      name,
      calls === forms[3]![1] ? 'One.' : (args as { city: string }).city,
    ]);
    for (const id of [(_: number, name: string) => `functions.${name}:0`, (i: number) => `abcdef12${i}`])
      for (const silent of [null, '', undefined])
        for (const object of [true, false]) {
          const base = calling(calls, content, id) as Message & {
            tool_calls: { function: { arguments: unknown } }[];
          };
          const message = {
            ...base,
            content: content ?? silent,
            tool_calls: base.tool_calls.map((one) =>
              object
                ? {
                    ...one,
                    function: { ...one.function, arguments: JSON.parse(String(one.function.arguments)) },
                  }
                : one,
            ),
          };
          const text = native(engine, source, message, listed);
          const good = shown.every(([name, value]) => text?.includes(name!) && text.includes(value!));
          if (
            text !== null &&
            good &&
            !/\[object|\\"city|None|null|undefined/.test(text) &&
            text.includes(content ?? '')
          )
            return text;
        }
    return null;
  }
}
