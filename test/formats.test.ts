import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatsTable, withFormats } from '../scripts/formats.js';
import { dialects } from '../src/index.js';

it('the README’s table of formats is what the code says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(withFormats(readme)).toBe(readme);
  for (const name of Object.keys(dialects)) expect(formatsTable()).toContain(`| \`${name}\` |`);
});
