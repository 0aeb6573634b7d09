/** Writes the README's table of formats from the dialects: `npx tsx scripts/formats.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Dialect, dialects } from '../src/index.js';

const START = '<!-- formats: made by scripts/formats.ts -->';
const END = '<!-- /formats -->';

const code = (text: string): string => {
  const shown = text.replaceAll('\n', '↵').replaceAll('|', '\\|').trim();
  return shown === '' ? '' : `\`${shown}\``;
};
const calls: Readonly<Record<string, string>> = {
  hermes: '`<tool_call>`',
  llama: 'JSON, `<\\|python_tag\\|>`',
  mistral: '`[TOOL_CALLS]`',
  deepseek: '`<｜tool▁call▁begin｜>`',
  granite: '`<\\|tool_call\\|>`',
  'command-r': '`Action:`',
  harmony: 'commentary channel',
};

function row(name: string, dialect: Dialect): string {
  if (dialect.kind === 'labels') {
    const { labels, colon } = dialect;
    const turn = [labels.user[0], labels.assistant[0]].map((label) => code(`${label}${colon}`)).join(' ');
    const system = dialect.systemPlacement === 'preamble' ? 'in front' : 'own turn';
    return [code(name), '', turn, system, 'generic', '', dialect.stop.map(code).join(' ')].join(' | ');
  }
  const { roles, systemPlacement, calls: format, reasoning } = dialect;
  const turn = `${code(roles.user.open)} ${code(roles.user.close)}`.trim();
  const system = { turn: 'own turn', preamble: 'in front', none: 'folded', gathered: 'folded' }[
    systemPlacement
  ];
  const tools = format === null ? 'generic' : (calls[format.name] ?? format.name);
  const thinks = reasoning === null ? '' : code(reasoning.open);
  return [code(name), dialect.models, turn, system, tools, thinks, dialect.stop.map(code).join(' ')].join(
    ' | ',
  );
}

/** The table: one row a dialect, in their order. */
export function formatsTable(): string {
  const head =
    '| dialect | models | a user’s turn | system | calls | reasoning | stops |\n| --- | --- | --- | --- | --- | --- | --- |';
  const rows = (Object.entries(dialects) as [string, Dialect][]).map(
    ([name, dialect]) => `| ${row(name, dialect)} |`,
  );
  return [head, ...rows].join('\n').replace(/ {2,}/g, ' ');
}

/** The README with the table as the code has it. */
export function withFormats(readme: string): string {
  const from = readme.indexOf(START);
  const to = readme.indexOf(END);
  if (from === -1 || to === -1) throw new Error('The README has no place for the table of formats.');
  return `${readme.slice(0, from + START.length)}\n\n${formatsTable()}\n\n${readme.slice(to)}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = join(import.meta.dirname, '../README.md');
  writeFileSync(path, withFormats(readFileSync(path, 'utf8')));
}
