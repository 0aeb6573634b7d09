/**
 * Converting a dataset, against `JSON.parse` and `JSON.stringify` of the same lines. In memory, with no counting; the
 * best of several rounds in one process. Aim: at most 2.
 */
import { inferPlan } from '../src/dataset/infer.js';
import { rowConverter } from '../src/dataset/row.js';
import { bestOfEach, emit, xorshift } from './harness.js';

const words =
  'the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about'.split(
    ' ',
  );

/** Sentences from a xorshift generator. */
function writer(seed: number): (sentences: number) => string {
  const next = xorshift(seed);
  const sentence = (): string => {
    const parts: string[] = [];
    for (let i = 8 + next(14); i > 0; i--) parts.push(words[next(words.length)] ?? '');
    return `${parts.join(' ')}.`;
  };
  return (sentences) => Array.from({ length: sentences }, sentence).join(' ');
}

const text = writer(42);
const plain = (i: number): object => ({
  id: i,
  prompt: `${text(5)}\n\n###\n\n`,
  completion: ` ${text(2)} END`,
});
const chat = (i: number): object => {
  const turns = Array.from({ length: 1 + (i % 4) }, () => `\nHuman: ${text(1)}\nAI: ${text(2)}`).join('');
  return { id: i, prompt: `${text(2)}\n${turns}\nHuman: ${text(1)}\nAI:`, completion: ` ${text(2)}` };
};
const SIZE = 20_000;
const ROUNDS = 15;

console.log('dataset                     own ms   JSON ms   ratio (aim: 2)');
for (const [name, make] of [
  ['prompts of one message', plain],
  ['conversations', chat],
] as const) {
  const records = Array.from({ length: SIZE }, (_, i) => make(i));
  const lines = records.map((record) => JSON.stringify(record));
  const { plan } = inferPlan(records.slice(0, 1000), { keep: ['id'] });
  const back = inferPlan(
    records.slice(0, 1000).map((record) => rowConverter(plan)(record).records[0]),
    { keep: ['id'] },
  ).plan;
  const convert = rowConverter(plan);
  const chats = lines.map((line) => JSON.stringify(convert(JSON.parse(line)).records[0]));
  const unconvert = rowConverter(back);
  for (const [way, from, run] of [
    ['to chat', lines, convert],
    ['back', chats, unconvert],
  ] as const) {
    let sum = 0;
    const [own = 0, json = 0] = bestOfEach(ROUNDS, [
      () => {
        for (const line of from)
          for (const record of run(JSON.parse(line)).records) sum += JSON.stringify(record).length;
      },
      () => {
        for (const line of from) sum += JSON.stringify(JSON.parse(line)).length;
      },
    ]);
    if (sum === 0) throw new Error('Nothing was converted.');
    const megabytes = from.reduce((all, line) => all + line.length, 0) / 1e6;
    emit({
      group: 'Convert a dataset',
      name: `${name}, ${way}`,
      by: 'rolecall',
      value: (megabytes / own) * 1000,
      unit: 'MB/s',
      more: true,
    });
    emit({
      group: 'Convert a dataset',
      name: `${name}, ${way}`,
      by: 'JSON.parse + JSON.stringify',
      value: (megabytes / json) * 1000,
      unit: 'MB/s',
      more: true,
    });
    console.log(
      `${`${name}, ${way}`.padEnd(32)} ${own.toFixed(0).padStart(6)} ${json.toFixed(0).padStart(6)} ${(own / json).toFixed(2).padStart(6)}`,
    );
  }
}
