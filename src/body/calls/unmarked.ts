import { skipWhite } from '../../text/json.js';
import { headAt, jsonHead } from '../call-heads.js';
import { type CallForm, readCalls } from '../read-calls.js';
import type { Length, Section } from '../section.js';

const form: CallForm = { next: [], whole: true };

/** The opening of a list whose first object is a call: a name, then arguments. */
function listLength(mark: string, text: string): Length {
  const at = skipWhite(text, mark.length);
  if (at >= text.length) return undefined;
  const head = text.charAt(at) === '{' ? headAt(text, at, jsonHead) : 'no';
  return head === 'perhaps' ? undefined : head === 'no' ? 0 : mark.length;
}

/**
 * A list of calls that begins a reply, in front of which a model, or a server that takes it for a special token, has left the
 * mark out: `[{"name": "f", "arguments": {…}}]`. Phi-4-mini writes `functools` there.
 */
const section = (mark: string): Section => ({
  marks: [mark],
  opening: (text) => listLength(mark, text),
  at: 'start',
  bare: true,
  read(input, out, opening) {
    input.back(1);
    return readCalls(input, out, form, opening.slice(0, -1));
  },
});

/** The sections of a format, and such lists. */
export const withUnmarked = (...sections: Section[]): Section[] => [
  ...sections,
  section('['),
  section('functools['),
];
