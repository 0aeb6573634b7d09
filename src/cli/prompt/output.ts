import { type CliIO, checkOutputs, fileError, UsageError } from '../io.js';

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
  if (io.openOutput === undefined) throw new UsageError('No file can be written from here.');
  try {
    const file = await io.openOutput(output);
    await file.write(text);
    await file.close();
  } catch (error) {
    throw fileError(error, output, 'write');
  }
}
