import { describe, expect, it } from 'vitest';
import { fitMessages } from '../../../src/tokens/fit/fit.js';
import type { MessageAccessors } from '../../../src/tokens/messages/accessors.js';
import { type AiSdkMessage, aiSdkMessages } from '../../../src/tokens/messages/ai-sdk-messages.js';
import { type AnthropicMessage, anthropicMessages } from '../../../src/tokens/messages/anthropic-messages.js';

import { perCharacter } from '../histories.js';

interface BlockMessage {
  role: string;
  content?: unknown;
}

const image = 'iVBORw0KGgoAAAANSUhEUgAAAlgAAAGQCAYAAAA=';

const anthropic: AnthropicMessage[] = [
  { role: 'user', content: 'old question' },
  { role: 'assistant', content: [{ type: 'text', text: 'old answer' }] },
  { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'text', text: 'let me see' },
      { type: 'tool_use', id: 't1', name: 'look', input: { city: 'Paris' } },
      { type: 'tool_use', id: 't2', name: 'look', input: { city: 'Rome' } },
    ],
  },
  {
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 't1', content: 'sunny '.repeat(20) },
      {
        type: 'tool_result',
        tool_use_id: 't2',
        content: [
          { type: 'text', text: 'rain' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
        ],
      },
    ],
  },
  { role: 'assistant', content: 'It is fine.' },
  { role: 'user', content: 'and now?' },
];

const aiSdk: AiSdkMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'old question' },
  { role: 'assistant', content: 'old answer' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'weather?' },
      { type: 'image', image, mediaType: 'image/png' },
    ],
  },
  {
    role: 'assistant',
    content: [
      { type: 'reasoning', text: 'hm' },
      { type: 'tool-call', toolCallId: 't1', toolName: 'look', input: { city: 'Paris' } },
    ],
  },
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 't1',
        toolName: 'look',
        output: { type: 'text', value: 'sunny '.repeat(20) },
      },
    ],
  },
  { role: 'assistant', content: 'It is fine.' },
  { role: 'user', content: 'and now?' },
];

const providers: [
  string,
  BlockMessage[],
  MessageAccessors<BlockMessage>,
  { group: [number, number]; result: number; image: number },
][] = [
  [
    'Anthropic',
    anthropic as BlockMessage[],
    anthropicMessages as unknown as MessageAccessors<BlockMessage>,
    { group: [3, 4], result: 4, image: 4 },
  ],
  [
    'the AI SDK',
    aiSdk as BlockMessage[],
    aiSdkMessages as unknown as MessageAccessors<BlockMessage>,
    { group: [4, 5], result: 5, image: 3 },
  ],
];

describe.each(providers)('messages of %s', (_, messages, accessors, places) => {
  const limits = Array.from({ length: 120 }, (_, index) => 30 + index * 20);
  const all = (limit: number, more = {}) => {
    try {
      return fitMessages(messages, { tokenizer: perCharacter, limit, accessors, ...more });
    } catch {
      return undefined;
    }
  };

  it('fit as a whole when there is room', () => {
    const result = all(100_000);
    expect(result?.messages).toEqual(messages);
  });

  it('keep a call, its reasoning and its results together', () => {
    let cuts = 0;
    for (const limit of limits) {
      const result = all(limit);
      if (result === undefined) continue;
      cuts += result.dropped.length;
      expect(result.kept.includes(places.group[0])).toBe(result.kept.includes(places.group[1]));
      expect(result.kept).toContain(messages.length - 1);
      expect(result.tokens).toBeLessThanOrEqual(limit);
      const [first] = result.messages.filter(({ role }) => role !== 'system');
      expect(accessors.role(first as BlockMessage)).toBe('user');
    }
    expect(cuts).toBeGreaterThan(0);
  });

  it('lose old results and images before turns', () => {
    const full = all(100_000)?.tokens ?? 0;
    const emptied = all(full - 1, { stages: ['emptyToolResults'] });
    expect(emptied?.dropped).toEqual([]);
    expect(emptied?.shortened).toEqual([{ index: places.result, reason: 'stage' }]);
    expect(JSON.stringify(emptied?.messages)).toContain('[old tool result removed]');
    const bare = all(full - 1, { stages: ['dropImages'] });
    expect(bare?.shortened).toEqual([{ index: places.image, reason: 'stage' }]);
    expect(bare?.tokens).toBeLessThan(full);
  });

  it('are cut where they are too large', () => {
    const large = [{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(500) }] }];
    const result = fitMessages(large as BlockMessage[], {
      tokenizer: perCharacter,
      limit: 100,
      accessors,
      oversized: 'tail',
    });
    expect(result.tokens).toBeLessThanOrEqual(100);
    expect(large[0]?.content[0]?.text).toHaveLength(500);
  });

  it('are never orphans', () => {
    const orphan = [
      ...messages.slice(0, 2),
      ...messages.slice(places.result, places.result + 1),
      ...messages.slice(-1),
    ];
    const result = fitMessages(orphan, { tokenizer: perCharacter, limit: 10_000, accessors });
    expect(result.dropped).toEqual([{ from: 2, to: 3, reason: 'orphan' }]);
  });
});

describe('UI messages of the AI SDK', () => {
  const ui: AiSdkMessage[] = [
    { role: 'user', parts: [{ type: 'text', text: 'weather?' }] },
    {
      role: 'assistant',
      parts: [
        { type: 'step-start' },
        {
          type: 'tool-look',
          toolCallId: 't',
          state: 'output-available',
          input: { city: 'Paris' },
          output: 'sunny '.repeat(20),
        },
        { type: 'text', text: 'fine' },
      ],
    },
    { role: 'user', parts: [{ type: 'text', text: 'and now?' }] },
  ];

  it('hold calls and results in one message', () => {
    const trim = (limit: number, more = {}) =>
      fitMessages(ui, { tokenizer: perCharacter, limit, accessors: aiSdkMessages, ...more });
    const { messages, tokens } = trim(1000);
    expect(messages).toEqual(ui);
    expect(trim(tokens - 1).kept).toEqual([2]);
    expect(trim(tokens - 1, { stages: ['emptyToolResults'] }).kept).toEqual([0, 1, 2]);
  });
});
