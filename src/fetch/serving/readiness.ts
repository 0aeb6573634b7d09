/** Can the upstream serve? */
export interface Readiness {
  ready: boolean;
  /** Why not, in a sentence. */
  reason?: string;
}

/** For so long an answer holds, in milliseconds: whoever asks us all the time must not ask the upstream all the time. */
const holds = 1000;
/** How long the upstream may take, in milliseconds. */
const patience = 5000;

/**
 * Asks an upstream for its models. `ask` sends the request; `hasKey`: with a key of our own, so that a refusal of the key is
 * a fault, and not just what everybody without a key gets.
 */
export function createReadiness(
  ask: (signal: AbortSignal) => Promise<Response>,
  hasKey: boolean,
): () => Promise<Readiness> {
  let last: Promise<Readiness> | undefined;

  async function look(): Promise<Readiness> {
    try {
      const response = await ask(AbortSignal.timeout(patience));
      await response.body?.cancel().catch(() => undefined);
      const { status } = response;
      if (status >= 500 || (hasKey && (status === 401 || status === 403)))
        return { ready: false, reason: `The upstream answers with status ${status}.` };
      return { ready: true };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return {
        ready: false,
        reason: late ? 'The upstream does not answer in time.' : 'The upstream can not be reached.',
      };
    }
  }

  return () => {
    if (last === undefined) {
      const asked = look();
      last = asked;
      void asked.then(() => {
        const timer: unknown = setTimeout(() => {
          if (last === asked) last = undefined;
        }, holds);
        // A timer of Node keeps the process from ending.
        (timer as { unref?: () => void }).unref?.();
      });
    }
    return last;
  };
}
