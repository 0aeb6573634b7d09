import type { Of } from '../syntax/expression.js';
import {
  bindingAt,
  chainOf,
  constantText,
  followed,
  onlyValue,
  type SourceFile,
  sourceOf,
} from '../syntax/file.js';
import type { SyntaxNode } from '../syntax/node.js';
import { originOf } from './origin.js';
import { type RequestView, readRequest, type Via } from './request.js';

const hole = '\ue000';

/** An address as text, in which what can't be seen is one private character. */
function addressText(file: SourceFile, node: SyntaxNode, depth = 0): string {
  const constant = constantText(file, node);
  if (constant !== undefined) return constant;
  const expression = file.lower(node);
  if (depth > 8) return hole;
  if (expression.kind === 'text') {
    return expression.parts
      .map((part) => (part.type === 'text' ? part.text : addressText(file, part.value, depth + 1)))
      .join('');
  }
  if (expression.kind === 'binary') {
    const { operator, left, right } = expression;
    if (operator === '+') return addressText(file, left, depth + 1) + addressText(file, right, depth + 1);
    // `process.env.URL || 'https://…'`
    if (operator === '||' || operator === '??' || operator === 'or')
      return addressText(file, right, depth + 1);
  }
  const value = onlyValue(bindingAt(file, node));
  return value === undefined ? hole : addressText(file, value, depth + 1);
}

export interface Address {
  /** The node of the call that gives it. */
  readonly node: SyntaxNode;
  readonly text: string;
  /** The model that the address names; `hidden` where it names one that can't be seen. */
  readonly engine: string | undefined;
  /** The server is seen, and it is not OpenAI's. */
  readonly foreign: boolean;
}

function addressOf(file: SourceFile, node: SyntaxNode, base = ''): Address | undefined {
  const own = addressText(file, node);
  const text = base === '' ? own : `${base.replace(/\/$/, '')}/${own.replace(/^\//, '')}`;
  const match = /\/v1\/(?:engines\/([^/]+)\/)?completions\/?$/.exec(text);
  if (match === null) return undefined;
  const host = /^https?:\/\/([^/]*)/.exec(text)?.[1];
  const foreign = host !== undefined && !host.includes(hole) && host !== 'api.openai.com';
  return { node, text, engine: match[1], foreign };
}

/** What an address becomes; undefined where the part that must change is not in sight. */
export function chatAddress(address: Address): string | undefined {
  const text = address.text.replace(/\/v1\/(?:engines\/[^/]+\/)?completions(\/?)$/, '/v1/chat/completions$1');
  return text.includes(hole) ? undefined : text;
}

export interface HttpCall {
  readonly nameNode: SyntaxNode;
  readonly address: Address;
  readonly request: RequestView | undefined;
  /** The body as it stands in the call. */
  readonly body: SyntaxNode | undefined;
  /** Constants through which the body was followed. */
  readonly via: readonly Via[];
  /** What the call gives: a response to be read, or one with `data` in it; undefined for what can't be told. */
  readonly reply: 'response' | 'envelope' | 'reply' | undefined;
}

const verbs = new Set([
  'fetch',
  'axios',
  'post',
  'request',
  'got',
  'ky',
  '$fetch',
  'Request',
  'ofetch',
  'fetchEventSource',
]);

function argument(call: Of<'call'>, index: number, ...names: string[]): SyntaxNode | undefined {
  const byName = call.args.find(({ name }) => name !== undefined && names.includes(name));
  if (byName !== undefined) return byName.value;
  const at = call.args[index];
  return at === undefined || at.spread || at.name !== undefined ? undefined : at.value;
}

/** A body behind `JSON.stringify(…)` or `json.dumps(…)`, and behind names for that. */
function bodyOf(file: SourceFile, node: SyntaxNode, via: Via[] = []): { node: SyntaxNode; via: Via[] } {
  const expression = file.lower(node);
  if (expression.kind === 'call' && expression.args[0] !== undefined) {
    const name = sourceOf(file, expression.callee);
    if (/^(JSON\.stringify|json\.dumps|dumps)$/.test(name)) return { node: expression.args[0].value, via };
    const callee = file.lower(expression.callee);
    if (callee.kind === 'member' && callee.name === 'encode') return bodyOf(file, callee.object, via);
  }
  const binding = bindingAt(file, node);
  const value = onlyValue(binding);
  if (binding !== undefined && value !== undefined && file.lower(value).kind === 'call' && via.length < 4) {
    return bodyOf(file, value, [...via, { binding, read: node }]);
  }
  return { node, via };
}

/** The address that a client was made with, as `axios.create({baseURL})` and `httpx.Client(base_url=…)` do. */
function baseOf(file: SourceFile, receiver: SyntaxNode): string {
  const made = originOf(file, receiver)?.made;
  const call = made && file.lower(made);
  if (call?.kind !== 'call') return '';
  const named = argument(call, Number.POSITIVE_INFINITY, 'base_url');
  const options = call.args[0] && readRequest(file, call.args[0].value);
  const base = named ?? options?.fields.find(({ key }) => key === 'baseURL' || key === 'prefixUrl')?.value;
  return base === undefined ? '' : addressText(file, base);
}

function replyOf(
  file: SourceFile,
  name: string,
  receiver: SyntaxNode | undefined,
  callee: SyntaxNode,
): HttpCall['reply'] {
  if (file.isPython) return 'response';
  if (name === '$fetch' || name === 'ofetch') return 'reply';
  if (name === 'fetch') return 'response';
  const origin = originOf(file, receiver ?? callee);
  if (origin?.module === 'got' || origin?.module === 'ky') return 'response';
  const words = `${origin?.module ?? ''} ${sourceOf(file, receiver ?? callee)}`;
  return /axios|http|api|client|instance/i.test(words) ? 'envelope' : undefined;
}

/** A call that sends a request to a completions endpoint over HTTP. */
export function httpCall(file: SourceFile, call: Of<'call'>): HttpCall | undefined {
  const { root, names } = chainOf(file, call.callee);
  const last = names.at(-1);
  const callee = file.lower(root);
  const name = last?.name ?? (callee.kind === 'name' ? callee.name : '');
  if (!verbs.has(name)) return undefined;
  const nameNode = last?.nameNode ?? callee.node;
  const receiver = last?.object;
  let first = argument(call, 0, 'url');
  // `requests.request("POST", url)`
  if (name === 'request' && first !== undefined && /^post$/i.test(constantText(file, first) ?? '')) {
    first = argument(call, 1, 'url');
  }
  if (first === undefined) return undefined;
  const options = readRequest(file, first);
  const url =
    options === undefined ? first : options.fields.find(({ key }) => key === 'url' || key === 'uri')?.value;
  const address = url && addressOf(file, url, receiver === undefined ? '' : baseOf(file, receiver));
  if (address === undefined) return undefined;
  const reply = replyOf(file, name, receiver, root);
  const none = { nameNode, address, request: undefined, body: undefined, via: [], reply };
  const given = bodyNode(file, call, name, first);
  if (given === undefined) return none;
  const body = bodyOf(file, given);
  return { ...none, body: body.node, via: body.via, request: readRequest(file, body.node) };
}

function bodyNode(
  file: SourceFile,
  call: Of<'call'>,
  name: string,
  first: SyntaxNode,
): SyntaxNode | undefined {
  if (file.isPython) return argument(call, name === 'Request' ? 1 : 2, 'json', 'data', 'content');
  const holder = readRequest(file, first) === undefined ? call.args[1]?.value : first;
  if (holder === undefined) return undefined;
  const fields = readRequest(file, holder)?.fields ?? [];
  const field = fields.findLast(({ key, value }) => {
    if (key !== 'body' && key !== 'data' && key !== 'json') return false;
    return file.lower(followed(file, value)).kind !== 'constant';
  });
  if (field !== undefined && !fields.some(({ key }) => key === 'prompt')) return field.value;
  return name === 'post' && holder !== first ? holder : undefined;
}
