import { createPatterns, matches, type Pattern, type Patterns } from './frame-pattern.js';

/**
 * JSON of chunks, which are small and alike: a good deal less than the time of JSON.stringify, and the same values. The
 * fields that all chunks of a stream share are written once, and come first.
 */
export function createChunkWriter(): (chunk: object) => string {
  const patterns = createPatterns('written');
  const generic = createGenericWriter();
  return (chunk) => {
    const pattern = find(patterns, chunk);
    return pattern === undefined ? learn(patterns, generic, chunk) : textOf(pattern);
  };
}

/** Chunks as `data: ` frames, one by one, in UTF-8. */
export function createFrameWriter(): (chunk: object) => Uint8Array {
  const patterns = createPatterns('written');
  const generic = createGenericWriter();

  return (chunk) => {
    const pattern = find(patterns, chunk);
    if (pattern === undefined) return encoder.encode(`data: ${learn(patterns, generic, chunk)}\n\n`);
    const { literals } = pattern;
    const text = texts[0]!;
    if (literals.length > 2 || text.length > longestPlain || !plain.test(text))
      return encoder.encode(`data: ${textOf(pattern)}\n\n`);
    pattern.frame ??= {
      head: encoder.encode(`data: ${literals[0]}"`),
      tail: encoder.encode(`"${literals[1]}\n\n`),
    };
    const { head, tail } = pattern.frame;
    const bytes = new Uint8Array(head.length + text.length + tail.length);
    bytes.set(head);
    for (let i = 0; i < text.length; i++) bytes[head.length + i] = text.charCodeAt(i);
    bytes.set(tail, head.length + text.length);
    return bytes;
  };
}

/** The texts of the chunk that is being written. */
const texts: string[] = [];

/** The pattern that a chunk fits. */
function find({ known, hit }: Patterns, chunk: object): Pattern | undefined {
  for (let i = 0; i < known.length; i++) {
    if (!matches(known[i]!.node, chunk, texts)) continue;
    hit();
    return known[i];
  }
  return undefined;
}

function learn(patterns: Patterns, generic: (chunk: object) => string, chunk: object): string {
  const json = generic(chunk);
  patterns.miss(json, chunk);
  return json;
}

function textOf({ literals }: Pattern): string {
  let json = literals[0]!;
  for (let i = 1; i < literals.length; i++) json += quote(texts[i - 1]!) + literals[i]!;
  return json;
}

const encoder = /* @__PURE__ */ new TextEncoder();

function createGenericWriter(): (chunk: object) => string {
  let last: Head = {};
  let head = '';
  return (chunk: Head) => {
    const { id, object, created, model } = chunk;
    if (typeof id !== 'string' || typeof created !== 'number' || 'toJSON' in chunk)
      return JSON.stringify(chunk);
    if (id !== last.id || object !== last.object || created !== last.created || model !== last.model) {
      last = { id, object, created, model };
      head = JSON.stringify(last).slice(0, -1);
    }
    let json = head;
    const fields = chunk as Record<string, unknown>;
    for (const key of Object.keys(fields)) {
      if (key === 'id' || key === 'object' || key === 'created' || key === 'model') continue;
      const value = write(fields[key], 3);
      if (value !== undefined) json += `,${keyOf(key)}${value}`;
    }
    return `${json}}`;
  };
}

interface Head {
  id?: unknown;
  object?: unknown;
  created?: unknown;
  model?: unknown;
}

/** ASCII with nothing to escape. */
const plain = /^[ !#-[\]-~]*$/;
const longestPlain = 64;

const quote = (text: string): string =>
  text.length <= longestPlain && plain.test(text) ? `"${text}"` : JSON.stringify(text);

const keys = new Map<string, string>();
const mostKeys = 200;

function keyOf(key: string): string {
  let json = keys.get(key);
  if (json === undefined) {
    json = `${JSON.stringify(key)}:`;
    if (keys.size < mostKeys) keys.set(key, json);
  }
  return json;
}

/** What JSON.stringify gives; below `depth` levels that is what gives it. */
function write(value: unknown, depth: number): string | undefined {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      break;
    default:
      return JSON.stringify(value);
  }
  if (depth === 0 || 'toJSON' in value) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let list = '';
    for (let i = 0; i < value.length; i++) {
      const one = write(value[i], depth - 1) ?? 'null';
      list = i === 0 ? one : `${list},${one}`;
    }
    return `[${list}]`;
  }
  // Of a boxed value, and of no other object, JSON is no object.
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return JSON.stringify(value);
  let fields = '';
  for (const key of Object.keys(value)) {
    const one = write((value as Record<string, unknown>)[key], depth - 1);
    if (one === undefined) continue;
    fields = fields === '' ? keyOf(key) + one : `${fields},${keyOf(key)}${one}`;
  }
  return `{${fields}}`;
}
