import { describe, expect, it } from 'vitest';
import {
  type ChatRequest,
  type CompletionRequest,
  isRolecallError,
  toChatRequest,
  toCompletionRequest,
} from '../../src/index.js';
import { deepFreeze } from '../support/freeze.js';

const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
const tool = { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } };
const history = [
  { role: 'user', content: 'Weather?' },
  { role: 'assistant', content: null, tool_calls: [call] },
  { role: 'tool', tool_call_id: 'c1', content: 'rain' },
];
const convert = (request: object, options = {}) =>
  toCompletionRequest(deepFreeze({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...request }) as ChatRequest, { dialect: 'qwen2.5', ...options }); // biome-ignore format: short

describe('a chat request as servers take it', () => {
  it('has null for what is not set', () => {
    const plain = convert({ messages: history, tools: [tool] });
    const nulls = convert({
      ...Object.fromEntries(['tool_choice', 'functions', 'function_call', 'response_format', 'user', 'stop', 'n', 'seed', 'logit_bias', 'logprobs', 'top_logprobs', 'max_tokens', 'max_completion_tokens', 'stream_options', 'parallel_tool_calls', 'reasoning_effort', 'chat_template_kwargs', 'prompt_cache_key', 'safety_identifier', 'metadata', 'anything'].map((key) => [key, null])),
      messages: [
        { role: 'user', content: 'Weather?', name: null },
        { role: 'assistant', content: null, refusal: null, audio: null, function_call: null, reasoning_content: null, tool_calls: [{ ...call, index: null, custom: null }] },
        { role: 'tool', tool_call_id: 'c1', content: 'rain', name: null },
      ],
      tools: [{ type: 'function', function: { name: 'weather', description: null, parameters: { type: 'object' }, strict: null } }],
    });
    expect(nulls.request).toEqual(plain.request);
    expect(nulls.warnings).toEqual(plain.warnings);
    expect(convert({ tools: null, messages: [{ role: 'assistant', content: 'Hi', tool_calls: null }] }).context.tools).toBe(false);
  }); // biome-ignore format: a table

  it('has null inside of definitions left as it is', () => {
    const parameters = { type: 'object', properties: { a: { enum: ['x', null], default: null } } };
    const { request } = convert({ tools: [{ type: 'function', function: { name: 'f', parameters } }] });
    expect(request.prompt).toContain('null');
  });

  it('has arguments as an object, or no type of a call', () => {
    const plain = convert({ messages: history }).request.prompt;
    const loose = convert({
      messages: history.map((one) =>
        'tool_calls' in one ? { ...one, tool_calls: [{ id: 'c1', function: { name: 'weather', arguments: { city: 'Oslo' } } }] } : one,
      ),
    });
    expect(loose.request.prompt).toBe(plain);
    expect(loose.warnings).toContainEqual(expect.objectContaining({ path: 'messages[1].tool_calls[0].function.arguments', severity: 'info' }));
    const old = (given: unknown) => convert({ messages: [{ role: 'user', content: 'x' }, { role: 'assistant', content: null, function_call: { name: 'f', arguments: given } }, { role: 'function', name: 'f', content: 'y' }] });
    expect(old({ a: 1 }).request.prompt).toBe(old('{"a":1}').request.prompt);
  }); // biome-ignore format: short

  it('has one part in place of a list, and texts for parts', () => {
    const { request } = convert({});
    const part = { type: 'text', text: 'Hi', cache_control: null };
    for (const content of [part, [part], ['Hi']])
      expect(convert({ messages: [{ role: 'user', content }] }).request.prompt).toBe(request.prompt);
  });

  it('has -1 for no limit', () => {
    for (const field of ['max_tokens', 'max_completion_tokens']) {
      expect(convert({ [field]: -1 }, { server: 'llama.cpp' }).request.max_tokens).toBe(-1);
      expect(convert({ [field]: -1 }, { server: 'vllm' }).request.max_tokens).toBe(null);
      expect(convert({ [field]: -1 }).request.max_tokens).toBe(-1);
      const window = { contextWindow: 100, countTokens: () => 40 };
      expect(convert({ [field]: -1 }, window).request.max_tokens).toBe(60);
    }
  });
});

describe('what the model’s template takes', () => {
  const prompt = (dialect: string, request: object, render = {}) => convert(request, { dialect, render });
  it('comes from reasoning_effort', () => {
    const { request, warnings } = prompt('harmony', { reasoning_effort: 'high' });
    expect(request.prompt).toContain('Reasoning: high');
    expect(warnings.filter(({ path }) => path === 'reasoning_effort')).toEqual([]);
    expect(prompt('chatml', { reasoning_effort: 'high' }).warnings).toContainEqual(
      expect.objectContaining({ code: 'dropped-field', path: 'reasoning_effort', severity: 'lossy' }),
    );
  });

  it('is not to think, for none', () => {
    const { request, warnings } = prompt('qwen3', { reasoning_effort: 'none' });
    expect(request.prompt).toBe(prompt('qwen3', {}, { templateOptions: { enable_thinking: false } }).request.prompt);
    expect(request.prompt).not.toBe(prompt('qwen3', {}).request.prompt);
    expect(warnings.filter(({ path }) => path === 'reasoning_effort')).toEqual([]);
    // Where nothing is thought, nothing is lost; where thinking can't be switched off, that is told.
    expect(prompt('chatml', { reasoning_effort: 'none' }).warnings.filter(({ path }) => path === 'reasoning_effort')).toEqual([]);
    expect(prompt('qwen3-thinking', { reasoning_effort: 'none' }).warnings).toContainEqual(expect.objectContaining({ path: 'reasoning_effort' }));
  }); // biome-ignore format: short

  it('comes from chat_template_kwargs, over what the edge was given', () => {
    const kwargs = { enable_thinking: false };
    const { request, warnings } = prompt('qwen3', { chat_template_kwargs: kwargs }, { templateOptions: { enable_thinking: true } });
    expect(request.prompt).toBe(prompt('qwen3', {}, { templateOptions: kwargs }).request.prompt);
    expect(request).not.toHaveProperty('chat_template_kwargs');
    expect(warnings.filter(({ path }) => path.startsWith('chat_template_kwargs'))).toEqual([]);
    expect(prompt('qwen3', { chat_template_kwargs: { tone: 'dry' } }).warnings).toContainEqual(
      expect.objectContaining({ code: 'dropped-field', path: 'chat_template_kwargs.tone', severity: 'lossy' }),
    );
  }); // biome-ignore format: short
});

describe('a completion request as servers take it', () => {
  it('has null for what is not set', () => {
    const plain = toChatRequest({ model: 'gpt-4o-mini', prompt: 'Human: Hi\nAI:' });
    const nulls = Object.fromEntries(['suffix', 'max_tokens', 'temperature', 'top_p', 'n', 'stream', 'stream_options', 'logprobs', 'echo', 'stop', 'presence_penalty', 'frequency_penalty', 'best_of', 'logit_bias', 'user', 'seed', 'anything'].map((key) => [key, null]));
    const request = deepFreeze({ model: 'gpt-4o-mini', prompt: 'Human: Hi\nAI:', ...nulls }) as unknown as CompletionRequest;
    expect(toChatRequest(request)).toEqual(plain);
  }); // biome-ignore format: short
});

describe('what is no request is refused with a path, and no bare TypeError', () => {
  const wrong = [null, undefined, 0, 'x', true, [], {}, [null], [[]], { type: 'function' }, [{ type: 'function' }], [{ role: 'user' }]];
  const fields = (['messages', 'tools', 'functions', 'tool_choice', 'function_call', 'response_format', 'stop', 'stream_options', 'modalities', 'logit_bias', 'n', 'max_tokens', 'prompt', 'best_of', 'suffix', 'echo', 'logprobs', 'chat_template_kwargs', 'reasoning_effort'] as const).flatMap((field) => wrong.map((value) => [field, value] as const));
  const inMessages = (['role', 'content', 'tool_calls', 'function_call', 'name', 'tool_call_id'] as const).flatMap((field) => wrong.map((value) => [field, value] as const));
  const refusedWell = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      expect([isRolecallError(error), error]).toEqual([true, error]);
    }
  };

  it.each(wrong)('a request that is %j', (request) => {
    refusedWell(() => toCompletionRequest(request as ChatRequest));
    refusedWell(() => toChatRequest(request as CompletionRequest));
  });
  it.each(fields)('%s: %j', (field, value) => {
    for (const dialect of ['chatml', 'qwen2.5', 'user-assistant'] as const)
      refusedWell(() => convert({ [field]: value }, { dialect }));
    refusedWell(() => toChatRequest({ model: 'gpt-4o-mini', prompt: 'Human: Hi\nAI:', [field]: value } as CompletionRequest));
  });
  it.each(inMessages)('a message with %s: %j', (field, value) => {
    for (const role of ['user', 'assistant', 'tool', 'system', 'function'])
      for (const dialect of ['chatml', 'qwen2.5', 'user-assistant'] as const)
        refusedWell(() => convert({ messages: [{ role, content: 'x', [field]: value }] }, { dialect }));
  });
}); // biome-ignore format: a table
