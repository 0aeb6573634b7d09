import { isJson } from '../../text/json.js';
import type { HeadReading } from '../call-heads.js';
import type { Input, Reading } from '../input.js';
import type { Out } from '../out.js';
import { waitHead } from '../read-calls.js';

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
export function* readWritten(input: Input, out: Out, form: WrittenForm): Reading<boolean> {
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
