import { type Command, Option } from 'commander';
import type { DialectName } from '../../formats/index.generated.js';
import type { ConvertFlags } from '../convert.js';
import type { CountFlags } from '../count.js';
import type { FitFlags } from '../fit.js';
import { stops } from '../flags.js';
import { type CliIO, nameOfInput, readInput, UsageError } from '../io.js';
import type { DetectFlags } from './detect.js';
import { readInputs } from './inputs.js';
import { writeOutput } from './output.js';

/** What `convert` is given on the command line. */
type ConvertCommand = Omit<ConvertFlags, 'dialect'> & OutputFlags & { dialect?: string; template?: string };

interface OutputFlags {
  output?: string;
  quiet?: boolean;
}

const withOutput = (command: Command): Command =>
  command.option('-o, --output <file>', 'write to this file (standard output)');

const withTokenizer = (command: Command): Command =>
  command
    .option('--model <name>', "the model whose tokens count (the request's own, or gpt-4o-mini)")
    .option('--tokenizer <file>', "what counts: a tokenizer.json, a model or an encoding (the model's own)")
    .option(
      '--template <file>',
      "a model's chat_template.jinja or tokenizer_config.json: messages count as the prompt that it writes",
    );

function addConvert(command: Command, io: CliIO): void {
  withOutput(command.command('convert'))
    .description('convert a prompt to messages or to a chat request, or messages (JSON) to a prompt')
    .argument('[file]', 'a prompt, a completion request or messages; "-" is standard input', '-')
    .addOption(new Option('--to <shape>', 'what to make').choices(['messages', 'chat', 'prompt']))
    .option(
      '--dialect <name>',
      'how the prompt marks its turns, read or written (found by evidence unless given)',
    )
    .option(
      '--template <file>',
      "a model's chat_template.jinja or tokenizer_config.json, in place of --dialect",
    )
    .option('--model <name>', 'the model of the chat request')
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
    .action(async (file: string, flags: ConvertCommand) => {
      const text = await readInput(io, file);
      const { convert } = await import('../convert.js');
      const { dialectFlag } = await import('../template.js');
      const dialect = await dialectFlag<DialectName | 'auto'>(io, flags);
      const { output, warnings } = convert(nameOfInput(file), text, { ...flags, dialect });
      if (!flags.quiet) {
        for (const { code, path, message } of warnings)
          io.stderr(`rolecall: ${path === '' ? '' : `${path}: `}${message} [${code}]\n`);
      }
      await writeOutput(io, output, flags.output, [file]);
    });
}

function addDetect(command: Command, io: CliIO): void {
  withOutput(command.command('detect'))
    .description('tell in which format a prompt is written, and how that can be seen')
    .argument('[files...]', 'prompts, or folders of them; "-" is standard input')
    .option('--stop <text>', 'a stop sequence the prompt was sent with; may be repeated', stops)
    .option('--json', 'print JSON')
    .action(async (given: string[], flags: DetectFlags & OutputFlags) => {
      const files = given.length === 0 ? ['-'] : given;
      const inputs = await readInputs(io, files);
      const { detect } = await import('./detect.js');
      const parts = inputs.map(({ name, text }) => {
        if (text.trim() === '') throw new UsageError(`${name}: the prompt is empty.`);
        return { name, text: detect(text, flags) };
      });
      await writeOutput(io, joinParts(parts, flags.json === true), flags.output, files);
    });
}

/** What was said of each input: of one alone, as it is; of several, under their names, or as a list of `{file, result}`. */
function joinParts(parts: readonly { name: string; text: string }[], json: boolean): string {
  const [only] = parts;
  if (only === undefined) throw new UsageError('there are no files of prompts: .txt, .md, .prompt or .json.');
  if (parts.length === 1) return only.text;
  if (json) {
    const all = parts.map(({ name, text }) => ({ file: name, result: JSON.parse(text) as unknown }));
    return `${JSON.stringify(all, null, 2)}\n`;
  }
  return parts.map(({ name, text }) => `${name}\n${text}`).join('\n');
}

function addDialects(command: Command, io: CliIO): void {
  withOutput(command.command('dialects'))
    .description('list the formats of prompts that are known here, or explain one')
    .argument('[name]', 'the one to explain, with an example')
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, flags: { json?: boolean } & OutputFlags) => {
      const { listDialects } = await import('./dialects.js');
      await writeOutput(io, listDialects(name, flags), flags.output, []);
    });
}

function addCount(command: Command, io: CliIO): void {
  withTokenizer(withOutput(command.command('count')))
    .description('count the tokens of a prompt, of messages or of a request, part by part')
    .argument('[files...]', 'prompts, messages or requests, or folders of them; "-" is standard input')
    .option('--json', 'print JSON')
    .action(async (given: string[], flags: CountFlags & OutputFlags) => {
      const files = given.length === 0 ? ['-'] : given;
      const { count } = await import('../count.js');
      const parts: { name: string; text: string }[] = [];
      for (const { name, text } of await readInputs(io, files))
        parts.push({ name, text: await count(name, text, flags, io) });
      await writeOutput(io, joinParts(parts, flags.json === true), flags.output, files);
    });
}

function addFit(command: Command, io: CliIO): void {
  withTokenizer(withOutput(command.command('fit')))
    .description('drop the oldest turns of a prompt, of messages or of a request until it fits')
    .argument('[file]', 'a prompt, messages or a request; "-" is standard input', '-')
    .option('--limit <tokens>', "the most tokens of prompt and reply (the model's window)")
    .option('--reserve <tokens>', "tokens to leave for the reply (the request's own limit)")
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
    .action(async (file: string, flags: FitFlags & OutputFlags) => {
      const { fitInput } = await import('../fit.js');
      const { output, summary } = await fitInput(nameOfInput(file), await readInput(io, file), flags, io);
      if (!flags.quiet) io.stderr(`rolecall: ${summary}`);
      await writeOutput(io, output, flags.output, [file]);
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
