/** Bytes that come in; `size` where it is known, for a progress bar. */
export interface ByteSource {
  bytes: AsyncIterable<Uint8Array>;
  size?: number | undefined;
}

/** Where bytes or text go, one after another: `write` resolves when more may come. */
export interface ByteSink {
  write(data: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Gives up: what stood there before stays. */
  abandon?(): Promise<void>;
}

/** What a command may touch: the rest of the world is handed in, so that a test can be the world. */
export interface CliIO {
  /** The whole of standard input, as text. */
  readStdin(): Promise<string>;
  /** The whole of a file, as text; rejects as `node:fs` does. */
  readFile(path: string): Promise<string>;
  stdout(text: string): void;
  stderr(text: string): void;
  /** A file or, for `-`, standard input, in pieces; rejects as `node:fs` does. */
  openInput?(path: string): Promise<ByteSource>;
  /** A file, made anew, or for `-` standard output. */
  openOutput?(path: string): Promise<ByteSink>;
  /** A file to which lines are added, behind what is there; each is written when the call returns. */
  appendTo?(path: string): { write(text: string): void };
  /** Makes a folder, and those above it, where they are missing. */
  makeFolder?(path: string): Promise<void>;
  /** What was read so far, by the names it was called; `-` is standard input. An output must not be one of them. */
  inputs?: ReadonlySet<string>;
  /** What tells one file from another, whatever its name; undefined for what is no file. */
  identityOf?(path: string, role: 'input' | 'output'): Promise<string | undefined>;
  /** The names in a folder; undefined where the path is a file. Rejects as `node:fs` does. */
  listFolder?(path: string): Promise<{ name: string; isFolder: boolean }[] | undefined>;
  /** The folder that relative paths start from. */
  workingFolder?: string;
  /** The columns of the terminal that a stream is; undefined where it is none. */
  columns?: { stdout: number | undefined; stderr: number | undefined };
  /** Milliseconds that only grow, for rates. */
  now?(): number;
  /** Milliseconds since 1970. */
  time?(): number;
  /** Serves HTTP on a port of this machine. Rejects as `node:net` does. */
  listen?(handler: (request: Request) => Promise<Response>, place: Place): Promise<Listening>;
  /** Sends a request (default: the global `fetch`). */
  fetch?(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** A variable of the environment. */
  env?(name: string): string | undefined;
  /** Asks whoever sits at the terminal, and gives the line that was typed, empty for Ctrl-C; undefined where nobody does. */
  question?: ((text: string) => Promise<string>) | undefined;
  /** Resolves when the process is asked to end. */
  untilStopped?(): Promise<void>;
  /** Ends the process with status 0, whatever connections to an upstream are still kept open. */
  leave?(): void;
}

/** Where a server listens, and to whom. */
export interface Place {
  host: string;
  port: number;
  /** Is it meant by this Host header? Default: by any. */
  answersTo?(header: string | undefined): boolean;
}

/** A server that listens. */
export interface Listening {
  /** As `http://127.0.0.1:8080`. */
  url: string;
  /**
   * Takes no more connections, lets requests under way finish, and breaks off what is left after `patience` milliseconds
   * (default 10 seconds).
   */
  close(patience?: number): Promise<void>;
}

/** A mistake of the caller's: one message on standard error, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, no folder',
  EPERM: 'it is not allowed',
  EROFS: 'the file system can only be read',
  ENOSPC: 'there is no space left',
  EDQUOT: 'there is no space left for this user',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead around in a circle',
  EMFILE: 'too many files are open',
  EPIPE: 'nobody reads it',
};

/** Why a file can't be read or written, in words. */
export function fileError(error: unknown, path: string, verb: 'read' | 'write'): UsageError {
  const code = (error as { code?: string } | null)?.code;
  const why =
    code === 'ENOENT'
      ? verb === 'read'
        ? 'there is no such file'
        : 'there is no such folder'
      : code === 'EACCES'
        ? `it may not be ${verb === 'read' ? 'read' : 'written'}`
        : error instanceof TypeError
          ? 'it is not text in UTF-8'
          : (reasons[code ?? ''] ?? String(error));
  return new UsageError(`can't ${verb} ${path}: ${why}.`);
}

/** The text of a file, or of standard input for `-`; a leading BOM is the file's, not the text's. */
export async function readInput(io: CliIO, path: string): Promise<string> {
  try {
    const text = path === '-' ? await io.readStdin() : await io.readFile(path);
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}

/** The JSON of a file that a flag names. */
export async function readJsonInput(io: CliIO, path: string): Promise<unknown> {
  const text = await readInput(io, path);
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${path}: this is not JSON.`);
  }
}

export const nameOfInput = (path: string): string => (path === '-' ? 'standard input' : path);

/** The same world, which remembers what was read from it. */
export function remembering(io: CliIO): CliIO {
  const inputs = new Set<string>();
  const noted = async <T>(path: string, read: Promise<T>): Promise<T> => {
    const result = await read;
    inputs.add(path);
    return result;
  };
  const { openInput } = io;
  return {
    ...io,
    inputs,
    readStdin: () => noted('-', io.readStdin()),
    readFile: (path) => noted(path, io.readFile(path)),
    ...(openInput === undefined ? {} : { openInput: (path: string) => noted(path, openInput(path)) }),
  };
}
