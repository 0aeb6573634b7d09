// The chatgpt package: version 4 completes prompts that it writes itself, version 5 chats.
import { readFileSync } from 'node:fs';
import { ChatGPTAPI } from 'chatgpt';
import { chat, completions, step } from './steps.mjs';

const { version } = JSON.parse(readFileSync('node_modules/chatgpt/package.json', 'utf8'));
const completes = version.startsWith('4.');
const api = new ChatGPTAPI({
  apiKey: 'sk-client',
  apiBaseUrl: completes ? completions.replace(/\/v1$/, '') : chat,
});

let first;
await step('a message', 'You said: Hello', async () => {
  first = await api.sendMessage('Hello', { stream: false });
  return first.text;
});
await step('the next one', 'You said: And now?', async () => {
  const { text } = await api.sendMessage('And now?', { parentMessageId: first.id, stream: false });
  return text;
});
await step('streamed', 'You said: Hello', async () => {
  let shown = '';
  await api.sendMessage('Hello', {
    onProgress: ({ text }) => {
      shown = text;
    },
  });
  return shown;
});
