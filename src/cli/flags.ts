import { UsageError } from './io.js';

/** A number that a flag was given, or a `UsageError`. */
export function wholeNumber(
  value: string,
  flag: string,
  { least = 1, most = Number.MAX_SAFE_INTEGER } = {},
): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  const upTo = most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : '';
  throw new UsageError(`${flag} takes a whole number from ${least}${upTo}, not "${value}".`);
}

/** Collects the values of a flag that may be repeated, each several behind commas. */
export const list = (value: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  ...value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
];

/** Collects the stop sequences of a flag that may be repeated; `\n` is a line end. */
export const stops = (value: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  value.replace(/\\n/g, '\n'),
];
