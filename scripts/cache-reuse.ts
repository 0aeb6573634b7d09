/**
 * How much of each prompt a server's prompt cache can reuse, over a chat of 200 turns that outgrows its window:
 * `npm run cache-reuse`. A cache holds the longest beginning that two prompts in a row have in common, in whole messages.
 */
import {
  type ChatMessage,
  countChatTokens,
  createHistory,
  fitMessages,
  loadTokenizer,
} from '../src/tokens/index.js';

const turns = 200;
const limit = 8000;

let state = 11;
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return (state >>> 0) / 2 ** 32;
};
const words = 'the harbour opened late and nobody had told the crew so they waited under the lamps'.split(
  ' ',
);
const prose = (most: number): string =>
  Array.from(
    { length: 5 + Math.floor(random() * most) },
    () => words[Math.floor(random() * words.length)],
  ).join(' ');

const system: ChatMessage = { role: 'system', content: `You are the clerk of a harbour. ${prose(150)}` };
const story: ChatMessage[][] = Array.from({ length: turns }, (_, turn) => {
  const question: ChatMessage = { role: 'user', content: prose(60) };
  if (turn % 4 !== 3) return [question, { role: 'assistant', content: prose(180) }];
  const id = `call_${turn}`;
  return [
    question,
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id, type: 'function', function: { name: 'log', arguments: `{"day":${turn}}` } }],
    },
    { role: 'tool', tool_call_id: id, content: prose(400) },
    { role: 'assistant', content: prose(120) },
  ];
});

const tokenizer = await loadTokenizer('gpt-4o');
const history = createHistory({ tokenizer, limit });
let cut: ReturnType<typeof fitMessages>['cut'] = null;

/** Each gets the whole history, as an application stores it. */
const ways: Record<string, (messages: readonly ChatMessage[]) => readonly ChatMessage[]> = {
  'the oldest go when there is no room': (messages) => fitMessages(messages, { tokenizer, limit }).messages,
  '`trimTo` of three quarters': (messages) =>
    fitMessages(messages, { tokenizer, limit, trimTo: limit * 0.75 }).messages,
  '`trimTo` and `previous`': (messages) => {
    const fitted = fitMessages(messages, { tokenizer, limit, trimTo: limit * 0.75, previous: cut });
    cut = fitted.cut;
    return fitted.messages;
  },
  '`createHistory`': (messages) => {
    history.add(...messages.slice(history.messages.length));
    return history.fit().messages;
  },
};

console.log(
  '| way | prompts whose beginning changed | tokens sent | of them in the cache | tokens of history kept, mean |',
);
console.log('| --- | ---: | ---: | ---: | ---: |');
for (const [name, way] of Object.entries(ways)) {
  const messages: ChatMessage[] = [system];
  let before: readonly ChatMessage[] = [];
  let [changed, sent, cached] = [0, 0, 0];
  for (const turn of story) {
    messages.push(turn[0] as ChatMessage);
    const prompt = way(messages);
    const tokens = countChatTokens({ messages: prompt }, { tokenizer }).messages;
    let same = 0;
    while (same < before.length && prompt[same] === before[same]) same += 1;
    if (same < before.length) changed += 1;
    tokens.forEach((count, at) => {
      sent += count;
      if (at < same) cached += count;
    });
    before = prompt;
    messages.push(...turn.slice(1));
  }
  const share = ((100 * cached) / sent).toFixed(1);
  console.log(`| ${name} | ${changed} of ${turns} | ${sent} | ${share} % | ${Math.round(sent / turns)} |`);
}
