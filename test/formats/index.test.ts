import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callsIndex, formatsIndex } from '../../scripts/index-formats.js';

const words = (text: string): string[] => (text.match(/[\w.'-]+/g) ?? []).sort();
const committed = (path: string): string =>
  readFileSync(new URL(`../../src/${path}/index.generated.ts`, import.meta.url), 'utf8');

describe('the generated indexes', () => {
  it('list every dialect that a file of src/formats exports', async () => {
    expect(words(committed('formats'))).toEqual(words(await formatsIndex()));
  });

  it('list every call format that a file of src/body/calls exports, but for variants', async () => {
    expect(words(committed('body/calls'))).toEqual(words(await callsIndex()));
  });
});
