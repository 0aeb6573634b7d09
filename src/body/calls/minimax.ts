import { type Pieces, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { type Tags, tagSection, withoutOuter } from '../tags/read.js';
import { attribute, callsBetweenTags, lines, type WriteTagged } from '../tags/write.js';

export const minimaxTags: Tags = {
  around: { open: '<minimax:tool_call>', close: '</minimax:tool_call>' },
  call: { open: '<invoke name=', close: '</invoke>' },
  parameter: { open: '<parameter name=', close: '</parameter>' },
  callHead: /^<invoke name=("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^"\s>][^\n>]*)>/,
  parameterHead: /^<parameter name=("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^"\s>][^\n>]*)>/,
};

/** `<invoke name="f">`, with each argument on a line of its own. */
export const writeMinimaxCall: WriteTagged = (name, members, text) => {
  const parameters = members.map(
    ({ key, value }): Pieces => w`<parameter name=${attribute(key)}>${value}</parameter>`,
  );
  return w`<invoke name="${name}">\n${text === null ? lines(parameters) : w`${text}\n`}</invoke>\n`;
};

/** `<minimax:tool_call><invoke name="f"><parameter name="city">Paris</parameter></invoke></minimax:tool_call>`: MiniMax M2. */
export const minimaxCalls: CallFormat = {
  name: 'minimax',
  sections: [
    /* @__PURE__ */ tagSection(minimaxTags, ['\n<minimax:tool_call>', '<minimax:tool_call>']),
    /* @__PURE__ */ withoutOuter(minimaxTags),
  ],
  signs: ['<minimax:tool_call>'],
  untyped: true,
  write: (calls, out) =>
    w`\n<minimax:tool_call>\n${callsBetweenTags(calls, out, minimaxTags, writeMinimaxCall)}</minimax:tool_call>`,
};
