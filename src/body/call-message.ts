import { createJsonScan } from '../text/json-scan.js';
import { closings, headerLength } from './channel-reader.js';

/** The arguments of a harmony call as they come: all of the message up to its closing mark, or the next header. */
export interface MessageReader {
  /** How much of the text belongs to the arguments, how long the mark behind them is, and whether they have ended. */
  read(text: string, last: boolean): { length: number; mark: number; ended: boolean };
  /** What came is one JSON object or list. */
  readonly good: boolean;
}

export function createMessageReader(): MessageReader {
  const scan = createJsonScan();
  /** The JSON is whole. */
  let whole = false;
  let more = false;

  function see(text: string): void {
    let from = 0;
    if (!whole) {
      from = scan.read(text, 0, 0);
      whole = scan.closed;
    }
    if (whole && text.slice(from).trim() !== '') more = true;
  }

  return {
    get good() {
      return whole && !scan.broken && !more;
    },
    read(text, last) {
      for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) {
        const rest = text.slice(at);
        const close = closings.find((mark) => rest.startsWith(mark));
        const header = headerLength(rest);
        const ended = close !== undefined || (header !== undefined && header > 0);
        const half = header === undefined || closings.some((mark) => mark.startsWith(rest));
        if (!ended && (last || !half)) continue;
        see(text.slice(0, at));
        return { length: at, mark: close?.length ?? 0, ended };
      }
      see(text);
      return { length: text.length, mark: 0, ended: last };
    },
  };
}
