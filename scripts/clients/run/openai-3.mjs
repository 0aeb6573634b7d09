// The openai package of 2023, which asks with axios.
import openai from 'openai';
import { chat, completions, old, step, weather } from './steps.mjs';

const clientOf = (basePath) =>
  new openai.OpenAIApi(new openai.Configuration({ apiKey: 'sk-client', basePath }));
const client = clientOf(chat);
const completing = clientOf(completions);
const messages = [{ role: 'user', content: 'Hello' }];

/** A stream as programs of that time read it. */
async function read({ data }, textOf) {
  let all = '';
  for await (const bytes of data) all += bytes;
  return all
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => textOf(JSON.parse(line.slice(6)).choices[0]) ?? '')
    .join('');
}

await step('chat', 'You said: Hello', async () => {
  const { data } = await client.createChatCompletion({ model: 'gpt-3.5-turbo', messages });
  return data.choices[0].message.content;
});
await step('chat, streamed', 'You said: Hello', async () => {
  const asked = { model: 'gpt-3.5-turbo', messages, stream: true };
  const response = await client.createChatCompletion(asked, { responseType: 'stream' });
  return await read(response, ({ delta }) => delta.content);
});
await step('functions', '"city":"Oslo"', async () => {
  const asking = [{ role: 'user', content: 'How is the weather in Oslo?' }];
  const asked = { model: 'gpt-3.5-turbo', messages: asking, functions: [weather.function] };
  const { data } = await client.createChatCompletion(asked);
  return JSON.stringify(JSON.parse(data.choices[0].message.function_call.arguments));
});
await step('completion', 'You said: Hello', async () => {
  const asked = { model: 'text-davinci-003', prompt: old, max_tokens: 50, stop: ['Human:'] };
  const { data } = await completing.createCompletion(asked);
  return data.choices[0].text;
});
await step('completion, streamed', 'You said: Hello', async () => {
  const asked = { model: 'text-davinci-003', prompt: old, max_tokens: 50, stream: true };
  return await read(await completing.createCompletion(asked, { responseType: 'stream' }), ({ text }) => text);
});
