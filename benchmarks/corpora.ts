import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom } from '../test/support/random-text.js';

/**
 * Texts to measure with. Each is a function that gives the next text of about so many bytes and never repeats itself;
 * its words are spread as in real text, and new ones keep coming, since caches make repeated words look cheap.
 */
export type Corpus = (bytes: number) => string;

const modules = join(process.cwd(), 'node_modules');

function* files(folder: string, ending: RegExp): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path, ending);
    else if (entry.isFile() && ending.test(entry.name)) yield path;
  }
}

type Random = () => number;
const int = (random: Random, below: number): number => Math.floor(random() * below);
const pick = <T>(random: Random, from: readonly T[]): T => from[int(random, from.length)]!;

/** A place in a list where the first are the most frequent, as words in a language are. */
const zipf = (random: Random, length: number): number => Math.floor(length ** random()) - 1;

function until(bytes: number, next: () => string): string {
  let text = '';
  let size = 0;
  while (size < bytes) {
    const part = next();
    text += part;
    size += Buffer.byteLength(part);
  }
  // A flat string, as one that was read from somewhere is.
  return Buffer.from(text).toString();
}

const syllables =
  'an ar be ca co de den do el er fa for ga gen ha in is ka ki la lo ma men mi mo na ne no on or pa per pro ra re ri ro sa se sta ta te ti to tra ul un va ver vi wa'.split(
    ' ',
  );
const endings = ['', '', 'ed', 'er', 'ing', 'ly', 's', 'ness', 'ism', 'ville', 'son', 'ware'];
const coined = (random: Random): string => {
  let word = '';
  for (let n = 1 + int(random, 3); n >= 0; n--) word += pick(random, syllables);
  return word + pick(random, endings);
};

/** The sentences of the installed packages' documents, as lists of words. */
function proseWords(): string[] {
  const words: string[] = [];
  for (const path of files(modules, /\.md$/)) {
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      if (/^[A-Z][\w ,.;:'"()-]{60,}$/.test(line)) words.push(...line.split(/\s+/));
    }
  }
  return words;
}

/** English: each word follows the last as it did somewhere in real text; one in thirty-three is a new one. */
export function english(seed: number): Corpus {
  const random = randomFrom(seed);
  const words = proseWords();
  const places = new Map<string, number[]>();
  words.forEach((word, i) => {
    const known = places.get(word);
    if (known === undefined) places.set(word, [i]);
    else known.push(i);
  });
  let at = 0;
  return (bytes) =>
    until(bytes, () => {
      at = (pick(random, places.get(words[at]!)!) + 1) % words.length;
      const word = words[at]!;
      const way = random();
      const end = /[.:]$/.test(word) && random() < 0.2 ? '\n\n' : ' ';
      if (way < 0.02) return coined(random) + end;
      if (way < 0.025) return `${coined(random).replace(/^./, (letter) => letter.toUpperCase())}${end}`;
      if (way < 0.03) return `${int(random, 5000)}${end}`;
      return word + end;
    });
}

/** The TypeScript sources of the installed packages, one after another. */
export function code(): Corpus {
  const sources = files(modules, /(?<!\.d)\.m?ts$/);
  let rest = '';
  return (bytes) => {
    while (Buffer.byteLength(rest) < bytes) {
      const next = sources.next();
      if (next.done) throw new Error('no more sources to read');
      // Some peers refuse the text of special tokens.
      rest += readFileSync(next.value, 'utf8').replaceAll('<|', '< |');
    }
    const text = Buffer.from(rest).subarray(0, bytes).toString();
    rest = rest.slice(text.length);
    return text;
  };
}

/** The 3,755 characters of the first level of GB 2312, which are those in use. */
function commonHanzi(random: Random): string[] {
  const decoder = new TextDecoder('gb18030');
  const all: string[] = [];
  for (let row = 0xb0; row <= 0xd7; row++) {
    for (let cell = 0xa1; cell <= (row === 0xd7 ? 0xf9 : 0xfe); cell++)
      all.push(decoder.decode(Uint8Array.of(row, cell)));
  }
  for (let i = all.length - 1; i > 0; i--) {
    const other = int(random, i + 1);
    [all[i], all[other]] = [all[other]!, all[i]!];
  }
  return all;
}

const marks = ['，', '，', '，', '。', '。', '、', '：', '！', '？', '”', '“', '\n'];

/** Chinese: words of one to four characters, the frequent ones first, in clauses of four to sixteen. */
export function chinese(seed: number): Corpus {
  const random = randomFrom(seed);
  const hanzi = commonHanzi(random);
  const frequent = [
    ...'的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔言字',
  ];
  const words: string[] = [];
  for (let i = 0; i < 40_000; i++) {
    const length = pick(random, [1, 2, 2, 2, 2, 2, 3, 4]);
    let word = '';
    for (let k = 0; k < length; k++)
      word += random() < 0.6 ? frequent[zipf(random, frequent.length)]! : hanzi[zipf(random, hanzi.length)]!;
    words.push(word);
  }
  return (bytes) =>
    until(bytes, () => {
      let clause = '';
      const length = 4 + int(random, 13);
      while (clause.length < length)
        clause += random() < 0.25 ? pick(random, frequent) : words[zipf(random, words.length)]!;
      return clause + pick(random, marks);
    });
}

const emoji = [...'😀😂🥰😎🤔👍🙏🔥🎉💡🚀🐛📦✅❌📈🧪🌍🍕🎵'];
const tags = ['div', 'span', 'p', 'li', 'a', 'strong', 'td', 'section', 'h2', 'button'];

/** Markup, emoji, tables, escapes, links: what chats and pages mix. */
export function mixed(seed: number): Corpus {
  const random = randomFrom(seed);
  const prose = english(seed + 1);
  let words: string[] = [];
  const some = (n: number): string => {
    if (words.length < n) words = prose(65_536).split(/\s+/);
    return words.splice(0, n).join(' ');
  };
  const hex = () => int(random, 0x1000000).toString(16).padStart(6, '0');
  return (bytes) =>
    until(bytes, () => {
      const way = int(random, 9);
      const tag = pick(random, tags);
      if (way === 0)
        return `<${tag} class="${some(1)}-${int(random, 90)} p-${int(random, 9)}" style="color:#${hex()}">${some(4)}</${tag}>\n`;
      if (way === 1)
        return `${some(5)} ${pick(random, emoji)}${pick(random, emoji)}${random() < 0.3 ? '👩‍💻' : ''}\n`;
      if (way === 2)
        return `- [${random() < 0.5 ? 'x' : ' '}] **${some(3)}**: ${some(6)} ${pick(random, emoji)}\n`;
      if (way === 3)
        return `| ${some(1)} | ${int(random, 1e6) / 100} | ${pick(random, emoji)} | \`${some(1)}_${some(1)}\` |\n`;
      if (way === 4)
        return `https://${coined(random)}.example/${some(1)}/${hex()}?q=${some(1)}&amp;n=${int(random, 1e4)}\n`;
      if (way === 5)
        return `{"id": "${hex()}${hex()}", "${some(1)}": [${int(random, 99)}, ${random().toFixed(4)}, null], "ok": ${random() < 0.5}}\n`;
      if (way === 6) return `### ${some(3)} — ${some(2)}\n\n> “${some(7)}…” ${pick(random, emoji)}\n\n`;
      if (way === 7)
        return `&nbsp;<br/>${pick(random, emoji).repeat(1 + int(random, 4))}<!-- ${some(2)} -->\n`;
      return `${some(9)}\n`;
    });
}

/** Words never seen before: random letters. */
export function newWords(seed: number): Corpus {
  const random = randomFrom(seed);
  return (bytes) =>
    until(bytes, () => {
      let word = '';
      for (let n = 3 + int(random, 10); n > 0; n--) word += String.fromCharCode(97 + int(random, 26));
      return `${word} `;
    });
}
