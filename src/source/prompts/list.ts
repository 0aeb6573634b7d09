import { bindingAt, functionAround, type SourceFile } from '../syntax/file.js';
import { contains, type SyntaxNode, within } from '../syntax/node.js';
import type { PromptMessage, PromptReport } from '../types.js';
import { callersOf, passedFor } from './callers.js';
import { evaluate, type PromptText } from './evaluate.js';
import { type Understood, understand } from './understand.js';

export type ListedPrompt = Omit<PromptReport, 'path' | 'line'> & { readonly start: SyntaxNode };

/** A prompt of a call, as far as it is known. */
export interface CallPrompt {
  readonly prompt:
    | { readonly text: PromptText; readonly understood: Understood; readonly stop: readonly string[] }
    | undefined;
}

export function reportOf(
  { dialect, messages }: Understood,
  stop: readonly string[],
): Omit<PromptReport, 'path' | 'line'> {
  const said = messages.map(
    ({ role, parts }): PromptMessage => ({
      role,
      content: parts.map((part) => (part.type === 'text' ? part.text : { hole: part.source })),
    }),
  );
  return { dialect, messages: said, stop: [...stop] };
}

/** Shorter texts hold no conversation. */
const shortest = 8;

/** A docstring, or another string that nothing uses. */
const isUnused = (node: SyntaxNode): boolean => node.parent?.type === 'expression_statement';

/** The prompts of calls, those that callers pass to them, and all other texts of a file that hold a conversation. */
export function listPrompts(file: SourceFile, works: readonly CallPrompt[]): ListedPrompt[] {
  const listed: ListedPrompt[] = [];
  const covered: SyntaxNode[] = [];
  const starts = new Set<SyntaxNode>();
  const add = (text: PromptText, understood: Understood, stop: readonly string[]): void => {
    covered.push(text.node, text.start);
    for (const step of text.trail) if (step.type === 'name') covered.push(...step.writes.statements);
    if (starts.has(text.start)) return;
    starts.add(text.start);
    listed.push({ start: text.start, ...reportOf(understood, stop) });
  };
  for (const { prompt } of works) {
    if (prompt === undefined) continue;
    add(prompt.text, prompt.understood, prompt.stop);
    for (const passed of passedTo(file, prompt.text))
      add(passed, understand(passed.parts, prompt.stop), prompt.stop);
  }
  for (const node of within(file.root)) {
    const expression = file.lower(node);
    if (expression.kind !== 'text' || expression.node !== node || isUnused(node)) continue;
    if (node.end - node.start < shortest || covered.some((one) => contains(one, node))) continue;
    const text = evaluate(file, node);
    const understood = understand(text.parts, []);
    if (understood.dialect !== null) add(text, understood, []);
  }
  return listed;
}

/** The texts that the file's own calls pass for a prompt that is a parameter. */
function passedTo(file: SourceFile, text: PromptText): PromptText[] {
  const [part, ...more] = text.parts;
  if (part?.type !== 'hole' || more.length > 0) return [];
  const write = bindingAt(file, part.value)?.writes[0];
  const fn = write?.how === 'parameter' ? functionAround(file, write.target) : undefined;
  if (write === undefined || fn === undefined) return [];
  return callersOf(file, fn).calls.flatMap((call) => {
    const passed = passedFor(file, fn, write.target, call);
    const found = passed && evaluate(file, passed);
    return found?.seen ? [found] : [];
  });
}
