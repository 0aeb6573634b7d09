import { repeatsIn } from './distinct.js';
import { type Lengths, quantile, ranges } from './lengths.js';
import { type DatasetReport, trainingCost } from './report.js';
import { barChart, escapeXml } from './svg.js';

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const percent = (part: number, whole: number): string =>
  whole === 0 ? '0.0 %' : `${((100 * part) / whole).toFixed(1)} %`;

/** A cell: words, or a figure, which stands on the right. */
type Cell = string | { figure: string };
const figure = (value: number): Cell => ({ figure: number(value) });

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const [first] = rows;
  const tagged = (tag: 'th' | 'td', cell: Cell, right: boolean): string => {
    const text = escapeXml(typeof cell === 'string' ? cell : cell.figure);
    return right ? `<${tag} class="figure">${text}</${tag}>` : `<${tag}>${text}</${tag}>`;
  };
  const heading = head.every((name) => name === '')
    ? ''
    : `<thead><tr>${head.map((name, i) => tagged('th', name, typeof first?.[i] === 'object')).join('')}</tr></thead>`;
  const body = rows.map(
    (row) => `<tr>${row.map((cell) => tagged('td', cell, typeof cell === 'object')).join('')}</tr>`,
  );
  return `<table>${heading}<tbody>${body.join('')}</tbody></table>`;
}

interface Found {
  count: number;
  samples: readonly { source: string; line: number; message: string }[];
}

const samplesOf = ({ samples }: Found): string =>
  samples.map(({ source, line, message }) => `${source}:${line}: ${message}`).join('\n');

function summary(report: DatasetReport): string {
  const { rows, records, rejected, blank, empty, lengths, training, overLength, warnings } = report;
  const { repeats, exact } = repeatsIn(report.duplicates.sketch);
  const lines: [string, number, string][] = [
    ['Rows', rows, ''],
    ['Records written', records, ''],
    ['Rejected', rejected, percent(rejected, rows)],
    ['Blank lines', blank, ''],
    [
      'Repeated rows',
      repeats,
      `${percent(repeats, rows - rejected)}${exact ? '' : ', estimated from a sample'}`,
    ],
    ['Empty prompts', empty.prompts.count, ''],
    ['Empty completions', empty.completions.count, ''],
    [
      'Too long',
      overLength.count,
      overLength.limit === null ? 'no limit is known' : `over ${number(overLength.limit)} tokens`,
    ],
    ["Completions that go on with the next speaker's label", warnings['leaked-label']?.count ?? 0, ''],
  ];
  const cells: Cell[][] = lines.map(([name, value, note]) => [name, figure(value), note]);
  if (lengths.unit === 'tokens') {
    const cost = trainingCost(report);
    const price = `at $ ${training.price} for a million tokens`;
    cells.push(
      ['Tokens of one pass', figure(training.tokens), training.model],
      [
        `Cost of ${training.epochs} passes of training`,
        cost === undefined ? '' : { figure: `$ ${cost.toFixed(2)}` },
        cost === undefined ? 'no price is known' : price,
      ],
    );
  }
  return table(['', '', ''], cells);
}

function dialectsTable({ dialects, rows, rejected }: DatasetReport): string {
  const mix = Object.entries(dialects)
    .map(([name, one]) => ({ name, ...one }))
    .sort((a, b) => b.rows - a.rows);
  const cells = mix.map(({ name, rows: n, confidence }): Cell[] => [
    name,
    figure(n),
    { figure: percent(n, rows - rejected) },
    { figure: (confidence / n).toFixed(2) },
  ]);
  const bars = mix
    .slice(0, 20)
    .map(({ name, rows: n }) => ({ name: name.slice(0, 40), value: n, label: number(n), strong: true }));
  const chart = bars.length > 0 ? barChart({ title: 'Rows by dialect', bars }) : '';
  return table(['dialect', 'rows', 'share', 'mean confidence'], cells) + chart;
}

function problems(found: Readonly<Record<string, Found & { severity?: string }>>): string {
  const cells = Object.entries(found)
    .sort((a, b) => b[1].count - a[1].count)
    .map(([code, one]): Cell[] => [code, one.severity ?? 'rejected', figure(one.count), samplesOf(one)]);
  return table(['reason', 'severity', 'rows', 'first of them'], cells);
}

function toLookAt({ empty, overLength, duplicates }: DatasetReport): string {
  const found: [string, Found][] = [
    ['empty prompt', empty.prompts],
    ['empty completion', empty.completions],
    ['too long', overLength],
    ['repeated', { count: repeatsIn(duplicates.sketch).repeats, samples: duplicates.samples }],
  ];
  return table(
    ['what', 'rows', 'first of them'],
    found
      .filter(([, { count }]) => count > 0)
      .map(([name, one]): Cell[] => [name, figure(one.count), samplesOf(one)]),
  );
}

function lengthsOf({ lengths }: DatasetReport): string {
  const parts: [string, Lengths][] = [
    ['Prompts', lengths.prompt],
    ['Completions', lengths.completion],
    ['Records', lengths.record],
  ];
  const cells = parts.map(([name, one]): Cell[] => [
    name,
    figure(one.count === 0 ? 0 : one.sum / one.count),
    figure(one.min ?? 0),
    ...[0.5, 0.9, 0.99].map((share) => figure(quantile(one, share))),
    figure(one.max ?? 0),
  ]);
  const charts = parts.map(([name, one]) =>
    barChart({
      title: `${name}, ${lengths.unit}`,
      bars: ranges(one).map(({ upTo, count }) => ({
        name: `to ${number(upTo)}`,
        value: count,
        label: number(count),
        strong: true,
      })),
    }),
  );
  return table(['', 'mean', 'least', 'median', '90 %', '99 %', 'most'], cells) + charts.join('\n');
}

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.25rem .75rem;border-bottom:1px solid #8884;text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}svg{max-width:100%;height:auto}h2{margin-top:2rem}`;

/** A report as one page: no script, no links, nothing that is not escaped. */
export function reportHtml(report: DatasetReport): string {
  const { sources, leftOut } = report;
  const from =
    sources.length > 5
      ? `${sources.slice(0, 5).join(', ')} and ${sources.length - 5} more`
      : sources.join(', ');
  const fields = Object.entries(leftOut).map(([field, n]): Cell[] => [field, figure(n)]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Dataset report</title>
<style>${STYLE}</style></head><body>
<h1>Dataset report</h1><p>${escapeXml(from)}, converted to ${report.to}.</p>
${summary(report)}
<h2>Dialects</h2>
${dialectsTable(report)}
<h2>Rejected rows</h2>${problems(report.rejects)}
<h2>Warnings</h2>${problems(report.warnings)}
<h2>To look at</h2>${toLookAt(report)}
${fields.length > 0 ? `<h2>Fields left out</h2>${table(['field', 'rows'], fields)}` : ''}
<h2>Lengths in ${report.lengths.unit}</h2>
${lengthsOf(report)}
</body></html>
`;
}
