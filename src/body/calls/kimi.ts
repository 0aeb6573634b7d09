import { isJson } from '../../text/json.js';
import { w } from '../../text/pieces.js';
import type { Call } from '../call.js';
import type { CallFormat, CallsOut } from '../call-format.js';
import type { HeadReading } from '../call-heads.js';
import { plainName } from '../plain-name.js';
import type { CallForm } from '../read-calls.js';
import { nestedCalls, type WrittenForm } from './written.js';

const outer = '<|tool_calls_section_begin|>';
const outerEnd = '<|tool_calls_section_end|>';
const inner = '<|tool_call_begin|>';
const begin = '<|tool_call_argument_begin|>';
const end = '<|tool_call_end|>';

/** The function that an id speaks of: `functions.get_weather:0`. */
const functionOf = (id: string): string => /^(?:functions\.)?(.+?)(?::[\w-]+)?$/s.exec(id)?.[1] ?? id;

/** `functions.f:0` and the mark of the arguments, behind the mark of a call. */
function head(text: string): HeadReading {
  const at = text.indexOf(begin);
  const next = text.indexOf('<|tool_call_', text.startsWith('<') ? 1 : 0);
  if (at === -1) return next !== -1 && !begin.startsWith(text.slice(next)) ? 'no' : 'perhaps';
  const id = text.slice(0, at).trim();
  return id === '' || next < at ? 'no' : { name: functionOf(id), id, from: at + begin.length };
}

const form: CallForm = { closings: [end, outerEnd], next: [inner], head, spaced: true };

/** As a renderer wrote it: an id that is no number was the caller's own. */
const written: WrittenForm = {
  head,
  end,
  outerEnd,
  id: (given) => {
    const own = /:([\w-]+)$/.exec(given)?.[1] ?? '';
    return own === '' || /^\d+$/.test(own) ? given : own;
  },
};

const sections = /* @__PURE__ */ nestedCalls({ inner, outer }, form, written);

/** The id that tells the function: as it is, or the caller's own behind the name. */
function idOf({ id = '', name }: Call, index: number, out: CallsOut): string {
  const front = `functions.${plainName(name, out.path)}:`;
  if (id.startsWith(front) && /^\d+$/.test(id.slice(front.length))) return id;
  if (/^[\w-]+$/.test(id) && !/^\d+$/.test(id)) return `${front}${id}`;
  if (id !== '') out.info('dropped-call-id', "The id of a call can't stand in the prompt; it was numbered.");
  return `${front}${index}`;
}

/**
 * `<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{…}<|tool_call_end|>`, several between the marks of a section:
 * Kimi K2. The id of a call tells its function.
 */
export const kimiCalls: CallFormat = {
  name: 'kimi',
  sections,
  signs: [inner],
  keepsIds: true,
  write(calls, out) {
    const list = calls.map((one, i) => {
      const id = out.content(idOf(one, i, out), 'text');
      const json = out.content(one.arguments, isJson(one.arguments) ? 'json' : 'text');
      return w`<|tool_call_begin|>${id}<|tool_call_argument_begin|>${json}<|tool_call_end|>`;
    });
    return w`<|tool_calls_section_begin|>${list}<|tool_calls_section_end|>`;
  },
  results: {
    write: ({ id, words }) => w`## Return of ${id}\n${words}`,
    read(raw, restore) {
      const line = /^## Return of ([^\n]*)\n/.exec(raw);
      return line === null
        ? { id: '', content: restore(raw) }
        : { id: restore(line[1]!), content: restore(raw.slice(line[0].length)) };
    },
    keepsId: true,
  },
};
