import { own, type Pieces, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import type { Section } from '../section.js';
import { readTags, type Tags, tagSection } from '../tags/read.js';
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

/** Models leave the outer mark out at times, and servers take it for a special token that nobody is to see. */
const withoutOuter: Section = {
  marks: ['<function='],
  bare: true,
  opening(text) {
    const head = qwenCoderTags.callHead.exec(text);
    if (head === null) return text.length < 1024 && !/[\n>]/.test(text) ? undefined : 0;
    const behind = text.slice(head[0].length, head[0].length + 64).trimStart();
    if (/^<(?:parameter=|\/function>)/.test(behind)) return head[0].length;
    return ['<parameter=', '</function>'].some((mark) => mark.startsWith(behind)) ? undefined : 0;
  },
  *read(input, out, opening) {
    input.back(opening.length);
    yield* readTags(input, out, qwenCoderTags, '');
  },
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
    withoutOuter,
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
  sections: [tagSection(qwenCoderTags, tagged.marks), tagged, withoutOuter].map(lineBehind),
  write: (calls, out) =>
    w`\n${callsBetweenTags(calls, out, qwenCoderTags, writeQwenCoderCall).map((call) => w`${call}\n`)}`,
});

/** The same with a line end in front of the calls and behind each: Nemotron 3. */
export const nemotronCalls: CallFormat = /* @__PURE__ */ withLines();
