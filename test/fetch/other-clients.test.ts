import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { type AIMessageChunk, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAI as LangChainCompletions } from '@langchain/openai';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import {
  chatOverCompletions,
  completionsOverChat,
  type Fetch,
  scriptedModel,
} from '../../src/fetch/index.js';
import { completionServer, refusedResponse, upstream } from '../support/upstream.js';

const baseURL = 'http://upstream/v1';
const edge = (fetch: Fetch): Fetch => chatOverCompletions({ dialect: 'qwen2.5', server: 'vllm', fetch });
const talksOn = () =>
  completionServer({ flavour: 'vllm', reply: () => 'Hello there.<|im_end|>\n<|im_start|>user\nand?' });
const callsTool = () =>
  completionServer({
    flavour: 'vllm',
    reply: (prompt) =>
      prompt.includes('21 degrees')
        ? 'It is 21 degrees in Paris.<|im_end|>'
        : '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call><|im_end|>',
  });

const weather = tool({
  description: 'The weather of a city',
  inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } }),
  execute: async ({ city }) => `${city}: 21 degrees`,
});

const aiModels = [
  ['openai.chat', (fetch: Fetch) => createOpenAI({ apiKey: 'k', baseURL, fetch }).chat('m')],
  [
    'openai-compatible',
    (fetch: Fetch) => createOpenAICompatible({ name: 'up', apiKey: 'k', baseURL, fetch })('m'),
  ],
] as const;

describe.each(aiModels)('the AI SDK, %s', (_, modelOf) => {
  it('generates text', async () => {
    const server = talksOn();
    const { text, finishReason, usage } = await generateText({
      model: modelOf(edge(server.fetch)),
      system: 'Be brief.',
      prompt: 'Hi',
    });
    expect([text, finishReason, usage.totalTokens]).toEqual(['Hello there.', 'stop', 12]);
    expect(server.seen[0]!.body['prompt']).toContain('<|im_start|>system\nBe brief.<|im_end|>');
  });

  it('streams text', async () => {
    const result = streamText({ model: modelOf(edge(talksOn().fetch)), prompt: 'Hi' });
    let text = '';
    for await (const delta of result.textStream) text += delta;
    expect([text, await result.finishReason]).toEqual(['Hello there.', 'stop']);
  });

  it('calls tools and goes on', async () => {
    const model = modelOf(edge(callsTool().fetch));
    const options = { model, tools: { weather }, stopWhen: stepCountIs(3), prompt: 'How warm is Paris?' };
    const { text, steps } = await generateText(options);
    expect(steps[0]!.toolCalls).toMatchObject([{ toolName: 'weather', input: { city: 'Paris' } }]);
    expect(text).toBe('It is 21 degrees in Paris.');
    const streamed = streamText(options);
    expect(await streamed.text).toBe('It is 21 degrees in Paris.');
    expect((await streamed.steps)[0]!.finishReason).toBe('tool-calls');
  });

  it('gives its own error for a refusal', async () => {
    const { fetch } = upstream(() => refusedResponse(400, 'No such thing.'));
    const failing = generateText({ model: modelOf(edge(fetch)), prompt: 'Hi', maxRetries: 0 });
    await expect(failing).rejects.toMatchObject({
      name: 'AI_APICallError',
      statusCode: 400,
      message: 'No such thing.',
    });
  });
});

describe('the AI SDK with its default, /responses', () => {
  it('is told what to use instead', async () => {
    const model = createOpenAI({ apiKey: 'k', baseURL, fetch: edge(talksOn().fetch) })('m');
    await expect(generateText({ model, prompt: 'Hi', maxRetries: 0 })).rejects.toThrow(
      /openai\.chat\(model\)/,
    );
  });
});

describe('LangChain', () => {
  const chat = (fetch: Fetch, fields = {}) =>
    new ChatOpenAI({
      model: 'm',
      apiKey: 'k',
      maxRetries: 0,
      configuration: { baseURL, fetch: edge(fetch) },
      ...fields,
    });

  it('invokes', async () => {
    const reply = await chat(talksOn().fetch).invoke([
      new SystemMessage('Be brief.'),
      new HumanMessage('Hi'),
    ]);
    expect(reply.content).toBe('Hello there.');
    expect(reply.response_metadata['finish_reason']).toBe('stop');
    expect(reply.usage_metadata).toMatchObject({ total_tokens: 12 });
  });

  it('streams', async () => {
    let text = '';
    let all: AIMessageChunk | undefined;
    for await (const chunk of await chat(talksOn().fetch).stream('Hi')) {
      text += chunk.content as string;
      all = all === undefined ? chunk : all.concat(chunk);
    }
    expect([text, all?.response_metadata['finish_reason']]).toEqual(['Hello there.', 'stop']);
  });

  it('calls tools', async () => {
    const model = chat(callsTool().fetch).bindTools([
      { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
    ]);
    const asked = new HumanMessage('How warm is Paris?');
    const reply = await model.invoke([asked]);
    expect(reply.tool_calls).toMatchObject([{ name: 'weather', args: { city: 'Paris' } }]);
    const result = new ToolMessage({ content: 'Paris: 21 degrees', tool_call_id: reply.tool_calls![0]!.id! });
    expect((await model.invoke([asked, reply, result])).content).toBe('It is 21 degrees in Paris.');
    let streamed: AIMessageChunk | undefined;
    for await (const chunk of await model.stream([asked]))
      streamed = streamed === undefined ? chunk : streamed.concat(chunk);
    expect(streamed?.tool_calls).toMatchObject([{ name: 'weather', args: { city: 'Paris' } }]);
  });

  it('completes text on a chat model', async () => {
    const fetch = completionsOverChat({
      model: 'gpt-4o-mini',
      fetch: scriptedModel({ reply: () => 'Hello there.' }),
    });
    const model = new LangChainCompletions({
      model: 'gpt-3.5-turbo-instruct',
      apiKey: 'k',
      maxRetries: 0,
      configuration: { baseURL, fetch },
    });
    expect(await model.invoke('Human: Hi\nAI:')).toBe(' Hello there.');
    let text = '';
    for await (const piece of await model.stream('Human: Hi\nAI:')) text += piece;
    expect(text).toBe(' Hello there.');
  });
});
