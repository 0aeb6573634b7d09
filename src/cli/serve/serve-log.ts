import type { ServedRequest } from '../../fetch/index.js';
import type { CliIO } from '../io.js';

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
  const { time, requestId, method, endpoint, status, duration, promptTokens, completionTokens } = request;
  const tokens =
    promptTokens === undefined && completionTokens === undefined
      ? ''
      : ` ${promptTokens ?? '?'}+${completionTokens ?? '?'} tokens`;
  const codes = request.warnings.length === 0 ? '' : ` [${request.warnings.join(', ')}]`;
  const what = endpoint === 'other' ? '(passed on)' : endpoint;
  return `${new Date(time).toISOString()} ${requestId} ${method} ${what} ${status} ${Math.round(duration)} ms${tokens}${codes}${outcomes[request.outcome]}`;
}

function asJson(request: ServedRequest): object {
  const { time, duration, promptTokens, completionTokens, requestId, ...rest } = request;
  return {
    time: new Date(time).toISOString(),
    id: requestId,
    ...rest,
    duration: Math.round(duration),
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
  };
}

export function createServeLog(io: CliIO, format: LogFormat, quiet: boolean): ServeLog {
  const now = (): string => new Date(io.time?.() ?? 0).toISOString();
  const write = (text: string, fields: object): void =>
    io.stderr(`${format === 'json' ? JSON.stringify(fields) : text}\n`);
  return {
    served(request) {
      if (!quiet) write(asText(request), asJson(request));
    },
    fault(error, requestId) {
      // The name alone: a message may quote what somebody wrote.
      const name = error instanceof Error ? error.name : 'an error';
      const of = requestId === undefined ? '' : ` in ${requestId}`;
      write(`rolecall: ${name}${of} (upstream or internal)`, { time: now(), error: name, id: requestId });
    },
    stopping() {
      if (quiet) return;
      const text = 'rolecall: stopping, when the requests under way have ended.';
      write(text, { time: now(), event: 'stopping' });
    },
  };
}
