/**
 * Renders the recorded conversations of every covered model and compares the prompts byte for byte.
 * `npx tsx scripts/recorded/templates.ts [--table]`; exit code 1 when a record that should match does not.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { DialectName } from '../../src/formats/index.generated.js';
import { renderPrompt } from '../../src/index.js';
import type { RenderOptions } from '../../src/prompt/options.js';
import type { Message } from '../../src/schemas/messages.js';

interface Recorded {
  source: string;
  template_name: string;
  messages: Message[];
  add_generation_prompt: boolean | null;
  bos_token: string | null;
  expected_prompt: string;
  renderer?: string;
  caution?: string;
  template_kwargs?: { tools?: unknown[]; think?: string };
}

interface Rule {
  name: RegExp;
  dialect: DialectName;
  options?: RenderOptions;
  /** The record's text differs from the prompt for a reason outside of the dialect: how to get from one to the other. */
  expected?: (text: string) => string;
  /** Why the record does not match. */
  not?: string;
}

const spaces = (text: string): string => text.replaceAll('<0x0A>', '\n');

/** First match wins; a record that no rule names is of a model that is not covered. */
const rules: Rule[] = [
  {
    name: /default template: _base|dolphin|OpenHermes|Nous-Hermes-2|ollama chatml|test chatml|modelfusion ChatML|qwen-7b-chat|api_based ChatML/,
    dialect: 'chatml',
  },
  { name: /default template: llama$/, dialect: 'llama-2' },
  {
    name: /FusionNet/,
    dialect: 'llama-2',
    not: "a merge's own template, which does not trim as that of the models does",
  },
  { name: /Mixtral-8x7B-Instruct/, dialect: 'mixtral' },
  { name: /Mistral-Nemo.*modified|Mistral-Nemo-Instruct-2407$/, dialect: 'mistral-v3-tekken' },
  {
    name: /Mistral-Large-Instruct-2407/,
    dialect: 'mistral-v3',
    options: { templateOptions: { variant: 'transformers' } },
  },
  { name: /Mistral-Large-Instruct-2411/, dialect: 'mistral-v7' },
  { name: /Mistral-7B-Instruct-v0.2/, dialect: 'mistral-v1' },
  {
    name: /Mistral-7B-Instruct-v0.3-SOTA/,
    dialect: 'mistral-v3',
    not: "a third party's template: it lists the functions without their wrapper",
  },
  { name: /mistral instruct v1/, dialect: 'mistral-v1', expected: spaces },
  { name: /mistral instruct v2/, dialect: 'mistral-v2', expected: spaces },
  { name: /mistral instruct v3/, dialect: 'mistral-v3', expected: spaces },
  {
    name: /test mistral system/,
    dialect: 'mistral-v3',
    not: 'a template of the test itself: no </s>, and a space behind the last [/INST]',
  },
  { name: /ollama mistral-instruct/, dialect: 'mistral-v3' },
  {
    name: /modelfusion MistralInstruct/,
    dialect: 'mixtral',
    not: 'a space around the reply, which no template of the models has without one in front of [INST]',
  },
  {
    name: /langchain Mixtral/,
    dialect: 'mixtral',
    not: 'the system text ends in one line end, and spaces stand around the reply',
  },
  {
    name: /fastchat mistral/,
    dialect: 'mixtral',
    not: 'a space in front of the reply, as mistral-v1 has it, but none in front of [INST]',
  },
  { name: /Llama-3.1-8B/, dialect: 'llama-3.1' },
  {
    name: /meta-llama-3.1/,
    dialect: 'llama-3.1',
    not: 'a placeholder text of an API, not the template of the models',
  },
  { name: /llama3-instruct|llama_3_prompt/, dialect: 'llama-3' },
  {
    name: /Llama-2 \(vercel/,
    dialect: 'llama-2',
    not: 'no space in front of </s>, which the template of the models writes',
  },
  {
    name: /ollama llama2-chat/,
    dialect: 'llama-2',
    not: 'empty <<SYS>><</SYS>> marks in each question, and no space in front of </s>',
  },
  {
    name: /vigogne-2-70b-chat/,
    dialect: 'llama-2',
    not: 'a fine-tune with a default system text of its own',
  },
  { name: /DeepSeek-R1/, dialect: 'deepseek-r1' },
  { name: /renderer deepseek3/, dialect: 'deepseek-v3.1' },
  {
    name: /fastchat deepseek-chat/,
    dialect: 'deepseek-v2',
    not: 'no BOS and no blank line behind the system text',
  },
  {
    name: /fastchat deepseek-coder/,
    dialect: 'deepseek-v2',
    not: 'the coder model, which is not covered, has ### Instruction labels',
  },
  {
    name: /Phi-3-(mini|medium)/,
    dialect: 'phi-3',
    not: "the system text is folded into the user's words by llama.cpp; the template of the models drops it (first files) or gives it a turn (now)",
  },
  { name: /ollama phi-3/, dialect: 'phi-3' },
  {
    name: /ollama gemma-instruct/,
    dialect: 'gemma',
    not: 'one line end behind the system text where the templates of the models refuse it or write two',
  },
  { name: /ollama gemma3-instruct/, dialect: 'gemma-3', not: 'a second line end behind the open turn' },
  {
    name: /ollama command-r/,
    dialect: 'command-r',
    not: 'a second <|END_OF_TURN_TOKEN|> and a line end at the end',
  },
  { name: /ollama zephyr/, dialect: 'zephyr' },
  { name: /fastchat tulu/, dialect: 'zephyr', not: 'Tülu, which is not covered: no </s>' },
  { name: /ollama openchat/, dialect: 'openchat' },
  { name: /open-orca/, dialect: 'openchat', not: "OpenOrca's own labels, which are not covered" },
  {
    name: /ollama falcon-instruct/,
    dialect: 'falcon-chat',
    not: 'a line end behind each label, which the model card does not have',
  },
  { name: /fastchat falcon-chat/, dialect: 'falcon-chat' },
  {
    name: /fastchat falcon/,
    dialect: 'falcon',
    not: 'FastChat sets nothing in front of the first label; the template of the models writes a blank line',
  },
  { name: /ollama alpaca/, dialect: 'alpaca', options: { templateOptions: { defaultSystem: false } } },
  {
    name: /modelfusion Alpaca/,
    dialect: 'alpaca',
    not: 'a line end behind the reply that the model is to continue',
  },
  { name: /vicuna_v1.1/, dialect: 'vicuna' },
  {
    name: /stable-vicuna/,
    dialect: 'vicuna-v0',
    not: 'a blank line between rounds, which Vicuna 0 does not have',
  },
  { name: /ollama vicuna/, dialect: 'vicuna-newline' },
  {
    name: /modelfusion Vicuna/,
    dialect: 'vicuna-newline',
    not: 'no </s> behind a reply, and a space behind the last label',
  },
  {
    name: /claude_2_1_pt/,
    dialect: 'anthropic',
    not: 'no blank lines at the start, and a space behind the last label, which the format forbids',
  },
  {
    name: /anthropic_pt/,
    dialect: 'anthropic',
    not: 'the system text in <admin> tags of the user, which the format does not have',
  },
  {
    name: /Anthropic legacy/,
    dialect: 'anthropic',
    not: 'marked with caution: commas between turns are a bug of the project',
  },
  { name: /renderer qwen38/, dialect: 'qwen3', options: { templateOptions: { enable_thinking: false } } },
  { name: /renderer qwen3vl_nonthinking/, dialect: 'qwen3-instruct' },
  { name: /renderer qwen3vl_thinking/, dialect: 'qwen3-thinking' },
];

/** The records of one project say in Go whether the model thinks. */
const thinking = ({ template_kwargs: given }: Recorded): Record<string, unknown> =>
  typeof given?.think === 'string' ? { thinking: given.think.includes('true') } : {};

const file = new URL('../../../shared/recorded/templates.json', import.meta.url);
if (!existsSync(file)) {
  console.log('templates: no recorded cases here; skipped');
  process.exit(0);
}
const records: Recorded[] = JSON.parse(readFileSync(file, 'utf8'));
const rows: string[] = [];
let matched = 0;
let broken = 0;
for (const [i, record] of records.entries()) {
  const rule = rules.find(({ name }) => name.test(record.template_name));
  if (rule === undefined) continue;
  const expected = (rule.expected ?? ((text: string) => text))(record.expected_prompt);
  // Several projects leave the BOS to the server, and some compare without a trailing space.
  const texts = [true, false].flatMap((bos) =>
    [record.add_generation_prompt !== false].map((generationPrompt) => {
      try {
        const tools = record.template_kwargs?.tools;
        const { prompt } = renderPrompt(record.messages, {
          dialect: rule.dialect,
          bos,
          generationPrompt: record.add_generation_prompt === null ? false : generationPrompt,
          ...(tools === undefined ? {} : { tools }),
          ...rule.options,
          templateOptions: { ...rule.options?.templateOptions, ...thinking(record) },
        });
        return prompt;
      } catch (error) {
        return String(error);
      }
    }),
  );
  const ok = texts.includes(expected);
  const builtin = record.renderer?.startsWith('llama.cpp builtin') === true;
  const why =
    rule.not ?? (builtin ? "llama.cpp's own heuristic, which differs from the template of the model" : '');
  if (ok) matched++;
  else if (why === '') {
    broken++;
    console.log(
      `record ${i} (${record.template_name}) differs:\n  ours     ${JSON.stringify(texts[0])}\n  expected ${JSON.stringify(expected)}`,
    );
  }
  rows.push(`| ${i} | ${record.template_name} | ${rule.dialect} | ${ok ? 'matches' : `no: ${why}`} |`);
}
if (process.argv.includes('--table'))
  console.log(`| record | template | dialect | |\n| --- | --- | --- | --- |\n${rows.join('\n')}`);
console.log(
  `templates: ${matched} of ${rows.length} records of covered models match; ${rows.length - matched - broken} differ for a known reason, ${broken} are wrong`,
);
process.exitCode = broken === 0 ? 0 : 1;
