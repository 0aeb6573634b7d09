import { inferPlan, type Seen } from '../../dataset/infer.js';
import type { Plan } from '../../dataset/plan.js';
import { type CliIO, nameOfInput, UsageError } from '../io.js';
import { writeOutput } from '../outputs.js';
import { grouped, hanging, preview } from '../text.js';
import { type DatasetFormat, formatOf, openRows } from './rows.js';

export interface InspectFlags {
  output: string;
  prompt?: string;
  completion?: string;
  messages?: string;
  keep?: string[];
  stop?: string[];
  model?: string;
  format?: DatasetFormat;
  rows: string;
  quiet?: boolean;
}

const share = (value: number): string => `${(value * 100).toFixed(1).replace(/\.0$/, '')} %`;

function shares(found: Readonly<Record<string, number>>): string {
  const told = Object.entries(found).filter(([text, part]) => text !== '' && part > 0);
  return told.length === 0
    ? 'none'
    : told.map(([text, part]) => `${JSON.stringify(text)} (${share(part)})`).join(', ');
}

/** What a plan leaves in the texts, a line for each affix. */
export function leftInPlace({ left }: Seen): string[] {
  const words = {
    separator: 'prompts end in',
    prefix: 'completions begin with',
    suffix: 'completions end in',
  };
  return left.map(
    ({ part, affix, share: found, rows }) =>
      `${share(found)} of the ${words[part]} ${JSON.stringify(affix)} (${grouped(rows)} of the rows looked at), too few to take it off, so it stays in the texts.`,
  );
}

/** Where the findings stand, behind their names. */
const indent = 15;

/** What was found, for a person. */
function findings(
  name: string,
  plan: Plan,
  { seen, bad, columns }: { seen: Seen; bad: number; columns: number | undefined },
): string {
  const lines = [`${name}: ${grouped(seen.rows)} rows, ${bad} that can't be read; to ${plan.to}.`];
  if (plan.to === 'chat') {
    lines.push(
      `  prompts      ${plan.fields.prompt}`,
      `  completions  ${plan.fields.completion}`,
      `  separator    ${shares(seen.separators)}`,
      `  begin with   ${shares(seen.prefixes)}`,
      `  end in       ${shares(seen.suffixes)}`,
    );
    for (const { name: dialect, share: part, confidence, evidence } of seen.dialects.slice(0, 8))
      lines.push(
        `  dialect      ${dialect} (${share(part)}${dialect === 'none' ? '' : `, confidence ${confidence.toFixed(2)}: ${preview(evidence.join('; '), 90)}`})`,
      );
    if (seen.empty.prompts > 0) lines.push(`  empty        ${seen.empty.prompts} prompts`);
    if (seen.leakedLabels > 0)
      lines.push(`  leaks        ${seen.leakedLabels} completions go on with a label`);
  }
  for (const line of leftInPlace(seen)) lines.push(`  stays        ${line}`);
  if (seen.empty.completions > 0) lines.push(`  empty        ${seen.empty.completions} completions`);
  return lines.map((line) => `${hanging(line, columns, indent)}\n`).join('');
}

/** Looks at the first rows of a dataset and writes the plan to convert it by. */
export async function inspectDataset(io: CliIO, path: string, flags: InspectFlags): Promise<void> {
  const most = Number(flags.rows);
  if (!(most >= 1)) throw new UsageError(`--rows takes a number above 0, not ${flags.rows}.`);
  const source = await openRows(io, path, flags.format ?? formatOf(path));
  const rows: unknown[] = [];
  let bad = 0;
  let reason = '';
  reading: for await (const batch of source.rows)
    for (const { value, error, line } of batch) {
      if (error === undefined) rows.push(value);
      else {
        bad += 1;
        reason ||= `${nameOfInput(path)}:${line}: ${error.message}`;
      }
      if (rows.length + bad >= most) break reading;
    }
  if (rows.length === 0) throw new UsageError(bad > 0 ? reason : `${nameOfInput(path)} has no rows.`);
  const { plan, seen } = inferPlan(rows, flags);
  const { seen: evidence, ...rules } = plan;
  await writeOutput(io, `${JSON.stringify({ ...rules, seen: evidence }, null, 2)}\n`, flags.output);
  if (!flags.quiet) io.stderr(findings(nameOfInput(path), plan, { seen, bad, columns: io.columns?.stderr }));
}
