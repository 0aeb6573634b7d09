import { dialects, type MarkerDialect, parsePrompt, renderPrompt } from '../../src/index.js';
import { hashOf } from '../../src/jinja/known.js';
import type { Message } from '../../src/schemas/messages.js';
import { Engine } from './engine.js';
import { tools } from './replies.js';
import type { Source } from './sources.js';

interface Case {
  messages: readonly Message[];
  tools?: readonly unknown[];
  generation?: boolean;
}

const user = (content: string): Message => ({ role: 'user', content });
const system = (content: string): Message => ({ role: 'system', content });
const assistant = (content: string | null, more: object = {}): Message => ({
  role: 'assistant',
  content,
  ...more,
});
const call = (id: string, name: string, args: object) => ({
  id,
  type: 'function' as const,
  function: { name, arguments: JSON.stringify(args) },
});
const result = (tool_call_id: string, content: string): Message => ({ role: 'tool', tool_call_id, content });

const plain = [user('Hi there'), assistant('Hello.'), user('Weather in Paris?')];
const thought = { reasoning_content: 'Let me see.' };

const words: readonly Case[] = [
  { messages: [user('Hi')] },
  { messages: plain },
  { messages: plain.slice(0, 2), generation: false },
  { messages: [system('Be brief.'), ...plain] },
  { messages: [user('  Hi \n'), assistant(' Hello. \n'), user(' Bye ')] },
  { messages: [system('  Be. \n'), user('Hi')] },
  { messages: [system('A'), user('1'), user('2'), assistant('3'), system('B'), user('4')] },
  { messages: [system(''), user('Hi'), assistant(''), user('x')] },
  { messages: [user('Hi'), assistant('Yes.', thought), user('Bye')] },
  { messages: [user('Hi'), assistant('<think>\nLet me see.\n</think>\n\nYes.'), user('Bye')] },
];
/** Calls with ids of the forms that templates ask for. */
const calls: readonly Case[] = [
  { messages: plain, tools: tools.slice(0, 1) },
  { messages: [system('Be brief.'), ...plain], tools },
  ...callsWith('abcdef123', 'abcdef124'),
  ...callsWith('functions.get_weather:0', 'functions.save_note:1'),
];

function callsWith(first: string, other: string): Case[] {
  const weather = call(first, 'get_weather', { city: 'Paris', days: 3 });
  const note = call(other, 'save_note', {
    text: 'a "b"\nc é <d>',
    rating: 2.5,
    tags: ['x', 'y'],
    place: { floor: 1 },
  });
  const called = [user('Weather?'), assistant(null, { tool_calls: [weather] }), result(first, 'Sunny, 21 C')];
  const answered = [...called, assistant('It is sunny.'), user('Thanks')];
  const both = [
    user('Do'),
    assistant('Wait.', { tool_calls: [weather, note] }),
    result(first, 'Sunny'),
    result(other, '{"ok": true}'),
    assistant('Done.'),
    user('Bye'),
  ];
  const thoughtful = [
    user('Do'),
    assistant('', { ...thought, tool_calls: [weather] }),
    result(first, 'Sunny'),
  ];
  return [
    { messages: called, tools },
    { messages: answered },
    { messages: answered, tools },
    { messages: both, tools },
    { messages: thoughtful, tools },
  ];
}

/** Words of a template's code that may be variables which its caller gives. */
function variablesIn(template: string): string[] {
  const code = template.match(/\{[{%][\s\S]*?[%}]\}/g)?.join(' ') ?? '';
  const bare = code.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '');
  const words = [...bare.matchAll(/(?<![.\w|])(?<!\|\s)[a-z]\w+/g)].map(([word]) => word);
  const set = new Set([...bare.matchAll(/\bset\s+(\w+)/g)].map(([, name]) => name!));
  return [...new Set(words)].filter((word) => !given.has(word) && !set.has(word));
}
const given = new Set(['messages', 'tools', 'bos_token', 'eos_token', 'add_generation_prompt']);

function written(
  dialect: MarkerDialect,
  { messages, tools, generation = true }: Case,
  variables: object,
): string | null {
  try {
    return renderPrompt(messages, {
      dialect,
      generationPrompt: generation,
      continueFinal: false,
      // A text of others is escaped, as the template does not.
      collisions: 'allow',
      templateOptions: { ...variables },
      ...(tools === undefined ? {} : { tools }),
    }).prompt;
  } catch {
    return null;
  }
}

/** Does a template write tools that it is given? */
function writesTools(engine: Engine): boolean {
  const [listed] = calls;
  return engine.render(listed!.messages, { tools: listed!.tools! }) !== engine.render(listed!.messages);
}

/** Are there calls in a prompt that is read back, where some were written? */
const readsCalls = (prompt: string, dialect: MarkerDialect, messages: readonly Message[]): boolean =>
  !messages.some((message) => 'tool_calls' in message) ||
  parsePrompt(prompt, { dialect }).messages.some((message) => 'tool_calls' in message);

/** How many renderings must have been compared with what the dialect writes. */
const LEAST = { words: 5, calls: 4 };

/**
 * Does a dialect write what a template writes: plain conversations, with a system text, with blank ends, with reasoning,
 * with tools, calls and results, and for whatever variables of the template?
 */
function writesAs(engine: Engine, dialect: MarkerDialect): boolean {
  const isTool = writesTools(engine);
  // What a template does not know, the dialect must not know either.
  if (!isTool && dialect.calls !== null) return false;
  const compared = { words: 0, calls: 0 };
  const same = (one: Case, variables: Readonly<Record<string, unknown>> = {}): boolean => {
    const { messages, ...options } = one;
    const texts = engine.renderings(messages, { generation: true, ...options, variables });
    if (texts.length > 0) compared[words.includes(one) ? 'words' : 'calls']++;
    const prompt = written(dialect, one, variables);
    return (
      texts.length === 0 ||
      (prompt !== null && texts.includes(prompt) && readsCalls(prompt, dialect, messages))
    );
  };
  const cases = isTool ? [...words, ...calls] : words;
  if (!cases.every((one) => same(one))) return false;
  if (compared.words < LEAST.words || (isTool && compared.calls < LEAST.calls)) return false;
  const telling = [
    words[1]!,
    words[3]!,
    words[8]!,
    ...(isTool ? [calls[2]!, calls[6]!, calls[7]!, calls[11]!] : []),
  ];
  const heeds = (name: string, values: readonly unknown[]): boolean =>
    values.every((value) => telling.every((one) => same(one, { [name]: value })));
  // A switch, or a text.
  return variablesIn(engine.template).every(
    (name) => heeds(name, [true, false]) || heeds(name, ['May 2024', 'high']),
  );
}

/** The lines of the table of known templates: the hash of each that built-in dialects write, and which dialects. */
export function knownLines(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const engine = new Engine(source);
    const names = Object.values(dialects).flatMap((dialect) =>
      dialect.kind === 'markers' && writesAs(engine, dialect) ? [dialect.name] : [],
    );
    return names.length === 0
      ? []
      : [`  '${hashOf(source.template)}': '${names.join(' or ')}', // ${source.name}`];
  });
}
