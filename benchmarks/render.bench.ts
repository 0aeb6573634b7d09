/**
 * Rendering 1,000 messages against `@huggingface/jinja` with the same templates: `npm run bench render`.
 * The templates here are our own spelling of the three layouts; both sides give the same bytes, which is checked.
 */
import { Template } from '@huggingface/jinja';
import { type DialectName, renderPrompt } from '../src/index.js';
import type { Message } from '../src/schemas/messages.js';
import { bestOfEach, emit } from './harness.js';

const messages: Message[] = Array.from({ length: 1000 }, (_, i) => ({
  role: i % 2 === 0 ? 'user' : 'assistant',
  content:
    `Message ${i}: the <b>quick</b> brown fox jumps over the lazy dog, and a list follows.\n- one\n- two [x]`.repeat(
      3,
    ),
}));

interface Case {
  dialect: DialectName;
  template: string;
  bos: string;
}

const cases: Case[] = [
  {
    dialect: 'chatml',
    bos: '',
    template:
      "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
  },
  {
    dialect: 'llama-3',
    bos: '<|begin_of_text|>',
    template:
      "{% for m in messages %}{% set t = '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set t = bos_token + t %}{% endif %}{{ t }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
  },
  {
    dialect: 'gemma-2',
    bos: '<bos>',
    template:
      "{{ bos_token }}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{% if m['role'] == 'assistant' %}{% set role = 'model' %}{% else %}{% set role = m['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}",
  },
];

console.log('dialect     rolecall ms   jinja ms   ratio');
for (const { dialect, template, bos } of cases) {
  const options = { continueFinal: false, generationPrompt: true } as const;
  const compiled = new Template(template);
  const ours = (): string => renderPrompt(messages, { dialect, ...options }).prompt;
  const theirs = (): string =>
    compiled.render({ messages, add_generation_prompt: true, bos_token: bos, eos_token: '' });
  if (ours() !== theirs()) throw new Error(`${dialect}: the two renderers differ`);
  const [mine = 0, jinja = 0] = bestOfEach(30, [ours, theirs]);
  const shared = { group: 'Render 1,000 messages', name: dialect, unit: 'ms' };
  emit({ ...shared, by: 'rolecall', value: mine });
  emit({ ...shared, by: '@huggingface/jinja', value: jinja });
  console.log(
    `${dialect.padEnd(11)} ${mine.toFixed(3).padStart(11)} ${jinja.toFixed(3).padStart(10)} ${(jinja / mine).toFixed(1).padStart(7)}`,
  );
}
