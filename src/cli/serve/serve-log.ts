import type { ServedRequest } from '../../fetch/index.js';
import { type CliIO, fileError, UsageError } from '../io.js';
import { checkOutputs, isFile } from '../outputs.js';

export type LogFormat = 'text' | 'json';

/** What a server writes while it runs: a line a request, with nothing in it that a client wrote but the id it gave. */
export interface ServeLog {
  served(request: ServedRequest): void;
  /** An error that no response tells of. */
  fault(error: unknown, requestId?: string): void;
  stopping(): void;
}

const outcomes = { complete: '', 'client-left': ' (the client left)', broken: ' (broken off)' } as const;

function asText(request: ServedRequest): string {
  const { time, requestId, method, endpoint, passedOn, status, duration, promptTokens, completionTokens } =
    request;
  const tokens =
    promptTokens === undefined && completionTokens === undefined
      ? ''
      : ` ${promptTokens ?? '?'}+${completionTokens ?? '?'} tokens`;
  const codes = request.warnings.length === 0 ? '' : ` [${request.warnings.join(', ')}]`;
  const what =
    passedOn === undefined
      ? endpoint === 'other'
        ? '(not passed on)'
        : endpoint
      : `${passedOn} (passed on)`;
  return `${new Date(time).toISOString()} ${requestId} ${method} ${what} ${status} ${Math.round(duration)} ms${tokens}${codes}${outcomes[request.outcome]}`;
}

function asJson(request: ServedRequest): object {
  const { time, duration, promptTokens, completionTokens, requestId, passedOn, ...rest } = request;
  return {
    time: new Date(time).toISOString(),
    id: requestId,
    ...rest,
    passed_on: passedOn,
    duration: Math.round(duration),
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
  };
}

/**
 * Where the lines go: to standard error, or behind what is in a file. Throws `UsageError` for a file that can't be written; one
 * that can't any more is told of once, and standard error takes the rest.
 */
async function linesTo(
  io: CliIO,
  output: string | undefined,
  first: string,
): Promise<(line: string) => void> {
  if (output === '-') return io.stdout;
  if (!isFile(output)) return io.stderr;
  if (io.appendTo === undefined) throw new UsageError('No file can be written from here.');
  await checkOutputs(io, [], [['-o', output]]);
  let file: { write(text: string): void } | undefined;
  try {
    file = io.appendTo(output);
    // What can't take a line is found out before anybody is served.
    file.write(first);
  } catch (error) {
    throw fileError(error, output, 'write');
  }
  return (line) => {
    try {
      if (file !== undefined) return file.write(line);
    } catch (error) {
      file = undefined;
      io.stderr(`rolecall: ${fileError(error, output, 'write').message} The log goes on here.\n`);
    }
    io.stderr(line);
  };
}

/** The log of a server. */
export async function createServeLog(
  io: CliIO,
  { log, quiet = false, output }: { log: LogFormat; quiet?: boolean; output?: string },
): Promise<ServeLog> {
  const now = (): string => new Date(io.time?.() ?? 0).toISOString();
  const lineOf = (text: string, fields: object): string =>
    `${log === 'json' ? JSON.stringify(fields) : text}\n`;
  const first = lineOf(`${now()} rolecall: the server starts.`, { time: now(), event: 'starting' });
  const line = await linesTo(io, output, first);
  const write = (text: string, fields: object): void => line(lineOf(text, fields));
  return {
    served(request) {
      if (!quiet) write(asText(request), asJson(request));
    },
    fault(error, requestId) {
      // The name alone: a message may quote what somebody wrote.
      const name = error instanceof Error ? error.name : 'an error';
      const of = requestId === undefined ? '' : ` in ${requestId}`;
      write(`rolecall: ${name}${of}, of the upstream or of rolecall itself`, {
        time: now(),
        error: name,
        id: requestId,
      });
    },
    stopping() {
      if (quiet) return;
      const text = 'rolecall: stopping, when the requests under way have ended.';
      write(text, { time: now(), event: 'stopping' });
    },
  };
}
