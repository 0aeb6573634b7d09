/** Every recorded prompt of the completion years: laws, what is a conversation, and the messages where they are known. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePrompt, unparsePrompt } from '../../src/index.js';

interface Recorded {
  prompt: string;
  note: string;
  has_role_labels?: boolean;
  expected_messages?: { role: string; content: string }[];
}

const folder = join(import.meta.dirname, '../../../shared/recorded');
const records = JSON.parse(readFileSync(join(folder, 'legacy_prompts.json'), 'utf8')) as Recorded[];

let conversations = 0;
let matched = 0;
let expected = 0;
const problems: string[] = [];
for (const [i, record] of records.entries()) {
  const where = `${i} (${record.note})`;
  for (const whitespace of ['exact', 'tidy'] as const) {
    const parsed = parsePrompt(record.prompt, { whitespace });
    if (unparsePrompt(parsed) !== record.prompt) problems.push(`${where}: ${whitespace} does not come back`);
  }
  const parsed = parsePrompt(record.prompt, { whitespace: 'tidy' });
  if (parsed.dialect !== null) conversations++;
  if (record.has_role_labels === false && parsed.dialect !== null)
    problems.push(`${where}: read as a conversation`);
  if (record.has_role_labels === true && parsed.dialect === null)
    problems.push(`${where}: not read as a conversation`);
  if (/^NEGATIVE/.test(record.note) && parsed.dialect !== null)
    problems.push(`${where}: read as a conversation`);
  if (record.expected_messages === undefined) continue;
  expected++;
  // Stray spaces around a turn go under `tidy`, so they are left out of the comparison: what is tidy can't keep them.
  const wanted = record.expected_messages.map(({ role, content }) => ({ role, content: content.trim() }));
  const got = parsed.messages.slice(0, wanted.length);
  if (JSON.stringify(got) === JSON.stringify(wanted)) matched++;
  else problems.push(`${where}: ${JSON.stringify(parsed.messages)} instead of ${JSON.stringify(wanted)}`);
}
console.log(
  `${records.length} prompts: ${conversations} conversations, ${matched} of ${expected} with known messages match`,
);
for (const problem of problems) console.log(`  ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
