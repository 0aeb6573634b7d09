import type { Warning } from '../errors.js';

/** A record to be written. */
export type DatasetRecord = Record<string, unknown>;

/** Prompt and completion without separators, for a report to look at. */
export interface Pair {
  prompt: string;
  completion: string;
}

/** What one record gave: one record or several, each beside the pair of texts it stands for. */
export interface ConvertedRow {
  records: DatasetRecord[];
  pairs: Pair[];
  warnings: Warning[];
}

export type RowWriter = (
  record: Readonly<Record<string, unknown>>,
  warnings: Warning[],
) => Omit<ConvertedRow, 'warnings'>;
