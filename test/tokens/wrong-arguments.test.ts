import { expect, it } from 'vitest';
import { o200k_base as tokenizer } from '../../src/tokens/encodings/o200k_base.js';
import * as tokens from '../../src/tokens/index.js';

const chat = [{ role: 'user', content: 'hi' }];
const fitOptions =
  'limit reserve stages pin startOn endOn alternate trimAt trimTo previous anchor oversized partial accessors strategy model models tools dialect imageSize tokenizer';
const renderOptions =
  'tools toolStyle generationPrompt continueFinal collisions fidelity templateOptions parts';
// biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse is the point
const any = tokens as any;

/** Every public function with one argument that may be wrong. */
const calls: Record<string, ((value: unknown) => unknown)[]> = {
  countChatTokens: [
    (v) => any.countChatTokens(v, { tokenizer }),
    (v) => any.countChatTokens({ messages: chat }, v),
    ...['tokenizer', 'dialect', 'accessors', 'model', 'anchor', 'imageSize'].map(
      (key) => (v: unknown) => any.countChatTokens({ messages: chat }, { tokenizer, [key]: v }),
    ),
    (v) => any.countChatTokens({ messages: chat, tools: v }, { tokenizer }),
    ...['render', 'accessors', 'model'].map(
      (key) => (v: unknown) =>
        any.countChatTokens({ messages: chat }, { tokenizer, dialect: 'chatml', [key]: v }),
    ),
    (v) => any.countChatTokens({ messages: chat, tools: v }, { tokenizer, dialect: 'chatml' }),
    (v) => any.countChatTokens({ messages: chat }, { tokenizer, dialect: 'chatml', render: { tools: v } }),
  ],
  fitMessages: [
    (v) => any.fitMessages(v, { tokenizer, limit: 100 }),
    (v) => any.fitMessages(chat, v),
    ...fitOptions
      .split(' ')
      .map((key) => (v: unknown) => any.fitMessages(chat, { tokenizer, limit: 100, [key]: v })),
  ],
  fitPrompt: [
    (v) => any.fitPrompt(v, { tokenizer, limit: 100 }),
    (v) => any.fitPrompt('AI:', v),
    ...['limit', 'reserve', 'dialect', 'pin', 'tokenizer'].map(
      (key) => (v: unknown) => any.fitPrompt('AI:', { tokenizer, limit: 100, [key]: v }),
    ),
  ],
  truncateText: [
    (v) => any.truncateText(v, 5, { tokenizer }),
    (v) => any.truncateText('a', v, { tokenizer }),
  ],
  truncateOptions: [(v) => any.truncateText('a', 5, v)],
  estimateCost: [any.estimateCost, (v) => any.estimateCost({ model: v, promptTokens: 1 })],
  models: [any.modelInfo, (v) => any.modelInfo('gpt-4o', v), any.contextWindow, any.encodingFor],
  tokenizerFromJson: [any.tokenizerFromJson, (v) => any.tokenizerFromJson({ model: v })],
  renderTokens: [
    (v) => any.renderTokens(v, { dialect: 'chatml', tokenizer }),
    (v) => any.renderTokens(chat, v),
    (v) => any.renderTokens(chat, { dialect: v, tokenizer }),
    (v) => any.renderTokens(chat, { dialect: 'chatml', tokenizer: v }),
    ...renderOptions
      .split(' ')
      .map((key) => (v: unknown) => any.renderTokens(chat, { dialect: 'chatml', tokenizer, [key]: v })),
  ],
  anchorFor: [(v) => any.anchorFor(v, 1), (v) => any.anchorFor(chat, v)],
  createHistory: [any.createHistory],
  tokenizer: [
    (v) => tokenizer.encode(v as never),
    (v) => tokenizer.decode(v as never),
    (v) => tokenizer.encode('a', { allowedSpecial: v as never }),
    (v) => tokenizer.encodePlaced('a', { places: v as never }),
    (v) => tokenizer.encodePlaced('a', { accepts: v as never }),
  ],
  later: [
    (v) => any.compactMessages(chat, v),
    (v) => any.compactMessages(chat, { tokenizer, limit: 9, summarize: v }),
    (v) => any.countChatTokensAsync({ messages: chat }, v),
    (v) => any.fitMessagesAsync(chat, v),
    (v) => any.fitPromptAsync('a', v),
    (v) => any.loadTokenizer(v),
  ],
};

const wrong = [undefined, null, 7, Number.NaN, -1, 'x', true, [], {}, () => {}, Symbol('s'), [null], [7]];

it.each(Object.entries(calls))(
  'throws nothing but its own errors for wrong arguments: %s',
  async (_, list) => {
    for (const call of list)
      for (const value of wrong) {
        let thrown: unknown;
        try {
          await call(value);
        } catch (error) {
          thrown = error;
        }
        if (thrown !== undefined) expect(String((thrown as Error).stack)).toMatch(/^RolecallError/);
      }
  },
);

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

it.each([
  ['a cycle', cyclic],
  ['a BigInt', 10n],
])('refuses what JSON cannot hold: %s', (_, value) => {
  const refused = expect.objectContaining({ name: 'RolecallError', code: 'invalid-argument' });
  const call = { id: '1', type: 'function', function: { name: 'f', arguments: { value } } };
  const said = [{ role: 'assistant', tool_calls: [call] }];
  expect(() => any.countChatTokens({ messages: said }, { tokenizer })).toThrow(refused);
  const tool = { type: 'function', function: { name: 'f', parameters: { value } } };
  expect(() => any.renderTokens(chat, { dialect: 'qwen2.5', tokenizer, tools: [tool] })).toThrow(refused);
  expect(() => any.anchorFor([{ role: 'user', content: 'a', value }], 5)).toThrow(refused);
});
