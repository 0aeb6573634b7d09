/** Writes the table of formats in docs/reference/formats.md from the dialects: `npx tsx scripts/formats.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { factsOf } from '../src/cli/prompt/dialects.js';
import { dialects } from '../src/index.js';

export const formatsPage = join(import.meta.dirname, '../docs/reference/formats.md');

const START = '<!-- formats: made by scripts/formats.ts -->';
const END = '<!-- /formats -->';

const code = (text: string): string => {
  const shown = text.replaceAll('\n', '↵').replaceAll('|', '\\|').trim();
  return shown === '' ? '' : `\`${shown}\``;
};

/** The table: one row a dialect, in their order. */
export function formatsTable(): string {
  const head =
    '| dialect | models | a user’s turn | system | calls | reasoning | stops |\n| --- | --- | --- | --- | --- | --- | --- |';
  const rows = Object.values(dialects).map((dialect) => {
    const { name, models, turn, system, calls, reasoning, stop } = factsOf(dialect);
    const marks = (texts: readonly string[]): string => texts.map(code).join(' ');
    const cells = [
      code(name),
      models,
      marks(turn),
      system,
      code(calls) || 'generic',
      code(reasoning),
      marks(stop),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [head, ...rows].join('\n').replace(/ {2,}/g, ' ');
}

/** The page with the table as the code has it. */
export function withFormats(page: string): string {
  const from = page.indexOf(START);
  const to = page.indexOf(END);
  if (from === -1 || to === -1) throw new Error('The page has no place for the table of formats.');
  return `${page.slice(0, from + START.length)}\n\n${formatsTable()}\n\n${page.slice(to)}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(formatsPage, withFormats(readFileSync(formatsPage, 'utf8')));
