import { harmonyParts } from '../body/harmony.js';
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

const isHarmony = (dialect: Dialect | DialectName | undefined, text: string): boolean => {
  if (dialect === undefined) return /<\|channel\|>/.test(text);
  const spoken = resolveDialect(dialect);
  return spoken.kind === 'markers' && spoken.toolSyntax === 'harmony';
};

/** Where the reasoning of a reply in tags begins and ends; null where it has none. */
function tagged(
  text: string,
  inside: boolean,
): { from: number; to: number; next: number; closed: boolean } | null {
  const lead = text.length - text.trimStart().length;
  const opened = text.startsWith('<think>', lead);
  const close = text.indexOf('</think>');
  if (!opened && !inside && close === -1) return null;
  const from = opened ? lead + '<think>'.length : 0;
  if (close === -1) return { from, to: text.length, next: text.length, closed: false };
  return { from, to: close, next: close + '</think>'.length, closed: true };
}

/**
 * Takes the reasoning out of a model's reply: `<think>…</think>` (also unclosed, and also where only the closing tag
 * stands, since some prompts open it), or the channels of harmony. The line ends around the tags go; calls to tools
 * stay in the content, for `parseToolCalls`.
 */
export function separateReasoning(text: string, options: ReasoningOptions = {}): SeparatedReasoning {
  if (isHarmony(options.dialect, text)) return channels(text);
  const found = tagged(text, options.inside ?? false);
  if (found === null) return { reasoning_content: null, content: text, closed: true };
  return {
    reasoning_content: text.slice(found.from, found.to).replace(/^\n+|\n+$/g, ''),
    content: text.slice(found.next).replace(/^\n+/, ''),
    closed: found.closed,
  };
}

function channels(text: string): SeparatedReasoning {
  const parts = harmonyParts(text);
  if (parts.length === 0) return { reasoning_content: null, content: text, closed: true };
  const thoughts: string[] = [];
  let content = '';
  let closed = true;
  for (const part of parts) {
    const words = text.slice(part.contentStart, part.contentEnd);
    if (part.to.startsWith('functions.')) content += text.slice(part.start, part.end);
    else if (part.channel === 'analysis') {
      thoughts.push(words);
      closed = part.closing !== '';
    } else content += words;
    if (part.channel !== 'analysis') closed = true;
  }
  return { reasoning_content: thoughts.length === 0 ? null : thoughts.join('\n'), content, closed };
}

/** What a piece of a streamed reply adds; both may be empty while a mark may still be under way. */
export interface ReasoningDelta {
  reasoning: string;
  content: string;
}

/**
 * Takes a reply apart as it comes in, in pieces cut anywhere: the pieces together give what `separateReasoning` gives
 * for tags, line ends around them included. Stop sequences belong behind it, on `content` alone: they don't fire inside
 * of reasoning. (Harmony's channels need the whole of a header: use `separateReasoning` at the end.)
 */
export function createReasoningSplitter(options: Pick<ReasoningOptions, 'inside'> = {}): {
  push(text: string): ReasoningDelta;
  flush(): ReasoningDelta;
} {
  let state: 'start' | 'thinking' | 'after' | 'saying' = options.inside === true ? 'thinking' : 'start';
  let held = '';
  let thought = false;

  function step(last: boolean): ReasoningDelta {
    const delta: ReasoningDelta = { reasoning: '', content: '' };
    if (state === 'start') {
      const words = held.trimStart();
      if (!words.startsWith('<think>')) {
        if (!last && '<think>'.startsWith(words)) return delta;
        state = 'saying';
      } else {
        held = words.slice('<think>'.length);
        state = 'thinking';
      }
    }
    if (state === 'thinking') {
      if (!thought) held = held.replace(/^\n+/, '');
      // An opening tag that the prompt wrote already, and the model once more.
      if (!thought && options.inside === true && !last && held !== '' && '<think>'.startsWith(held))
        return delta;
      if (!thought && options.inside === true && held.startsWith('<think>'))
        held = held.slice('<think>'.length).replace(/^\n+/, '');
      const close = held.indexOf('</think>');
      if (close === -1) {
        const keep = last ? (/\n*$/.exec(held)?.[0].length ?? 0) : holdBack(held);
        delta.reasoning = held.slice(0, held.length - keep);
        held = last ? '' : held.slice(held.length - keep);
        if (delta.reasoning !== '') thought = true;
        return delta;
      }
      delta.reasoning = held.slice(0, close).replace(/\n+$/, '');
      held = held.slice(close + '</think>'.length);
      state = 'after';
    }
    if (state === 'after') {
      held = held.replace(/^\n+/, '');
      if (held !== '') state = 'saying';
    }
    if (state === 'saying') {
      delta.content = held;
      held = '';
    }
    return delta;
  }

  return {
    push(text) {
      held += text;
      return step(false);
    },
    flush: () => step(true),
  };
}

/** How much of the end may be line ends in front of a closing tag, or the start of one. */
function holdBack(text: string): number {
  const tail = /\n*(?:<(?:\/(?:t(?:h(?:i(?:n(?:k)?)?)?)?)?)?)?$/.exec(text);
  return tail?.[0].length ?? 0;
}
