import type { CallFormat } from '../call-format.js';
import { readPythonList } from '../python.js';
import { keepWhite } from '../read-calls.js';
import { mostWhite, type Section } from '../section.js';

/** A list of calls as Python writes them, behind a mark and in front of another. */
export const pythonSection = (mark: string, close: string): Section => ({
  marks: [mark],
  *read(input, out, opening) {
    out.keep(opening);
    yield* keepWhite(input, out);
    yield* readPythonList(input, out);
    const white = yield* input.white(mostWhite);
    if (close !== '') yield* input.accept(close, white);
  },
});

/** `<|tool_call_start|>[f(a=1, b="x")]<|tool_call_end|>`: LFM2. Its models' template writes calls as they were said, so it writes none. */
export const lfmCalls: CallFormat = {
  name: 'lfm',
  sections: [/* @__PURE__ */ pythonSection('<|tool_call_start|>', '<|tool_call_end|>')],
  signs: ['<|tool_call_start|>'],
  untyped: true,
};
