import { type Command, Option } from 'commander';
import type { DialectName } from '../../formats/index.generated.js';
import type { ConvertFlags } from '../convert.js';
import type { CountFlags } from '../count.js';
import type { FitFlags } from '../fit.js';
import { stops } from '../flags.js';
import { type CliIO, UsageError } from '../io.js';
import { columnsFor, type OutputFlag, wantsJson, withOutput, writeOutput } from '../outputs.js';
import type { DetectFlags } from './detect.js';
import { readInputs } from './inputs.js';
import { type Part, writeParts } from './parts.js';

/** What `convert` is given on the command line. */
type ConvertCommand = Omit<ConvertFlags, 'dialect'> &
  OutputFlag &
  TemplateFlag & { quiet?: boolean; dialect?: string };

/** The flag of commands that take several inputs. */
const withOutputs = (command: Command): Command =>
  withOutput(
    command,
    'write to this file, or to a file for each input in this folder (default: standard output)',
  );

const givenFiles = (what: string): [string, string] => [
  '[files...]',
  `${what}, or folders of them; standard input without any, or with "-"`,
];

interface TemplateFlag {
  template?: string;
}

/** The dialect of the template that is named, which is probed once, whatever the number of inputs. */
const templateOf = async (io: CliIO, { template }: TemplateFlag) =>
  template === undefined ? undefined : await (await import('../template.js')).readTemplate(io, template);

const withTokenizer = (command: Command): Command =>
  command
    .option(
      '--model <name>',
      "the model whose tokens are counted (default: the request's own, or gpt-4o-mini)",
    )
    .option(
      '--tokenizer <file>',
      "what counts: a tokenizer.json, or the name of a model or an encoding (default: the model's own)",
    )
    .option(
      '--template <file>',
      "a model's chat_template.jinja or tokenizer_config.json: what is counted is the prompt that it writes",
    );

function addConvert(command: Command, io: CliIO): void {
  withOutputs(command.command('convert'))
    .description('convert prompts to messages or to chat requests, or messages (JSON) to prompts')
    .argument(...givenFiles('prompts, completion requests or messages'))
    .addOption(new Option('--to <shape>', 'what to make').choices(['messages', 'chat', 'prompt']))
    .option(
      '--dialect <name>',
      'the format of the prompt, read or written; "rolecall dialects" lists them (default: it is found out)',
    )
    .option(
      '--template <file>',
      "a model's chat_template.jinja or tokenizer_config.json, in place of --dialect",
    )
    .option('--model <name>', 'the model of the chat request; of a prompt, the one whose format is written')
    .option(
      '--stop <text>',
      'a stop sequence the prompt was sent with; may be repeated, \\n is a line end',
      stops,
    )
    .addOption(
      new Option('--whitespace <mode>', 'keep or trim the white space around turns')
        .choices(['exact', 'tidy'])
        .default('tidy'),
    )
    .option('-q, --quiet', 'print no warnings')
    .addHelpText(
      'after',
      '\nExamples:\n  $ rolecall convert prompt.txt\n  $ rolecall convert prompt.txt --to chat --model gpt-4o-mini\n  $ rolecall convert messages.json --to prompt --dialect anthropic',
    )
    .action(async (files: string[], flags: ConvertCommand) => {
      const inputs = await readInputs(io, files);
      const { convert } = await import('../convert.js');
      const { dialectFlag } = await import('../template.js');
      const dialect = await dialectFlag<DialectName | 'auto'>(io, flags);
      const parts: Part[] = [];
      for (const input of inputs) {
        const { output, json, warnings } = convert(input.name, input.text, { ...flags, dialect });
        parts.push({ input, text: output, json });
        const of = inputs.length === 1 ? '' : `${input.name}: `;
        if (!flags.quiet) {
          for (const { code, path, message } of warnings)
            io.stderr(`rolecall: ${of}${path === '' ? '' : `${path}: `}${message} [${code}]\n`);
        }
      }
      await writeParts(io, parts, { output: flags.output, named: false });
    });
}

function addDetect(command: Command, io: CliIO): void {
  withOutputs(command.command('detect'))
    .description('tell in which format a prompt is written, and how that can be seen')
    .argument(...givenFiles('prompts'))
    .option('--stop <text>', 'a stop sequence the prompt was sent with; may be repeated', stops)
    .option('--json', 'print JSON')
    .action(async (files: string[], flags: DetectFlags & OutputFlag) => {
      const inputs = await readInputs(io, files);
      const { detect } = await import('./detect.js');
      const json = wantsJson(flags);
      const parts = inputs.map((input) => {
        if (input.text.trim() === '') throw new UsageError(`${input.name}: the prompt is empty.`);
        return { input, text: detect(input.text, { ...flags, json }), json };
      });
      await writeParts(io, parts, { output: flags.output, named: true });
    });
}

function addDialects(command: Command, io: CliIO): void {
  withOutput(command.command('dialects'))
    .description('list the formats of prompts that are known here, or explain one')
    .argument('[name]', 'the one to explain, with an example')
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, flags: { json?: boolean } & OutputFlag) => {
      const { listDialects } = await import('./dialects.js');
      const columns = columnsFor(io, flags.output);
      await writeOutput(io, listDialects(name, { json: wantsJson(flags), columns }), flags.output);
    });
}

function addCount(command: Command, io: CliIO): void {
  withTokenizer(withOutputs(command.command('count')))
    .description('count the tokens of a prompt, of messages or of a request, part by part')
    .argument(...givenFiles('prompts, messages or requests'))
    .option('--json', 'print JSON')
    .action(async (files: string[], flags: CountFlags & TemplateFlag & OutputFlag) => {
      const { count } = await import('../count.js');
      const json = wantsJson(flags);
      const parts: Part[] = [];
      const inputs = await readInputs(io, files);
      const dialect = await templateOf(io, flags);
      for (const input of inputs) {
        const columns = columnsFor(io, flags.output);
        parts.push({ input, text: await count(input, { ...flags, dialect, json, columns }, io), json });
      }
      await writeParts(io, parts, { output: flags.output, named: true });
    });
}

function addFit(command: Command, io: CliIO): void {
  withTokenizer(withOutputs(command.command('fit')))
    .description('drop the oldest turns of a prompt, of messages or of a request until it fits')
    .argument(...givenFiles('prompts, messages or requests'))
    .option(
      '--limit <tokens>',
      'the most tokens of prompt and reply together (default: what the model takes)',
    )
    .option('--reserve <tokens>', "tokens to leave for the reply (default: the request's own limit)")
    .addOption(
      new Option('--strategy <name>', 'what goes first')
        .choices(['oldest', 'newest', 'middle'])
        .default('oldest'),
    )
    .option('--keep-last <turns>', 'keep no more than the last turns')
    .addOption(
      new Option('--cut <place>', 'cut the last message there if it is too long alone').choices([
        'head',
        'middle',
        'tail',
      ]),
    )
    .option('--json', 'print the result with what was dropped')
    .option('-q, --quiet', 'print no summary')
    .action(async (files: string[], flags: FitFlags & TemplateFlag & OutputFlag & { quiet?: boolean }) => {
      const { fitInput } = await import('../fit.js');
      const inputs = await readInputs(io, files);
      const dialect = await templateOf(io, flags);
      const parts: Part[] = [];
      for (const input of inputs) {
        const { output, json, summary } = await fitInput(input.name, input.text, { ...flags, dialect }, io);
        parts.push({ input, text: output, json });
        if (!flags.quiet) io.stderr(`rolecall: ${inputs.length === 1 ? '' : `${input.name}: `}${summary}`);
      }
      await writeParts(io, parts, { output: flags.output, named: false });
    });
}

/** The commands that take a prompt, messages or a request. A command loads what it needs when it runs. */
export function addPromptCommands(command: Command, io: CliIO): void {
  addConvert(command, io);
  addDetect(command, io);
  addDialects(command, io);
  addCount(command, io);
  addFit(command, io);
}
