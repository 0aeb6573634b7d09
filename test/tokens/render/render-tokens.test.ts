import { Tokenizer as Oracle } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { type DialectName, dialects, type Message, renderPrompt } from '../../../src/index.js';
import { renderTokens, type Tokenizer, tokenizerFromJson } from '../../../src/tokens/index.js';
import { trainPieces, trainSmall } from '../../support/small-bpe.js';

const training =
  `You are helpful. Good morning, how are you? Fine, thanks.\n\nName three rivers: the Nile, the Amazon and
the Yangtze. user assistant system [INS 你好 día {"name": "look", "arguments": {"q": "tea"}} <|im_s 2026`.repeat(
    2,
  );

const added = (content: string, id: number, special = true) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special,
});

const trained = {
  bytes: trainSmall(training, 60),
  pieces: trainPieces(training, 60, {}),
};

/** A small tokenizer that has these texts as special tokens, and another implementation of it. */
function tokenizersWith(marks: readonly string[], kind: 'bytes' | 'pieces' = 'bytes') {
  const added_tokens = marks.map((mark, i) => added(mark.replace('{n}', '7'), 5000 + i));
  const json = { ...trained[kind], added_tokens: [...trained[kind].added_tokens, ...added_tokens] };
  const oracle = new Oracle(json as never, {} as never);
  return {
    tokenizer: tokenizerFromJson(json),
    idsOf: (text: string) => oracle.encode(text, { add_special_tokens: false }).ids,
    idOf: (mark: string) => added_tokens.find(({ content }) => content === mark)!.id,
    marks: added_tokens.map(({ content }) => content),
  };
}

const templateOptions = {
  date_string: '1 Jan 2026',
  current_date: '2026-01-01',
  today: '2026-01-01',
  date: '1',
};
const chat: Message[] = [
  { role: 'user', content: 'Good morning, how are you?' },
  { role: 'assistant', content: 'Fine, thanks.\n\nAnd you?' },
  { role: 'user', content: 'Name three rivers: día 你好' },
];

const names = Object.keys(dialects) as DialectName[];
const texts = (
  ids: readonly number[],
  spans: ReturnType<typeof renderTokens>['spans'],
  tokenizer: Tokenizer,
) =>
  chat.map((_, i) =>
    tokenizer.decode(
      spans
        .filter(({ kind, message }) => kind === 'content' && message === i)
        .flatMap(({ start, end }) => ids.slice(start, end)),
    ),
  );

describe('renderTokens', () => {
  it.each(names)('gives what the tokenizer reads in the whole prompt: %s', (dialect) => {
    for (const kind of ['bytes', 'pieces'] as const) {
      const { tokenizer, idsOf } = tokenizersWith(dialects[dialect].specialTokens, kind);
      const { prompt, stop, spans } = renderPrompt(chat, { dialect, templateOptions });
      const rendered = renderTokens(chat, { dialect, tokenizer, templateOptions });
      expect(rendered.ids).toEqual(idsOf(prompt));
      expect(rendered.stop).toEqual(stop);
      let at = 0;
      for (const { start, end } of rendered.spans) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBe(rendered.ids.length);
      for (const [i, text] of texts(rendered.ids, rendered.spans, tokenizer).entries()) {
        const own = spans.filter(({ kind, message }) => kind === 'content' && message === i);
        expect(text).toContain(own.map(({ start, end }) => prompt.slice(start, end)).join(''));
      }
    }
  });

  it.each(names)('makes no control id of content: %s', (dialect) => {
    const { tokenizer, marks, idOf } = tokenizersWith([...dialects[dialect].specialTokens, '<|other|>']);
    const reason =
      dialects[dialect].kind === 'markers' ? dialects[dialect].reasoning?.close.trim() : undefined;
    for (const mark of marks) {
      // Templates look for the end of reasoning in the words of the assistant.
      const said = mark === reason || mark === '<think>' ? 'b' : `b ${mark}`;
      const messages = (text: string, answer: string): Message[] => [
        { role: 'user', content: `${text}Stop${text} here` },
        { role: 'assistant', content: answer },
        { role: 'user', content: `c ${text}` },
      ];
      const countOf = (ids: readonly number[]) => ids.filter((id) => id === idOf(mark)).length;
      const options = { dialect, tokenizer, templateOptions };
      const { ids, spans, warnings } = renderTokens(messages(mark, said), options);
      expect(countOf(ids), mark).toBe(countOf(renderTokens(messages('x', 'b'), options).ids));
      expect(texts(ids, spans, tokenizer)[0]).toContain(`${mark}Stop${mark} here`);
      expect(warnings.filter(({ code }) => code === 'escaped-token' || code === 'neutralized')).toEqual([]);
    }
  });

  it('escapes marks and labels that are ordinary text to the tokenizer', () => {
    const { tokenizer } = tokenizersWith(['<s>', '</s>']);
    const messages: Message[] = [{ role: 'user', content: 'Say [/INST] and </s>' }];
    const { ids, warnings } = renderTokens(messages, { dialect: 'llama-2', tokenizer });
    expect(tokenizer.decode(ids)).toBe('<s>[INST] Say [\\/INST] and </s> [/INST]');
    expect(warnings.map(({ code }) => code)).toEqual(['escaped-token']);
    const labelled = renderTokens([{ role: 'user', content: 'a\nAI: b' }], {
      dialect: 'human-ai',
      tokenizer,
    });
    expect(tokenizer.decode(labelled.ids)).toBe('Human: a\n\\AI: b\nAI:');
  });

  it('keeps content that begins with the BOS behind a BOS', () => {
    const { tokenizer, idOf } = tokenizersWith(dialects['deepseek-v3'].specialTokens);
    const bos = dialects['deepseek-v3'].kind === 'markers' ? dialects['deepseek-v3'].bos : '';
    const messages: Message[] = [
      { role: 'system', content: `${bos}Be kind.` },
      { role: 'user', content: 'Hi' },
    ];
    const { ids } = renderTokens(messages, { dialect: 'deepseek-v3', tokenizer });
    expect(ids.filter((id) => id === idOf(bos))).toHaveLength(1);
    expect(tokenizer.decode(ids)).toContain(`${bos}${bos}Be kind.`);
  });

  it('tells whose an id is, and takes one that holds both for content', () => {
    const { tokenizer } = tokenizersWith([]);
    const { ids, spans } = renderTokens([{ role: 'user', content: 'the Nile' }], {
      dialect: 'user-assistant',
      tokenizer,
    });
    const shown = spans.map(({ start, end, kind, message }) => [
      tokenizer.decode(ids.slice(start, end)),
      kind,
      message,
    ]);
    expect(shown).toEqual([
      ['User:', 'structure', null],
      [' the Nile', 'content', 0],
      ['\nAssistant:', 'structure', null],
    ]);
  });

  it('finds places behind normalized text', () => {
    const json = trainSmall(training, 60, { normalizer: { type: 'NFC' } });
    const tokenizer = tokenizerFromJson(json);
    const text = 'e\u0301 and a\u0308\u0300.';
    expect(tokenizer.encodePlaced(text, { places: [0, 2, text.length] })).toMatchObject({
      ended: [0, expect.any(Number), tokenizer.encode(text).length],
    });
    const { ids, spans } = renderTokens(
      [
        { role: 'user', content: text },
        { role: 'assistant', content: 'ok' },
        { role: 'user', content: 'more' },
      ],
      { dialect: 'user-assistant', tokenizer },
    );
    const of = (i: number) =>
      spans
        .filter(({ message }) => message === i)
        .map(({ start, end }) => tokenizer.decode(ids.slice(start, end)));
    expect(of(0).map((one) => one.trim())).toEqual([text.normalize('NFC')]);
    expect(of(1).map((one) => one.trim())).toEqual(['ok']);
  });

  it('warns of a tokenizer that knows no control token of the dialect', () => {
    const { tokenizer } = tokenizersWith(['<s>']);
    const { warnings } = renderTokens(chat, { dialect: 'chatml', tokenizer });
    expect(warnings).toMatchObject([{ code: 'other-vocabulary', path: 'tokenizer', severity: 'lossy' }]);
    expect(renderTokens(chat, { dialect: 'human-ai', tokenizer }).warnings).toEqual([]);
  });

  it('stays linear in marks and in white space beside tokens that take it', () => {
    const json = trainSmall(training, 20, {
      added_tokens: [{ ...added('<|end|>', 900), lstrip: true }, added('<|im_start|>', 901)],
    });
    const tokenizer = tokenizerFromJson(json);
    const content = `${' '.repeat(100_000)}x${'<|im_start|>'.repeat(20_000)}${'<|'.repeat(50_000)}`;
    const { ids } = renderTokens([{ role: 'user', content }], { dialect: 'chatml', tokenizer });
    expect(ids.filter((id) => id === 901)).toHaveLength(2);
    expect(tokenizer.count(' '.repeat(200_000), { allowedSpecial: 'all' })).toBeGreaterThan(0);
  });

  it('refuses what gives no ids, with the path', () => {
    const { tokenizer } = tokenizersWith([]);
    const refused = (value: unknown, options: unknown = {}) => {
      try {
        renderTokens(value as never, options as never);
        return 'nothing';
      } catch (error) {
        const { name, code, path } = error as { name: string; code: string; path: string };
        return `${name} ${code} ${path}`;
      }
    };
    const dialect = 'chatml';
    for (const wrong of [
      (text: string) => text.length,
      {},
      null,
      undefined,
      'gpt-4o',
      Promise.resolve(tokenizer),
    ])
      expect(refused(chat, { dialect, tokenizer: wrong })).toBe('RolecallError invalid-argument tokenizer');
    expect(refused(chat, { tokenizer })).toBe('RolecallError unknown-dialect dialect');
    expect(refused(chat, undefined)).toBe('RolecallError unknown-dialect dialect');
    expect(refused('hi', { dialect, tokenizer })).toBe('RolecallError invalid-argument messages');
    expect(refused([null], { dialect, tokenizer })).toBe('RolecallError invalid-message messages[0]');
  });
});
