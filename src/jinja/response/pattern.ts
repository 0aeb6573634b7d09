/** The texts of a member that holds one or several; the name for the end of a reply is none. */
export const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === 'string' && one !== '' && one !== 'eos',
  );

const unescaped = (pattern: string): string => pattern.replace(/\\([^\w\s])/g, '$1');

/** The text that a pattern stands for, white space and the end of a reply at its end aside; null where it stands for several. */
export function literalOf(pattern: string): string | null {
  const bare = pattern.replace(/\|\$$/, '').replace(/(?:\\s\*|\\n\??)+$/, '');
  return /(?:^|[^\\])[.*+?^$()[\]{}|]|\\\w/.test(bare) ? null : unescaped(bare);
}

/** The text that all matches of a pattern begin with. */
function startOf(pattern: string): string {
  const found = /^(?:\\[^\w\s]|[^\\.*+?^$()[\]{}|])*/.exec(pattern)![0];
  // What is repeated or left out is no part of it.
  const sure = /^[*+?{]/.test(pattern.slice(found.length)) ? found.replace(/\\?.$/s, '') : found;
  return unescaped(sure);
}

/** The texts of which one stands at the start of each match; none where some match may begin with anything. */
export function startsOf(pattern: string): string[] {
  const group = /^\(\?:((?:\\.|[^\\()])*)\)(?![*?{])/s.exec(pattern);
  const starts = (group === null ? [pattern] : group[1]!.split(/(?<!\\)\|/)).map(startOf);
  // A comma or a bracket stands in any words.
  return starts.every((text) => /[^\s\w,;.]\S*\w|\w{3}/.test(text)) ? starts : [];
}

/** A pattern of Python's; null for one that can't be read here. */
export function patternOf(source: unknown, flags: string): RegExp | null {
  if (typeof source !== 'string') return null;
  const spelled = source
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\\([AZ])/g, (_, end: string) => (end === 'A' ? '^' : '$'));
  try {
    return new RegExp(spelled, `s${flags}`);
  } catch {
    return null;
  }
}

export function match(pattern: RegExp, text: string): RegExpExecArray | null {
  pattern.lastIndex = 0;
  return pattern.exec(text);
}
