import { Command, CommanderError } from 'commander';
import { isRolecallError } from '../errors.js';
import { version } from '../version.js';
import { addCheckCommand } from './check.js';
import { addDatasetCommands } from './dataset/commands.js';
import { type CliIO, remembering, UsageError } from './io.js';
import { addMigrateCommand } from './migrate/command.js';
import { addPromptCommands } from './prompt/commands.js';
import { addServeCommand } from './serve/serve.js';

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

  addPromptCommands(command, io);
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
export async function run(argv: readonly string[], world: CliIO): Promise<number> {
  const io = remembering(world);
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
