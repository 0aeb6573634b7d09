import { type FoundCall, modelOf } from '../calls/find.js';
import { fieldOf, type RequestField, type RequestView, readRequest, type Via } from '../calls/request.js';
import { hiddenModel, isFineTuned } from '../calls/server.js';
import { evaluate, type PromptText } from '../prompts/evaluate.js';
import { isBatch, promptReason } from '../prompts/judge.js';
import { standIn } from '../prompts/parts.js';
import { stopGoes, type Understood, understand } from '../prompts/understand.js';
import { type Flow, followReply } from '../replies/flow.js';
import { isLogged } from '../replies/logged.js';
import type { Edit } from '../syntax/edits.js';
import { bindingAt, constantText, functionAround, onlyValue, type SourceFile } from '../syntax/file.js';
import { contains, type SyntaxNode } from '../syntax/node.js';
import type { Binding } from '../syntax/scope.js';
import type { Reason } from '../types.js';
import { isDeclaredList, promptEdits } from './prompt.js';
import { readEdits } from './reads.js';
import { addressEdits, blockingFields, fieldEdits } from './request.js';

/** A prompt that a file shows, and what the library reads in it. */
export interface SeenPrompt {
  readonly text: PromptText;
  readonly understood: Understood;
  readonly stop: readonly string[];
}

/** What is known of a call, and what its rewriting needs. */
export interface SiteWork {
  readonly found: FoundCall;
  readonly model: string | null;
  readonly prompt: SeenPrompt | undefined;
  readonly reasons: Reason[];
  readonly notes: string[];
  readonly edits: readonly Edit[];
  readonly flow: Flow | undefined;
  /** Calls of functions that give messages once this is rewritten. */
  readonly helperCalls: readonly SyntaxNode[];
  /** Constants that change with it. */
  readonly via: readonly Via[];
}

/** The default of a parameter. */
function defaultOf(file: SourceFile, node: SyntaxNode): SyntaxNode | undefined {
  const [write] = bindingAt(file, node)?.writes ?? [];
  const fn = write?.how === 'parameter' ? functionAround(file, write.target) : undefined;
  const lowered = fn && file.lower(fn);
  if (write === undefined || lowered?.kind !== 'function') return undefined;
  return lowered.parameters.find(({ target }) => target === write.target)?.fallback;
}

/** The stops of a request, as far as they are seen; what is filled in stands as a private character. */
function stopsOf(file: SourceFile, request: RequestView): { texts: string[]; seen: string[] } {
  const stop = fieldOf(request, 'stop');
  if (stop === undefined) return { texts: [], seen: [] };
  const literal = onlyValue(bindingAt(file, stop.value)) ?? defaultOf(file, stop.value) ?? stop.value;
  const value = file.lower(literal);
  const items =
    value.kind === 'list' ? value.items.filter(({ spread }) => !spread).map((item) => item.value) : [literal];
  const texts = items.flatMap((item) => {
    const text = evaluate(file, item);
    return text.seen ? [standIn(text.parts).text] : [];
  });
  return { texts, seen: items.flatMap((item) => constantText(file, item) ?? []) };
}

type StreamMode = 'none' | 'client' | 'raw';

function streamOf(file: SourceFile, found: FoundCall, request: RequestView): StreamMode {
  const options =
    found.kind === 'openai-node-3' && found.call.args[1]
      ? readRequest(file, found.call.args[1].value)
      : undefined;
  const responseType = options && fieldOf(options, 'responseType');
  if (responseType !== undefined && constantText(file, responseType.value) === 'stream') return 'raw';
  const stream = fieldOf(request, 'stream');
  if (stream === undefined) return 'none';
  const value = file.lower(stream.value);
  if (value.kind === 'constant' && (value.value === false || value.value === null)) return 'none';
  const known = value.kind === 'constant' && value.value === true;
  return known && found.kind !== 'http' && found.kind !== 'openai-node-3' ? 'client' : 'raw';
}

/** True where a constant of a request is read by requests and logs alone. */
function isOwn(file: SourceFile, binding: Binding, reads: ReadonlySet<SyntaxNode>): boolean {
  if (binding.scope === file.root && (file.isPython ? file.elsewhere.isUsed(binding.name) : binding.exported))
    return false;
  return binding.reads.every((read) => reads.has(read) || isLogged(file, read));
}

const viaOf = (found: FoundCall): Via[] => [
  ...found.via,
  ...(found.request?.fields.flatMap(({ via }) => via) ?? []),
];

/** The places at which requests of the file are read from constants. */
export const requestReads = (all: readonly FoundCall[]): Set<SyntaxNode> =>
  new Set(all.flatMap((found) => viaOf(found).map(({ read }) => read)));

/** The notes of a call that is rewritten: what is not as it was. */
function changes(
  file: SourceFile,
  request: RequestView,
  { understood }: SeenPrompt,
  model: string,
): string[] {
  const notes: string[] = [];
  if (fieldOf(request, 'max_tokens') === undefined) {
    notes.push('The old call stopped after 16 tokens, since it sets no max_tokens; the new one does not.');
  }
  if (understood.parsed.ending === 'prefill') {
    notes.push(
      `The prompt starts the answer: ${model} is given that start as a message, and may not go on from it.`,
    );
  }
  const bias = fieldOf(request, 'logit_bias');
  if (bias !== undefined && file.lower(bias.value).kind !== 'constant') {
    notes.push('logit_bias names tokens of the old model by their numbers: those of the new one are others.');
  }
  return notes;
}

interface Draft {
  reasons: Reason[];
  notes: string[];
  edits: Edit[];
  helperCalls: readonly SyntaxNode[];
}

function modelReasons(file: SourceFile, found: FoundCall, model: string | null, draft: Draft): void {
  if (model === null) draft.reasons.push('model');
  else if (isFineTuned(model)) draft.reasons.push('fine-tuned');
  else {
    const why = hiddenModel(file, found, model);
    if (why === undefined) return;
    draft.reasons.push('model');
    draft.notes.push(why);
  }
}

function seePrompt(
  file: SourceFile,
  prompt: RequestField,
  request: RequestView,
  draft: Draft,
): SeenPrompt | undefined {
  if (isBatch(file, prompt.value) || isDeclaredList(file, prompt.value)) {
    draft.reasons.push('batch');
    return undefined;
  }
  const stops = stopsOf(file, request);
  const text = evaluate(file, prompt.value);
  const understood = understand(text.parts, stops.seen);
  const reason = promptReason(file, text, understood, stops.texts);
  if (reason !== undefined) draft.reasons.push(reason);
  return { text, understood, stop: stops.seen };
}

function replyReasons(
  file: SourceFile,
  found: FoundCall,
  request: RequestView,
  draft: Draft,
): Flow | undefined {
  const mode = streamOf(file, found, request);
  if (mode === 'raw') draft.reasons.push('stream');
  if (found.reply === undefined) {
    draft.reasons.push('reply');
    return undefined;
  }
  if (mode === 'raw') return undefined;
  const isStream = mode === 'client';
  const flow = followReply(file, found.call.node, isStream ? 'stream' : found.reply, isStream);
  if (flow.lines) draft.reasons.push('stream');
  else if (flow.escapes) draft.reasons.push('reply');
  for (const read of flow.reads) draft.edits.push(...readEdits(file, read, found.kind));
  return flow;
}

/** Looks at a call: why it can't be rewritten, or how. */
export function workOn(
  file: SourceFile,
  found: FoundCall,
  all: readonly FoundCall[],
  model: string,
): SiteWork {
  const draft: Draft = { reasons: [], notes: [], edits: [], helperCalls: [] };
  const own = modelOf(file, found);
  const base = { found, model: own, reasons: draft.reasons, notes: draft.notes, via: viaOf(found) };
  const nothing = { ...base, prompt: undefined, edits: [], flow: undefined, helperCalls: [] };
  if (found.reason !== undefined) {
    draft.reasons.push(found.reason);
    return nothing;
  }
  const { request } = found;
  const prompt = request && fieldOf(request, 'prompt');
  const isWhole = request !== undefined && prompt !== undefined && !request.opaque;
  if (!isWhole || request.fields.filter(({ key }) => key === 'prompt').length > 1) {
    draft.reasons.push('options');
    if (request !== undefined && prompt !== undefined) {
      const seen = seePrompt(file, prompt, request, draft);
      return { ...nothing, prompt: seen };
    }
    return nothing;
  }
  modelReasons(file, found, own, draft);
  const blocking = blockingFields(file, request);
  if (blocking.length > 0) draft.reasons.push('parameter');
  const seen = seePrompt(file, prompt, request, draft);
  const flow = replyReasons(file, found, request, draft);
  const reads = requestReads(all);
  const shared = base.via.some(({ binding }) => !isOwn(file, binding, reads));
  const client = found.kind !== 'http';
  const address = addressEdits(file, found);
  if (shared || address === undefined || (client && found.renamed === undefined))
    draft.reasons.push('options');
  const result = { ...base, prompt: seen, flow };
  if (draft.reasons.length > 0 || seen === undefined) return { ...result, edits: [], helperCalls: [] };

  const written = promptEdits({ file, found, request, prompt, ...seen });
  if (written === undefined) {
    draft.reasons.push('turns-elsewhere');
    draft.notes.push('The turns are in sight, but what holds the prompt is used for other things too.');
    return { ...result, edits: [], helperCalls: [] };
  }
  const goes = (stop: string): boolean => stopGoes(stop, seen.understood);
  draft.edits.push(
    ...written.edits,
    ...(address ?? []),
    ...fieldEdits(file, found, request, { model, stopGoes: goes }),
  );
  if (found.renamed !== undefined) {
    const { node, text } = found.renamed;
    draft.edits.push({ start: node.start, end: node.end, text });
  }
  draft.notes.push(...changes(file, request, seen, model));
  return { ...result, edits: draft.edits, helperCalls: written.helperCalls };
}

/** The helper call through which a call's prompt comes. */
export const helperCallOf = (work: SiteWork): SyntaxNode | undefined =>
  work.prompt?.text.trail.find((step) => step.type === 'helper')?.call.node;

/** True where a value that is put into the same name is that of another call, of the same shape, that is rewritten. */
export const isCallOf = (value: SyntaxNode, { found }: SiteWork): boolean => contains(value, found.call.node);

/** The function's own name for a prompt that it is given. */
export function parameterOf(file: SourceFile, node: SyntaxNode): Binding | undefined {
  const binding = bindingAt(file, node);
  return binding?.writes.length === 1 && binding.writes[0]!.how === 'parameter' ? binding : undefined;
}
