import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { thirdParty } from '../scripts/third-party.js';

it('the notices name all that is bundled, at the versions that are installed', async () => {
  const file = readFileSync(new URL('../THIRD-PARTY.md', import.meta.url), 'utf8');
  expect(await thirdParty(), 'npm run third-party writes it').toBe(file);
  for (const name of ['gpt-tokenizer', 'tiktoken', 'csv-parse', 'Unicode data', 'genai-prices'])
    expect(file).toContain(name);
});
