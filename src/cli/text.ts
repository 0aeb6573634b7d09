import Table from 'cli-table3';

/** A bar that is filled to a share, 0 to 1, in the eighths of a block. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  const part = eighths % 8 === 0 ? '' : ' ▏▎▍▌▋▊▉'.charAt(eighths % 8);
  return `${full}${part}${'░'.repeat(width - Math.ceil(eighths / 8))}`;
}

export const grouped = (value: number): string => value.toLocaleString('en-US');

/** One line of a text without control characters, which a terminal would obey, cut to a width. */
export function preview(text: string, width: number): string {
  const line = text
    .slice(0, width * 2)
    .replace(/[\s\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  const units = [...line];
  return units.length > width ? `${units.slice(0, Math.max(0, width - 1)).join('')}…` : line;
}

/** A table for a terminal: no colours, no frames; numbers stand on the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const right = head.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const made = new Table({
    head: [...head],
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: right.map((one) => (one ? 'right' : 'left')),
  });
  for (const row of rows) made.push(row.map((cell) => (typeof cell === 'number' ? grouped(cell) : cell)));
  return `${made.toString().replace(/[ \t]+$/gm, '')}\n`;
}

/** Lines no longer than a width; a word that is longer is cut. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return [...lines, line].join('\n');
}

/** A text whose lines are no longer than a terminal's, those behind the first indented; unchanged where there is no terminal. */
export function hanging(text: string, columns: number | undefined, indent: number): string {
  if (columns === undefined || text.length <= columns) return text;
  const [head, rest] = [text.slice(0, indent), text.slice(indent)];
  return head + wrapped(rest, Math.max(20, columns - indent)).replaceAll('\n', `\n${' '.repeat(indent)}`);
}
