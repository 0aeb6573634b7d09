import { doneFrame, errorFrame } from '../../stream/frames.js';
import { Refusal } from '../refusal.js';

/** How a response ended: with its last byte, because the client left, or because something went wrong on the way. */
export type Outcome = 'complete' | 'client-left' | 'broken';

/**
 * A response that tells when it is over, once; `client` ends when the client leaves. A stream of events that a refusal breaks off, as where the server stops,
 * ends with that error as an event and `[DONE]`: a client can tell that from a connection that failed.
 */
export function watched(
  response: Response,
  client: AbortSignal,
  onOver: (outcome: Outcome) => void,
): Response {
  let over = false;
  const end = (outcome: Outcome): void => {
    if (over) return;
    over = true;
    client.removeEventListener('abort', left);
    onOver(client.aborted ? 'client-left' : outcome);
  };
  const left = (): void => end('client-left');
  if (response.body === null || client.aborted) {
    end('complete');
    return response;
  }
  // A server that sees the client leave may never ask for the body.
  client.addEventListener('abort', left);
  const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) controller.enqueue(value);
          else {
            end('complete');
            controller.close();
          }
        } catch (error) {
          end('broken');
          if (!isStream || !(error instanceof Refusal)) throw error;
          // What was passed on may have ended within an event.
          const last = `\n\ndata: ${JSON.stringify(errorFrame(error))}\n\n${doneFrame}`;
          controller.enqueue(new TextEncoder().encode(last));
          controller.close();
        }
      },
      async cancel(reason) {
        end('client-left');
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
