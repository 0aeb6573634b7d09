import type { Input, Reading } from './input.js';
import type { Out } from './out.js';
import type { Section } from './section.js';
import { mostWhite } from './section.js';

/** The marks around reasoning, with the white space that belongs to them: `<think>\n`, `\n</think>\n\n`. */
export interface ReasoningMarks {
  open: string;
  close: string;
  /** What stands in front of a turn without any, where something does: `<think></think>\n`, `</think>`. */
  none?: string;
  /** What the model writes in front of its words, with reasoning or without: `<|START_RESPONSE|>`. */
  answer?: string;
}

/** The marks of most models that reason. */
export const commonMarks: ReasoningMarks = { open: '<think>\n', close: '\n</think>\n\n' };

/**
 * The marks as replies have them. Models that reason between `<think>` marks set them on lines of their own, also where
 * their templates don't: those line ends belong to the marks.
 */
export const inReplies = (marks: ReasoningMarks): ReasoningMarks =>
  marks.open.trim() === commonMarks.open.trim() && marks.close.trim() === commonMarks.close.trim()
    ? { ...marks, ...commonMarks }
    : marks;

/** A mark and the white space around it that it owns, where it stands. */
function parts(mark: string): { before: string; bare: string; after: string } {
  const bare = mark.trim();
  const at = mark.indexOf(bare);
  return { before: mark.slice(0, at), bare, after: mark.slice(at + bare.length) };
}

/** Reasoning up to its closing mark, or to the end where that is missing (the limit came first). */
function* thoughts(input: Input, out: Out, close: ReturnType<typeof parts>): Reading {
  for (;;) {
    const at = input.find(close.bare);
    const part = at === -1 ? input.partial(close.bare) : at;
    let end = part === -1 ? input.text.length : part;
    const least = input.pos;
    if (at !== -1) {
      for (let i = close.before.length - 1; i >= 0; i--)
        if (end > least && input.text.charAt(end - 1) === close.before.charAt(i)) end--;
    } else if (!input.ended) {
      // White space that may belong to the closing mark waits for it.
      for (let i = 0; i < close.before.length && end > least && /\s/.test(input.text.charAt(end - 1)); i++)
        end--;
    }
    out.think(input.takeTo(end));
    if (at !== -1) {
      input.takeTo(at + close.bare.length);
      out.thinking = false;
      yield* input.units(close.after);
      return;
    }
    if (!(yield* input.more())) return;
  }
}

/** A reading of reasoning. */
export interface Think {
  /** It stands at the start of a turn alone. */
  section: Section;
  /** The turn begins inside of it. */
  begin(input: Input, out: Out): Reading;
}

/** Reasoning between marks: `<think>…</think>`. */
export function think(marks: ReasoningMarks): Think {
  const open = parts(marks.open);
  const close = parts(marks.close);
  const none = marks.none === undefined ? null : parts(marks.none);
  const answer = marks.answer === undefined ? null : parts(marks.answer);
  const empty = none?.bare.startsWith(open.bare) === true;
  /** What stands behind the opening mark where there is nothing between the marks. */
  const nothing = empty ? none!.bare.slice(open.bare.length) : close.bare;
  /** An opening mark that stands there once more goes: some models write the one that the prompt has written. */
  function* inside(input: Input, out: Out): Reading {
    const white = yield* input.white(mostWhite);
    if (yield* input.accept(open.bare, white)) yield* input.units(open.after);
    yield* thoughts(input, out, close);
    // Some models close twice.
    while (yield* input.accept(close.bare, yield* input.white(mostWhite))) yield* input.units(close.after);
    yield* again(input, out);
    if (answer !== null && (yield* input.accept(answer.bare))) yield* input.units(answer.after);
  }
  /** One thought may follow another, and a prompt that says that there is none may be followed by one all the same. */
  function* again(input: Input, out: Out): Reading {
    const white = yield* input.white(mostWhite);
    if (yield* input.accept(open.bare, white)) yield* opened(input, out);
  }
  function* opened(input: Input, out: Out): Reading {
    out.beginThought();
    yield* input.units(open.after);
    yield* inside(input, out);
  }
  const alone = [open, none !== null && !empty ? none : null, answer];
  return {
    section: {
      marks: alone.flatMap((mark) => (mark === null ? [] : [mark.bare])),
      at: 'start',
      *read(input, out, opening) {
        if (opening === answer?.bare) return yield* input.units(answer.after);
        // Marks with nothing between them say that there is none, where the models write them so.
        if (opening !== open.bare || (none !== null && (yield* input.accept(nothing)))) {
          yield* input.units(none?.after ?? '');
          yield* again(input, out);
        } else yield* opened(input, out);
      },
    },
    *begin(input, out) {
      out.beginThought();
      yield* inside(input, out);
    },
  };
}
