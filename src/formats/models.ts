import type { Dialect } from '../dialect/types.js';
import { type DialectName, dialects } from './index.generated.js';

/** An id that is longer than this names no model that is known here. */
const longest = 512;

/** How ids say the size of a model: `7b`, `0.5b`, `8x22b`, `30b-a3b`, `1t`. */
const SIZE = '\\d+(?:\\.\\d+)?(?:x\\d+(?:\\.\\d+)?)?[bmt](?:-a\\d+(?:\\.\\d+)?b)?';

/** Parts of a path that name no model: `snapshots/<hash>`, `model.gguf`. */
const UNNAMED = /^(?:[0-9a-f]{32,64}|main|snapshots|models?|gguf|weights|checkpoints?|ggml-model)$/;

/** What quantisers and converters put behind the name of a model. */
const SUFFIX =
  /[-._](?:gguf|ggml|safetensors|\d{5}-of-\d{5}|i1|imat|imatrix|ud|hf|unsloth|bnb|mlx|gptq|awq|exl[23]|aqlm|qat|autoround|unquantized|quantized|onnx|gptq-[2348]b|\d{2,3}g|gptqmodel|dwq|sym|inc|dynamic|block|kv|cloud|i?q\d(?:_(?:\d|[a-z]{1,3}))*|tq\d_\d|mxfp4(?:_moe)?|nvfp4|nf4|bf16|f16|f32|fp(?:4|8|16|32)|int[248]|w\d{1,2}a\d{1,2}|g\d{2,3}|\d(?:[.p]\d+)?[-_]?(?:bits?|bpw)|h6)$/;

/** Who made a model, in front of its name in the names of files. */
const MAKER =
  /^(?:qwen|google|mistralai|meta-llama|microsoft|deepseek-ai|ibm-granite|zai-org|thudm|nvidia|cohereforai|coherelabs|moonshotai|minimaxai|openai|huggingfacetb)_/;

/**
 * The name in a model's id, in small letters: without its maker and path, and without what quantisers add. A tag, as Ollama
 * has it, stays behind a colon.
 */
function nameOf(id: string): string {
  const lower = id
    .trim()
    .toLowerCase()
    .replaceAll('\\', '/')
    .replace(/[@#?].*$/s, '');
  const cached = /(?:^|\/)models--[^/]*--([^/]+)/.exec(lower)?.[1];
  const parts = lower.split('/').filter((part) => part !== '');
  const named = parts.map(withoutSuffixes).filter((part) => !UNNAMED.test(part));
  const name = withoutSuffixes(cached ?? named.at(-1) ?? '').replace(MAKER, '');
  const [model = '', tag, ...more] = name.split(':');
  if (more.length > 0) return '';
  return tag === undefined || tag === 'latest' ? model : `${withoutSuffixes(model)}:${tag}`;
}

function withoutSuffixes(name: string): string {
  let bare = name;
  for (let found = SUFFIX.exec(bare); found !== null; found = SUFFIX.exec(bare))
    bare = bare.slice(0, found.index);
  // A tag may be nothing but how a model is quantised.
  return bare.replace(/:i?q\d(?:_[a-z0-9]+)*$/, '');
}

interface Known {
  pattern: RegExp;
  dialect: DialectName;
  /** How much of a name the pattern spells out. */
  weight: number;
}

let known: Known[] | undefined;

/** The patterns of all dialects, those that spell out most of a name first. */
function patterns(): Known[] {
  known ??= (Object.values(dialects) as Dialect[])
    .flatMap(({ name, ids = [] }) =>
      ids.map((id) => ({
        pattern: new RegExp(`^(?:${id.replaceAll('#', SIZE)})$`),
        dialect: name as DialectName,
        weight: id.replace(/\([^()]*\)[?*]|[^a-z0-9]/g, '').length,
      })),
    )
    .sort((a, b) => b.weight - a.weight);
  return known;
}

/** The dialects whose patterns fit a model's id best: one, none, or, where the declarations are wrong, several. */
export function dialectsFor(modelId: string): DialectName[] {
  if (typeof modelId !== 'string' || modelId.length > longest) return [];
  const name = nameOf(modelId);
  const fits = patterns().filter(({ pattern }) => pattern.test(name));
  const best = fits.filter(({ weight }) => weight === fits[0]?.weight);
  return [...new Set(best.map(({ dialect }) => dialect))];
}

/**
 * The dialect that a model was trained on, by its id: a repository (`Qwen/Qwen2.5-7B-Instruct`, quantised or not), a tag of
 * Ollama (`qwen3:14b`), the name of a file (`gemma-2-9b-it-Q4_K_M.gguf`), a path. Null for all that was not verified, never a
 * guess: base models, fine-tunes with names of their own, models whose template changed under the same name.
 *
 * @example
 * dialectFor('unsloth/gemma-2-2b-it-bnb-4bit')   // 'gemma-2'
 * dialectFor('google/gemma-2-9b')                // null: a base model
 */
export function dialectFor(modelId: string): DialectName | null {
  const [dialect, ...others] = dialectsFor(modelId);
  return dialect !== undefined && others.length === 0 ? dialect : null;
}
