import type { CliIO } from '../io.js';
import { bar, grouped } from '../text.js';

export interface Progress {
  /** Called often; draws at most ten times a second. */
  update(state: { rows: number; bytes: number }): void;
  /** Takes the line away, so that what follows stands on a clean one. */
  clear(): void;
}

const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.ceil(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const two = (n: number): string => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
};

/** A line on standard error with rate and time left, where that is a terminal; nothing in a pipe. */
export function createProgress(io: CliIO, size: number | undefined): Progress {
  const columns = io.columns?.stderr;
  const now = io.now;
  if (columns === undefined || now === undefined) return { update: () => {}, clear: () => {} };
  const start = now();
  let drawn = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    update({ rows, bytes }) {
      const at = now();
      if (at - drawn < 100) return;
      drawn = at;
      shown = true;
      const seconds = Math.max(0.001, (at - start) / 1000);
      const rate = `${grouped(rows)} rows  ${grouped(Math.round(rows / seconds))}/s  ${(bytes / 1e6 / seconds).toFixed(1)} MB/s`;
      const share = size === undefined || size === 0 ? undefined : Math.min(1, bytes / size);
      const line =
        share === undefined
          ? `${rate}  ${(bytes / 1e6).toFixed(0)} MB`
          : `${bar(share, 20)} ${String(Math.floor(share * 100)).padStart(3)} %  ${rate}  ${share > 0 ? clock((seconds / share) * (1 - share)) : '-:--'} left`;
      io.stderr(`\r${line.slice(0, Math.max(0, columns - 1))}\x1b[K`);
    },
    clear() {
      if (shown) io.stderr('\r\x1b[K');
      shown = false;
    },
  };
}
