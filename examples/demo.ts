import { readFileSync } from 'node:fs';
import { parsePrompt, toChatRequest, unparsePrompt } from '../src/index.js';

const text = readFileSync(new URL('support-bot.txt', import.meta.url), 'utf8');
const show = (title: string, value: unknown): void =>
  console.log(`\n# ${title}\n${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}`);

show('A prompt of the GPT-3 years (examples/support-bot.txt)', text);

const parsed = parsePrompt(text);
show(`Its messages, read as "${parsed.dialect}"`, parsed.messages);

const { requests, warnings } = toChatRequest(
  { model: 'text-davinci-003', prompt: text, max_tokens: 150, temperature: 0.9, stop: [' Human:', ' AI:'] },
  { model: 'gpt-4o-mini' },
);
show('The chat request for its completion request', requests[0]);
show(
  'What changed on the way',
  warnings.map(({ severity, message }) => `${severity}: ${message}`),
);

const messages = parsed.messages.map((message, i) =>
  i === 5 ? { ...message, content: "It's 4712-B." } : message,
);
const edited = unparsePrompt({ ...parsed, messages });
show('The way back, with its last message edited', edited);

if (unparsePrompt(parsed) !== text) throw new Error('The way back lost something.');
console.log('\nUnedited, the way back gives the same text, unit by unit.');
