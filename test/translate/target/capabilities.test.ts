import { describe, expect, it } from 'vitest';
import { type ToChatRequestOptions, toChatRequest } from '../../../src/index.js';

const asked = { model: 'text-davinci-003', prompt: 'Human: Hi\nAI:', max_tokens: 20 };
const told = (model: string, fields: object, options: ToChatRequestOptions = {}) =>
  toChatRequest({ ...asked, ...fields }, { model, ...options });
const unknown = (model: string, fields: object, options?: ToChatRequestOptions) =>
  told(model, fields, options).warnings.filter(({ code }) => code === 'unknown-model');

describe('a model that the table does not name', () => {
  it('is sent all as given, with one warning of what may be refused', () => {
    const fields = { temperature: 0.2, presence_penalty: 0.5, stop: ['END'], n: 2, logprobs: 1, seed: 7 };
    const { requests, warnings } = told('gpt-7-foo', fields);
    expect(requests[0]).toMatchObject({ ...fields, logprobs: true, top_logprobs: 1 });
    expect(warnings.filter(({ severity }) => severity === 'lossy')).toEqual([]);
    expect(unknown('gpt-7-foo', fields)).toEqual([
      {
        code: 'unknown-model',
        path: 'model',
        severity: 'info',
        message:
          'What gpt-7-foo takes is not known; it may refuse what is sent of temperature, presence_penalty, logprobs, seed, stop, n.',
      },
    ]);
  });

  it('says nothing where nothing is sent that is ever refused', () => {
    expect(unknown('gpt-7-foo', {})).toEqual([]);
  });

  it('says nothing where the caller says what it takes', () => {
    expect(unknown('gpt-7-foo', { temperature: 0.2 }, { capabilities: {} })).toEqual([]);
    const capabilities = (model: string) =>
      model === 'gpt-7-foo' ? { refuses: ['temperature'] } : undefined;
    expect(told('gpt-7-foo', { temperature: 0.2 }, { capabilities }).requests[0]).not.toHaveProperty(
      'temperature',
    );
    expect(unknown('gpt-7-bar', { temperature: 0.2 }, { capabilities })).toHaveLength(1);
  });

  it.each(['gpt-6', 'gpt-5.9', 'gpt-50', 'o5', 'o10-mini', 'claude-opus-9', 'claude-sonnet-5', 'grok-9'])(
    'is %s',
    (model) => expect(unknown(model, { temperature: 0.2 })).toHaveLength(1),
  );

  it.each([
    'gpt-4o-mini',
    'openai/gpt-4.1',
    'ft:gpt-4o-mini-2024-07-18:org::id',
    'o3-mini',
    'gpt-5',
    'gpt-5.4-mini',
    'claude-sonnet-4-6',
    'anthropic/claude-sonnet-4.5',
    'deepseek/deepseek-chat:free',
  ])('is not %s', (model) => expect(unknown(model, { temperature: 0.2 })).toEqual([]));
});

describe('capabilities', () => {
  it('name any field that is refused', () => {
    const { requests, warnings } = told('m', { seed: 7, user: 'u' }, { capabilities: { refuses: ['seed'] } });
    expect(requests[0]).toMatchObject({ user: 'u' });
    expect(requests[0]).not.toHaveProperty('seed');
    expect(warnings).toContainEqual(
      expect.objectContaining({ code: 'dropped-field', path: 'seed', severity: 'lossy' }),
    );
  });

  it('name fields of which one alone is taken', () => {
    const { requests, warnings } = told('claude-sonnet-4-6', { temperature: 0.2, top_p: 0.5 });
    expect(requests[0]).toMatchObject({ temperature: 0.2 });
    expect(requests[0]).not.toHaveProperty('top_p');
    expect(warnings).toContainEqual(expect.objectContaining({ path: 'top_p', severity: 'lossy' }));
    expect(told('claude-sonnet-4-6', { top_p: 0.5 }).requests[0]).toMatchObject({ top_p: 0.5 });
  });

  it('do here what can be done here', () => {
    const { requests, context } = told(
      'm',
      { stop: ['END'], n: 2 },
      { capabilities: { refuses: ['stop', 'n'] } },
    );
    expect(requests).toHaveLength(2);
    expect(requests[0]).not.toHaveProperty('stop');
    expect(requests[0]).not.toHaveProperty('n');
    expect(context).toMatchObject({ stops: ['END'], n: 2, fanOut: true });
  });

  it('limit the alternatives of a token', () => {
    const { requests, warnings } = told('m', { logprobs: 5 }, { capabilities: { topLogprobs: 2 } });
    expect(requests[0]).toMatchObject({ logprobs: true, top_logprobs: 2 });
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'clipped', path: 'logprobs' }));
  });
});

describe('a model without system messages', () => {
  const folded = (prompt: string) =>
    toChatRequest(
      { model: 'm', prompt, max_tokens: 5 },
      { dialect: 'chatml', capabilities: { system: false } },
    );

  it('gets their text in front of what the user says', () => {
    const { requests, warnings } = folded(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>system\nIn rhymes.<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(requests[0].messages).toEqual([
      { role: 'user', content: 'Be brief.\n\nHi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'In rhymes.\n\nBye' },
    ]);
    expect(warnings).toContainEqual(
      expect.objectContaining({ code: 'folded-system', path: 'prompt', severity: 'lossy' }),
    );
  });

  it('keeps one message of the user at the end', () => {
    expect(
      folded(
        '<|im_start|>user\nHi<|im_end|>\n<|im_start|>system\nIn rhymes.<|im_end|>\n<|im_start|>assistant\n',
      ).requests[0].messages,
    ).toEqual([{ role: 'user', content: 'Hi\n\nIn rhymes.' }]);
    expect(
      folded('<|im_start|>system\nSay hi.<|im_end|>\n<|im_start|>assistant\n').requests[0].messages,
    ).toEqual([{ role: 'user', content: 'Say hi.' }]);
  });
});
