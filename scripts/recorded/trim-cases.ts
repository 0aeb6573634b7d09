/**
 * Fits the histories of other projects' tests with their counters, and compares with what they expect.
 *
 * Where such a project goes over the budget, or keeps a part of a message, there is no right answer here: then the
 * result has to be a refusal with the numbers, or within the budget.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { get_encoding } from 'tiktoken';
import { isRolecallError } from '../../src/errors.js';
import type { ChatMessage } from '../../src/tokens/chat/chat-message.js';
import { fitMessages } from '../../src/tokens/fit/fit.js';
import { openaiMessages } from '../../src/tokens/messages/accessors.js';

interface TrimCase {
  source: string;
  messages: ChatMessage[];
  max_tokens: number;
  counter?: string;
  rule?: string;
  options?: { allowPartial?: boolean; startOn?: string };
  expected_messages: ChatMessage[];
}

const FOLDER = new URL('../../../shared/recorded/', import.meta.url);
const encoding = get_encoding('cl100k_base');
const count = (text: string): number => encoding.encode_ordinary(text).length;
const PRIMING = 3;

/** That helper's count has the opening of a reply in every message; LangChain's test counter has four tokens a block. */
function counterOf({ counter }: TrimCase): (message: ChatMessage) => number {
  if (counter === undefined)
    return ({ role, content }) =>
      3 + count(role) + count(typeof content === 'string' ? content : '') + PRIMING;
  return ({ content }) => 3 + 4 * (Array.isArray(content) ? content.length : 1) + 3;
}

function main(): number {
  if (!existsSync(FOLDER)) {
    console.log('trim cases: skipped, there is no folder of recorded cases');
    return 0;
  }
  const cases = JSON.parse(readFileSync(new URL('trim_cases.json', FOLDER), 'utf8')) as TrimCase[];
  let same = 0;
  let refused = 0;
  let other = 0;
  let wrong = 0;
  for (const one of cases) {
    const own = counterOf(one);
    const total = (messages: readonly ChatMessage[]) =>
      messages.reduce((sum, message) => sum + own(message), 0);
    const accessors = { ...openaiMessages, count: total };
    const startOn = one.options?.startOn === 'user' ? ('user' as const) : ('any' as const);
    try {
      const { messages } = fitMessages(one.messages, {
        tokenizer: count,
        accessors,
        startOn,
        // Their totals have no opening of the reply beside the messages.
        limit: one.max_tokens + PRIMING,
      });
      if (isDeepStrictEqual(messages, one.expected_messages)) same += 1;
      else if (one.options?.allowPartial === true && total(messages) <= one.max_tokens) other += 1;
      else {
        wrong += 1;
        console.log(`  ${one.source}: ${JSON.stringify(messages)}`);
      }
    } catch (error) {
      if (!isRolecallError(error) || error.code !== 'over-limit') throw error;
      // They go over the budget rather than refuse.
      if (total(one.expected_messages) > one.max_tokens) refused += 1;
      else wrong += 1;
    }
  }
  console.log(
    `trim cases: ${cases.length}, ${same} as expected, ${refused} over the budget there and refused here,`,
  );
  console.log(`  ${other} without the part of a message that is kept there, ${wrong} wrong`);
  return wrong > 0 ? 1 : 0;
}

process.exitCode = main();
