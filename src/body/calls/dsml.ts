import { own, type Pieces, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { type Tags, tagSection, withoutOuter } from '../tags/read.js';
import { attribute, callsBetweenTags, lines, type WriteTagged } from '../tags/write.js';

const outer = '<｜DSML｜function_calls>';

export const dsmlTags: Tags = {
  around: { open: outer, close: '</｜DSML｜function_calls>' },
  call: { open: '<｜DSML｜invoke name=', close: '</｜DSML｜invoke>' },
  parameter: { open: '<｜DSML｜parameter name=', close: '</｜DSML｜parameter>' },
  callHead: /^<｜DSML｜invoke name=("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^"\s>][^\n>]*)>/,
  parameterHead:
    /^<｜DSML｜parameter name=("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^"\s>][^\s>]*)(?:\s+string=["'](true|false)["'])?\s*>/,
};

/** `<｜DSML｜invoke name="f">`, with each argument on a line of its own that says whether it is a string. */
export const writeDsmlCall: WriteTagged = (name, members, text) => {
  const parameters = members.map(
    ({ key, value, isString }): Pieces =>
      w`<｜DSML｜parameter name=${attribute(key)} string="${own(String(isString))}">${value}</｜DSML｜parameter>`,
  );
  return w`<｜DSML｜invoke name="${name}">\n${text === null ? lines(parameters) : w`${text}\n`}</｜DSML｜invoke>\n`;
};

/** DeepSeek V3.2's markup, whose arguments say whether they are strings. */
export const dsmlCalls: CallFormat = {
  name: 'dsml',
  sections: [
    /* @__PURE__ */ tagSection(dsmlTags, [
      '\n\n<｜DSML｜function_calls>',
      '\n<｜DSML｜function_calls>',
      outer,
    ]),
    /* @__PURE__ */ withoutOuter(dsmlTags),
  ],
  signs: [outer],
  untyped: true,
  write: (calls, out) =>
    w`\n\n${own(outer)}\n${callsBetweenTags(calls, out, dsmlTags, writeDsmlCall, { typed: true })}</｜DSML｜function_calls>`,
};
