// The AI SDK, with its two packages for servers of this kind.
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import * as ai from 'ai';
import { chat, completions, join, old, step, weather } from './steps.mjs';

const { generateText, jsonSchema, streamText, tool } = ai;
const provider = (baseURL) => ({ baseURL, apiKey: 'sk-client', name: 'here' });
const stopWhen = (ai.stepCountIs ?? ai.isStepCount)(3);
const tools = {
  weather: tool({
    description: weather.function.description,
    inputSchema: jsonSchema(weather.function.parameters),
    execute: async ({ city }) => `rain in ${city}`,
  }),
};
const models = {
  'openai.chat': createOpenAI(provider(chat)).chat('m'),
  compatible: createOpenAICompatible({ ...provider(chat), includeUsage: true }).chatModel('m'),
};
const completing = {
  'openai.completion': createOpenAI(provider(completions)).completion('m'),
  'compatible.completion': createOpenAICompatible(provider(completions)).completionModel('m'),
};
const streamed = async (asked) => {
  let failure;
  const { textStream } = streamText({
    ...asked,
    onError: ({ error }) => {
      failure = error;
    },
  });
  const text = await join(textStream, (part) => part);
  if (failure !== undefined) throw failure;
  return text;
};

for (const [name, model] of Object.entries(models)) {
  const hello = { model, prompt: 'Hello', maxRetries: 0 };
  const asking = { model, prompt: 'How is the weather in Oslo?', tools, stopWhen, maxRetries: 0 };
  await step(name, 'You said: Hello', async () => (await generateText(hello)).text);
  await step(`${name}, streamed`, 'You said: Hello', () => streamed(hello));
  await step(`${name}, tools`, 'The tool said: rain in Oslo', async () => (await generateText(asking)).text);
  await step(`${name}, tools, streamed`, 'The tool said: rain in Oslo', () => streamed(asking));
}
for (const [name, model] of Object.entries(completing)) {
  const asked = { model, prompt: old, maxRetries: 0 };
  await step(name, 'You said:', async () => (await generateText(asked)).text);
  await step(`${name}, streamed`, 'You said:', () => streamed(asked));
}
