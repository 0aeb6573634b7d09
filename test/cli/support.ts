import type { ByteSink, CliIO } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';

export interface CliResult {
  code: number;
  out: string;
  err: string;
  /** Files after the run, those that were written among them. */
  files: Record<string, Buffer>;
}

export interface World {
  stdin?: string | Uint8Array;
  files?: Record<string, string | Uint8Array>;
  /** Columns of the terminal on standard error; none unless given. */
  columns?: number;
  /** Bytes come in pieces of this size. */
  piece?: number;
}

/** Runs a command line in a world of the test's own. */
export async function cli(argv: readonly string[], world: World = {}): Promise<CliResult> {
  const { piece = 1 << 16 } = world;
  const files: Record<string, Buffer> = {};
  for (const [path, data] of Object.entries(world.files ?? {})) files[path] = Buffer.from(data as string);
  let out = '';
  let err = '';
  let time = 0;
  const read = (path: string): Buffer => {
    if (path === '-') return Buffer.from((world.stdin ?? '') as string);
    const data = files[path];
    if (data === undefined) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    return data;
  };
  const io: CliIO = {
    readStdin: async () => read('-').toString(),
    readFile: async (path) => read(path).toString(),
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    openInput: async (path) => {
      const data = read(path);
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < data.length; at += piece) yield data.subarray(at, at + piece);
      };
      return { bytes: pieces(), size: data.length };
    },
    openOutput: async (path): Promise<ByteSink> => {
      const parts: Buffer[] = [];
      return {
        write: async (data) => {
          if (path === '-') out += String(data);
          else parts.push(Buffer.from(data as string));
        },
        close: async () => {
          if (path !== '-') files[path] = Buffer.concat(parts);
        },
      };
    },
    columns: { stdout: world.columns, stderr: world.columns },
    now: () => {
      time += 200;
      return time;
    },
  };
  const code = await run(argv, io);
  return { code, out, err, files };
}
