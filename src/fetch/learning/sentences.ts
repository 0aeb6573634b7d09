/** A request as it was sent. */
export type Sent = Readonly<Record<string, unknown>>;

/** Names that errors use for a field beside its own, as patterns. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  stop: ['stop[_ ]?sequences?', 'stop words?', 'stop tokens?'],
  n: [
    'candidate_?count',
    'multiple (?:choices|completions|candidates)',
    '(?:only )?one (?:completion choice|choice|candidate|completion)',
  ],
  logprobs: ['log ?prob(?:abilitie)?s'],
  top_logprobs: ['sample logprobs'],
  presence_penalty: ['(?<!frequency[_ -]?)penalt(?:y|ies)'],
  frequency_penalty: ['(?<!presence[_ -]?)penalt(?:y|ies)', 'frequency (?:and|or) presence penalties'],
};

/** The names of a field, as patterns that match any of its spellings: `top_p`, `topP`, `top p`. */
export function namesOf(field: string): string[] {
  const own = field.replace(/[^\w]/g, '').replaceAll('_', '[_ -]?');
  return [own, ...(otherNames[field] ?? [])];
}

/** Words of a sentence that says no. */
const refusal = new RegExp(
  [
    'unsupported|unrecogni[sz]ed|unexpected|extraneous|deprecated|no longer|mutually exclusive',
    'unknown (?:parameter|name|field|argument|property|key|option)',
    'incompatible (?:request )?arguments?',
    'extra (?:inputs?|fields?)|additional propert(?:y|ies)',
    "(?:not|n['’]t|cannot)(?: \\w+){0,2} (?:support|accept|allow|take|permit|enable|implement|recogni[sz]e|includ)\\w*",
    "(?:cannot|can't|can ?not|may not|must not|should not)(?: both)? be (?:specified|set|used|provided|combined|sent)",
    '(?:must|should) be (?:1|one|unset|null|omitted)\\b|\\bor unset\\b|may only be set',
    '\\bonly (?:one|a single|no|the default)\\b|\\bonly \\S+ is (?:supported|allowed|accepted)',
    'not available|cannot find field|not valid for|no endpoints found',
  ].join('|'),
  'i',
);

/** Words by which a sentence says that two fields don't go together. */
const together = /\bboth\b|only one of|together|mutually exclusive|at the same time/i;

/** What a sentence offers in place of the field that it refuses. */
const alternative = /\b(?:please )?use ["'`]?[\w ]+["'`]? instead.*|\bdid you mean .*|\bto drop these.*/i;

const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.;!?])\s+|\n/)
    .map((sentence) => sentence.replace(alternative, ''))
    .filter((sentence) => sentence !== '');

/** Where a name that is a common word (`user`, `stop`, `n`) is that of the field, and no word of the sentence. */
function standsAsField(name: string, sentence: string): boolean {
  const word = `${name}(?![\\w-])(?!['"\`]? (?:messages?|roles?|turns?|prompts?|content|input|reason)\\b)`;
  const places = [
    `["'\`“‘[(]${name}["'\`”’\\])]`,
    `(?:^|[:>,.] ?)${word}(?: (?:parameter|field|argument|option|value)s?)? ?(?:is|are|was|must|has|can|cannot|does|[:=>])`,
    `(?:param(?:eter)?s?|fields?|arguments?|name|propert(?:y|ies)|keys?|supplied|provided|unsupported|support|allow|accept|model|no):? (?:\\w+, ?)*${word}`,
  ];
  return places.some((place) => new RegExp(place, 'i').test(sentence));
}

const isCommonWord = (field: string): boolean =>
  !field.includes('_') && field !== 'temperature' && field !== 'logprobs';

function isNamed(field: string, sentence: string): boolean {
  const [own = '', ...others] = namesOf(field);
  const names = isCommonWord(field) ? others : [own, ...others];
  if (names.some((name) => new RegExp(`(?<!\\w)${name}(?!\\w)`, 'i').test(sentence))) return true;
  return isCommonWord(field) && standsAsField(own, sentence);
}

export interface Refusing {
  /** Somewhere the text says no. */
  refuses: boolean;
  /** The fields that are named where it does. */
  fields: string[];
  /** The fields that are named anywhere. */
  named: string[];
  /** It says that they don't go together. */
  both: boolean;
}

/** Which of the fields that were sent a text refuses. */
export function refusesIn(text: string, fields: readonly string[]): Refusing {
  const sentences = sentencesOf(text);
  const refusing = sentences.filter((sentence) => refusal.test(sentence));
  const namedIn = (some: readonly string[]): string[] =>
    fields.filter((field) => some.some((sentence) => isNamed(field, sentence)));
  return {
    refuses: refusing.length > 0,
    fields: namedIn(refusing),
    named: namedIn(sentences),
    both: refusing.some((sentence) => together.test(sentence)),
  };
}
