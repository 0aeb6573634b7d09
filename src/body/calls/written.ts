import { isJson } from '../../text/json.js';
import type { HeadReading } from '../call-heads.js';
import type { Input, Reading } from '../input.js';
import type { Out } from '../out.js';
import { type CallForm, keepWhite, readCalls, waitHead } from '../read-calls.js';
import type { Section } from '../section.js';

/** The marks of a call that a renderer wrote, and of several of them. */
export interface WrittenForm {
  head: (text: string) => HeadReading;
  /** What closes a call, and what closes the last of several. */
  end: string;
  outerEnd: string;
  /** What may close the arguments in front of that, where `opened` stands in front of them. */
  fence?: { opened: string; closed: string };
  /** The id of a call, from what stands in its head. */
  id?: (given: string) => string;
}

/** A call that a renderer wrote: its arguments may be no JSON, and go up to the mark of its end. */
function* readWritten(input: Input, out: Out, form: WrittenForm): Reading<boolean> {
  const { end, outerEnd, fence, id = (given: string): string => given } = form;
  const head = yield* waitHead(input, form.head);
  if (head === null) return false;
  const from = input.pos + head.from;
  while (input.find(end, from) === -1) if (!(yield* input.more())) return false;
  const place = input.find(end, from);
  const given = input.text.slice(from, place);
  const fenced = fence !== undefined && input.text.startsWith(fence.opened, from - fence.opened.length);
  const args = fenced && given.endsWith(fence.closed) ? given.slice(0, -fence.closed.length) : given;
  out.head(head.name, head.id === undefined ? undefined : id(head.id));
  // JSON was never escaped with backslashes; arguments that are none are.
  out.args(isJson(args) ? args : out.restore(args));
  input.takeTo(place + end.length);
  yield* input.accept(outerEnd);
  return true;
}

/**
 * Calls that stand between marks of their own, one by one or several between the marks of all: as a model writes them
 * (`form`), and in a prompt as a renderer wrote them.
 */
export function nestedCalls(
  marks: { inner: string; outer: string },
  form: CallForm,
  written: WrittenForm,
): readonly Section[] {
  const { inner, outer } = marks;
  function* call(input: Input, out: Out): Reading {
    if (!out.exact) return yield* readCalls(input, out, form, '');
    if (!(yield* readWritten(input, out, written))) out.leave();
  }
  const one: Section = {
    marks: [inner],
    // White space in front goes with the mark.
    white: true,
    *read(input, out, opening) {
      out.keep(opening);
      yield* call(input, out);
    },
  };
  const all: Section = {
    marks: [outer],
    *read(input, out, opening) {
      out.keep(opening);
      yield* keepWhite(input, out);
      if (!(yield* input.accept(inner))) return out.leave(false);
      out.keep(inner);
      yield* call(input, out);
    },
  };
  return [one, all];
}
