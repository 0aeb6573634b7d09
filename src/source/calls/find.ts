import type { Of } from '../syntax/expression.js';
import { bindingAt, callsIn, chainOf, constantText, type SourceFile } from '../syntax/file.js';
import type { SyntaxNode } from '../syntax/node.js';
import type { Reason, SiteKind } from '../types.js';
import { type Address, httpCall } from './http.js';
import { isFramework, isOpenAI, originOf } from './origin.js';
import { fieldOf, type RequestView, readKeywords, readRequest, type Via } from './request.js';
import { shellCall } from './shell.js';

/** What a call gives: the reply, a response from which it is read, one with the reply in its `data`. */
export type ReplyShape = 'reply' | 'response' | 'envelope';

/** A call of a completions endpoint, and what of it is in sight. */
export interface FoundCall {
  readonly kind: SiteKind;
  readonly call: Of<'call'>;
  readonly nameNode: SyntaxNode;
  readonly request: RequestView | undefined;
  /** Undefined where it can't be told how the reply is read. */
  readonly reply: ReplyShape | undefined;
  /** The name to change, for a client's call. */
  readonly renamed: { node: SyntaxNode; text: string } | undefined;
  readonly address: Address | undefined;
  /** Constants through which a body was followed. */
  readonly via: readonly Via[];
  /** The client on which it is called. */
  readonly client: SyntaxNode | undefined;
  /** The model where the request has none. */
  readonly model: string | null;
  /** The reason that the kind of call gives. */
  readonly reason: Reason | undefined;
}

const goneNode = new Set(['createEdit', 'createSearch', 'createAnswer', 'createClassification']);
const gonePython = new Set(['Edit', 'Search', 'Answer', 'Classification']);

type Draft = Partial<FoundCall> & Pick<FoundCall, 'kind' | 'nameNode'>;

const made = (call: Of<'call'>, draft: Draft): FoundCall => ({
  call,
  request: undefined,
  reply: 'reply',
  renamed: undefined,
  address: undefined,
  via: [],
  client: undefined,
  model: null,
  reason: undefined,
  ...draft,
});

/** A request that only a completions endpoint would take; it tells a call whose client can't be seen. */
function looksRight(request: RequestView | undefined): boolean {
  if (request === undefined) return false;
  if (fieldOf(request, 'max_tokens_to_sample', 'messages') !== undefined) return false;
  return fieldOf(request, 'prompt') !== undefined || fieldOf(request, 'model', 'engine') !== undefined;
}

function accepted(
  file: SourceFile,
  client: SyntaxNode,
  request: RequestView | undefined,
  trusted: boolean,
): boolean {
  const origin = originOf(file, client);
  const verdict = isOpenAI(file, origin);
  if (verdict === 'yes') return fieldOf(request ?? empty, 'messages') === undefined;
  return verdict === 'unknown' && (looksRight(request) || (trusted && request === undefined));
}

const empty: RequestView = { fields: [], opaque: false, style: 'object', holder: null as never };

/** True where the file takes anything from the OpenAI package. */
const importsOpenAI = (file: SourceFile): boolean =>
  file.scopes.bindings.some(({ imported, writes }) => {
    if (imported !== undefined) return /^openai\b/.test(imported.module);
    const value = writes[0]?.value;
    return value !== undefined && originOf(file, value)?.module === 'openai';
  });

function nodeCall(file: SourceFile, call: Of<'call'>, trusted: boolean): FoundCall | undefined {
  const { root, names } = chainOf(file, call.callee);
  const last = names.at(-1);
  if (last === undefined) return undefined;
  const before = names.at(-2);
  const request = call.args[0] && readRequest(file, call.args[0].value);
  if (last.name === 'createCompletion' || goneNode.has(last.name)) {
    const client = last.object;
    if (file.lower(root).kind === 'name' && names.length === 1 && /^(this|super)$/.test(root.type))
      return undefined;
    if (!accepted(file, client, request, trusted)) return undefined;
    if (last.name !== 'createCompletion') {
      return made(call, { kind: 'openai-node-3', nameNode: last.nameNode, request, reason: 'gone', client });
    }
    // openai 2 took the model before the request; it had no chat.
    const engine = call.args.length > 1 && call.args[0] ? constantText(file, call.args[0].value) : undefined;
    const edge = /^openai-edge/.test(originOf(file, client)?.module ?? '');
    return made(call, {
      kind: 'openai-node-3',
      nameNode: last.nameNode,
      request,
      reply: edge ? 'response' : 'envelope',
      renamed: { node: last.nameNode, text: 'createChatCompletion' },
      model: engine ?? null,
      client,
    });
  }
  if (last.name !== 'create' || before === undefined) return undefined;
  if (before.name !== 'completions' && before.name !== 'edits') return undefined;
  if (names.at(-3)?.name === 'chat' || /(^|\.)chat$/.test(sourceName(file, before.object))) return undefined;
  if (!accepted(file, before.object, request, trusted)) return undefined;
  const gone = before.name === 'edits';
  return made(call, {
    kind: 'openai-node-4',
    nameNode: last.nameNode,
    request,
    renamed: before.subscript || gone ? undefined : { node: before.nameNode, text: 'chat.completions' },
    client: before.object,
    reason: gone ? 'gone' : undefined,
  });
}

const sourceName = (file: SourceFile, node: SyntaxNode): string => file.text.slice(node.start, node.end);

/** `completion = openai.Completion()`, then `completion.create(…)`. */
function completionInstance(file: SourceFile, call: Of<'call'>, member: Of<'member'>): FoundCall | undefined {
  const { made: making, ...origin } = originOf(file, member.object) ?? {
    module: null,
    names: [],
    made: undefined,
  };
  const isMade = making !== undefined && origin.names.join() === 'Completion';
  if (!isMade || isOpenAI(file, { ...origin, made: making }) !== 'yes') return undefined;
  const maker = file.lower(making);
  const class_ = maker.kind === 'call' ? file.lower(maker.callee) : undefined;
  const isOnly = bindingAt(file, member.object)?.reads.length === 1;
  return made(call, {
    kind: 'openai-python-0',
    nameNode: member.nameNode,
    request: readKeywords(file, call),
    renamed:
      class_?.kind === 'member' && isOnly ? { node: class_.nameNode, text: 'ChatCompletion' } : undefined,
    client: member.object,
  });
}

function pythonCall(file: SourceFile, call: Of<'call'>, trusted: boolean): FoundCall | undefined {
  const { root, names } = chainOf(file, call.callee);
  const last = names.at(-1);
  if (last === undefined) return undefined;
  const before = names.at(-2);
  const request = readKeywords(file, call);
  const rootName = file.lower(root);
  const holder = before ?? (rootName.kind === 'name' ? rootName : undefined);
  if ((last.name === 'search' || last.name === 'generate') && rootName.kind === 'call') {
    const origin = originOf(file, rootName.callee);
    if (origin?.module !== 'openai' || origin.names.at(-1) !== 'Engine') return undefined;
    const model =
      rootName.args[0] === undefined ? null : (constantText(file, rootName.args[0].value) ?? null);
    return made(call, { kind: 'openai-python-0', nameNode: last.nameNode, request, model, reason: 'gone' });
  }
  if (holder === undefined || !/^a?create$/.test(last.name)) return undefined;
  const instance = completionInstance(file, call, last);
  if (instance !== undefined) return instance;
  const node = holder.kind === 'member' ? holder.nameNode : holder.node;
  if (holder.name === 'Completion' || gonePython.has(holder.name)) {
    const client = holder.kind === 'member' ? holder.object : undefined;
    const origin = originOf(file, client ?? holder.node);
    const unbound = client !== undefined && origin === undefined && /^openai$/.test(sourceName(file, client));
    if (!unbound && isOpenAI(file, origin) !== 'yes') return undefined;
    const gone = holder.name !== 'Completion';
    return made(call, {
      kind: 'openai-python-0',
      nameNode: last.nameNode,
      request,
      renamed: gone || client === undefined ? undefined : { node, text: 'ChatCompletion' },
      client,
      reason: gone ? 'gone' : undefined,
    });
  }
  if ((holder.name !== 'completions' && holder.name !== 'edits') || holder.kind !== 'member')
    return undefined;
  if (names.at(-3)?.name === 'chat' || /(^|\.)chat$/.test(sourceName(file, holder.object))) return undefined;
  const visible = request.fields.length > 0 || !request.opaque ? request : undefined;
  if (!accepted(file, holder.object, visible, trusted)) return undefined;
  const gone = holder.name === 'edits';
  return made(call, {
    kind: 'openai-python-1',
    nameNode: last.nameNode,
    request,
    renamed: gone || holder.subscript ? undefined : { node, text: 'chat.completions' },
    client: holder.object,
    reason: gone ? 'gone' : undefined,
  });
}

const frameworkClasses = /^(Azure)?OpenAI(Chat)?$/;

function frameworkCall(file: SourceFile, call: Of<'call'>): FoundCall | undefined {
  if (!call.isNew && !file.isPython) return undefined;
  const { root, names } = chainOf(file, call.callee);
  const nameNode = names.at(-1)?.nameNode ?? root;
  const origin = originOf(file, call.callee);
  if (!isFramework(origin) || !frameworkClasses.test(origin?.names.at(-1) ?? '')) return undefined;
  const first = call.args[0];
  const request = file.isPython ? readKeywords(file, call) : first && readRequest(file, first.value);
  return made(call, { kind: 'langchain', nameNode, request, reason: 'framework' });
}

/** The calls of completions endpoints in a file, in its order. */
export function findCalls(file: SourceFile): FoundCall[] {
  const trusted = importsOpenAI(file);
  const found: FoundCall[] = [];
  for (const call of callsIn(file)) {
    const client = file.isPython ? pythonCall(file, call, trusted) : nodeCall(file, call, trusted);
    const one = client ?? frameworkCall(file, call);
    if (one !== undefined) {
      found.push(one);
      continue;
    }
    const http = httpCall(file, call);
    if (http !== undefined) {
      const { nameNode, address, request, via, reply } = http;
      const model = address.engine === undefined || /[\ue000]/.test(address.engine) ? null : address.engine;
      found.push(made(call, { kind: 'http', nameNode, address, request, via, reply, model }));
      continue;
    }
    const shell = shellCall(file, call);
    if (shell !== undefined) found.push(made(call, { kind: 'curl', ...shell, reason: 'shell' }));
  }
  return found.sort((a, b) => a.nameNode.start - b.nameNode.start);
}

const modelKeys = ['model', 'engine', 'modelName', 'model_name', 'deployment_id'];

/** The model that a call names; null where it can't be seen. */
export function modelOf(file: SourceFile, { request, model }: FoundCall): string | null {
  const field = request && fieldOf(request, ...modelKeys);
  if (field !== undefined) return constantText(file, field.value) ?? null;
  return model;
}
