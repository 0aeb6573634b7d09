/**
 * Hands on text in whole lines, and puts the blank line in where a sender left it out: some write one `data: {…}` line
 * after another, which the format reads as one event of many lines. No line after a whole JSON object can belong to it,
 * so there the event has ended.
 */
export interface LineFeed {
  push(text: string): string;
  /** What is left, as if a line end came. */
  end(): string;
  /** Units held back: the line that has not ended. */
  readonly held: number;
}

const LF = 10;
const CR = 13;

/** Is a line `data:` with a whole JSON object, or the mark of the end? */
function isWholeData(line: string): boolean {
  if (!line.startsWith('data:')) return false;
  const value = line.slice(5).trim();
  if (value === '[DONE]') return true;
  if (!value.startsWith('{') || !value.endsWith('}')) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** Where the last whole line ends. A CR at the very end may be half of a CRLF. */
function lastLineEnd(text: string): number {
  const lf = text.lastIndexOf('\n');
  const cr = text.lastIndexOf('\r', text.length - 2);
  return (lf > cr || cr === text.length - 1 ? lf : cr) + 1;
}

export function createLineFeed(): LineFeed {
  let rest = '';
  let fragments: string[] = [];
  let length = 0;
  /** The line before what comes next, where it is a data line; it may be needed to see that its event has ended. */
  let before = '';

  function lines(text: string): string {
    let out = '';
    let from = 0;
    for (let hit = text.indexOf('data:'); hit !== -1; hit = text.indexOf('data:', hit + 5)) {
      if (hit === 0) {
        if (before !== '' && isWholeData(before)) out += '\n';
        continue;
      }
      const unit = text.charCodeAt(hit - 1);
      if (unit !== LF && unit !== CR) continue;
      const end = unit === LF && text.charCodeAt(hit - 2) === CR ? hit - 2 : hit - 1;
      const blank = end === 0 ? true : isLineEnd(text.charCodeAt(end - 1));
      if (blank) continue;
      const start = Math.max(text.lastIndexOf('\n', end - 1), text.lastIndexOf('\r', end - 1)) + 1;
      if (!isWholeData(text.slice(start, end))) continue;
      out += `${text.slice(from, hit)}\n`;
      from = hit;
    }
    let end = text.length;
    if (text.charCodeAt(end - 1) === LF) end--;
    if (end > 0 && text.charCodeAt(end - 1) === CR) end--;
    const start =
      end === 0 ? 0 : Math.max(text.lastIndexOf('\n', end - 1), text.lastIndexOf('\r', end - 1)) + 1;
    before = text.startsWith('data:', start) ? text.slice(start, end) : '';
    return from === 0 ? out + text : out + text.slice(from);
  }

  return {
    get held() {
      return length;
    },
    push(text) {
      // The usual block: one whole line, and a blank one.
      const end = text.length - 1;
      if (
        length === 0 &&
        before === '' &&
        text.charCodeAt(end) === LF &&
        text.indexOf('\n') === end - 1 &&
        !text.includes('\r')
      ) {
        return text;
      }
      // A CR that was held back for its LF is joined with what follows; other fragments wait for a line end.
      const joined = rest === '' ? text : rest + text;
      rest = '';
      const cut = lastLineEnd(joined);
      if (joined.charCodeAt(joined.length - 1) === CR && cut < joined.length) {
        rest = '\r';
      }
      const tail = joined.slice(cut, joined.length - rest.length);
      if (cut === 0) {
        if (tail !== '') fragments.push(tail);
        length += text.length;
        return '';
      }
      fragments.push(joined.slice(0, cut));
      const whole = fragments.length === 1 ? fragments[0]! : fragments.join('');
      fragments = tail === '' ? [] : [tail];
      length = tail.length + rest.length;
      return lines(whole);
    },
    end() {
      const whole = `${fragments.join('')}${rest}\n`;
      fragments = [];
      rest = '';
      length = 0;
      return lines(whole);
    },
  };
}

const isLineEnd = (unit: number): boolean => unit === LF || unit === CR;
