import { respace } from '../../text/json.js';
import type { Content } from '../../text/pieces.js';
import type { CallContent } from '../generic.js';
import { argumentsOf, jsonByLook } from '../typed.js';
import type { Tags } from './read.js';

/** One argument of a call, as it stands between its tags. */
export interface Member {
  key: Content;
  value: Content;
  /** The value is a string. */
  isString: boolean;
}

export interface MemberOptions {
  content: CallContent;
  tags: Tags;
  /** Strings stand as they are, even where they read as another type, as the models' template has them. */
  bare?: (key: string) => void;
  /** How a value that is no string is written; by default as it was given. */
  plain?: (json: string) => string;
  /** A string needs no quotes where it reads as another type: its tag tells. */
  typed?: boolean;
}

/** JSON without the marks of a call in it: the same value. */
function withoutMarks(json: string, { around, call, parameter, others = [] }: Tags): string {
  const marks = [
    around?.open,
    around?.close,
    call.open,
    call.close,
    parameter.open,
    parameter.close,
    ...others,
  ];
  return marks.reduce<string>(
    (text, mark = '') => (mark === '' ? text : text.replaceAll(mark, `\\u003c${mark.slice(1)}`)),
    json,
  );
}

/** A string as JSON, with no mark in it. */
const quoted = (text: string, tags: Tags): string => withoutMarks(JSON.stringify(text), tags);

/** Is a key told from its tag, and read as it is? */
const isPlainKey = (key: string): boolean => /^[^\s"<>](?:[^\n"<>]*[^\s"<>])?$/.test(key);

/**
 * The arguments of a call between tags: strings as they are, anything else as JSON. A string that would read as another
 * type, or holds a mark of the call, is written as a JSON string. Null where the arguments are no object.
 */
export function taggedMembers(args: string, options: MemberOptions): Member[] | null {
  const found = argumentsOf(args);
  if (found === null) return null;
  const { content, tags, bare, plain = (json: string): string => json, typed = false } = options;
  return [...found].map(([name, json]): Member => {
    const key = isPlainKey(name)
      ? content(name, 'text')
      : content(quoted(name, tags).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e'), 'json');
    if (!json.startsWith('"'))
      return { key, value: content(withoutMarks(plain(json), tags), 'json'), isString: false };
    const text = JSON.parse(json) as string;
    const marked = quoted(text, tags) !== JSON.stringify(text);
    const looks = !typed && (jsonByLook(text) !== null || /^\s*["[{]/.test(text));
    if (looks && !marked) bare?.(name);
    const quotes = marked || (looks && bare === undefined);
    return {
      key,
      value: quotes ? content(quoted(text, tags), 'json') : content(text, 'text'),
      isString: !quotes,
    };
  });
}

/** Arguments that are no object, as a JSON string that stands in the place of the tags. */
export const argumentsText = (args: string, { content, tags }: MemberOptions): Content =>
  content(quoted(args, tags), 'json');

/** A value with the spacing of a template's `tojson`. */
export const tojson = (json: string): string => respace(json);

/** The same, with what Python's `str` makes of `true`, `false` and `null`. */
export const pythonText = (json: string): string =>
  ({ true: 'True', false: 'False', null: 'None' })[json] ?? respace(json);
