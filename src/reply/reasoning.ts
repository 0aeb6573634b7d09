import { channels } from '../body/channels.js';
import { turnReader } from '../body/grammar.js';
import { type BodyReader, createBodyReader } from '../body/read-body.js';
import { commonMarks, think } from '../body/think.js';
import type { Dialect } from '../dialect/types.js';
import { resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';

/** A reply taken apart. */
export interface SeparatedReasoning {
  /** What the model thought; null where the reply holds no reasoning. */
  reasoning_content: string | null;
  /** What it said, with no mark of reasoning in it. */
  content: string;
  /** False where the reply ends inside of reasoning. */
  closed: boolean;
}

export interface ReasoningOptions {
  /** The dialect of the prompt; without one the marks in the reply decide. */
  dialect?: Dialect | DialectName | undefined;
  /** True where the prompt ended inside of reasoning (`<think>`), so that the reply has no opening mark. */
  inside?: boolean | undefined;
}

function reasoningReader({ dialect, inside = false }: ReasoningOptions): BodyReader {
  const limit = Infinity;
  const spoken = dialect === undefined ? null : resolveDialect(dialect);
  if (spoken?.kind === 'markers' && (spoken.reasoning !== null || spoken.calls?.channels))
    return turnReader(spoken, { inside, calls: false, limit });
  const common = think(commonMarks);
  if (inside) return createBodyReader({ groups: [[]], begin: common.begin, passing: true, limit });
  if (spoken !== null) return createBodyReader({ groups: [[]], passing: true, limit });
  const groups = [
    [common.section],
    [think({ open: '[THINK]', close: '[/THINK]' }).section],
    channels({ calls: false, words: true }),
  ];
  return createBodyReader({ groups, passing: true, limit });
}

/**
 * Takes the reasoning out of a model's reply: `<think>…</think>` at its start (also unclosed), or the channels of harmony.
 * The line ends that the dialect sets around its marks go, and those that models set around `<think>`; calls to tools stay in the content, for
 * `parseToolCalls`. With neither dialect nor `inside`, reasoning also ends at a closing mark that no opening one stands in
 * front of, since some prompts open it.
 * @example
 * ```ts
 * import { separateReasoning } from 'rolecall';
 * separateReasoning('<think>\nEasy.\n</think>\n\nFour.', { dialect: 'qwen3' });
 * ```
 */
export function separateReasoning(text: string, options: ReasoningOptions = {}): SeparatedReasoning {
  const reader = reasoningReader(options);
  let reasoning: string | null = null;
  let content = '';
  for (const piece of [...reader.push(text), ...reader.end()]) {
    if ('reasoning' in piece) reasoning = (reasoning ?? '') + piece.reasoning;
    else if ('text' in piece) content += piece.text;
  }
  const { dialect, inside } = options;
  if (reasoning === null && dialect === undefined && inside === undefined) {
    const close = text.indexOf('</think>');
    const open = text.indexOf('<think>');
    if (close !== -1 && (open === -1 || open > close)) return separateReasoning(text, { inside: true });
  }
  return { reasoning_content: reasoning, content, closed: !reader.thinking };
}

/** What a piece of a streamed reply adds; both may be empty while a mark may still be under way. */
export interface ReasoningDelta {
  reasoning: string;
  content: string;
}

/**
 * Takes a reply apart as it comes in, in pieces cut anywhere: the pieces together give what `separateReasoning` gives, but
 * that a closing mark alone does not tell it that the reply began inside of reasoning: say `inside`. Stop sequences belong
 * behind it, on `content` alone: they don't fire inside of reasoning.
 * @example
 * ```ts
 * import { createReasoningSplitter } from 'rolecall';
 * const splitter = createReasoningSplitter({ dialect: 'qwen3' });
 * splitter.push('<think>\nEasy.\n</think>\n\nFour'); // { reasoning: …, content: … }, as far as both are clear
 * splitter.flush();
 * ```
 */
export function createReasoningSplitter(options: ReasoningOptions = {}): {
  push(text: string): ReasoningDelta;
  flush(): ReasoningDelta;
} {
  const reader = reasoningReader(options);
  const delta = (pieces: ReturnType<BodyReader['push']>): ReasoningDelta => {
    const all: ReasoningDelta = { reasoning: '', content: '' };
    for (const piece of pieces) {
      if ('reasoning' in piece) all.reasoning += piece.reasoning;
      else if ('text' in piece) all.content += piece.text;
    }
    return all;
  };
  return { push: (text) => delta(reader.push(text)), flush: () => delta(reader.end()) };
}
