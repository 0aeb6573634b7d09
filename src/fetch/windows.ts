import type { ServerName } from '../translate/servers.js';
import type { Exchange } from './exchange.js';
import { discoverWindow } from './http-tokenizer.js';

export type ContextWindow = number | ((model: string) => number | undefined);

/** The windows of an upstream's models: as given, else asked for once and remembered. */
export interface Windows {
  of(exchange: Exchange, base: string, model: string): Promise<number | undefined>;
}

/** Model names come from clients: more than this are not remembered. */
const mostRemembered = 256;

export function createWindows(given: ContextWindow | undefined, server: ServerName | undefined): Windows {
  const found = new Map<string, Promise<number | undefined>>();
  return {
    async of({ upstream, headers, signal }, base, model) {
      const stated = typeof given === 'function' ? given(model) : given;
      if (stated !== undefined || server === undefined) return stated;
      const key = `${base} ${model}`;
      const known = found.get(key);
      if (known !== undefined) return await known;
      const asked = discoverWindow({ base, server, upstream, headers, signal, model });
      if (found.size < mostRemembered) found.set(key, asked);
      try {
        return await asked;
      } catch (error) {
        // The next request asks again.
        found.delete(key);
        if (signal.aborted) throw error;
        return undefined;
      }
    },
  };
}
