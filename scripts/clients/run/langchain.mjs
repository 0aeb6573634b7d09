// LangChain of today.
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAI } from '@langchain/openai';
import { chat, completions, join, old, step, weather } from './steps.mjs';

const fields = { apiKey: 'sk-client', model: 'm', maxRetries: 0 };
const model = new ChatOpenAI({ ...fields, configuration: { baseURL: chat } });
const completing = new OpenAI({ ...fields, configuration: { baseURL: completions } });
const weatherOf = tool(({ city }) => `rain in ${city}`, {
  name: 'weather',
  description: weather.function.description,
  schema: weather.function.parameters,
});
const asking = [{ role: 'user', content: 'How is the weather in Oslo?' }];
const withTools = model.bindTools([weatherOf]);

await step('chat', 'You said: Hello', async () => (await model.invoke('Hello')).content);
await step('chat, streamed', 'You said: Hello', async () =>
  join(await model.stream('Hello'), ({ content }) => content),
);
await step('tools', 'The tool said: rain in Oslo', async () => {
  const called = await withTools.invoke(asking);
  const result = await weatherOf.invoke(called.tool_calls[0]);
  return (await withTools.invoke([...asking, called, result])).content;
});
await step('tools, streamed', '{"city":"Oslo"}', async () => {
  let all;
  for await (const part of await withTools.stream(asking)) all = all === undefined ? part : all.concat(part);
  return JSON.stringify(all.tool_calls[0].args);
});
await step('completion', 'You said: Hello', async () => await completing.invoke(old));
await step('completion, streamed', 'You said: Hello', async () =>
  join(await completing.stream(old), (part) => part),
);
