/**
 * Fits histories of many lengths into two windows, against LangChain's trimMessages and a loop that pops and recounts.
 * Best of several runs, in milliseconds; read the ratios. Run with `npm run bench fit`.
 */

import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  trimMessages,
} from '@langchain/core/messages';
import { countChatTokens } from '../src/tokens/chat/chat.js';
import { fitMessages } from '../src/tokens/fit/fit.js';
import type { ChatMessage } from '../src/tokens/messages/openai-messages.js';
import { loadTokenizer } from '../src/tokens/models/load.js';
import { emit } from './harness.js';

const tokenizer = await loadTokenizer('o200k_base');
/** Every form counts with this tokenizer, so that it cancels out. */
const count = (text: string): number => tokenizer.count(text);

const WORDS =
  'the model reads a long history of messages and answers with what it knows about trains in spring'.split(
    ' ',
  );

/** A seeded generator of numbers, for histories that are the same in every run and have no message twice. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Messages of about 61 tokens, with a group of calls in ten. */
function history(length: number, seed: number): ChatMessage[] {
  const random = numbers(seed);
  const text = () =>
    Array.from(
      { length: 30 + Math.floor(random() * 50) },
      () => WORDS[Math.floor(random() * WORDS.length)],
    ).join(' ');
  const messages: ChatMessage[] = [{ role: 'system', content: 'You are a helpful assistant.' }];
  while (messages.length < length) {
    messages.push({ role: 'user', content: text() });
    if (random() < 0.1) {
      const id = `call_${messages.length}`;
      messages.push({
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id,
            type: 'function',
            function: { name: 'look_up', arguments: JSON.stringify({ query: text() }) },
          },
        ],
      });
      messages.push({ role: 'tool', content: text(), tool_call_id: id });
    }
    messages.push({ role: 'assistant', content: text() });
  }
  return messages.slice(0, length);
}

const textOfContent = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content);

function toLangChain(messages: readonly ChatMessage[]): BaseMessage[] {
  return messages.map((message) => {
    const content = textOfContent(message.content ?? JSON.stringify(message.tool_calls ?? ''));
    if (message.role === 'system') return new SystemMessage(content);
    return message.role === 'user' ? new HumanMessage(content) : new AIMessage(content);
  });
}

/** The counter of LangChain's documentation: all messages, anew at every call. */
const usualCounter = (messages: BaseMessage[]): number =>
  messages.reduce((total, message) => total + count(message.text) + 4, 3);

/**
 * The best we could write. LangChain copies its messages at each call and then asks for ever shorter prefixes of
 * them: so texts are remembered over calls, and sums of prefixes within one.
 */
function bestCounter(): (messages: BaseMessage[]) => number {
  const known = new Map<string, number>();
  let list: BaseMessage[] = [];
  let sums: number[] = [];
  const tokensOf = (message: BaseMessage): number => {
    const { content } = message;
    const text = typeof content === 'string' ? content : message.text;
    let tokens = known.get(text);
    if (tokens === undefined) {
      tokens = count(text) + 4;
      known.set(text, tokens);
    }
    return tokens;
  };
  return (messages) => {
    const last = messages.length - 1;
    if (messages.length > list.length || messages[0] !== list[0] || messages[last] !== list[last]) {
      list = messages;
      sums = [3];
      for (const message of messages) sums.push((sums.at(-1) as number) + tokensOf(message));
    }
    return sums[messages.length] as number;
  };
}

function langChain(
  messages: BaseMessage[],
  limit: number,
  tokenCounter: (messages: BaseMessage[]) => number,
) {
  return trimMessages(messages, {
    maxTokens: limit,
    strategy: 'last',
    includeSystem: true,
    startOn: 'human',
    tokenCounter,
  });
}

function popAndRecount(messages: readonly ChatMessage[], limit: number): ChatMessage[] {
  const [system, ...rest] = messages as [ChatMessage, ...ChatMessage[]];
  while (countChatTokens({ messages: [system, ...rest] }, { tokenizer, model: 'gpt-4o' }).total > limit)
    rest.shift();
  return [system, ...rest];
}

const collect = (globalThis as { gc?: () => void }).gc;

/** The best time of several runs, each with what `prepare` makes for it. */
async function best<Input>(
  runs: number,
  prepare: () => Input,
  run: (input: Input) => unknown,
): Promise<number> {
  let least = Infinity;
  for (let index = 0; index < runs; index += 1) {
    const input = prepare();
    if (runs < 20) collect?.();
    const start = performance.now();
    await run(input);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const shown = (value: number | undefined): string => (value === undefined ? '-' : value.toPrecision(3));

const times = (theirs: number | undefined, own: number): string =>
  theirs === undefined ? '-' : (theirs / own).toFixed(0);

async function main(): Promise<void> {
  const sizes = (process.argv[2] ?? '100,1000,10000,100000').split(',').map(Number);
  console.log(
    '| window | messages | first time | seen | +1 a turn | LangChain, first | LangChain, seen | LangChain, usual | pop | first: times | seen: times |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|---|');
  for (const limit of [8_000, 128_000]) {
    const ours = (messages: readonly ChatMessage[]) =>
      fitMessages(messages, { tokenizer, model: 'gpt-4o', limit });
    // For the compiler: a fit takes microseconds, and the first thousands of them are interpreted.
    for (let index = 0; index < 20; index += 1) {
      const known = history(300, index);
      for (let again = 0; again < 200; again += 1) ours(known);
    }
    for (const size of sizes) {
      const runs = 15;
      let seed = size;
      const fresh = () => {
        seed += 1;
        return history(size, seed);
      };
      const first = await best(runs, fresh, ours);
      const stored = fresh();
      const seen = await best(2000, () => stored, ours);

      const trimAt = limit;
      const trimTo = Math.floor(limit * 0.8);
      let previous = fitMessages(stored, { tokenizer, model: 'gpt-4o', limit, trimAt, trimTo }).cut;
      const growing = stored.slice();
      const more = history(400, 7).slice(1);
      let next = 0;
      const grown = await best(
        300,
        () => growing.push(more[next++] as ChatMessage),
        () => {
          const result = fitMessages(growing, {
            tokenizer,
            model: 'gpt-4o',
            limit,
            trimAt,
            trimTo,
            previous,
          });
          previous = result.cut;
        },
      );

      // LangChain copies a prefix for every message that it drops: 100,000 messages would take the best part of an hour.
      const chained = size <= 20_000;
      const counters = () => ({ messages: toLangChain(fresh()), counter: bestCounter() });
      const runChain = ({ messages, counter }: ReturnType<typeof counters>) =>
        langChain(messages, limit, counter);
      const chainFirst = chained ? await best(3, counters, runChain) : undefined;
      let chainSeen: number | undefined;
      if (chained) {
        const known = counters();
        await runChain(known);
        chainSeen = await best(5, () => known, runChain);
      }
      const small = size * limit <= 1000 * 8000;
      const usual = small
        ? await best(
            1,
            () => toLangChain(fresh()),
            (messages) => langChain(messages, limit, usualCounter),
          )
        : undefined;
      const popped = small ? await best(1, fresh, (messages) => popAndRecount(messages, limit)) : undefined;
      const shared = {
        group: `Fit a history into ${limit.toLocaleString('en-US')} tokens`,
        name: `${size.toLocaleString('en-US')} messages`,
        unit: 'ms',
      };
      for (const [by, value] of [
        ['rolecall', first],
        ['rolecall, counted before', seen],
        ['rolecall, one message more', grown],
        ['@langchain/core, memoised', chainFirst],
        ['@langchain/core, as documented', usual],
        ['pop the oldest, recount', popped],
      ] as const)
        if (typeof value === 'number') emit({ ...shared, by, value });
      const row = [
        limit,
        size,
        ...[first, seen, grown, chainFirst, chainSeen, usual, popped].map(shown),
        times(chainFirst, first),
        times(chainSeen, seen),
      ];
      console.log(`| ${row.join(' | ')} |`);
    }
  }
}

await main();
