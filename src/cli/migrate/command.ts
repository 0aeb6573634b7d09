import type { Command } from 'commander';
import type { CliIO } from '../io.js';
import { withOutput } from '../outputs.js';
import type { MigrateFlags } from './execute.js';

/** The command that migrates source code. */
export function addMigrateCommand(command: Command, io: CliIO, exit: (code: number) => void): void {
  withOutput(
    command.command('migrate'),
    'write what is printed to this file: the patch where its name ends in .diff or .patch, JSON where in .json',
  )
    .description('find source code that calls completions, and rewrite what is safe for chat models')
    .argument('<paths...>', 'files and folders of JavaScript, TypeScript, Python, shell, and prompts')
    .option('--write', 'rewrite the files in place')
    .option('--diff', 'print what --write would do as a patch')
    .option(
      '--shim',
      'where calls can not be rewritten, give their client (openai 4 or later) a fetch that serves them as they are',
    )
    .option('--model <name>', 'the chat model to write', 'gpt-4o-mini')
    .option('--json', 'print the report as JSON')
    .option('--html <file>', 'write the report as a page')
    .addHelpText(
      'after',
      '\nExit code: 0 where all is done, 1 where a person is needed, 2 for wrong use.\n\nExamples:\n  $ rolecall migrate src\n  $ rolecall migrate src -o migration.diff\n  $ rolecall migrate src --diff | git apply\n  $ rolecall migrate src --write --model gpt-4o-mini',
    )
    .action(async (paths: string[], flags: MigrateFlags) => {
      // The parsers and all that looks at source are loaded by this command alone.
      const { execute } = await import('./execute.js');
      exit(await execute(io, paths, flags));
    });
}
