// The openai package, from version 4 on.
import OpenAI from 'openai';
import { chat, completions, join, old, step, weather } from './steps.mjs';

const client = new OpenAI({ apiKey: 'sk-client', baseURL: chat, maxRetries: 0 });
const completing = new OpenAI({ apiKey: 'sk-client', baseURL: completions, maxRetries: 0 });
const messages = [{ role: 'user', content: 'Hello' }];
const asking = [{ role: 'user', content: 'How is the weather in Oslo?' }];

await step('chat', 'You said: Hello', async () => {
  const { choices } = await client.chat.completions.create({ model: 'm', messages });
  return choices[0].message.content;
});
await step('chat, streamed', 'You said: Hello', async () => {
  const stream = await client.chat.completions.create({
    model: 'm',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  return await join(stream, ({ choices }) => choices[0]?.delta.content);
});
for (const stream of [false, true]) {
  await step(`tools${stream ? ', streamed' : ''}`, 'The tool said: rain in Oslo', async () => {
    const run =
      'runTools' in client.chat.completions ? client.chat.completions : client.beta.chat.completions;
    const tool = {
      type: 'function',
      function: { ...weather.function, parse: JSON.parse, function: ({ city }) => `rain in ${city}` },
    };
    const runner = run.runTools({ model: 'm', messages: asking, tools: [tool], stream });
    return await runner.finalContent();
  });
}
await step('completion', 'You said: Hello', async () => {
  const { choices } = await completing.completions.create({ model: 'text-davinci-003', prompt: old });
  return choices[0].text;
});
await step('completion, streamed', 'You said: Hello', async () => {
  const stream = await completing.completions.create({ model: 'm', prompt: old, stream: true });
  return await join(stream, ({ choices }) => choices[0]?.text);
});
await step('models', 'stand-in', async () => {
  const { data } = await client.models.list();
  return data[0].id;
});
