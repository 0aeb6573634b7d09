import type { CallFormat } from '../call-format.js';
import { writeGenericCalls } from '../generic.js';
import { type CallForm, readCalls } from '../read-calls.js';
import type { Section } from '../section.js';

const form: CallForm = { closings: ['</tool_call>'], next: ['\n<tool_call>', '<tool_call>'] };

/** JSON objects between `<tool_call>` and `</tool_call>`; a line end in front belongs to the mark. */
export const tagged: Section = {
  marks: ['\n<tool_call>', '<tool_call>'],
  read: (input, out, opening) => readCalls(input, out, form, opening),
};

/** Calls in `<tool_call>`: Hermes and Qwen write them so, and it is the generic form for models that have none. */
export const genericCalls: CallFormat = {
  name: 'hermes',
  sections: [tagged],
  signs: ['<tool_call>'],
  write: (calls, { words, content }) => writeGenericCalls(calls, words, content),
};
