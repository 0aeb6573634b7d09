import type { ConvertedRow } from '../../dataset/converted.js';
import type { Plan } from '../../dataset/plan.js';
import { createReport, type DatasetReport } from '../../dataset/report.js';
import { leftOutBy } from '../../dataset/row.js';
import { trainingTerms } from '../../dataset/training.js';
import { detectDialect } from '../../detect/index.js';
import type { Message } from '../../schemas/messages.js';
import type { Tokenizer } from '../../tokens/bpe/types.js';
import { countChatTokens, loadTokenizer, resolveEncoding } from '../../tokens/index.js';
import { contextWindow } from '../../tokens/models/catalogue.js';
import { UsageError } from '../io.js';

export interface RowReporter {
  row(line: number, value: unknown, converted: ConvertedRow): void;
  reject(line: number, code: string, message: string): void;
  blank(lines: number): void;
  report(): DatasetReport;
}

export interface ReporterFlags {
  source: string;
  tokens: boolean;
  epochs: string;
  trainingPrice?: string;
  limit?: string;
}

function positive(flag: string, value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number)))
    throw new UsageError(`${flag} takes a number above 0, not ${value}.`);
  return number;
}

/** A report over converted rows, with their tokens counted unless `tokens` is false. */
export async function rowReporter(plan: Plan, flags: ReporterFlags): Promise<RowReporter> {
  const terms = trainingTerms(plan.model);
  const limit =
    flags.limit === undefined
      ? (terms?.limit ?? contextWindow(plan.model) ?? null)
      : positive('--limit', flags.limit);
  const price =
    flags.trainingPrice === undefined
      ? (terms?.price ?? null)
      : positive('--training-price', flags.trainingPrice);
  if (flags.tokens) resolveEncoding(plan.model);
  const tokenizer: Tokenizer | undefined = flags.tokens ? await loadTokenizer(plan.model) : undefined;
  const lengthOf = (text: string): number => (tokenizer === undefined ? text.length : tokenizer.count(text));
  const builder = createReport({
    to: plan.to,
    source: flags.source,
    model: plan.model,
    epochs: positive('--epochs', flags.epochs),
    price,
    limit,
    unit: tokenizer === undefined ? 'characters' : 'tokens',
  });
  const leftOutOf = leftOutBy(plan);
  const recordLength = (
    record: Readonly<Record<string, unknown>>,
    prompt: number,
    completion: number,
  ): number =>
    tokenizer === undefined || plan.to === 'completion'
      ? prompt + completion
      : countChatTokens({ messages: record['messages'] as Message[] }, { tokenizer, model: plan.model })
          .total;
  return {
    row(line, value, { records, pairs, warnings }) {
      const [first] = pairs;
      // Detection is the dearest step, and a row has one prompt in nearly every dataset.
      const [found] = first === undefined ? [] : detectDialect(first.prompt, { stop: plan.prompt.stop });
      const dialect =
        found === undefined
          ? { name: 'none', confidence: 1 }
          : {
              name: typeof found.dialect === 'string' ? found.dialect : 'other labels',
              confidence: found.confidence,
            };
      const lengths = records.map((record, i) => {
        const prompt = lengthOf(pairs[i]?.prompt ?? '');
        const completion = lengthOf(pairs[i]?.completion ?? '');
        return { prompt, completion, record: recordLength(record, prompt, completion) };
      });
      const key = JSON.stringify(pairs);
      const leftOut = leftOutOf(value);
      builder.row({ line, key, pairs, warnings, dialect, lengths, leftOut });
    },
    reject: builder.reject,
    blank: builder.blank,
    report: builder.report,
  };
}
