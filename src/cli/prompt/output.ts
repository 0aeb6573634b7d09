import { type CliIO, checkOutputs, writeText } from '../io.js';

/** Writes what a command made: to standard output, or to the file of `-o`, which must not be one of the inputs. */
export async function writeOutput(
  io: CliIO,
  text: string,
  output: string | undefined,
  inputs: readonly string[],
): Promise<void> {
  if (output === undefined || output === '-') {
    io.stdout(text);
    return;
  }
  await checkOutputs(io, inputs, [['-o', output]]);
  await writeText(io, output, text);
}
