import { describe, expect, it } from 'vitest';
import { lessonsOf } from '../../../src/fetch/learning/lessons.js';

const sent = {
  model: 'm',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ],
  temperature: 0.2,
  top_p: 0.5,
  presence_penalty: 0.4,
  frequency_penalty: 0.1,
  logit_bias: { 1: 1 },
  logprobs: true,
  top_logprobs: 5,
  max_tokens: 20,
  max_completion_tokens: 20,
  stop: ['a', 'b', 'c', 'd', 'e'],
  n: 3,
  seed: 7,
  user: 'u1',
  suffix: 'x',
  echo: true,
  best_of: 3,
  stream: true,
  stream_options: { include_usage: true },
};

const refused = (...fields: string[]) => fields.map((field) => ({ kind: 'refused', field }));
const limit = (field: string, most: number) => [{ kind: 'limit', field, most }];
const openai = (message: string, param: string | null = null, code: string | null = null) => ({
  error: { message, type: 'invalid_request_error', param, code },
});

describe('what a refusal teaches', () => {
  it.each<[string, unknown, unknown]>([
    ['OpenAI, a value', openai("Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.", 'temperature', 'unsupported_value'), refused('temperature')],
    ['OpenAI, a parameter', openai("Unsupported parameter: 'top_p' is not supported with this model.", 'top_p', 'unsupported_parameter'), refused('top_p')],
    ['OpenAI, another name', openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", 'max_tokens', 'unsupported_parameter'), refused('max_tokens')],
    ['the same without param', openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."), refused('max_tokens')],
    ['OpenAI, an unknown one', openai("Unknown parameter: 'seed'.", 'seed', 'unknown_parameter'), refused('seed')],
    ['OpenAI, too many stops', openai("Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.", 'stop', 'array_above_max_length'), limit('stop', 4)],
    ['OpenAI, a search model', openai('Model incompatible request argument supplied: temperature'), refused('temperature')],
    ['OpenAI, by status 403', openai('You are not allowed to request logprobs from this model.'), refused('logprobs')],
    ['Azure, one', openai('Unrecognized request argument supplied: seed'), refused('seed')],
    ['Azure, several', openai('Unrecognized request arguments supplied: echo, best_of'), refused('echo', 'best_of')],
    ['Azure, by its schema', openai("Additional properties are not allowed ('stream_options' was unexpected)"), refused('stream_options')],
    ['Anthropic, deprecated', { type: 'error', error: { type: 'invalid_request_error', message: '`temperature` is deprecated for this model.' }, request_id: 'req_1' }, refused('temperature')],
    ['Anthropic, one of two', { error: { message: '`temperature` and `top_p` cannot both be specified for this model. Please use only one.' } }, [{ kind: 'either', fields: ['temperature', 'top_p'] }]],
    ['Anthropic, extra', { error: { message: 'seed: Extra inputs are not permitted' } }, refused('seed')],
    ['Anthropic, stops of white space', { error: { message: 'stop_sequences: each stop sequence must contain non-whitespace' } }, limit('stop', 0)],
    ['Groq, logprobs', openai('`logprobs` is not supported with this model'), refused('logprobs')],
    ['Groq, n', openai("'n' : number must be at most 1"), limit('n', 1)],
    ['Groq, user', openai("property 'user' is unsupported"), refused('user')],
    ['Cerebras', { message: "property 'frequency_penalty' is unsupported", type: 'invalid_request_error', param: 'validation_error', code: 'wrong_api_format' }, refused('frequency_penalty')],
    ['xAI', { code: 'Client specified an invalid argument', error: 'Model grok-4 does not support parameter presencePenalty.' }, refused('presence_penalty')],
    ['xAI, in the end', { error: 'Argument not supported on this model: stop' }, refused('stop')],
    ['Google, unknown', [{ error: { code: 400, message: 'Invalid JSON payload received. Unknown name "seed": Cannot find field.', status: 'INVALID_ARGUMENT' } }], refused('seed')],
    ['Google, penalties', [{ error: { code: 400, message: 'Penalty is not enabled for this model' } }], refused('presence_penalty', 'frequency_penalty')],
    ['Google, candidates', [{ error: { message: 'Only one candidate can be specified in the current model' } }], limit('n', 1)],
    ['Moonshot', openai('invalid temperature: only 1 is allowed for this model'), refused('temperature')],
    ['vLLM, bias', { object: 'error', message: 'logit_bias is not currently supported', type: 'BadRequestError', param: null, code: 400 }, refused('logit_bias')],
    ['vLLM, suffix', { object: 'error', message: 'suffix is not currently supported', type: 'BadRequestError', param: null, code: 400 }, refused('suffix')],
    ['vLLM, n', { error: { message: 'n must be 1, got 3.', type: 'BadRequestError', param: null, code: 400 } }, limit('n', 1)],
    ['vLLM, greedy', { error: { message: 'n must be 1 when using greedy sampling, got 3.' } }, limit('n', 1)],
    ['vLLM, alternatives', { error: { message: 'Requested sample logprobs of 5, which is greater than max allowed: 2' } }, limit('top_logprobs', 2)],
    ['FastAPI', { detail: [{ type: 'extra_forbidden', loc: ['body', 'logit_bias'], msg: 'Extra inputs are not permitted', input: { temperature: 1 } }] }, refused('logit_bias')],
    ['llama.cpp, one', { error: { code: 500, message: 'Unsupported param: echo', type: 'server_error' } }, refused('echo')],
    ['llama.cpp, another', { error: { message: 'Only no echo is supported' } }, refused('echo')],
    ['llama.cpp, n', { error: { message: 'Only one completion choice is allowed' } }, limit('n', 1)],
    ['TGI', { error: 'Input validation error: `best_of` is not supported', error_type: 'validation' }, refused('best_of')],
    ['LiteLLM', { error: { message: "litellm.UnsupportedParamsError: openai does not support parameters: ['presence_penalty'], for model=m. To drop these, set `litellm.drop_params=True`", code: '400' } }, refused('presence_penalty')],
    ['LiteLLM, a value', { error: { message: "litellm.UnsupportedParamsError: gpt-5 models don't support temperature=0.2. Only temperature=1 is supported." } }, refused('temperature')],
    ['OpenRouter', { error: { message: 'Provider returned error', code: 400, metadata: { raw: '{"error":{"message":"Unsupported parameter: \'top_p\' is not supported with this model.","param":"top_p","code":"unsupported_parameter"}}', provider_name: 'OpenAI' } } }, refused('top_p')],
    ['Bedrock', { message: "This model doesn't support the stopSequences field. Remove stopSequences and try again." }, refused('stop')],
    ['a sentence', { error: 'stop sequences are not supported by this backend' }, refused('stop')],
    ['another', 'this server does not support n > 1', refused('n')],
    ['one about a sampler', { message: 'frequency penalty is not implemented' }, refused('frequency_penalty')],
    ['many stops', { error: { message: 'Too many stop sequences: 5 > 2' } }, limit('stop', 2)],
    ['by param alone', openai('This parameter is not supported.', 'seed'), refused('seed')],
    ['a nested param', openai('Not supported.', 'generation_config.topP'), refused('top_p')],
    ['OpenAI, the system', openai("Unsupported value: 'messages[0].role' does not support 'system' with this model.", 'messages[0].role', 'unsupported_value'), [{ kind: 'system' }]],
    ['a template, the system', { object: 'error', message: 'System role not supported', code: 400 }, [{ kind: 'system' }]],
    ['Google, the system', { error: { message: 'Developer instruction is not enabled for models/gemma-3-27b-it' } }, [{ kind: 'system' }]],
  ])('%s', (_, body, lessons) => {
    expect(lessonsOf(400, typeof body === 'string' ? body : JSON.stringify(body), sent)).toEqual(lessons);
    expect(lessonsOf(400, body, sent)).toEqual(lessons);
  }); // biome-ignore format: a table is read best by lines

  it.each([
    'This model does not support assistant message prefill. The conversation must end with a user message.',
    'Prefilling assistant messages is not supported for this model.',
    'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
    'Please ensure that multiturn requests end with a user role or a function response.',
    'the last message must have role user',
  ])('of a prefill: %s', (message) => {
    const messages = [...sent.messages, { role: 'assistant', content: 'Well' }];
    expect(lessonsOf(400, openai(message), { ...sent, messages })).toEqual([{ kind: 'prefill' }]);
    expect(lessonsOf(400, openai(message), sent)).not.toContainEqual({ kind: 'prefill' });
  });

  it('counts alternatives where completions ask for a number of them', () => {
    const body = openai('Requested sample logprobs of 5, which is greater than max allowed: 2');
    expect(lessonsOf(400, body, { ...sent, logprobs: 5, top_logprobs: null })).toEqual(limit('logprobs', 2));
    expect(lessonsOf(400, openai("'top_logprobs' must be at most 2"), sent)).toEqual(
      limit('top_logprobs', 2),
    );
  });

  it('speaks of what was sent alone', () => {
    const { temperature: _, ...rest } = sent;
    expect(lessonsOf(400, openai('temperature is not supported'), rest)).toEqual([]);
  });
});

describe('what teaches nothing', () => {
  it.each<[string, number, unknown]>([
    ['a prompt that is too long', 400, openai("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", 'messages', 'context_length_exceeded')],
    ['the same with its limit', 400, openai("'max_tokens' or 'max_completion_tokens' is too large: 1000. This model's maximum context length is 1024 tokens and your request has 900 input tokens.", 'max_tokens')],
    ['a value that no model takes', 400, openai("Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.", 'temperature', 'decimal_above_max_value')],
    ['a limit of the reply', 400, openai('max_tokens is too large: 40960. This model supports at most 16384 completion tokens, whereas you provided 40960.', 'max_tokens', 'invalid_value')],
    ['fields that need each other', 400, openai("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')],
    ['a key', 401, openai('Incorrect API key provided: user not supported.', null, 'invalid_api_key')],
    ['a key under 400', 400, openai('API key not valid. Unsupported user.', null, 'invalid_api_key')],
    ['a model', 404, openai('The model `m` does not exist or you do not have access to it.', null, 'model_not_found')],
    ['a limit on requests', 429, openai('temperature is not supported at this rate')],
    ['a filter', 400, openai('The response was filtered due to the prompt triggering the content management policy.', 'prompt', 'content_filter')],
    ['a message of the user', 400, openai('Unsupported content type in user message: image')],
    ['nothing at all', 400, ''],
    ['a page', 400, '<html><body>Bad Request</body></html>'],
    ['a fault of the server', 500, openai('The server had an error while processing your request.')],
  ])('%s', (_, status, body) => {
    expect(lessonsOf(status, body, sent)).toEqual([]);
  }); // biome-ignore format: a table is read best by lines
});
