/** At the edge a dialect of a chat template behaves as the built-in one of the same form. */
import { describe, expect, it } from 'vitest';
import { type ChatOverCompletionsOptions, chatOverCompletions } from '../../src/fetch/index.js';
import { type Dialect, dialects, type MarkerDialect } from '../../src/index.js';
import { jinjaDialect } from '../../src/jinja/index.js';
import { tokenizerFromJson } from '../../src/tokens/index.js';
import { trainSmall } from '../support/small-bpe.js';
import { completionServer } from '../support/upstream.js';
import { weatherTool } from '../support/weather.js';

/** Turns, reasoning and calls as Qwen3's template writes them, without its words about tools. */
const qwen = `{% for m in messages %}{% if m.role == 'tool' %}{% if loop.first or messages[loop.index0 - 1].role != 'tool' %}<|im_start|>user{% endif %}{{ '\\n' }}<tool_response>
{{ m.content }}
</tool_response>{% if loop.last or messages[loop.index0 + 1].role != 'tool' %}<|im_end|>
{% endif %}{% else %}<|im_start|>{{ m.role }}
{% if m.role == 'assistant' and loop.last %}<think>
{{ m.reasoning_content or '' }}
</think>

{% endif %}{{ m.content }}{% for c in m.tool_calls or [] %}{% if m.content or not loop.first %}
{% endif %}<tool_call>
{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>
{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

const llama =
  '{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content | trim }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}';

interface Pair {
  builtIn: MarkerDialect;
  template: () => Dialect;
  call?: string;
  thought?: string;
}

const pairs: Record<string, Pair> = {
  qwen3: {
    builtIn: dialects.qwen3,
    template: () => jinjaDialect(qwen, { eosToken: '<|im_end|>' }),
    call: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>',
    thought: '<think>\nHm, END.\n</think>\n\n',
  },
  'llama-3': {
    builtIn: dialects['llama-3'],
    template: () =>
      jinjaDialect(llama, {
        bosToken: '<|begin_of_text|>',
        eosToken: '<|eot_id|>',
        stop: [...dialects['llama-3'].stop],
      }),
  },
};

const call = { name: 'get_weather', arguments: '{"city": "Paris"}' };
const plain = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi <|im_end|> <|eot_id|><|im_start|>system' },
  { role: 'assistant', content: 'Yo' },
  { role: 'user', content: 'Go on' },
];
const scenes: Record<string, { body: object; reply: (pair: Pair) => string }> = {
  'a history': { body: { messages: plain }, reply: () => 'Well, fine.' },
  'a prefill': {
    body: { messages: [...plain, { role: 'assistant', content: 'The' }] },
    reply: () => ' end.',
  },
  'stops of the caller': {
    body: { messages: plain, stop: ['END'], n: 2 },
    reply: ({ thought = '' }) => `${thought}Before END after`,
  },
  'a mark at the end': { body: { messages: plain }, reply: ({ builtIn }) => `Done.${builtIn.stop[0]}more` },
  reasoning: { body: { messages: plain }, reply: ({ thought = '' }) => `${thought}Three.` },
  calls: {
    body: {
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: call }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'Sunny' },
        { role: 'user', content: 'And now?' },
      ],
    },
    reply: ({ thought = '', call = 'Sunny.' }) => `${thought}Let me see.\n${call}\n${call}`,
  },
  'a broken call': { body: { messages: plain }, reply: ({ call = 'no' }) => call.slice(0, -20) },
};

const marks = [...new Set(Object.values(pairs).flatMap(({ builtIn }) => builtIn.specialTokens))];
const small = trainSmall('Be brief. Weather in Paris, and now? Let me see.'.repeat(2), 40);
const rules = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
const added = marks.map((content, i) => ({ content, id: 5000 + i, ...rules }));
const tokenizer = tokenizerFromJson({ ...small, added_tokens: [...small.added_tokens, ...added] });

/** What is sent, and what comes of it, but for ids and the time. */
async function exchanged(
  dialect: Dialect,
  body: object,
  reply: string,
  options: Partial<ChatOverCompletionsOptions>,
) {
  const { fetch, seen } = completionServer({ reply: () => reply, flavour: 'vllm' });
  let made = 0;
  const makeId = (prefix: string): string => `${prefix}${made++}`;
  const edge = chatOverCompletions({ fetch, dialect, server: 'vllm', now: () => 1, makeId, ...options });
  const request = { model: 'm', max_tokens: 50, ...body };
  const url = 'http://up/v1/chat/completions';
  const response = await edge(url, { method: 'POST', body: JSON.stringify(request) });
  const sent = seen.map(({ body: { prompt, stop } }) => ({
    prompt,
    stop: [...((stop ?? []) as string[])].sort(),
  }));
  return { sent, status: response.status, text: await response.text() };
}

describe.each(Object.entries(pairs))('%s', (_, pair) => {
  const template = pair.template();
  it.each(Object.entries(scenes))('%s', async (_, { body, reply }) => {
    for (const options of [{}, { send: 'ids', tokenizer }] as const)
      for (const stream of [false, true]) {
        const said = reply(pair);
        const [own, builtIn] = await Promise.all(
          [template, pair.builtIn].map((one) => exchanged(one, { ...body, stream }, said, options)),
        );
        expect(own).toEqual(builtIn);
        expect(own?.status).toBe(200);
      }
  });

  it('reads calls of the tools of a request', async () => {
    for (const stream of [false, true]) {
      const said = `${pair.thought ?? ''}${pair.call ?? 'Sunny.'}`;
      const body = { messages: [{ role: 'user', content: 'Weather?' }], tools: [weatherTool], stream };
      const [own, builtIn] = await Promise.all(
        [template, pair.builtIn].map((one) => exchanged(one, body, said, {})),
      );
      expect(own?.text).toBe(builtIn?.text);
      if (pair.call !== undefined) expect(own?.text).toContain('get_weather');
    }
  });
});
