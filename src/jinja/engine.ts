import { Template } from '@huggingface/jinja';
import { RolecallError } from '../errors.js';

/** A chat template, ready to render. */
export interface Engine {
  /** The text of the template. */
  source: string;
  /** Throws what the template throws. */
  render(variables: Readonly<Record<string, unknown>>): string;
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
  // The engine's own function reads the clock, and takes no other in its place but in the template itself.
  compiled.parsed.body.unshift(...new Template('{% set strftime_now = rolecall_clock %}').parsed.body);
  const time = typeof now === 'number' ? () => now : now;
  const rolecall_clock = (format: string): string => strftime(time(), format);
  return { source, render: (variables) => compiled.render({ ...variables, rolecall_clock }) };
}
