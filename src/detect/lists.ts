import { type Candidates, Marks } from '../dialect/found.js';
import { firstCR, lineAfter } from '../text/lines.js';
import { skipIndent, textStart } from '../text/space.js';
import { pairSide, speakerKey, strongSpeaker } from './names.js';

const BULLETS = '-*+•';

const entry = /([-*+•] )((?:\*\*|__)?)(\p{L}[\p{L}\p{N} ]{0,30}?)\2[ \t]*[:：]/uy;

/** Turns that are entries of a list, `- User: hi`, all of them with the first one's bullet: it is a part of their labels. */
export function findListed(text: string): Candidates | undefined {
  if (!text.includes(':') && !text.includes('：')) return undefined;
  if (![...BULLETS].some((bullet) => text.includes(`${bullet} `))) return undefined;
  const marks = new Marks();
  const spellings: Candidates['spellings'] = [];
  const known = new Map<string, number>();
  const cr = firstCR(text);
  let bullet: string | undefined;
  for (let p = textStart(text); p < text.length; p = lineAfter(text, p, cr)) {
    const at = skipIndent(text, p);
    entry.lastIndex = at;
    const match = BULLETS.includes(text.charAt(at)) ? entry.exec(text) : null;
    if (match === null) continue;
    const key = speakerKey(match[3]!);
    if (strongSpeaker(key) === undefined && pairSide(key) === undefined) continue;
    bullet ??= match[1];
    if (bullet !== match[1]) continue;
    const label = match[0].slice(0, -1).trimEnd();
    let which = known.get(label);
    if (which === undefined) {
      which = spellings.length;
      known.set(label, which);
      spellings.push({ text: label, key, count: 0 });
    }
    spellings[which]!.count++;
    marks.add(which, p, at, 0, at + match[0].length);
  }
  return bullet === undefined ? undefined : { spellings, marks };
}
