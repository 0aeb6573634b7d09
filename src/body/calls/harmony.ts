import { isJson } from '../../text/json.js';
import { listed, w } from '../../text/pieces.js';
import type { CallFormat } from '../call-format.js';
import { channels } from '../channels.js';
import { plainName } from '../plain-name.js';

/** Messages whose header names a function: `<|channel|>commentary to=functions.f<|message|>{…}<|call|>`. */
export const harmonyCalls: CallFormat = {
  name: 'harmony',
  sections: /* @__PURE__ */ channels({ calls: true, words: false }),
  signs: ['<|channel|>'],
  channels: true,
  write: (calls, { content, path }) =>
    listed(
      calls.map(({ name, arguments: args }) => {
        const called = content(plainName(name, path), 'text');
        const json = content(args, isJson(args) ? 'json' : 'text');
        return w` to=functions.${called}<|channel|>commentary json<|message|>${json}`;
      }),
      '<|end|><|start|>assistant',
    ),
};
