import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlanInput, readPlan } from '../../src/dataset/plan.js';
import { rowConverter } from '../../src/dataset/row.js';
import { hostileContent } from '../support/content.js';
import { deepFreeze } from '../support/freeze.js';
import { runs } from '../support/runs.js';

const plan = (input: Omit<PlanInput, 'version' | 'to'> & { to?: 'chat' | 'completion' }) =>
  readPlan({ version: 1, to: 'chat', ...input });
const legacy = { prompt: { separator: '\n\n###\n\n' }, completion: { prefix: ' ', suffix: ' END' } };
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const system = (content: string) => ({ role: 'system', content });

describe('to chat', () => {
  const cases: [string, Parameters<typeof plan>[0], object, object[], string[]][] = [
    [
      'a row with separator, space and stop',
      legacy,
      { prompt: 'Hi\n\n###\n\n', completion: ' Yo END' },
      [{ messages: [user('Hi'), assistant('Yo')] }],
      [],
    ],
    [
      'what is missing is said',
      legacy,
      { prompt: 'Hi', completion: 'Yo' },
      [{ messages: [user('Hi'), assistant('Yo')] }],
      ['missing-separator lossy', 'missing-suffix lossy', 'missing-prefix lossy'],
    ],
    [
      'one space goes, no more',
      legacy,
      { prompt: ' Hi \n\n###\n\n', completion: '  Yo  END' },
      [{ messages: [user(' Hi '), assistant(' Yo ')] }],
      [],
    ],
    [
      'a stop inside stays and is said',
      legacy,
      { prompt: 'Hi\n\n###\n\n', completion: ' an END and END' },
      [{ messages: [user('Hi'), assistant('an END and')] }],
      ['stop-in-content info'],
    ],
    [
      'a conversation in a dialect',
      { prompt: { dialect: 'human-ai' }, completion: { prefix: ' ' } },
      { prompt: 'Be brief.\n\nHuman: hi\nAI: hello\nHuman: bye\nAI:', completion: ' see you' },
      [
        {
          messages: [system('Be brief.'), user('hi'), assistant('hello'), user('bye'), assistant('see you')],
        },
      ],
      [],
    ],
    [
      'a preamble with a separator of its own',
      {
        prompt: { dialect: 'customer-agent', preambleEnd: '\n\n###' },
        completion: { prefix: ' ', suffix: '\n' },
      },
      { prompt: 'Summary: s\n\n###\n\nCustomer: a\nAgent: b\nCustomer: c\nAgent:', completion: ' d\n' },
      [{ messages: [system('Summary: s'), user('a'), assistant('b'), user('c'), assistant('d')] }],
      [],
    ],
    [
      'labels of the plan',
      {
        prompt: { dialect: { name: 'marv', labels: { user: 'You', assistant: 'Marv' } } },
        completion: { prefix: ' ' },
      },
      { prompt: 'You: hi\nMarv:', completion: ' no' },
      [{ messages: [user('hi'), assistant('no')] }],
      [],
    ],
    [
      'a prefill and the completion are one message, whose space is its own',
      { prompt: { dialect: 'human-ai', whitespace: 'exact' }, completion: { prefix: ' ' } },
      { prompt: 'Human: hi\nAI: Once', completion: ' upon' },
      [{ messages: [user('hi'), assistant('Once upon')] }],
      ['prefill lossy'],
    ],
    [
      'no turn in a named dialect is one message',
      { prompt: { dialect: 'human-ai' } },
      { prompt: 'hi', completion: 'yo' },
      [{ messages: [user('hi'), assistant('yo')] }],
      ['no-conversation info'],
    ],
    [
      'an own label at the start of the completion goes',
      { prompt: { dialect: 'human-ai' }, completion: { prefix: ' ' } },
      { prompt: 'Human: hi\nAI:', completion: ' AI: yo' },
      [{ messages: [user('hi'), assistant('yo')] }],
      ['stripped-label lossy'],
    ],
    [
      'a leaked label stays and is said',
      { prompt: { dialect: 'human-ai' }, completion: { prefix: ' ' } },
      { prompt: 'Human: hi\nAI:', completion: ' yo\nHuman: and?' },
      [{ messages: [user('hi'), assistant('yo\nHuman: and?')] }],
      ['leaked-label info'],
    ],
    [
      'a leaked label is where the completion is cut, where the plan says so',
      { prompt: { dialect: 'human-ai' }, completion: { prefix: ' ', leaked: 'cut' } },
      { prompt: 'Human: hi\nAI:', completion: ' yo\nHuman: and?' },
      [{ messages: [user('hi'), assistant('yo')] }],
      ['leaked-label lossy'],
    ],
    [
      'a system text of the plan, for rows that have none',
      { prompt: { dialect: 'human-ai', system: 'S' }, completion: { prefix: ' ' } },
      { prompt: 'Human: hi\nAI:', completion: ' yo' },
      [{ messages: [system('S'), user('hi'), assistant('yo')] }],
      [],
    ],
    [
      'several completions of several prompts, and kept fields',
      {
        fields: {
          prompt: 'request.prompt',
          completion: 'response.choices[*].text',
          keep: ['id', 'who=meta.user', 'none'],
        },
      },
      {
        id: 1,
        meta: { user: 'u' },
        request: { prompt: ['p', 'q'] },
        response: { choices: [1, 2, 3, 4].map((n) => ({ text: `c${n}` })) },
      },
      [
        { messages: [user('p'), assistant('c1')], id: 1, who: 'u' },
        { messages: [user('p'), assistant('c2')], id: 1, who: 'u' },
        { messages: [user('q'), assistant('c3')], id: 1, who: 'u' },
        { messages: [user('q'), assistant('c4')], id: 1, who: 'u' },
      ],
      [],
    ],
    [
      'all the rest kept',
      { fields: { keep: ['*'] } },
      { prompt: 'p', completion: 'c', id: 1, ok: true },
      [{ messages: [user('p'), assistant('c')], id: 1, ok: true }],
      [],
    ],
    [
      'a number that JSON can not hold is said',
      { fields: { keep: ['id'] } },
      { prompt: 'p', completion: 'c', id: Number('12345678901234567890') },
      [{ messages: [user('p'), assistant('c')], id: Number('12345678901234567890') }],
      ['odd-value lossy'],
    ],
  ];

  it.each(cases)('%s', (_, input, row, records, warnings) => {
    const converted = rowConverter(plan(input))(deepFreeze(row));
    expect(converted.records).toEqual(records);
    expect(converted.warnings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(warnings);
  });

  it.each([
    [{}, 'no object', 'invalid-shape'],
    [{}, {}, 'invalid-shape'],
    [{}, { prompt: 'p', completion: 1 }, 'invalid-shape'],
    [{}, { prompt: ['p', 'q'], completion: ['a', 'b', 'c'] }, 'invalid-shape'],
    [
      { prompt: { dialect: 'human-ai' } },
      { prompt: 'Human: hi\nHuman:', completion: ' x' },
      'unrepresentable',
    ],
    [
      { prompt: { dialect: 'human-ai' }, completion: { leaked: 'reject' } },
      { prompt: 'Human: hi\nAI:', completion: 'yo\nHuman: and?' },
      'collision',
    ],
  ] as const)('refuses %j %j', (input, row, code) => {
    expect(() => rowConverter(plan(input as PlanInput))(row)).toThrow(expect.objectContaining({ code }));
  });

  it('keeps a field called __proto__', () => {
    const row = JSON.parse('{"prompt": "p", "completion": "c", "__proto__": {"x": 1}}') as object;
    const [record] = rowConverter(plan({ fields: { keep: ['*'] } }))(row).records;
    expect(JSON.stringify(record)).toContain('"__proto__":{"x":1}');
  });
});

describe('to completion', () => {
  const back = { to: 'completion', ...legacy } as const;
  const talk = [user('a'), assistant('b'), user('c'), assistant('d')];

  it.each([
    [
      'one turn',
      back,
      { messages: [user('Hi'), assistant('Yo')] },
      [{ prompt: 'Hi\n\n###\n\n', completion: ' Yo END' }],
      [],
    ],
    [
      'a conversation',
      { to: 'completion', prompt: { dialect: 'human-ai' }, completion: { prefix: ' ' } },
      { messages: talk },
      [{ prompt: 'Human: a\nAI: b\nHuman: c\nAI:', completion: ' d' }],
      [],
    ],
    [
      'every reply',
      { to: 'completion', turns: 'each', prompt: { dialect: 'human-ai' }, completion: { prefix: ' ' } },
      { messages: talk },
      [
        { prompt: 'Human: a\nAI:', completion: ' b' },
        { prompt: 'Human: a\nAI: b\nHuman: c\nAI:', completion: ' d' },
      ],
      [],
    ],
    [
      'messages in a column',
      back,
      { messages: JSON.stringify([user('Hi'), assistant('Yo')]) },
      [{ prompt: 'Hi\n\n###\n\n', completion: ' Yo END' }],
      [],
    ],
    [
      'a reply alone',
      back,
      { messages: [assistant('Yo')] },
      [{ prompt: '\n\n###\n\n', completion: ' Yo END' }],
      [],
    ],
    [
      'a stop in the reply',
      back,
      { messages: [user('Hi'), assistant('an END here')] },
      [{ prompt: 'Hi\n\n###\n\n', completion: ' an END here END' }],
      ['stop-in-content lossy'],
    ],
    [
      'a refusal and a weight',
      back,
      { messages: [user('Hi'), { role: 'assistant', content: null, refusal: 'No.', weight: 0 }] },
      [{ prompt: 'Hi\n\n###\n\n', completion: ' No. END' }],
      ['dropped-field lossy', 'refusal-as-text lossy'],
    ],
    [
      'a name has no place in a bare prompt',
      back,
      { messages: [{ ...user('Hi'), name: 'Ann' }, assistant('Yo')] },
      [{ prompt: 'Hi\n\n###\n\n', completion: ' Yo END' }],
      ['dropped-field lossy'],
    ],
  ] as const)('%s', (_, input, row, records, warnings) => {
    const converted = rowConverter(plan(input as unknown as PlanInput))(deepFreeze(row));
    expect(converted.records).toEqual(records);
    expect(converted.warnings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(warnings);
  });

  it.each([
    [back, {}, 'invalid-shape'],
    [back, { messages: 'no JSON' }, 'invalid-shape'],
    [back, { messages: [null] }, 'invalid-shape'],
    [back, { messages: [{ role: 'usr', content: 'x' }] }, 'invalid-shape'],
    [back, { messages: [user('Hi')] }, 'invalid-shape'],
    [back, { messages: talk }, 'unrepresentable'],
    [back, { messages: [system('S'), user('Hi'), assistant('Yo')] }, 'unrepresentable'],
    [
      back,
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] },
          assistant('Yo'),
        ],
      },
      'unrepresentable',
    ],
    [
      back,
      {
        messages: [
          user('Hi'),
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
        ],
      },
      'unrepresentable',
    ],
    [back, { messages: [user('Hi'), assistant('Yo')], tools: [{}] }, 'unrepresentable'],
  ] as const)('refuses %j %j', (input, row, code) => {
    expect(() => rowConverter(plan(input as unknown as PlanInput))(row)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('writes in one dialect', () => {
    expect(() => rowConverter(plan({ to: 'completion', prompt: { dialect: 'auto' } }))).toThrow(
      /one dialect/,
    );
  });
});

describe('the way there and back', () => {
  const rows = fc.record({
    prompt: fc.string({ unit: 'binary', maxLength: 30 }),
    completion: fc.string({ unit: 'binary', maxLength: 30 }),
  });

  it('gives the same row, without a dialect and without a lossy warning', () => {
    const there = rowConverter(plan(legacy));
    const back = rowConverter(plan({ to: 'completion', ...legacy }));
    fc.assert(
      fc.property(rows, ({ prompt, completion }) => {
        const row = { prompt: `${prompt}\n\n###\n\n`, completion: ` ${completion} END` };
        const { records, warnings } = there(row);
        expect(warnings.filter(({ severity }) => severity === 'lossy')).toEqual([]);
        expect(back(records[0]).records).toEqual([row]);
      }),
      runs(200),
    );
  });

  it('gives the same messages, in a dialect', () => {
    const dialects = ['user-assistant', 'human-ai', 'anthropic', 'chatml'] as const;
    const turns = fc.array(fc.tuple(hostileContent, hostileContent), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.constantFrom(...dialects),
        fc.option(hostileContent),
        turns,
        (dialect, preamble, pairs) => {
          const prefix = dialect === 'chatml' ? '' : ' ';
          const shared = { prompt: { dialect, whitespace: 'exact' }, completion: { prefix } } as const;
          const messages = [
            ...(preamble === null ? [] : [system(preamble)]),
            ...pairs.flatMap(([asked, answered]) => [user(asked), assistant(answered)]),
          ];
          const written = rowConverter(plan({ to: 'completion', ...shared }))({ messages });
          if (written.warnings.some(({ severity }) => severity === 'lossy')) return;
          const read = rowConverter(plan(shared))(written.records[0]);
          if (read.warnings.some(({ severity }) => severity === 'lossy')) return;
          expect(read.records).toEqual([{ messages }]);
        },
      ),
      runs(150),
    );
  });

  it('throws nothing but a RolecallError on any value', () => {
    const converters = [
      rowConverter(plan({ prompt: { dialect: 'auto' } })),
      rowConverter(plan({ to: 'completion', prompt: { dialect: 'chatml' } })),
      rowConverter(plan({ to: 'completion' })),
    ];
    const message = fc.record(
      {
        role: fc.constantFrom('user', 'assistant', 'system', 'tool', 'developer', 'function'),
        content: fc.oneof(fc.string(), fc.jsonValue()),
        tool_calls: fc.jsonValue(),
        name: fc.jsonValue(),
      },
      { requiredKeys: ['role'] },
    );
    const record = fc.oneof(
      fc.jsonValue(),
      fc.record({
        prompt: fc.oneof(fc.string(), fc.jsonValue()),
        completion: fc.oneof(fc.string(), fc.jsonValue()),
      }),
      fc.record({
        messages: fc.oneof(fc.array(message, { maxLength: 4 }), fc.jsonValue()),
        tools: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(record, fc.constantFrom(...converters), (value, convert) => {
        try {
          convert(value);
        } catch (error) {
          expect(error).toMatchObject({ name: 'RolecallError' });
        }
      }),
      runs(300),
    );
  });
});
