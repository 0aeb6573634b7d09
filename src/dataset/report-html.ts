import { repeatsIn } from './distinct.js';
import { type Histogram, quantile, upperBound } from './histogram.js';
import { type DatasetReport, trainingCost } from './report.js';
import { barChart, escapeXml } from './svg.js';

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const percent = (part: number, whole: number): string =>
  whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(1)} %`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const cells = (row: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${cells(head, 'th')}${rows.map((row) => cells(row, 'td')).join('')}</table>`;
}

interface Found {
  count: number;
  samples: readonly { source: string; line: number; message: string }[];
}

const samplesOf = ({ samples }: Found): string =>
  samples.map(({ source, line, message }) => `${source}:${line}: ${message}`).join('\n');

function histogramChart(title: string, histogram: Histogram, unit: string): string {
  const buckets = Object.entries(histogram.buckets)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((a, b) => a.bucket - b.bucket);
  return barChart({
    title: `${title}, ${unit}`,
    bars: buckets.map(({ bucket, count }) => ({
      name: `to ${number(upperBound(bucket))}`,
      value: count,
      label: number(count),
      strong: true,
    })),
  });
}

const spread = (name: string, histogram: Histogram): string[] => [
  name,
  number(histogram.count === 0 ? 0 : histogram.sum / histogram.count),
  number(histogram.min ?? 0),
  ...[0.5, 0.9, 0.99].map((share) => `≤ ${number(quantile(histogram, share))}`),
  number(histogram.max ?? 0),
];

/** A report as one page: no script, no links, nothing that is not escaped. */
export function reportHtml(report: DatasetReport): string {
  const { rows, records, rejected, blank, lengths, training, overLength, duplicates } = report;
  const { repeats, exact } = repeatsIn(duplicates.sketch);
  const cost = trainingCost(report);
  const converted = rows - rejected;
  const sources =
    report.sources.length > 5
      ? `${report.sources.slice(0, 5).join(', ')} and ${report.sources.length - 5} more`
      : report.sources.join(', ');
  const summary: string[][] = [
    ['Rows', number(rows)],
    ['Records written', number(records)],
    ['Rejected', `${number(rejected)} (${percent(rejected, rows)})`],
    ['Blank lines', number(blank)],
    ['Repeated rows', `${exact ? '' : 'about '}${number(repeats)} (${percent(repeats, converted)})`],
    [
      'Empty prompts, completions',
      `${number(report.empty.prompts.count)}, ${number(report.empty.completions.count)}`,
    ],
    [
      'Too long',
      overLength.limit === null
        ? 'no limit known'
        : `${number(overLength.count)} over ${number(overLength.limit)} tokens`,
    ],
    ['Leaked labels', number(report.warnings['leaked-label']?.count ?? 0)],
  ];
  if (lengths.unit === 'tokens') {
    summary.push(['Tokens of one pass', `${number(training.tokens)} (${training.model})`]);
    summary.push([
      `Training, ${training.epochs} epochs`,
      cost === undefined ? 'no price known' : `$ ${cost.toFixed(2)} at $ ${training.price} a million tokens`,
    ]);
  }
  const dialects = Object.entries(report.dialects)
    .map(([name, mix]) => ({ name, ...mix }))
    .sort((a, b) => b.rows - a.rows);
  const problems = (found: Readonly<Record<string, Found & { severity?: string }>>): string[][] =>
    Object.entries(found)
      .sort((a, b) => b[1].count - a[1].count)
      .map(([code, one]) => [code, one.severity ?? 'rejected', number(one.count), samplesOf(one)]);
  const other: [string, Found][] = [
    ['empty prompt', report.empty.prompts],
    ['empty completion', report.empty.completions],
    ['too long', overLength],
    ['repeated', { count: repeats, samples: duplicates.samples }],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Dataset report</title>
<style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.25rem .75rem;border-bottom:1px solid #8884;text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere}
svg{max-width:100%;height:auto}h2{margin-top:2rem}</style></head><body>
<h1>Dataset report</h1><p>${escapeXml(sources)}, converted to ${report.to}.</p>
${table(['', ''], summary)}
<h2>Dialects</h2>
${table(
  ['dialect', 'rows', 'share', 'mean confidence'],
  dialects.map(({ name, rows: n, confidence }) => [
    name,
    number(n),
    percent(n, converted),
    (confidence / n).toFixed(2),
  ]),
)}
${dialects.length > 0 ? barChart({ title: 'Rows by dialect', bars: dialects.slice(0, 20).map(({ name, rows: n }) => ({ name: name.slice(0, 40), value: n, label: number(n), strong: true })) }) : ''}
<h2>Rejected rows</h2>${table(['reason', '', 'rows', 'samples'], problems(report.rejects))}
<h2>Warnings</h2>${table(['code', 'severity', 'rows', 'samples'], problems(report.warnings))}
<h2>To look at</h2>${table(
    ['what', 'rows', 'samples'],
    other.filter(([, one]) => one.count > 0).map(([name, one]) => [name, number(one.count), samplesOf(one)]),
  )}
${
  Object.keys(report.leftOut).length > 0
    ? `<h2>Fields left out</h2>${table(
        ['field', 'rows'],
        Object.entries(report.leftOut).map(([field, n]) => [field, number(n)]),
      )}`
    : ''
}
<h2>Lengths in ${lengths.unit}</h2>
${table(['', 'mean', 'least', 'half', '90 %', '99 %', 'most'], [spread('prompt', lengths.prompt), spread('completion', lengths.completion), spread('record', lengths.record)])}
${histogramChart('Prompts', lengths.prompt, lengths.unit)}
${histogramChart('Completions', lengths.completion, lengths.unit)}
${histogramChart('Records', lengths.record, lengths.unit)}
</body></html>
`;
}
