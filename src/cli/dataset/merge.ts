import { DatasetReport, mergeReports, trainingCost } from '../../dataset/report.js';
import { reportHtml } from '../../dataset/report-html.js';
import { validate } from '../../schemas/validate.js';
import { type CliIO, nameOfInput, readInput } from '../io.js';
import { readJson } from '../json-input.js';
import { stageOutputs, type Text } from '../outputs.js';
import { grouped } from '../text.js';

export interface MergeFlags {
  output?: string;
  html?: string;
}

/** Adds the reports of shards up, in their order; one report alone can be shown as a page. */
export async function mergeReportFiles(
  io: CliIO,
  paths: readonly string[],
  flags: MergeFlags,
): Promise<void> {
  const reports: DatasetReport[] = [];
  for (const path of paths)
    reports.push(validate(DatasetReport, readJson(nameOfInput(path), await readInput(io, path))));
  const report = mergeReports(reports);
  const texts: Text[] = [];
  if (flags.html !== undefined) texts.push({ flag: '--html', path: flags.html, text: reportHtml(report) });
  if (flags.output !== undefined || flags.html === undefined)
    texts.unshift({ flag: '-o', path: flags.output, text: `${JSON.stringify(report)}\n` });
  await (await stageOutputs(io, texts)).commit();
  const cost = trainingCost(report);
  const spent = cost === undefined ? '' : `, training about $ ${cost.toFixed(2)}`;
  io.stderr(
    `rolecall: ${paths.length} reports, ${grouped(report.rows)} rows, ${grouped(report.rejected)} rejected${spent}.\n`,
  );
}
