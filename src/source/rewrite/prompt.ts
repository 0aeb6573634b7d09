import type { FoundCall } from '../calls/find.js';
import type { RequestField, RequestView } from '../calls/request.js';
import { callersOf, passedFor } from '../prompts/callers.js';
import type { PromptText, Step } from '../prompts/evaluate.js';
import type { PromptPart } from '../prompts/parts.js';
import type { Understood, UnderstoodMessage } from '../prompts/understand.js';
import { namesIn } from '../prompts/writes.js';
import type { Edit } from '../syntax/edits.js';
import { indentAt } from '../syntax/edits.js';
import { bindingAt, constantText, type SourceFile, sourceOf } from '../syntax/file.js';
import { field, named, type SyntaxNode } from '../syntax/node.js';
import type { Binding } from '../syntax/scope.js';
import { listSource, messageSource, messagesSource } from './messages.js';
import { canMove, isOnlyRead, removeStatements } from './place.js';
import { commentTexts, type Style, styleOf } from './style.js';

/** The edits that turn a prompt into messages, and the calls that must be rewritten too for them to hold. */
export interface PromptEdits {
  readonly edits: readonly Edit[];
  readonly helperCalls: readonly SyntaxNode[];
}

interface Work {
  readonly file: SourceFile;
  readonly found: FoundCall;
  readonly request: RequestView;
  readonly prompt: RequestField;
  readonly text: PromptText;
  readonly understood: Understood;
}

type HelperStep = Extract<Step, { type: 'helper' }>;

const longest = 100;

/** The entry `messages` with its value, in place of the entry `prompt`; what stands between the two stays. */
function entryEdits({ file, prompt }: Work, value: string): Edit[] {
  const { entry } = prompt;
  if (entry.shorthand) return [{ start: entry.node.start, end: entry.node.end, text: `messages: ${value}` }];
  const key = entry.keyNode ?? named(entry.node)[0] ?? entry.node;
  const source = sourceOf(file, key);
  const name = /^["']/.test(source) ? `${source[0]}messages${source[0]}` : 'messages';
  return [
    { start: key.start, end: key.end, text: name },
    { start: entry.value.start, end: entry.value.end, text: value },
  ];
}

const isMultiline = (file: SourceFile, node: SyntaxNode): boolean => sourceOf(file, node).includes('\n');

function layoutAt(
  file: SourceFile,
  node: SyntaxNode,
  lines: boolean,
  replaced: SyntaxNode,
  constantRoles = false,
) {
  return {
    indent: indentAt(file.text, node.start),
    lines,
    comments: commentTexts(file, replaced),
    constantRoles,
  };
}

/** Messages as source, over several lines where the request is, or where one line would be long. */
function written(
  work: Work,
  style: Style,
  at: SyntaxNode,
  holder: SyntaxNode,
  replaced: SyntaxNode,
  constantRoles = false,
): string {
  const { file, understood } = work;
  const oneLine = messagesSource(
    file,
    understood.messages,
    style,
    layoutAt(file, at, false, replaced, constantRoles),
  );
  const long = oneLine.length > longest || understood.messages.length > 1;
  const lines = long && (isMultiline(file, holder) || oneLine.length > longest) && !/["'`]{3}/.test(oneLine);
  return lines
    ? messagesSource(file, understood.messages, style, layoutAt(file, at, true, replaced, constantRoles))
    : oneLine;
}

/** What is no conversation is one message of the user, its text as it stands. */
function plainEdits(work: Work, style: Style): PromptEdits {
  const { file, prompt } = work;
  const source = sourceOf(file, prompt.value);
  const message = messageSource('user', source, style);
  return {
    edits: [
      ...entryEdits(
        work,
        listSource([message], style, { indent: '', lines: false, comments: [], constantRoles: false }),
      ),
    ],
    helperCalls: [],
  };
}

/** The statements of names that nothing reads once the text stands elsewhere. */
function leftovers(file: SourceFile, steps: readonly Step[]): Edit[] {
  const edits: Edit[] = [];
  for (const step of steps) {
    if (step.type !== 'name' || !isOnlyRead(file, step.binding, step.read)) break;
    edits.push(...removeStatements(file, step.binding));
  }
  return edits;
}

/** The text stands in the call, or in names whose text can be moved there. */
function movedEdits(work: Work, style: Style): PromptEdits | undefined {
  const { file, text, found, prompt, request } = work;
  const names = text.trail.filter((step) => step.type === 'name');
  if (names.some((step) => !canMove(file, text.parts, step, prompt.value))) return undefined;
  const replaced = names.length === 0 ? prompt.value : prompt.entry.node;
  const value = written(work, style, prompt.entry.node, request.holder ?? found.call.node, replaced);
  const edits = [...entryEdits(work, value), ...leftovers(file, text.trail)];
  return { edits, helperCalls: [] };
}

/** The text stays where a name is set, as messages, since what fills it may be another thing later. */
function keptEdits(work: Work, style: Style): PromptEdits | undefined {
  const { file, text, prompt } = work;
  const [step, ...more] = text.trail;
  if (step?.type !== 'name' || more.length > 0 || step.writes.rest.length > 0) return undefined;
  if (
    !isOnlyRead(file, step.binding, step.read) ||
    step.binding.writes.some(({ type }) => type !== undefined)
  )
    return undefined;
  const node = step.writes.first;
  const typed = file.language === 'typescript';
  const edit = { start: node.start, end: node.end, text: written(work, style, node, node, node, typed) };
  return { edits: [edit, ...entryEdits(work, sourceOf(file, prompt.value))], helperCalls: [] };
}

const messageType = "{ role: 'system' | 'user' | 'assistant'; content: string }[]";

/** A return type that says `string` says messages; undefined for one that can't be changed so. */
function typeEdits(file: SourceFile, fn: SyntaxNode): Edit[] | undefined {
  const type = field(fn, 'return_type');
  if (type === undefined) return [];
  const source = sourceOf(file, type);
  if (file.isPython)
    return source === 'str' ? [{ start: type.start, end: type.end, text: 'list' }] : undefined;
  const match = /\bstring\b/.exec(source);
  if (match === null || !/^:\s*(string|Promise<\s*string\s*>)$/.test(source)) return undefined;
  const start = type.start + match.index;
  return [{ start, end: start + 'string'.length, text: messageType }];
}

/** A function of the file gives the text, and nothing but prompts that are rewritten uses it: it gives messages. */
function helperEdits(work: Work, style: Style): PromptEdits | undefined {
  const { file, text, prompt } = work;
  const at = text.trail.findIndex((step) => step.type === 'helper');
  const step = text.trail[at];
  if (step?.type !== 'helper' || text.trail.slice(at + 1).some((one) => one.type === 'helper'))
    return undefined;
  const { calls, open, binding } = callersOf(file, step.fn.node);
  const isMethod = binding === undefined || !binding.reads.length;
  if (isMethod || open) return undefined;
  const outside = text.trail.slice(0, at);
  const inside = text.trail.slice(at + 1);
  if (outside.some((one) => one.type === 'name' && !isOnlyRead(file, one.binding, one.read)))
    return undefined;
  if (outside.some((one) => one.type === 'name' && one.binding.writes.some(({ type }) => type !== undefined)))
    return undefined;
  if (inside.some((one) => one.type === 'name' && !canMove(file, text.parts, one, step.value)))
    return undefined;
  const types = typeEdits(file, step.fn.node);
  if (types === undefined) return undefined;
  const typed = file.language === 'typescript' && types.length === 0;
  const value = written(work, style, step.value, step.fn.node, step.value, typed);
  const edits = [
    { start: step.value.start, end: step.value.end, text: value },
    ...types,
    ...leftovers(file, inside),
    ...entryEdits(work, sourceOf(file, prompt.value)),
  ];
  return { edits, helperCalls: calls.map(({ node }) => node) };
}

/** What a hole of a function's text holds where the function is called; undefined where that can't be written there. */
function inlinedPart(
  file: SourceFile,
  part: PromptPart,
  step: HelperStep,
  uses: ReadonlyMap<Binding, number>,
): PromptPart | undefined {
  if (part.type === 'text') return part;
  const expression = file.lower(part.value);
  const own = namesIn(file, part.value);
  // What hangs on the object alone is the same at the call, which is made on that object.
  if (own.every((name) => /^(this|self)$/.test(sourceOf(file, name)))) return part;
  const binding = expression.kind === 'name' ? file.scopes.bindingOf(expression.node) : undefined;
  const [write, ...more] = binding?.writes ?? [];
  if (binding === undefined || write?.how !== 'parameter' || more.length > 0) return undefined;
  const value = passedFor(file, step.fn.node, write.target, step.call);
  if (value === undefined) return undefined;
  const text = constantText(file, value);
  if (text !== undefined) return { type: 'text', text };
  const isPlain = /^(name|member)$/.test(file.lower(value).kind);
  if (!isPlain && (uses.get(binding) ?? 0) > 1) return undefined;
  return {
    ...part,
    value,
    source: sourceOf(file, value),
    suffix: part.inBraces ? part.source.slice(sourceOf(file, part.value).length) : part.suffix,
    inBraces: false,
  };
}

/** A function that others use too stays as it is; its text is written where it was called. */
function inlinedEdits(work: Work, style: Style): PromptEdits | undefined {
  const { file, text, understood, prompt, request } = work;
  const [step, ...more] = text.trail;
  if (step?.type !== 'helper' || more.length > 0) return undefined;
  const uses = new Map<Binding, number>();
  for (const part of text.parts) {
    const binding = part.type === 'hole' ? bindingAt(file, part.value) : undefined;
    if (binding !== undefined) uses.set(binding, (uses.get(binding) ?? 0) + 1);
  }
  const messages: UnderstoodMessage[] = [];
  for (const { role, parts } of understood.messages) {
    const written: PromptPart[] = [];
    for (const part of parts) {
      const inlined = inlinedPart(file, part, step, uses);
      if (inlined === undefined) return undefined;
      written.push(inlined);
    }
    messages.push({ role, parts: written });
  }
  const inlined = { ...work, understood: { ...understood, messages } };
  const value = written(inlined, style, prompt.entry.node, request.holder, prompt.value);
  return { edits: entryEdits(work, value), helperCalls: [] };
}

/** The edits of a prompt; undefined where its messages can't be written without changing more than the prompt. */
export function promptEdits(work: Work): PromptEdits | undefined {
  const { file, found, prompt, text, understood } = work;
  const style = styleOf(file, found.call.node, prompt.entry.node, text.node);
  if (understood.dialect === null) return plainEdits(work, style);
  if (text.trail.some((step) => step.type === 'helper')) {
    return helperEdits(work, style) ?? inlinedEdits(work, style);
  }
  return movedEdits(work, style) ?? keptEdits(work, style);
}

/** True where a prompt is declared to be more than a text. */
export function isDeclaredList(file: SourceFile, node: SyntaxNode): boolean {
  const type = bindingAt(file, node)?.writes[0]?.type;
  return type !== undefined && /\[\]|Array<|^:?\s*[Ll]ist\b/.test(sourceOf(file, type));
}
