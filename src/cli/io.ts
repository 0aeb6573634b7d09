/** What a command may touch: the rest of the world is handed in, so that a test can be the world. */
export interface CliIO {
  /** The whole of standard input, as text. */
  readStdin(): Promise<string>;
  /** The whole of a file, as text; rejects as `node:fs` does. */
  readFile(path: string): Promise<string>;
  stdout(text: string): void;
  stderr(text: string): void;
}

/** A mistake of the caller's: one message on standard error, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
