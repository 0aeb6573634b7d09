import type { Candidates } from './candidates.js';
import { isSpace } from './space.js';
import { speakerKey } from './speakers.js';

/** Spellings that label turns in the middle of a line; ordinary words in lower case do not. */
const spellings: readonly string[] = [
  'USER',
  'ASSISTANT',
  'SYSTEM',
  'HUMAN',
  'BOT',
  'User',
  'Assistant',
  'System',
  'Human',
  'AI',
  'Bot',
  'Chatbot',
  'Model',
  'Computer',
  'GPT',
  'ChatGPT',
  'You',
  'Q',
  'A',
  'Customer',
  'Agent',
];
const longest = Math.max(...spellings.map((spelling) => spelling.length));
const lastUnits = new Uint8Array(128);
for (const spelling of spellings) lastUnits[spelling.charCodeAt(spelling.length - 1)] = 1;
const indexes = new Map(spellings.map((spelling, i) => [spelling, i]));

const isWordUnit = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);

/** Known labels anywhere in a text, after white space or `>`: the turns of prompts written on one line. */
export function inlineCandidates(text: string): Candidates {
  const found: Candidates = {
    spellings: spellings.map((spelling) => ({ text: spelling, key: speakerKey(spelling), count: 0 })),
    which: [],
    starts: [],
    offsets: [],
    ends: [],
  };
  const n = text.length;
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    while (text.charCodeAt(colon + 1) === 58) colon++;
    const unit = text.charCodeAt(colon - 1);
    if (!(unit < 128) || lastUnits[unit] !== 1) continue;
    let start = colon - 1;
    const limit = Math.max(0, colon - longest);
    while (start > limit && isWordUnit(text.charCodeAt(start - 1))) start--;
    const before = start === 0 ? 32 : text.charCodeAt(start - 1);
    if (!isSpace(before) && before !== 62 && before !== 0xfeff) continue;
    const index = indexes.get(text.slice(start, colon));
    if (index === undefined) continue;
    const next = text.charCodeAt(colon + 1);
    if (next === 47 && colon + 2 < n && text.charCodeAt(colon + 2) === 47) continue;
    found.spellings[index]!.count++;
    found.which.push(index);
    found.starts.push(start);
    found.offsets.push(start);
    found.ends.push(colon + 1);
  }
  return found;
}
