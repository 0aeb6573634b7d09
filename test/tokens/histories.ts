import fc from 'fast-check';
import type { ChatMessage } from '../../src/tokens/messages/openai-messages.js';

/** A counter that every test can check by hand: a token a character. */
export const perCharacter = (text: string): number => text.length;

/** About a token a word. */
export const perWord = (text: string): number => text.split(/\b/).length;

const words = fc.string({ maxLength: 40 });

interface Step {
  kind: 'user' | 'assistant' | 'system' | 'developer' | 'group' | 'orphan' | 'unanswered';
  text: string;
  results: string[];
}

const step = (broken: boolean) =>
  fc.record<Step>({
    kind: fc.oneof(
      { weight: 5, arbitrary: fc.constant('user' as const) },
      { weight: 5, arbitrary: fc.constant('assistant' as const) },
      { weight: 3, arbitrary: fc.constant('group' as const) },
      { weight: 1, arbitrary: fc.constantFrom('system' as const, 'developer' as const) },
      ...(broken
        ? [{ weight: 1, arbitrary: fc.constantFrom('orphan' as const, 'unanswered' as const) }]
        : []),
    ),
    text: words,
    results: fc.array(words, { minLength: 1, maxLength: 3 }),
  });

function messagesOf({ kind, text, results }: Step, place: number): ChatMessage[] {
  const call = (id: string) => ({
    id,
    type: 'function',
    function: { name: 'look_up', arguments: '{"a":1}' },
  });
  const id = (index: number) => `call_${place}_${index}`;
  switch (kind) {
    case 'group':
      return [
        { role: 'assistant', content: null, tool_calls: results.map((_, index) => call(id(index))) },
        ...results.map((content, index) => ({ role: 'tool', content, tool_call_id: id(index) })),
      ];
    case 'orphan':
      return [{ role: 'tool', content: text, tool_call_id: id(9) }];
    case 'unanswered':
      return [{ role: 'assistant', content: null, tool_calls: [call(id(0))] }];
    default:
      return [{ role: kind, content: text }];
  }
}

/** Histories of every shape; with `broken`, also such as no API takes. */
export const histories = (options: { broken?: boolean; maxLength?: number } = {}) =>
  fc
    .array(step(options.broken ?? false), { maxLength: options.maxLength ?? 25 })
    .map((steps) => steps.flatMap(messagesOf));

/** A history of plain turns: a system message, then users and assistants. */
export function plainHistory(turns: number, length = 20): ChatMessage[] {
  const messages: ChatMessage[] = [{ role: 'system', content: 'Be brief.' }];
  for (let turn = 0; turn < turns; turn += 1) {
    messages.push({ role: 'user', content: `${'q'.repeat(length)}${turn}` });
    messages.push({ role: 'assistant', content: `${'a'.repeat(length)}${turn}` });
  }
  return messages;
}
