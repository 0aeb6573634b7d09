import { skipWhite } from '../../text/json.js';
import type { CallFormat } from '../call-format.js';
import { type CallForm, readCalls } from '../read-calls.js';
import type { Length, Section } from '../section.js';

const open = '<|START_ACTION|>';
const tokens: CallForm = { closings: ['<|END_ACTION|>'], next: [open] };
const fenced: CallForm = { closings: ['```'], next: [open], line: '\nAction:' };

/** `Action:`, a fence and perhaps the word `json`, behind what stands in front of it. */
function actionLength(text: string, from: number): Length {
  const p = skipWhite(text, from + 'Action:'.length);
  if (!text.startsWith('```', p)) return '```'.startsWith(text.slice(p)) ? undefined : 0;
  const behind = p + 3;
  if (text.startsWith('json', behind)) return behind + 4;
  return 'json'.startsWith(text.slice(behind)) ? undefined : behind;
}

const action = (mark: string, place: Partial<Section> = {}): Section => ({
  ...place,
  marks: [mark],
  opening: (text) => actionLength(text, mark.length - 'Action:'.length),
  read: (input, out, opening) => readCalls(input, out, fenced, opening),
});

/** `Action: ```json […]``` ` on a line of its own, or a list between tokens, as newer models write it. */
export const commandRCalls: CallFormat = {
  name: 'command-r',
  sections: [
    { marks: [open], read: (input, out, opening) => readCalls(input, out, tokens, opening) },
    /* @__PURE__ */ action('\nAction:'),
    /* @__PURE__ */ action('Action:', { at: 'start', tight: true }),
  ],
  signs: [open, 'Action:'],
};
