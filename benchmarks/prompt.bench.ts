/**
 * What parsing costs, as a ratio to a loop that reads each character with `charCodeAt`. Best of several runs, both in
 * one process. Aim: at most 3 for ordinary text, 5 for hostile text.
 */
import { parsePrompt, unparsePrompt } from '../src/index.js';
import { bestOfEach, emit, xorshift } from './harness.js';

const MB = 1 << 20;
const fill = (unit: string, size: number): string => unit.repeat(Math.ceil(size / unit.length));

const words =
  'the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who oil its now find long down day did get come made may part over new sound take only little work know place year live me back give most very after thing our just name good sentence man think say great where help through much before line right too mean old any same tell boy follow came want show also around form three small set put end does another well large must big even such because turn here why ask went men read need land different home us move try kind hand picture again change off play spell air away animal house point page letter mother answer found study still learn should America world'.split(
    ' ',
  );

/** Prose from a xorshift generator, in lines and paragraphs. */
function prose(size: number, seed = 42): string {
  const next = xorshift(seed);
  const parts: string[] = [];
  let length = 0;
  while (length < size) {
    const sentence: string[] = [];
    for (let i = 6 + next(14); i > 0; i--) sentence.push(words[next(words.length)]!);
    const text = `${sentence.join(' ')}${next(6) === 0 ? '.\n' : next(20) === 0 ? ':\n\n' : '. '}`;
    const capital = text.charAt(0).toUpperCase() + text.slice(1);
    parts.push(capital);
    length += capital.length;
  }
  return parts.join('').slice(0, size);
}

function chat(size: number): string {
  const parts = ['The following is a conversation with an AI assistant.\n'];
  let length = 0;
  for (let i = 0; length < size; i++) {
    const turn = `\n${i % 2 === 0 ? 'Human' : 'AI'}: ${prose(200 + ((i * 7919) % 900), i + 1)}`;
    parts.push(turn);
    length += turn.length;
  }
  return `${parts.join('').slice(0, size)}\nAI:`;
}

const ordinary = 3;
const hostile = 5;
const wide = (text: string): string => `${text}\u2028`;
const cases: [name: string, text: string, aim: number][] = [
  ['prose without labels', prose(10 * MB), ordinary],
  ['a chat', chat(10 * MB), ordinary],
  ['a chat with CRLF', chat(10 * MB).replaceAll('\n', '\r\n'), ordinary],
  ['a chat in two-byte units', wide(chat(10 * MB)), ordinary],
  ['colons', `User: a\nAssistant: ${fill(':', 10 * MB)}`, hostile],
  ['newlines', `User: a\nAssistant: ${fill('\n', 10 * MB)}`, hostile],
  ['CRs', `User: a\nAssistant: ${fill('\r', 10 * MB)}`, hostile],
  ['labels on one line', fill('User:', 10 * MB), hostile],
  ['labels on one line, spaced', fill('User: ', 10 * MB), hostile],
  ['both labels on one line', fill('User: a Assistant: b ', 10 * MB), hostile],
  ['labels on lines', fill('User:\n', MB), hostile],
  ['both labels on lines', fill('User: a\nAssistant: b\n', MB), hostile],
  ['unknown labels on lines', fill('Abc:\n', 10 * MB), hostile],
  ['spaces', `User: a\nAssistant: ${fill(' ', 10 * MB)}x`, hostile],
  ['indented lines', fill('    x\n', 10 * MB), hostile],
  ['a label and spaces', `User${fill(' ', 10 * MB)}`, hostile],
  ['bold', fill('**', 10 * MB), hostile],
  ['bold on lines', fill('**\n', 10 * MB), hostile],
  ['half tokens', fill('<|', 10 * MB), hostile],
  [
    'half tokens in a ChatML prompt',
    `<|im_start|>user\n${fill('<|', 10 * MB)}<|im_end|>\n<|im_start|>assistant\n`,
    hostile,
  ],
  ['backslashes', `User: a\n${fill('\\', 10 * MB)}\nAssistant:`, hostile],
  ['backticks', fill('```\n', 10 * MB), hostile],
];

let sum = 0;
const readEach = (text: string): void => {
  let total = 0;
  for (let i = 0; i < text.length; i++) total += text.charCodeAt(i);
  sum += total;
};

const only = process.argv[2];
const rows: Record<string, string | number>[] = [];
for (const [name, text, aim] of cases) {
  if (only !== undefined && !name.includes(only)) continue;
  readEach(text);
  const parsed = parsePrompt(text, { whitespace: 'exact' });
  const [loop = 0, time = 0, named = 0] = bestOfEach(7, [
    () => readEach(text),
    () => parsePrompt(text),
    () => parsePrompt(text, { dialect: 'user-assistant' }),
  ]);
  if (unparsePrompt(parsed) !== text) throw new Error(name);
  const speed = (ms: number): number => text.length / MB / (ms / 1000);
  const shared = { group: 'Parse 1 to 10 MB of', name, unit: 'M characters/s', more: true };
  emit({ ...shared, by: 'rolecall', value: speed(time) });
  emit({ ...shared, by: 'a loop over all characters', value: speed(loop) });
  rows.push({
    text: name,
    MB: Math.round((text.length / MB) * 10) / 10,
    turns: parsed.turns.length,
    'loop ms': loop.toFixed(1),
    'auto ms': time.toFixed(1),
    'auto / loop': (time / loop).toFixed(2),
    'named / loop': (named / loop).toFixed(2),
    aim: `<= ${aim}`,
    ok: time <= aim * loop ? 'yes' : 'NO',
  });
}
console.table(rows);
if (sum < 0) console.log(sum);
