import type { FoundCall } from '../calls/find.js';
import { chatAddress } from '../calls/http.js';
import { fieldOf, type RequestField, type RequestView } from '../calls/request.js';
import { type Edit, indentAt, lineEndOf, lineStart, removeEntries } from '../syntax/edits.js';
import { bindingAt, constantText, onlyValue, type SourceFile, sourceOf } from '../syntax/file.js';
import { named, type SyntaxNode } from '../syntax/node.js';
import { quotedText } from './text.js';

/** Fields of the old request that a chat request does not have. */
const dropped = new Set(['echo', 'best_of', 'logprobs', 'suffix']);

/** True for a value of a dropped field that does nothing. */
export function isIdle(file: SourceFile, { key, value }: RequestField): boolean {
  const expression = file.lower(value);
  if (expression.kind === 'text') return key === 'suffix' && constantText(file, value) === '';
  if (expression.kind !== 'constant') return false;
  if (expression.value === null || expression.value === false) return true;
  return key === 'best_of' && expression.value === 1;
}

/** The fields with which a chat request can't do what the old one did. */
export const blockingFields = (file: SourceFile, { fields }: RequestView): RequestField[] =>
  fields.filter((field) => dropped.has(field.key) && !isIdle(file, field));

const quoteOf = (file: SourceFile, node: SyntaxNode): string => {
  const text = sourceOf(file, node);
  const quote = /["']/.exec(text[0] === '"' || text[0] === "'" ? text[0] : '')?.[0];
  return quote ?? (file.text.split('"').length > file.text.split("'").length ? '"' : "'");
};

/** The literal that gives a value: itself, or that of a constant that only this reads. */
function ownLiteral(file: SourceFile, node: SyntaxNode): SyntaxNode {
  const binding = bindingAt(file, node);
  const value = onlyValue(binding);
  const isLiteral = value !== undefined && file.lower(value).kind === 'text';
  const isOwn =
    binding?.reads.length === 1 && !(file.isPython ? file.elsewhere.isUsed(binding.name) : binding.exported);
  return isLiteral && isOwn ? value : node;
}

function modelEdits(file: SourceFile, found: FoundCall, request: RequestView, model: string): Edit[] {
  const all = request.fields.filter(({ key }) => key === 'model' || key === 'engine');
  if (all.length === 0) return insertModel(file, request, model);
  return all.flatMap((field) => {
    const edits: Edit[] = [];
    if (field.entry.shorthand) {
      const text = `model: ${quotedText(model, quoteOf(file, field.value))}`;
      return [{ start: field.entry.node.start, end: field.entry.node.end, text }];
    }
    const literal = ownLiteral(file, field.value);
    edits.push({ start: literal.start, end: literal.end, text: quotedText(model, quoteOf(file, literal)) });
    if (field.key === 'engine' && found.kind !== 'openai-python-1')
      edits.push(...renameKey(file, field, 'model'));
    return edits;
  });
}

function renameKey(file: SourceFile, field: RequestField, to: string): Edit[] {
  const { entry } = field;
  const key = entry.keyNode ?? named(entry.node)[0];
  if (key === undefined) return [];
  const source = sourceOf(file, key);
  const text = /^["']/.test(source) ? `${source[0]}${to}${source[0]}` : to;
  return [{ start: key.start, end: key.end, text }];
}

/** A request whose model stood in its address gets one of its own. */
function insertModel(file: SourceFile, request: RequestView, model: string): Edit[] {
  const first = request.fields[0]?.entry.node;
  if (first === undefined) return [];
  const keyNode = request.fields[0]?.entry.keyNode;
  const source = keyNode === undefined ? '' : sourceOf(file, keyNode);
  const q = quoteOf(file, keyNode ?? first);
  const key = /^["']/.test(source) ? `${source[0]}model${source[0]}` : 'model';
  const mark = request.style === 'keywords' ? '=' : ': ';
  const ownLine = file.text.slice(lineStart(file.text, first.start), first.start).trim() === '';
  const gap = ownLine ? `${lineEndOf(file.text)}${indentAt(file.text, first.start)}` : ' ';
  return [{ start: first.start, end: first.start, text: `${key}${mark}${quotedText(model, q)},${gap}` }];
}

/** The stops that stay, where some of them go. */
function stopEdits(
  file: SourceFile,
  request: RequestView,
  goes: (stop: string) => boolean,
  gone: Set<SyntaxNode>,
): Edit[] {
  const field = fieldOf(request, 'stop');
  if (field === undefined) return [];
  const literal = onlyValue(bindingAt(file, field.value)) ?? field.value;
  const value = file.lower(literal);
  if (value.kind === 'text' || value.kind === 'binary') {
    const text = constantText(file, literal);
    if (text !== undefined && goes(text)) gone.add(field.entry.node);
    return [];
  }
  if (value.kind !== 'list') return [];
  const texts = value.items.map((item) => (item.spread ? undefined : constantText(file, item.value)));
  const leave = texts.map((text) => text !== undefined && goes(text));
  if (!leave.includes(true)) return [];
  if (!leave.includes(false)) {
    gone.add(field.entry.node);
    return [];
  }
  if (literal !== field.value) {
    const rest = value.items.filter((_, index) => !leave[index]).map((item) => sourceOf(file, item.value));
    const text = `[${rest.join(', ')}]`;
    const at = field.entry.shorthand ? `stop: ${text}` : text;
    return [{ start: field.value.start, end: field.value.end, text: at }];
  }
  const leaving = new Set(value.items.filter((_, index) => leave[index]).map((item) => item.value));
  return removeEntries(file.text, value.node, leaving);
}

/** The edits of an address; undefined where the part that must change is not in a literal of its own. */
export function addressEdits(file: SourceFile, found: FoundCall): Edit[] | undefined {
  const { address } = found;
  if (address === undefined) return [];
  const literal = ownLiteral(file, address.node);
  const whole = chatAddress(address);
  const text = constantText(file, literal);
  if (
    file.lower(literal).kind === 'text' &&
    text !== undefined &&
    whole !== undefined &&
    text === address.text
  ) {
    return [{ start: literal.start, end: literal.end, text: quotedText(whole, quoteOf(file, literal)) }];
  }
  if (file.lower(literal).kind !== 'text') {
    if (whole === undefined) return undefined;
    return [
      {
        start: address.node.start,
        end: address.node.end,
        text: quotedText(whole, quoteOf(file, address.node)),
      },
    ];
  }
  // The end of the literal: `…/v1/completions` or `…/engines/${engine}/completions`.
  const source = sourceOf(file, literal);
  const end = source.lastIndexOf('completions');
  if (end < 0) return undefined;
  const engines = source.lastIndexOf('engines/', end);
  const start = engines < 0 ? end : engines;
  return [
    {
      start: literal.start + start,
      end: literal.start + end + 'completions'.length,
      text: 'chat/completions',
    },
  ];
}

/**
 * The edits of all fields but the prompt: the model, the stops that only name turns, and what a chat request does not
 * have. The entries that go are put into `gone`, for the holder of each.
 */
export function fieldEdits(
  file: SourceFile,
  found: FoundCall,
  request: RequestView,
  options: { model: string; stopGoes: (stop: string) => boolean },
): Edit[] {
  const gone = new Set<SyntaxNode>();
  const edits = modelEdits(file, found, request, options.model);
  edits.push(...stopEdits(file, request, options.stopGoes, gone));
  for (const field of request.fields) if (dropped.has(field.key)) gone.add(field.entry.node);
  for (const holder of new Set(request.fields.map((field) => field.holder))) {
    const entries = request.fields.filter((field) => field.holder === holder).map(({ entry }) => entry.node);
    const own = new Set(entries.filter((node) => gone.has(node)));
    if (own.size > 0) edits.push(...removeEntries(file.text, holder, own));
  }
  return edits;
}
