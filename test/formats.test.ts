import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatsPage, formatsTable, withFormats } from '../scripts/formats.js';
import { dialects } from '../src/index.js';

it('the table of formats is what the code says', () => {
  const page = readFileSync(formatsPage, 'utf8');
  expect(withFormats(page), 'npx tsx scripts/formats.ts writes it').toBe(page);
  for (const name of Object.keys(dialects)) expect(formatsTable()).toContain(`| \`${name}\` |`);
});
