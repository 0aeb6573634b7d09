import { literal } from '../dialect/control-tokens.js';
import type { Sight } from './evidence.js';
import { askers, neverSpeaks } from './names.js';
import { looksLikeName, type Roles } from './roles.js';

/** More speakers than this beside the one who is to answer are the keys of some data. */
const MOST_OTHERS = 3;
/** How much of the text in front of a conversation is read. */
const MOST_UNITS = 4000;

const talk =
  /\b(?:conversation|dialog(?:ue)?|chat(?:s|ting|bot)?|interview|talk(?:s|ing)?|speak(?:s|ing)?|messages|role-?play(?:s|ing)?|bot|you are|character|assistant|AI)\b/i;

/** Does the text say that somebody goes by this name: `You are Bob`, `Bob is …`, `between Ann and Bob`? */
function introduces(text: string, name: string): boolean {
  const own = `(?<![\\p{L}\\p{N}])${literal(name)}(?![\\p{L}\\p{N}])`;
  const patterns = [
    String.raw`\b(?:[Yy]ou(?: are|'re)|I(?: am|'m)|named|called|[Nn]ame(?: is|:)|[Aa]ct as|[Pp]lay|[Pp]retend to be)[ \t]+(?:\w+[ \t]+)?${own}`,
    String.raw`\b(?:[Tt]alk|[Ss]peak|[Cc]hat|[Cc]onvers|[Ii]nterview|[Mm]essag|[Cc]all|[Dd]ialog)\w*[ \t]+(?:to|with|of)[ \t]+(?:\w+[ \t]+){0,2}${own}`,
    String.raw`\bbetween[ \t][^.\r\n]{0,60}${own}`,
    String.raw`${own}(?:['’]s\b|,? (?:is|are|was|has|will|likes|lives|works|helps|answers|speaks|talks|knows|loves|wants)\b|, (?:an?|the|who|your)\b)`,
  ];
  return text.includes(name) && new RegExp(patterns.join('|'), 'u').test(text);
}

/**
 * A name that nobody knows and that stands open at the end is the assistant's where the text before the conversation
 * introduces it, or where somebody who asks speaks in front of it. Who speaks right before it is the user. Adds their
 * roles, and says whether it did.
 */
export function addIntroduced(sight: Sight, roles: Roles, evidence: string[]): boolean {
  const {
    text,
    ink,
    candidates: { marks, spellings },
  } = sight;
  const last = marks.length - 1;
  if (last < 1 || marks.end(last) < ink || roles.includes('assistant')) return false;
  const own = spellings[marks.which(last)]!;
  const isOwn = (i: number): boolean => spellings[marks.which(i)]!.key === own.key;
  const may = (which: number): boolean =>
    !neverSpeaks(spellings[which]!.key) && looksLikeName(spellings[which]!.text);
  if (roles[marks.which(last)] !== undefined || !may(marks.which(last))) return false;
  const others = new Set<number>();
  for (let i = 1; i <= last; i++) if (isOwn(i) && !isOwn(i - 1)) others.add(marks.which(i - 1));
  const known = roles.includes('user');
  if (
    others.size > MOST_OTHERS ||
    (known ? ![...others].some((i) => roles[i] === 'user') : ![...others].every(may))
  )
    return false;
  let first = 0;
  while (!isOwn(first) && !others.has(marks.which(first))) first++;
  const before = text.slice(Math.max(0, marks.start(first) - MOST_UNITS), marks.start(first));
  const asked = [...others].every((i) => askers.has(spellings[i]!.key));
  if (!asked && !(introduces(before, own.text) && (known || talk.test(before)))) return false;
  for (const [i, { key }] of spellings.entries()) {
    if (roles[i] === undefined && key === own.key) roles[i] = 'assistant';
    else if (others.has(i)) roles[i] ??= 'user';
  }
  evidence.push(asked ? `"${own.text}:" is asked` : `the text before names "${own.text}"`);
  return true;
}
