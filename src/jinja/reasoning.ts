import type { ReasoningMarks } from '../body/think.js';
import { between } from './history.js';
import type { Layout } from './layout.js';
import { isBlank, type Probe, type ProbeMessage } from './probe.js';
import { question } from './shape.js';
import { tokensIn } from './tokens.js';

/** How a template writes reasoning. */
export interface Reasoning {
  marks: ReasoningMarks;
  /** The member of a message that it stands in; `parts`: a part of the content; null: the template writes none. */
  field: string | null;
}

const fields = ['reasoning_content', 'reasoning', 'thinking', 'thought', 'parts'];

/** An answer with reasoning, as a template takes it. */
export function thinking(field: string, thought: string, words: string): ProbeMessage {
  if (field !== 'parts') return { role: 'assistant', content: words, [field]: thought };
  const parts = [
    { type: 'thinking', thinking: thought },
    { type: 'text', text: words },
  ];
  return { role: 'assistant', content: parts };
}

/** Marks of reasoning that models have, where the template does not write any itself. */
const known: readonly (readonly [sign: string, marks: ReasoningMarks])[] = [
  ['</think>', { open: '<think>\n', close: '\n</think>\n\n' }],
  ['[/THINK]', { open: '[THINK]', close: '[/THINK]' }],
  ['</seed:think>', { open: '<seed:think>', close: '</seed:think>' }],
  ['<|END_THINKING|>', { open: '<|START_THINKING|>', close: '<|END_THINKING|>' }],
];

/** The known marks of reasoning that end in a text. */
export const marksByClose = (close: string): ReasoningMarks | null =>
  known.find(([sign]) => sign === close.trim())?.[1] ?? null;

/** The marks of reasoning, told from an answer that has some, else from the marks that the template knows. */
export function reasoningOf(probe: Probe, layout: Layout): Reasoning | null {
  const { user } = layout;
  for (const field of fields) {
    const answer = thinking(field, 'qzthoughtqz', 'qzwordsqz');
    const turn = between(probe.render([question, answer]), 'qzaskqz', 'qzwordsqz');
    const front = turn === null ? -1 : turn.indexOf('qzthoughtqz');
    if (turn === null || front === -1 || !turn.startsWith(user.close)) continue;
    const before = turn.slice(user.close.length, front);
    const token = tokensIn(before).at(-1);
    const close = turn.slice(front + 'qzthoughtqz'.length);
    if (token === undefined || isBlank(close)) continue;
    // A list that was written as JSON.
    if (/"thinking"/.test(before)) continue;
    const open = before.slice(before.lastIndexOf(token));
    if (layout.assistant.open.trimEnd().endsWith(open.trimEnd()) && tokensIn(before).length < 2) continue;
    return { marks: { open, close }, field };
  }
  for (const [sign, marks] of known) if (probe.source.includes(sign)) return { marks, field: null };
  return null;
}

/** A text without the empty reasoning, or its beginning, at its end. */
export function withoutThought(text: string, reasoning: Reasoning | null): string {
  if (reasoning === null) return text;
  const open = reasoning.marks.open.trim();
  const at = text.lastIndexOf(open);
  if (at === -1) return text;
  const rest = text.slice(at + open.length).trim();
  return rest === '' || rest === reasoning.marks.close.trim() ? text.slice(0, at) : text;
}

/** A turn without the empty reasoning at its start, or the mark that stands for it. */
export function withoutEmpty(turn: string, reasoning: Reasoning | null): string {
  if (reasoning === null) return turn;
  const open = reasoning.marks.open.trim();
  const close = reasoning.marks.close.trim();
  const { none = '' } = reasoning.marks;
  if (none !== '' && turn.startsWith(none)) return turn.slice(none.length);
  const front = turn.trimStart();
  if (!front.startsWith(open) || !front.slice(open.length).trimStart().startsWith(close)) return turn;
  return front.slice(front.indexOf(close) + close.length).trimStart();
}

/** Does a template look for reasoning in the words of an answer? Where it does not, they are all words. */
export function splitsThoughts(probe: Probe, reasoning: Reasoning | null): boolean {
  if (reasoning === null) return false;
  const words = `qzthoughtqz${reasoning.marks.close.trim()}qzwordsqz`;
  const texts = [true, false].map((last) =>
    probe.render([question, { role: 'assistant', content: words }, ...(last ? [] : [question])]),
  );
  return texts.some((text) => text !== null && !text.includes(words));
}
