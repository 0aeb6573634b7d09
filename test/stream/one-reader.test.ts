import { describe, expect, it } from 'vitest';
import { genericCalls } from '../../src/dialects.js';
import {
  collectChatStream,
  createReasoningSplitter,
  type DialectName,
  dialects,
  type MarkerDialect,
  type Message,
  parsePrompt,
  parseToolCalls,
  renderPrompt,
  separateReasoning,
  toChatChunks,
  toChatResponse,
  toCompletionRequest,
} from '../../src/index.js';

/**
 * What a prompt says of a turn is what every reader makes of the same text as a reply: whole, in pieces, and by the
 * functions that read calls or reasoning alone. In every dialect there is, in either form of calls.
 */
const tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' }, metric: { type: 'boolean' } },
      required: ['city'],
    },
  },
} as const;
type AssistantMessage = Extract<Message, { role: 'assistant' }>;

const question: Message = { role: 'user', content: 'Weather in Paris?' };
const call = (id: string, args: object) => ({
  id,
  type: 'function' as const,
  function: { name: 'get_weather', arguments: JSON.stringify(args) },
});
const answers: Record<string, AssistantMessage> = {
  words: { role: 'assistant', content: 'It is sunny. {"a": 1}' },
  'one call': {
    role: 'assistant',
    content: null,
    tool_calls: [call('abcdef001', { city: 'Paris', days: 2, metric: true })],
  },
  'words and two calls': {
    role: 'assistant',
    content: 'Let me look.',
    tool_calls: [
      call('abcdef001', { city: 'Paris "x" <b>', days: -1 }),
      call('abcdef002', { city: '\u00c9t\u00e9\nline' }),
    ],
  },
  'reasoning and words': { role: 'assistant', content: 'Sunny.', reasoning_content: 'Think first.' },
};

interface Said {
  content: string | null;
  reasoning: string | undefined;
  calls: { name: string; args: unknown }[];
}
function said(message: {
  content?: unknown;
  reasoning_content?: unknown;
  tool_calls?: readonly object[];
}): Said {
  const calls = (message.tool_calls ?? []) as { function: { name: string; arguments: string } }[];
  return {
    content: (message.content as string) || null,
    reasoning: message.reasoning_content as string | undefined,
    calls: calls.map(({ function: { name, arguments: args } }) => ({ name, args: JSON.parse(args) })),
  };
}

const chunk = (text: string, finish_reason: 'stop' | null) => ({
  id: 'cmpl-1',
  object: 'text_completion' as const,
  created: 1,
  model: 'm',
  choices: [{ index: 0, text, logprobs: null, finish_reason }],
});

async function* pieces(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield chunk(text.slice(at, at + size), null);
  yield chunk('', 'stop');
}

/** The turn as text, and what a prompt that holds it says of it. Nothing where the dialect can't write or read it so. */
function turnOf(dialect: DialectName, toolStyle: 'native' | 'generic', answer: AssistantMessage) {
  const named = dialects[dialect] as MarkerDialect;
  const style = toolStyle === 'generic' ? { ...named, calls: genericCalls } : named;
  if (style.unreadable !== undefined) return undefined;
  const { prompt, warnings } = renderPrompt([question, answer, { role: 'user', content: 'Thanks' }], {
    dialect: style,
    fidelity: 'reversible',
  });
  if (warnings.some(({ severity }) => severity === 'lossy')) return undefined;
  const parsed = parsePrompt(prompt, { dialect: style });
  const turn = parsed.turns.find(({ role }) => role === 'assistant')!;
  const message = parsed.messages.find(({ role }) => role === 'assistant')!;
  return { text: prompt.slice(turn.contentStart, turn.contentEnd), message, style };
}

const cases = (Object.keys(dialects) as DialectName[]).flatMap((dialect) =>
  (['native', 'generic'] as const)
    .filter((style) => {
      const { kind, ...rest } = dialects[dialect];
      return kind === 'markers' && (style === 'generic' || (rest as MarkerDialect).calls !== null);
    })
    .map((toolStyle) => ({ dialect, toolStyle })),
);

it('has cases for most dialects', () => {
  const written = cases.filter(({ dialect, toolStyle }) => turnOf(dialect, toolStyle, answers['one call']!));
  expect(written.length).toBeGreaterThan(cases.length / 2);
});

describe.each(cases)('$dialect, calls $toolStyle', ({ dialect, toolStyle }) => {
  it.each(Object.keys(answers))('%s', async (name) => {
    const answer = answers[name]!;
    const turn = turnOf(dialect, toolStyle, answer);
    if (turn === undefined) return;
    const { text, message, style } = turn;
    const truth = said(message);
    expect(truth).toEqual(said(answer));

    const asked = { model: 'm', messages: [question], tools: [tool] };
    const { context } = toCompletionRequest(asked, { dialect: style });
    // The prompt may have opened the reasoning, which the reply then does not.
    const { open = '' } = context.thinking === true ? (style.reasoning ?? {}) : {};
    if (!text.startsWith(open)) return;
    const reply = text.slice(open.length);
    const completion = { ...chunk(reply, 'stop'), usage: null };
    const options = { dialect: style };
    const whole = toChatResponse(completion, context, options).response.choices[0]!.message;
    expect(said(whole)).toEqual(truth);
    for (const size of [1, 3, 7]) {
      const chunks = toChatChunks(pieces(reply, size), context, options);
      const response = await collectChatStream(chunks);
      expect(said(response.choices[0]!.message)).toEqual(truth);
    }

    const alone = parseToolCalls(text, { dialect: style });
    expect(said(alone).calls).toEqual(truth.calls);
    const inside = context.thinking === true;
    const separated = separateReasoning(reply, { dialect: style, inside });
    expect(separated.reasoning_content ?? undefined).toEqual(truth.reasoning);
    const splitter = createReasoningSplitter({ dialect: style, inside });
    const parts = [...[...reply].map((unit) => splitter.push(unit)), splitter.flush()];
    expect(parts.map(({ reasoning }) => reasoning).join('') || undefined).toEqual(truth.reasoning);
    expect(parts.map(({ content }) => content).join('')).toBe(separated.content);
  });
});

it.each(Object.keys(dialects) as DialectName[])(
  '%s: the generic form is what a copy with it writes',
  (dialect) => {
    const named = dialects[dialect];
    if (named.kind !== 'markers') return;
    const messages = [
      question,
      answers['words and two calls']!,
      { role: 'tool', tool_call_id: 'abcdef001', content: 'Sun' },
    ];
    const options = { tools: [tool], continueFinal: false } as const;
    const asked = renderPrompt(messages as Message[], { ...options, dialect, toolStyle: 'generic' });
    const copied = renderPrompt(messages as Message[], {
      ...options,
      dialect: { ...named, calls: genericCalls },
    });
    expect(copied.prompt).toBe(asked.prompt);
    expect(copied.stop).toEqual(asked.stop);
  },
);
