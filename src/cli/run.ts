import { Command, CommanderError, Option } from 'commander';
import { isRolecallError } from '../errors.js';
import { version } from '../version.js';
import { addCheckCommand } from './check.js';
import type { ConvertFlags } from './convert.js';
import type { CountFlags } from './count.js';
import { addDatasetCommands } from './dataset/commands.js';
import type { FitFlags } from './fit.js';
import { stops } from './flags.js';
import { type CliIO, nameOfInput, readInput, UsageError } from './io.js';
import { addMigrateCommand } from './migrate/command.js';
import { addServeCommand } from './serve/command.js';

// A command loads what it needs when it runs: a start that loads all of it takes twice as long.
function program(io: CliIO, exit: (code: number) => void): Command {
  const command = new Command('rolecall')
    .description('Turns the flat prompts of the GPT-3 years into chat messages, and back.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      outputError: (text, write) => write(text.replace(/^error: /, 'rolecall: ')),
    });

  command
    .command('convert')
    .description('convert a prompt to messages or to a chat request, or messages (JSON) to a prompt')
    .argument('[file]', 'a prompt, a completion request or messages; "-" is standard input', '-')
    .addOption(new Option('--to <shape>', 'what to make').choices(['messages', 'chat', 'prompt']))
    .option(
      '--dialect <name>',
      'how the prompt marks its turns, read or written (found by evidence unless given)',
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
    .action(async (file: string, flags: ConvertFlags & { quiet?: boolean }) => {
      const text = await readInput(io, file);
      const { convert } = await import('./convert.js');
      const { output, warnings } = convert(nameOfInput(file), text, flags);
      if (!flags.quiet) {
        for (const { code, path, message } of warnings)
          io.stderr(`rolecall: ${path === '' ? '' : `${path}: `}${message} [${code}]\n`);
      }
      io.stdout(output);
    });

  command
    .command('detect')
    .description('tell how a prompt marks its turns, with the evidence')
    .argument('[file]', 'a prompt; "-" is standard input', '-')
    .option('--stop <text>', 'a stop sequence the prompt was sent with; may be repeated', stops)
    .option('--json', 'print JSON')
    .action(async (file: string, flags: { json?: boolean; stop?: string[] }) => {
      const text = await readInput(io, file);
      if (text.trim() === '') throw new UsageError(`${nameOfInput(file)}: the prompt is empty.`);
      const { detect } = await import('./detect.js');
      io.stdout(detect(text, flags));
    });

  command
    .command('count')
    .description('count the tokens of a prompt, of messages or of a request, part by part')
    .argument('[file]', 'a prompt, messages or a request; "-" is standard input', '-')
    .option('--model <name>', "the model whose tokens count (the request's own, or gpt-4o-mini)")
    .option('--tokenizer <file>', "what counts: a tokenizer.json, a model or an encoding (the model's own)")
    .option('--json', 'print JSON')
    .action(async (file: string, flags: CountFlags) => {
      const { count } = await import('./count.js');
      io.stdout(await count(nameOfInput(file), await readInput(io, file), flags, io));
    });

  command
    .command('fit')
    .description('drop the oldest turns of a prompt, of messages or of a request until it fits')
    .argument('[file]', 'a prompt, messages or a request; "-" is standard input', '-')
    .option('--model <name>', "the model whose tokens count (the request's own, or gpt-4o-mini)")
    .option('--tokenizer <file>', "what counts: a tokenizer.json, a model or an encoding (the model's own)")
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
    .action(async (file: string, flags: FitFlags & { quiet?: boolean }) => {
      const { fitInput } = await import('./fit.js');
      const { output, summary } = await fitInput(nameOfInput(file), await readInput(io, file), flags, io);
      if (!flags.quiet) io.stderr(`rolecall: ${summary}`);
      io.stdout(output);
    });

  addMigrateCommand(command, io, exit);
  addServeCommand(command, io);
  addCheckCommand(command, io, exit);
  addDatasetCommands(command, io, exit);
  return command;
}

/**
 * Runs a command line (without the program's own name) and returns its exit code: 0; 1 where too many rows of a dataset
 * were rejected, or neither API of a checked endpoint answers; 2 for bad input.
 */
export async function run(argv: readonly string[], io: CliIO): Promise<number> {
  let code = 0;
  const command = program(io, (chosen) => {
    code = chosen;
  });
  try {
    if (argv.length === 0) {
      io.stderr(command.helpInformation());
      return 2;
    }
    await command.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError) io.stderr(`rolecall: ${error.message}\n`);
    else if (isRolecallError(error)) {
      const where = error.path === '' || error.message.startsWith(error.path) ? '' : `${error.path}: `;
      io.stderr(`rolecall: ${where}${error.message}\n`);
    } else if (error instanceof RangeError && /call stack/.test(error.message))
      io.stderr('rolecall: the input is nested too deep to be read.\n');
    else throw error;
    return 2;
  }
}
