/**
 * A tiny model with a real tokenizer and a real chat template, in the GGUF format (version 3, architecture llama). Its
 * weights are random from a fixed seed: what it says is garbage that depends on the whole prompt, and a `grammar` in the
 * request makes it say what one likes. The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { existsSync, readFileSync } from 'node:fs';
import { randomFrom } from '../../test/support/random-text.js';

interface Content {
  content: string;
}

export interface TokenizerJson {
  model: {
    vocab: Record<string, number>;
    merges?: (string | [string, string])[];
    byte_fallback?: boolean;
    unk_token?: string | null;
  };
  added_tokens?: { id: number; content: string; special: boolean }[];
  pre_tokenizer?: unknown;
  normalizer?: { normalizers?: { type: string }[] } | null;
  post_processor?: { type: string; single?: { SpecialToken?: { id: string } }[] } | null;
}

export interface TokenizerConfig {
  bos_token?: string | Content | null;
  eos_token?: string | Content | null;
  add_bos_token?: boolean | null;
  add_eos_token?: boolean | null;
  chat_template?: string;
}

export interface Package {
  /** The `tokenizer.json`. */
  file: string;
  tokenizer: TokenizerJson;
  config: TokenizerConfig;
}

/** `tokenizer.json` and `tokenizer_config.json` of a folder, or of `models` in it. */
export function loadPackage(folder: string): Package {
  const at = existsSync(`${folder}/models/tokenizer.json`) ? `${folder}/models` : folder;
  const read = (name: string): unknown => JSON.parse(readFileSync(`${at}/${name}`, 'utf8'));
  return {
    file: `${at}/tokenizer.json`,
    tokenizer: read('tokenizer.json') as TokenizerJson,
    config: read('tokenizer_config.json') as TokenizerConfig,
  };
}

export const tokenText = (token: string | Content | null | undefined): string | undefined =>
  typeof token === 'object' ? token?.content : token;

/** How llama.cpp calls the splitting of a tokenizer, told from its pattern. */
function splittingOf({ pre_tokenizer }: TokenizerJson): string {
  const pattern = JSON.stringify(pre_tokenizer ?? null);
  if (pattern.includes('[一-龥') || pattern.includes('\\u4e00-\\u9fa5')) return 'deepseek-v3';
  if (pattern.includes('\\\\p{Lu}\\\\p{Lt}')) return pattern.includes("'s|'t") ? 'gpt-4o' : 'tekken';
  if (pattern.includes('\\\\p{N}{1,3}')) return 'llama-bpe';
  if (pattern.includes("(?i:'s|'t|'re|'ve|'m|'ll|'d)")) return 'qwen2';
  return 'default';
}

/** Kinds of tokens, as the format numbers them. */
const kinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** What llama.cpp's converter takes for a control token though the file does not call it special. */
const looksLikeControl = (text: string): boolean =>
  /^(<\|.*\|>|<｜.*｜>|<(pad|mask|bos|eos|unk|start_of_turn|end_of_turn|\[@BOS@\])>|<unused\d+>|\[multimodal\])$/.test(
    text,
  ) && !/^<\|?(tool_call|think)/.test(text);

interface Vocabulary {
  tokens: string[];
  types: number[];
  scores: number[];
  ids: Map<string, number>;
}

function vocabularyOf(tokenizer: TokenizerJson, sentencePiece: boolean): Vocabulary {
  const words = Object.entries(tokenizer.model.vocab);
  const added = tokenizer.added_tokens ?? [];
  const size =
    1 + [...words.map(([, id]) => id), ...added.map(({ id }) => id)].reduce((a, b) => Math.max(a, b), 0);
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const types = Array<number>(size).fill(kinds.unused);
  const scores = Array<number>(size).fill(-10_000);
  for (const [token, id] of words) {
    tokens[id] = token;
    types[id] = sentencePiece && /^<0x[0-9A-F]{2}>$/.test(token) ? kinds.byte : kinds.normal;
    // Ids are in the order of the scores.
    scores[id] = -id;
  }
  const ids = new Map(words);
  for (const { id, content, special } of added) {
    ids.set(content, id);
    const control = special || looksLikeControl(content);
    tokens[id] = control ? content : content.replaceAll('▁', ' ');
    if (!control) types[id] = kinds.userDefined;
    else types[id] = sentencePiece && content === tokenizer.model.unk_token ? kinds.unknown : kinds.control;
    if (sentencePiece) scores[id] = -1000;
  }
  return { tokens, types, scores, ids };
}

type Value =
  | ['u32' | 'f32', number]
  | ['bool', boolean]
  | ['string', string]
  | ['strings', string[]]
  | ['i32s' | 'f32s', number[]];

const bytes = (size: number, write: (buffer: Buffer) => void): Buffer => {
  const buffer = Buffer.alloc(size);
  write(buffer);
  return buffer;
};
const u32 = (n: number): Buffer => bytes(4, (buffer) => buffer.writeUInt32LE(n));
const u64 = (n: number): Buffer => bytes(8, (buffer) => buffer.writeBigUInt64LE(BigInt(n)));
const f32 = (n: number): Buffer => bytes(4, (buffer) => buffer.writeFloatLE(n));
const string = (text: string): Buffer => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
const array = (type: number, length: number, items: Buffer): Buffer =>
  Buffer.concat([u32(9), u32(type), u64(length), items]);

function written([type, value]: Value): Buffer {
  switch (type) {
    case 'u32':
      return Buffer.concat([u32(4), u32(value)]);
    case 'f32':
      return Buffer.concat([u32(6), f32(value)]);
    case 'bool':
      return Buffer.concat([u32(7), Buffer.from([value ? 1 : 0])]);
    case 'string':
      return Buffer.concat([u32(8), string(value)]);
    case 'strings':
      return array(8, value.length, Buffer.concat(value.map(string)));
    case 'i32s':
      return array(5, value.length, Buffer.from(Int32Array.from(value).buffer));
    case 'f32s':
      return array(6, value.length, Buffer.from(Float32Array.from(value).buffer));
  }
}

const shape = { context: 4096, embedding: 64, layers: 2, heads: 4, forward: 128 } as const;

function metadataOf({ tokenizer, config }: Package, vocabulary: Vocabulary, options: GgufOptions): Map<string, Value> {
  const sentencePiece = tokenizer.model.byte_fallback === true;
  const bos = tokenText(config.bos_token);
  const eos = options.eos ?? tokenText(config.eos_token);
  const { post_processor: post, normalizer } = tokenizer;
  const begins = bos !== undefined && post?.type === 'TemplateProcessing' && post.single?.[0]?.SpecialToken?.id === bos;
  const map = new Map<string, Value>([
    ['general.architecture', ['string', 'llama']],
    ['general.name', ['string', options.name]],
    ['general.file_type', ['u32', 1]],
    ['llama.vocab_size', ['u32', vocabulary.tokens.length]],
    ['llama.context_length', ['u32', shape.context]],
    ['llama.embedding_length', ['u32', shape.embedding]],
    ['llama.block_count', ['u32', shape.layers]],
    ['llama.feed_forward_length', ['u32', shape.forward]],
    ['llama.attention.head_count', ['u32', shape.heads]],
    ['llama.attention.head_count_kv', ['u32', shape.heads]],
    ['llama.attention.layer_norm_rms_epsilon', ['f32', 1e-5]],
    ['llama.rope.dimension_count', ['u32', shape.embedding / shape.heads]],
    ['llama.rope.freq_base', ['f32', 10_000]],
    ['tokenizer.ggml.model', ['string', sentencePiece ? 'llama' : 'gpt2']],
    ['tokenizer.ggml.pre', ['string', sentencePiece ? 'default' : splittingOf(tokenizer)]],
    ['tokenizer.ggml.tokens', ['strings', vocabulary.tokens]],
    ['tokenizer.ggml.token_type', ['i32s', vocabulary.types]],
    ['tokenizer.chat_template', ['string', options.template]],
  ]);
  if (sentencePiece) {
    map.set('tokenizer.ggml.scores', ['f32s', vocabulary.scores]);
    const prefix = normalizer?.normalizers?.some(({ type }) => type === 'Prepend') ?? false;
    map.set('tokenizer.ggml.add_space_prefix', ['bool', prefix]);
  } else {
    const merges = (tokenizer.model.merges ?? []).map((merge) => (Array.isArray(merge) ? merge.join(' ') : merge));
    map.set('tokenizer.ggml.merges', ['strings', merges]);
  }
  for (const [key, text] of [['bos', bos], ['eos', eos]] as const) {
    const id = text === undefined ? undefined : vocabulary.ids.get(text);
    if (id !== undefined) map.set(`tokenizer.ggml.${key}_token_id`, ['u32', id]);
  }
  const addBos = config.add_bos_token ?? (begins ? true : undefined);
  if (addBos !== undefined) map.set('tokenizer.ggml.add_bos_token', ['bool', addBos]);
  if (typeof config.add_eos_token === 'boolean') map.set('tokenizer.ggml.add_eos_token', ['bool', config.add_eos_token]);
  return map;
} // biome-ignore format: a table

interface Tensor {
  name: string;
  dims: number[];
  /** 0: 32 bits, 1: 16 bits. */
  type: 0 | 1;
  data: Buffer;
}

/** The bits of a number as a half float; of what is too small, a zero. */
function halfFloat(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const exponent = ((bits >>> 23) & 255) - 112;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 1023);
}

function tensorsOf(types: readonly number[]): Tensor[] {
  const random = randomFrom(1);
  const gauss = (): number => Array.from({ length: 12 }, random).reduce((a, b) => a + b) - 6;
  /** Numbers are drawn from a table, which is a good deal faster than making each. */
  const matrix = (columns: number, rows: number, scale: number): Buffer => {
    const table = Array.from({ length: 8192 }, () => halfFloat(gauss() * scale));
    const out = new Uint16Array(columns * rows);
    for (let i = 0; i < out.length; i++) out[i] = table[Math.floor(random() * table.length)]!;
    return Buffer.from(out.buffer);
  };
  const { embedding: width, forward, layers } = shape;
  const size = types.length;
  const output = matrix(width, size, 0.35);
  // A token that is no text may not be said by chance: its row is zero.
  for (const [id, type] of types.entries()) if (type !== kinds.normal) output.fill(0, id * width * 2, (id + 1) * width * 2);
  const ones = (name: string): Tensor => ({ name, dims: [width], type: 0, data: Buffer.from(new Float32Array(width).fill(1).buffer) });
  const weights = (name: string, columns: number, rows: number): Tensor => ({ name, dims: [columns, rows], type: 1, data: matrix(columns, rows, 0.12) });
  const layer = (i: number): Tensor[] => [
    ones(`blk.${i}.attn_norm.weight`),
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name) => weights(`blk.${i}.${name}.weight`, width, width)),
    ones(`blk.${i}.ffn_norm.weight`),
    weights(`blk.${i}.ffn_gate.weight`, width, forward),
    weights(`blk.${i}.ffn_up.weight`, width, forward),
    weights(`blk.${i}.ffn_down.weight`, forward, width),
  ];
  return [
    { name: 'token_embd.weight', dims: [width, size], type: 1, data: matrix(width, size, 1) },
    ...Array.from({ length: layers }, (_, i) => layer(i)).flat(),
    ones('output_norm.weight'),
    { name: 'output.weight', dims: [width, size], type: 1, data: output },
  ];
} // biome-ignore format: a table

export interface GgufOptions {
  name: string;
  template: string;
  /** The token that ends a reply, where it is not that of the config. */
  eos?: string | undefined;
}

const alignment = 32;
const padding = (length: number): Buffer => Buffer.alloc((alignment - (length % alignment)) % alignment);

/** The model as a file. */
export function makeGguf(pack: Package, options: GgufOptions): Buffer {
  const vocabulary = vocabularyOf(pack.tokenizer, pack.tokenizer.model.byte_fallback === true);
  const metadata = metadataOf(pack, vocabulary, options);
  const tensors = tensorsOf(vocabulary.types);
  let offset = 0;
  const places = tensors.map(({ name, dims, type, data }) => {
    const place = Buffer.concat([string(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset)]);
    offset += data.length + padding(data.length).length;
    return place;
  });
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    u64(metadata.size),
    ...[...metadata].flatMap(([key, value]) => [string(key), written(value)]),
    ...places,
  ]);
  return Buffer.concat([
    head,
    padding(head.length),
    ...tensors.flatMap(({ data }) => [data, padding(data.length)]),
  ]);
}
