import type { Message } from '../../src/index.js';
import { randomFrom } from '../../test/support/random-text.js';

export const system = (content: string): Message => ({ role: 'system', content });
export const user = (content: string): Message => ({ role: 'user', content });
export const assistant = (content: string): Message => ({ role: 'assistant', content });

export const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'Weather of a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string', description: 'The city' } },
        required: ['city'],
      },
    },
  },
];
const call: Message = {
  role: 'assistant',
  content: null,
  tool_calls: [
    { id: 'abcdefghi', type: 'function', function: { name: 'get_weather', arguments: '{"city": "Paris"}' } },
  ],
};
const result: Message = { role: 'tool', tool_call_id: 'abcdefghi', content: '{"temp": 21}' };
const weather = user('Weather in Paris?');

export interface Conversation {
  messages: Message[];
  tools?: typeof tools;
}

export const conversations: Readonly<Record<string, Conversation>> = {
  plain: { messages: [user('Hi there')] },
  system: { messages: [system('Be brief.'), user('Hi')] },
  turns: { messages: [system('Be brief.'), user('Hi'), assistant('Hello.'), user('And?')] },
  'turns without system': { messages: [user('Hi'), assistant('Hello.'), user('And?'), assistant('Yes'), user('Ok')] },
  blanks: { messages: [system(' Be brief.\n'), user('  Hi \n\n'), assistant(' Hello. '), user('\tAnd?\n')] },
  empty: { messages: [user('')] },
  unicode: { messages: [user('naïve 你好 👍🏽\r\nline')] },
  prefill: { messages: [user('Count'), assistant('One, two')] },
  tools: { messages: [weather], tools },
  'tools and system': { messages: [system('Be brief.'), weather], tools },
  'tool history': { messages: [weather, call, result], tools },
  'longer tool history': { messages: [system('Be brief.'), weather, call, result, assistant('21 degrees.'), user('And Rome?')], tools },
}; // biome-ignore format: a table

export const hasCall = ({ messages }: Conversation): boolean => messages.includes(call);

/** Texts that the server and the tokenizers' own library split alike: composed, no marks of their own, no new letters. */
const pieces = [
  'hello', 'World', "don't", "I'VE", "it's", 'naïve', 'Straße', 'ΑΒΓ', 'привет', '你好', '世界', 'こんにちは', '안녕', 'مرحبا', 'é', 'Å', '👍🏽', '👨‍👩‍👧', '🇩🇪', '\u200b', '\u00a0', '\u3000',
  '\t', '\n', '\r\n', '\r', '  ', '   ', '\n\n', '\n \n', ' ', '123', '12345678', '3.14', '$5', '#!@', '...', '---', '/*', '*/', '//', '<', '>', '<|', '|>', '[', ']', '\\', '`', '"', "'",
  '_', '\0', '\u007f', '½', '²', '。', '，', '！', 'Ġ', 'K', '0', 'ABC', 'camelCase', 'snake_case', 'HTTPServer', 'Éa',
]; // biome-ignore format: a list

export function oddTexts(count: number): string[] {
  const random = randomFrom(12_345);
  const below = (n: number): number => Math.floor(random() * n);
  const piece = (): string => pieces[below(pieces.length)]!;
  const part = (): string => {
    if (below(10) < 8) return piece();
    return below(2) === 0 ? ` ${piece()}` : String.fromCharCode(32 + below(95));
  };
  return Array.from({ length: count }, () => Array.from({ length: 1 + below(12) }, part).join(''));
}
