import { own, type Pieces, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import type { Section } from '../section.js';
import { type Tags, tagSection, withoutOuter } from '../tags/read.js';
import { callsBetweenTags, lines, type WriteTagged } from '../tags/write.js';
import { tagged } from './hermes.js';

export const qwenCoderTags: Tags = {
  around: { open: '<tool_call>', close: '</tool_call>' },
  call: { open: '<function=', close: '</function>' },
  parameter: { open: '<parameter=', close: '</parameter>' },
  callHead: /^<function=("(?:[^"\\\n]|\\.)*"|[^"\s>][^\n>]*)>/,
  parameterHead: /^<parameter=("(?:[^"\\\n]|\\.)*"|[^"\s>][^\n>]*)>/,
  lines: true,
};

/** `<function=f>`, with each argument on lines of its own. */
export const writeQwenCoderCall: WriteTagged = (name, members, text) => {
  const parameters = members.map(({ key, value }): Pieces => w`<parameter=${key}>\n${value}\n</parameter>`);
  return w`<tool_call>\n<function=${name}>\n${text === null ? lines(parameters) : w`${text}\n`}</function>\n</tool_call>`;
};

/**
 * `<tool_call><function=f><parameter=city>Paris</parameter></function></tool_call>`, each mark on a line of its own: Qwen3-Coder,
 * Qwen 3.5 and 3.6, Nemotron 3, Step 3.5. A call as JSON between the outer marks is read too.
 */
export const qwenCoderCalls: CallFormat = {
  name: 'qwen-coder',
  sections: [
    /* @__PURE__ */ tagSection(qwenCoderTags, ['\n\n<tool_call>', '\n<tool_call>', '<tool_call>']),
    tagged,
    /* @__PURE__ */ withoutOuter(qwenCoderTags),
  ],
  signs: ['<parameter='],
  untyped: true,
  write(calls, out) {
    const written = callsBetweenTags(calls, out, qwenCoderTags, writeQwenCoderCall);
    const gap = own(out.words === '' ? '' : '\n\n');
    return w`${gap}${written.map((call, i) => w`${own(i === 0 ? '' : '\n')}${call}`)}`;
  },
};

/** A section, with a line end behind it. */
const lineBehind = (section: Section): Section => ({
  ...section,
  *read(input, out, opening) {
    yield* section.read(input, out, opening);
    yield* input.accept('\n');
  },
});

const withLines = (): CallFormat => ({
  ...qwenCoderCalls,
  name: 'nemotron',
  variant: true,
  sections: [tagSection(qwenCoderTags, tagged.marks), tagged, withoutOuter(qwenCoderTags)].map(lineBehind),
  write: (calls, out) =>
    w`\n${callsBetweenTags(calls, out, qwenCoderTags, writeQwenCoderCall).map((call) => w`${call}\n`)}`,
});

/** The same with a line end in front of the calls and behind each: Nemotron 3. */
export const nemotronCalls: CallFormat = /* @__PURE__ */ withLines();
