import { type Command, Option } from 'commander';
import { list, stops } from '../flags.js';
import type { CliIO } from '../io.js';
import { type OutputFlag, withOutput } from '../outputs.js';
import type { ConvertDatasetFlags } from './convert.js';
import type { InspectFlags } from './inspect.js';
import type { MergeFlags } from './merge.js';

const withFields = (command: Command): Command =>
  command
    .option('--prompt <path>', 'where a record holds the prompt, as request.prompt')
    .option('--completion <path>', 'where it holds the completion, as response.choices[*].text')
    .option('--messages <path>', 'where it holds messages, for the way back')
    .option('--keep <fields>', 'fields to take over: id,ts or user=meta.user.id or * for all', list)
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
  withFields(withOutput(command.command('inspect-dataset'), 'where the plan goes (standard output)'))
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
      'where the records go: .jsonl, .jsonl.gz, .csv or .csv.gz (standard output)',
    ),
  )
    .description('convert prompts and completions to chat messages, row by row, or back')
    .argument('[in]', 'JSON lines or CSV, gzipped or not; "-" is standard input', '-')
    .option('--plan <file>', 'the plan of inspect-dataset (else one is made from the first rows)')
    .addOption(new Option('--to <shape>', 'the way').choices(['chat', 'completion']))
    .option('--rejects <file>', 'where bad rows go with the reason; "inline" leaves them in their place')
    .option(
      '--max-rejects <number>',
      'bad rows up to which the exit code is 0: a number, a share as 1%, or all',
      '0',
    )
    .option('--strict', 'stop at the first row that is bad or that loses something')
    .option('--report <file>', 'write a report as JSON')
    .option('--html <file>', 'write the report as a page with plots')
    .option('--no-tokens', 'count characters for the report, no tokens')
    .option('--epochs <number>', 'passes of the training, for its cost', '3')
    .option('--training-price <dollars>', 'the price of a million trained tokens')
    .option('--limit <tokens>', 'tokens beyond which a record is too long')
    .option('-q, --quiet', 'print nothing on standard error but what stops it')
    .action(
      async (input: string, { output = '-', ...flags }: Omit<ConvertDatasetFlags, 'output'> & OutputFlag) => {
        const { convertDataset } = await import('./convert.js');
        exit(await convertDataset(io, input, { ...flags, output }));
      },
    );

  withOutput(
    command.command('merge-reports'),
    'where the report goes (standard output, unless there is --html)',
  )
    .description('add the reports of shards up, or show one as a page')
    .argument('<report...>', 'reports of convert-dataset --report')
    .option('--html <file>', 'write a page with plots')
    .action(async (reports: string[], flags: MergeFlags) =>
      (await import('./merge.js')).mergeReportFiles(io, reports, flags),
    );
}
