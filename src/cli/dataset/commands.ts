import { type Command, Option } from 'commander';
import { list, stops } from '../flags.js';
import type { CliIO } from '../io.js';
import { type OutputFlag, withOutput } from '../outputs.js';
import type { ConvertDatasetFlags } from './convert.js';
import type { InspectFlags } from './inspect.js';
import type { MergeFlags } from './merge.js';

const withFields = (command: Command): Command =>
  command
    .option('--prompt <path>', 'where a row has the prompt, such as request.prompt')
    .option('--completion <path>', 'where it has the completion, such as response.choices[*].text')
    .option('--messages <path>', 'where it has messages, to make completions of them')
    .option('--keep <fields>', 'more fields to keep: id,ts or user=meta.user.id or * for all', list)
    .option(
      '--stop <text>',
      'a stop sequence the prompts were sent with; may be repeated, \\n is a line end',
      stops,
    )
    .option('--model <name>', 'the model whose tokens are counted')
    .addOption(
      new Option('--format <name>', 'the format of standard input and output').choices(['jsonl', 'csv']),
    );

/** The commands that migrate datasets. */
export function addDatasetCommands(command: Command, io: CliIO, exit: (code: number) => void): void {
  withFields(
    withOutput(command.command('inspect-dataset'), 'the file for the plan (default: standard output)'),
  )
    .description('look at a sample of a dataset and write the plan to convert it by')
    .argument('[sample]', 'JSON lines or CSV, gzipped or not; "-" is standard input', '-')
    .option('--rows <number>', 'rows to look at', '1000')
    .option('-q, --quiet', 'print no findings')
    .action(async (sample: string, { output = '-', ...flags }: Omit<InspectFlags, 'output'> & OutputFlag) =>
      (await import('./inspect.js')).inspectDataset(io, sample, { ...flags, output }),
    );

  withFields(
    withOutput(
      command.command('convert-dataset'),
      'the file for the records: .jsonl, .jsonl.gz, .csv or .csv.gz (default: standard output)',
    ),
  )
    .description('convert prompts and completions to chat messages, row by row, or back')
    .argument('[in]', 'JSON lines or CSV, gzipped or not; "-" is standard input', '-')
    .option('--plan <file>', 'the plan of inspect-dataset (default: one is made from the first rows)')
    .addOption(new Option('--to <shape>', 'what to make of the rows').choices(['chat', 'completion']))
    .option('--rejects <file>', 'where bad rows go with the reason; "inline" leaves them in their place')
    .option(
      '--max-rejects <number>',
      'more bad rows than this are a failure, with exit code 1: a number, a share such as 1%, or all',
      '0',
    )
    .option('--strict', 'stop at the first row that is bad or that loses something')
    .option('--report <file>', 'write a report as JSON')
    .option('--html <file>', 'write the report as a page with plots')
    .option('--no-tokens', 'count characters for the report instead of tokens, which is faster')
    .option('--epochs <number>', 'how often the training goes over the data, for its cost', '3')
    .option('--training-price <dollars>', 'the price of a million trained tokens')
    .option('--limit <tokens>', 'more tokens than this make a record too long')
    .option('-q, --quiet', 'print nothing on standard error but what stops it')
    .action(
      async (input: string, { output = '-', ...flags }: Omit<ConvertDatasetFlags, 'output'> & OutputFlag) => {
        const { convertDataset } = await import('./convert.js');
        exit(await convertDataset(io, input, { ...flags, output }));
      },
    );

  withOutput(
    command.command('merge-reports'),
    'the file for the report (default: standard output, unless there is --html)',
  )
    .description('add up the reports of the parts of a dataset, or show one as a page')
    .argument('<report...>', 'reports of convert-dataset --report')
    .option('--html <file>', 'write a page with plots')
    .action(async (reports: string[], flags: MergeFlags) =>
      (await import('./merge.js')).mergeReportFiles(io, reports, flags),
    );
}
