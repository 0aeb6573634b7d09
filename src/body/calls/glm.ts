import { own, type Pieces, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { type Tags, tagSection } from '../tags/read.js';
import { callsBetweenTags, type WriteTagged } from '../tags/write.js';
import { tagged } from './hermes.js';

export const glmTags: Tags = {
  around: null,
  call: { open: '<tool_call>', close: '</tool_call>' },
  parameter: { open: '<arg_key>', close: '</arg_value>' },
  others: ['</arg_key>', '<arg_value>'],
  callHead: /^("(?:[^"\\\n]|\\.)*"|[^"\s<{[][^\n<{"]*)(?=\s*(?:<arg_key>|<\/tool_call>|["{]))/,
  parameterHead: /^<arg_key>("(?:[^"\\\n]|\\.)*"|[^"\s<][^\n<]*)<\/arg_key>\s*<arg_value>/,
};

/** `gap` stands between the tags: a line end in GLM 4.5 and 4.6, nothing later. */
export const writeGlmCall =
  (gap: '\n' | ''): WriteTagged =>
  (name, members, text) => {
    const space = own(gap);
    const parameters = members.map(
      ({ key, value }): Pieces => w`<arg_key>${key}</arg_key>${space}<arg_value>${value}</arg_value>${space}`,
    );
    return w`<tool_call>${name}${space}${text === null ? parameters : w`${text}${space}`}</tool_call>`;
  };

/** Where no line end stands in front of a call, one that does is the words'. */
const glm = (gap: '\n' | '', more: Pick<CallFormat, 'variant'> = {}): CallFormat => {
  const marks = gap === '' ? ['<tool_call>'] : ['\n<tool_call>', '<tool_call>'];
  return {
    name: 'glm',
    ...more,
    sections: [tagSection(glmTags, marks), { ...tagged, marks }],
    signs: ['<arg_key>'],
    untyped: true,
    write: (calls, out) =>
      callsBetweenTags(calls, out, glmTags, writeGlmCall(gap)).map((call) => w`${own(gap)}${call}`),
  };
};

/** `<tool_call>f`, then `<arg_key>` and `<arg_value>` on lines of their own: GLM 4.5 and 4.6. */
export const glmCalls: CallFormat = /* @__PURE__ */ glm('\n');

/** The same without line ends: GLM 4.7 and 5. */
export const glmTightCalls: CallFormat = /* @__PURE__ */ glm('', { variant: true });
