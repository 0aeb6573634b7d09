import { Template } from '@huggingface/jinja';
import { RolecallError } from '../errors.js';

/** A chat template, ready to render. */
export interface Engine {
  /** The text of the template. */
  source: string;
  /** Throws what the template throws; `numbers`: how many it may count. */
  render(variables: Readonly<Record<string, unknown>>, numbers?: number): string;
}

/** The time that templates get: the milliseconds of `Date.now`, or what gives them. */
export type Clock = number | (() => number);

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** A time as Python's `strftime` writes it: English names, in the local time zone. */
function strftime(milliseconds: number, format: string): string {
  const date = new Date(milliseconds);
  const padded = (n: number): string => String(n).padStart(2, '0');
  const month = months[date.getMonth()]!;
  const day = days[date.getDay()]!;
  const fields: Readonly<Record<string, string>> = {
    '%Y': String(date.getFullYear()),
    '%m': padded(date.getMonth() + 1),
    '%d': padded(date.getDate()),
    '%b': month.slice(0, 3),
    '%B': month,
    '%a': day.slice(0, 3),
    '%A': day,
    '%H': padded(date.getHours()),
    '%M': padded(date.getMinutes()),
    '%S': padded(date.getSeconds()),
    '%%': '%',
  };
  return format.replace(/%./g, (field) => fields[field] ?? field);
}

/** So many numbers may be counted in one rendering: a template that counts more would keep its caller waiting. */
const mostNumbers = 250_000;

/** Python's `range`, up to a number of numbers in all. */
function limitedRange(most: number): (...bounds: unknown[]) => number[] {
  let left = most;
  return (...bounds) => {
    const given = bounds.filter((one): one is number => typeof one === 'number');
    const [start, stop, step = 1] =
      given.length < 2 ? [0, given[0] ?? 0] : (given as [number, number, number?]);
    const count = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
    left -= count;
    if (left < 0) throw new Error('The template counts too far.');
    return Array.from({ length: count }, (_, i) => start + i * step);
  };
}

/** Makes a template ready. Throws `invalid-dialect` for a text that is no Jinja. */
export function engineOf(template: string, now: Clock = Date.now): Engine {
  // As Jinja reads its files: a line end is a line feed, whatever the editor wrote.
  const source = template.replace(/\r\n?/g, '\n');
  let compiled: Template;
  try {
    compiled = new Template(source);
  } catch (cause) {
    throw new RolecallError('invalid-dialect', 'The chat template is not Jinja that can be read.', {
      path: 'template',
      cause,
    });
  }
  // The engine's own functions read the clock and count without end, and take no others in their place but in the template.
  const own = '{% set strftime_now = rolecall_clock %}{% set range = rolecall_range %}';
  compiled.parsed.body.unshift(...new Template(own).parsed.body);
  const time = typeof now === 'number' ? () => now : now;
  const rolecall_clock = (format: string): string => strftime(time(), format);
  return {
    source,
    render: (variables, numbers = mostNumbers) =>
      compiled.render({ ...variables, rolecall_clock, rolecall_range: limitedRange(numbers) }),
  };
}
