import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { isRolecallError } from '../../../src/errors.js';
import { countChatTokens } from '../../../src/tokens/chat/chat.js';
import { type CompactOptions, type CompactState, compactMessages } from '../../../src/tokens/fit/compact.js';
import type { ChatMessage } from '../../../src/tokens/messages/openai-messages.js';
import { runs } from '../../support/runs.js';
import { histories, perCharacter, plainHistory } from '../histories.js';

const total = (messages: readonly ChatMessage[]) =>
  countChatTokens({ messages }, { tokenizer: perCharacter }).total;

const compact = (
  messages: readonly ChatMessage[],
  options: Partial<CompactOptions<ChatMessage>> & { limit: number },
) =>
  compactMessages(messages, {
    tokenizer: perCharacter,
    summaryTokens: 100,
    wording: (summary) => `Before: ${summary}`,
    summarize: ({ messages: dropped, previous }) =>
      `${previous === undefined ? '' : `${previous} `}${dropped.length}`,
    ...options,
  });

describe('compactMessages', () => {
  const history = plainHistory(10, 20);

  it('leaves a history that fits as it is', async () => {
    const summarize = vi.fn(() => 'never');
    const result = await compact(history, { limit: 1000, summarize });
    expect(result).toMatchObject({ messages: history, state: null, dropped: [], tokens: total(history) });
    expect(summarize).not.toHaveBeenCalled();
  });

  it('puts a summary of the oldest turns behind the system message', async () => {
    const result = await compact(history, { limit: 400 });
    expect(result.messages[0]).toBe(history[0]);
    const count = (result.state?.coversThrough ?? 0) - 0;
    expect(result.messages[1]).toEqual({ role: 'system', content: `Before: ${count}` });
    expect(result.messages[2]).toBe(history[count + 1]);
    expect(result.kept.slice(0, 3)).toEqual([0, -1, count + 1]);
    expect(result.dropped).toEqual([{ from: 1, to: count + 1, reason: 'limit' }]);
    expect(result.tokens).toBe(total(result.messages));
    expect(result.tokens).toBeLessThanOrEqual(400);
  });

  it('keeps the summary while there is room, and then updates it', async () => {
    const summarize = vi.fn(({ previous }) => (previous === undefined ? 'first' : `${previous}+`));
    const options = { limit: 500, trimAt: 500, trimTo: 300, summarize };
    let state: CompactState | null = null;
    let last: ChatMessage[] = [];
    const calls: number[] = [];
    for (let length = 1; length <= 61; length += 2) {
      const long = plainHistory(40, 20).slice(0, length);
      const result = await compact(long, { ...options, previous: state });
      expect(result.tokens).toBe(total(result.messages));
      expect(result.tokens).toBeLessThanOrEqual(500);
      if (summarize.mock.calls.length === (calls.at(-1) ?? 0))
        expect(result.messages.slice(0, last.length)).toEqual(last);
      calls.push(summarize.mock.calls.length);
      state = result.state === null ? null : JSON.parse(JSON.stringify(result.state));
      last = result.messages;
    }
    expect(calls.at(-1)).toBeGreaterThan(2);
    expect(calls.at(-1)).toBeLessThan(20);
    expect(state?.summary).toMatch(/^first\++$/);
  });

  it('hands over each message once', async () => {
    const seen: ChatMessage[] = [];
    const summarize = ({ messages }: { messages: ChatMessage[] }) => {
      seen.push(...messages);
      return 's';
    };
    const long = plainHistory(40, 20);
    let state: CompactState | null = null;
    for (let length = 1; length <= long.length; length += 2) {
      const result = await compact(long.slice(0, length), {
        limit: 400,
        summarize,
        previous: state,
      });
      state = result.state;
    }
    expect(seen).toEqual(long.slice(1, (state?.coversThrough ?? 0) + 1));
  });

  it('cuts a summary that is too long, and says so', async () => {
    const result = await compact(history, { limit: 400, summarize: () => 'long '.repeat(200) });
    expect(result.tokens).toBe(total(result.messages));
    expect(result.tokens).toBeLessThanOrEqual(400);
    expect(result.summary).toMatch(/^long .* \[…\]$/);
    expect(result.warnings).toMatchObject([{ code: 'summary-cut', severity: 'lossy' }]);
  });

  it('takes the role and the wording of the caller, and a counter that answers later', async () => {
    const asked: number[] = [];
    const result = await compact(history, {
      limit: 400,
      role: 'user',
      wording: (summary) => `<summary>${summary}</summary>`,
      tokenizer: async (text: string) => text.length,
      summarize: async ({ maxTokens }) => {
        asked.push(maxTokens);
        return 'x'.repeat(maxTokens);
      },
    });
    expect(result.messages[1]).toEqual({
      role: 'user',
      content: `<summary>${'x'.repeat(asked[0] ?? 0)}</summary>`,
    });
    expect(result.warnings).toEqual([]);
    expect(result.tokens).toBe(total(result.messages));
  });

  it('is done anew when the history has changed', async () => {
    const { state } = await compact(history, { limit: 400 });
    const at = state?.coversThrough ?? 0;
    const changed = history.map((message, index) =>
      index === at ? { ...message, content: 'new' } : message,
    );
    const result = await compact(changed, { limit: 400, previous: state });
    expect(result.warnings).toMatchObject([{ code: 'stale-cut' }]);
    expect(result.summary).not.toMatch(/ /);
  });

  it('gives up the room of the summary before it refuses', async () => {
    const messages = [...history, { role: 'user', content: 'x'.repeat(360) }];
    const result = await compact(messages, { limit: 400 });
    expect(result.tokens).toBeLessThanOrEqual(400);
    expect(result.messages.at(-1)).toBe(messages.at(-1));
    await expect(compact(messages, { limit: 300 })).rejects.toMatchObject({ code: 'over-limit' });
  });

  it('stays within the limit for any history and any summary', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories({ broken: true }),
        fc.integer({ min: 60, max: 500 }),
        fc.string({ maxLength: 400 }),
        async (messages, limit, words) => {
          try {
            const result = await compact(messages, { limit, summaryTokens: 40, summarize: () => words });
            expect(result.tokens).toBe(total(result.messages));
            expect(result.tokens).toBeLessThanOrEqual(limit);
          } catch (error) {
            if (!isRolecallError(error) || error.code !== 'over-limit') throw error;
          }
        },
      ),
      runs(60),
    );
  });
});
