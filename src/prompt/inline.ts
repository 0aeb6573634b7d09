import { type Candidates, Marks } from './marks.js';
import { isSpace, skipUnit } from './space.js';
import { speakerKey, strongSpeaker } from './speakers.js';

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
/** By the last unit, so that most colons are passed over at a glance. */
const byLastUnit: (readonly number[] | undefined)[] = Array.from({ length: 128 }, (_, unit) => {
  const list = spellings.flatMap((spelling, i) =>
    spelling.charCodeAt(spelling.length - 1) === unit ? [i] : [],
  );
  return list.length === 0 ? undefined : list;
});
/** The sides that a spelling may speak for: 1 the user's, 2 the assistant's. */
const sides = spellings.map((spelling) => {
  const speaker = strongSpeaker(speakerKey(spelling));
  if (speaker === 'user' || spelling === 'Q' || spelling === 'Customer') return 1;
  if (speaker === 'assistant' || spelling === 'A' || spelling === 'Agent') return 2;
  return spelling === 'You' ? 3 : 0;
});

/** The spelling that ends at a colon and starts after white space or `>`, or -1. */
function spellingBefore(text: string, colon: number): number {
  const unit = text.charCodeAt(colon - 1);
  const list = unit < 128 ? byLastUnit[unit] : undefined;
  if (list === undefined) return -1;
  for (const index of list) {
    const spelling = spellings[index]!;
    const start = colon - spelling.length;
    if (start < 0) continue;
    const before = start === 0 ? 32 : text.charCodeAt(start - 1);
    if ((isSpace(before) || before === 62 || before === 0xfeff) && text.startsWith(spelling, start))
      return index;
  }
  return -1;
}

/**
 * Known labels anywhere in a text, after white space or `>`: the turns of prompts written on one line. Undefined where
 * one side has none.
 */
export function inlineCandidates(text: string): Candidates | undefined {
  if (!hasBothSides(text)) return undefined;
  const found: Candidates = {
    spellings: spellings.map((spelling) => ({ text: spelling, key: speakerKey(spelling), count: 0 })),
    marks: new Marks(),
  };
  forEachLabel(text, (index, colon) => {
    const start = colon - spellings[index]!.length;
    found.spellings[index]!.count++;
    found.marks.add(index, start, start, 0, colon + 1);
    return true;
  });
  return found;
}

function hasBothSides(text: string): boolean {
  let seen = 0;
  forEachLabel(text, (index) => {
    seen |= sides[index]!;
    return seen !== 3;
  });
  return seen === 3;
}

/** Calls back with each label's spelling and colon, until that returns false. */
function forEachLabel(text: string, visit: (index: number, colon: number) => boolean): void {
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    colon = skipUnit(text, colon, 58) - 1;
    const index = spellingBefore(text, colon);
    if (index === -1 || (text.charCodeAt(colon + 1) === 47 && text.charCodeAt(colon + 2) === 47)) continue;
    if (!visit(index, colon)) return;
  }
}
