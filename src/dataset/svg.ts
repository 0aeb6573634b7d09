/** Bars that grow to the right, with a name on their left and a value at their end. */
export interface Bar {
  name: string;
  value: number;
  /** What stands at the end of the bar; the value unless given. */
  label?: string;
  /** Drawn in the strong colour. */
  strong?: boolean;
}

export interface BarChart {
  title: string;
  bars: readonly Bar[];
  /** Logarithmic lengths, for values that differ by orders of magnitude. */
  log?: boolean;
  width?: number;
}

export const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"']/g, (unit) => `&#${unit.charCodeAt(0)};`)
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');

const ROW = 24;
const TOP = 40;
/** Inner plots take their colours from the page; a file of its own has readable ones on both light and dark. */
const STYLE = `<style>text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-weight:600;font-size:15px}.bar{fill:#8fa8c8}.strong{fill:#1f6feb}@media(prefers-color-scheme:dark){text{fill:#adbac7}.bar{fill:#54687f}.strong{fill:#58a6ff}}</style>`;

/** A bar chart as SVG: no script, no fonts, no links. */
export function barChart({ title, bars, log = false, width = 760 }: BarChart): string {
  const names = Math.min(320, 12 + Math.max(0, ...bars.map(({ name }) => name.length)) * 7.2);
  const room = width - names - 110;
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const least = Math.min(...bars.map(({ value }) => value).filter((value) => value > 0), most);
  const floor = least / 2;
  const lengthOf = (value: number): number => {
    if (!(value > 0)) return 0;
    const share = log && most > floor ? Math.log(value / floor) / Math.log(most / floor) : value / most;
    return Math.max(1, share * room);
  };
  const rows = bars.map(({ name, value, label, strong }, i) => {
    const y = TOP + i * ROW;
    const length = lengthOf(value).toFixed(1);
    return [
      `<text x="${names - 8}" y="${y + 15}" text-anchor="end">${escapeXml(name)}</text>`,
      `<rect class="bar${strong ? ' strong' : ''}" x="${names}" y="${y + 2}" width="${length}" height="${ROW - 6}" rx="2"/>`,
      `<text x="${(names + Number(length) + 6).toFixed(1)}" y="${y + 15}">${escapeXml(label ?? String(value))}</text>`,
    ].join('');
  });
  const height = TOP + bars.length * ROW + 8;
  const heading = `<text class="title" x="8" y="22">${escapeXml(title)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">${STYLE}${heading}${rows.join('')}</svg>`;
}
