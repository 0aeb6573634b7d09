/**
 * JSON of chunks, which are small and alike: about half the time of JSON.stringify, and the same values. The fields that
 * all chunks of a stream share are written once, and come first.
 */
export function createChunkWriter(): (chunk: object) => string {
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
      return value.length <= longestPlain && plain.test(value) ? `"${value}"` : JSON.stringify(value);
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
