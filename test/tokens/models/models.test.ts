import { describe, expect, it } from 'vitest';
import { encodingFor, encodingNames, loadTokenizer, resolveEncoding } from '../../../src/tokens/index.js';

describe('encodingFor', () => {
  it.each([
    ['gpt-4o', 'o200k_base'],
    ['gpt-4.1-mini', 'o200k_base'],
    ['o3-mini', 'o200k_base'],
    ['openai/gpt-4o', 'o200k_base'],
    ['ft:gpt-4o:me::1', 'o200k_base'],
    ['gpt-4', 'cl100k_base'],
    ['gpt-4-turbo', 'cl100k_base'],
    ['gpt-35-turbo', 'cl100k_base'],
    ['text-embedding-3-small', 'cl100k_base'],
    ['davinci-002', 'cl100k_base'],
    ['text-davinci-003', 'p50k_base'],
    ['code-davinci-002', 'p50k_base'],
    ['text-davinci-edit-001', 'p50k_edit'],
    ['text-davinci-001', 'r50k_base'],
    ['davinci', 'r50k_base'],
    ['gpt-oss-120b', 'o200k_harmony'],
    ...encodingNames.map((name): [string, string] => [name, name]),
  ])('%s is %s, for certain', (model, encoding) => {
    expect(encodingFor(model)).toBe(encoding);
    expect(resolveEncoding(model)).toEqual({ encoding, estimated: false });
  });

  it.each([
    ['gpt-4o-2099-01-01', 'o200k_base'],
    ['gpt-4-9999', 'cl100k_base'],
    ['gpt-77', 'o200k_base'],
    ['o9-mini', 'o200k_base'],
    ['gpt-oss-7b', 'o200k_harmony'],
  ])('%s is %s by its beginning', (model, encoding) => {
    expect(resolveEncoding(model)).toEqual({ encoding, estimated: true });
  });

  it.each([
    ['cl100k_bas', /Did you mean "cl100k_base"/],
    ['claude-3', /no encoding is known for "claude-3"/],
    ['', /no encoding is known/],
  ])('refuses %j with what is near', (name, message) => {
    expect(() => encodingFor(name)).toThrow(expect.objectContaining({ code: 'unknown-encoding' }));
    expect(() => encodingFor(name)).toThrow(message);
  });
});

describe('loadTokenizer', () => {
  it.each(encodingNames)('loads %s', async (name) => {
    const tokenizer = await loadTokenizer(name);
    expect(tokenizer.name).toBe(name);
    expect(tokenizer.estimated).toBeUndefined();
    expect(tokenizer.decode(tokenizer.encode('Hello, world'))).toBe('Hello, world');
  });

  it('says so where a model is not listed', async () => {
    const tokenizer = await loadTokenizer('gpt-77-preview');
    expect(tokenizer).toMatchObject({ name: 'o200k_base', estimated: true });
    expect(tokenizer.count('Hello, world')).toBe(3);
    expect((await loadTokenizer('gpt-4o')).estimated).toBeUndefined();
  });

  it('rejects what is unknown', async () => {
    await expect(loadTokenizer('nothing')).rejects.toMatchObject({ code: 'unknown-encoding' });
  });
});
