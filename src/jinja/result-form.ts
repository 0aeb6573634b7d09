import type { ResultForm } from '../body/call-format.js';
import { isJson } from '../text/json.js';
import { type Content, json, reworded } from '../text/pieces.js';

/** What stands in a result's turn: texts of the template's own, and what differs from result to result. */
export interface ResultLayout {
  parts: readonly ('id' | 'name' | 'content' | { text: string })[];
  /** All that differs stands in JSON strings. */
  json: boolean;
}

type Hole = 'id' | 'name' | 'content';

/** A text as it stands between the quotes of a JSON string. */
const inQuotes = (content: Content): Content => {
  const quoted = json(content);
  return { ...reworded(quoted, quoted.text.slice(1, -1)), as: 'json' };
};

/** What a turn has between the texts of a layout; null where it is written in another way. */
function holesIn({ parts }: ResultLayout, raw: string): Map<Hole, string> | null {
  const found = new Map<Hole, string>();
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if (typeof part === 'object') {
      if (!raw.startsWith(part.text, at)) return null;
      at += part.text.length;
      continue;
    }
    const next = parts[i + 1];
    const mark = typeof next === 'object' ? next.text : '';
    // What stands behind the words is looked for from the end: the words may hold it.
    const end = mark === '' ? raw.length : part === 'content' ? raw.lastIndexOf(mark) : raw.indexOf(mark, at);
    if (end < at) return null;
    found.set(part, raw.slice(at, end));
    at = end;
  }
  return at === raw.length ? found : null;
}

/** How results stand in their turns, by what a template writes around them. */
export const resultForm = (layout: ResultLayout): ResultForm => ({
  write: ({ id, name, words }) => {
    const holes = { id, name, content: words };
    return layout.parts.map((part) =>
      typeof part === 'object' ? part.text : layout.json ? inQuotes(holes[part]) : holes[part],
    );
  },
  read(raw, restore) {
    const found = holesIn(layout, raw);
    const text = (hole: Hole): string => {
      const written = found?.get(hole) ?? '';
      const quoted = `"${written}"`;
      return layout.json && isJson(quoted) ? (JSON.parse(quoted) as string) : restore(written);
    };
    return found === null ? { id: '', content: restore(raw) } : { id: text('id'), content: text('content') };
  },
  ...(layout.parts.includes('id') ? { keepsId: true } : {}),
});
