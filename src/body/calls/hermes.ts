import type { CallFormat } from '../call-format.js';
import { genericResult, genericTools, writeGenericCalls } from '../generic.js';
import { type CallForm, readCalls } from '../read-calls.js';
import type { Section } from '../section.js';

const form: CallForm = { closings: ['</tool_call>'], next: ['\n<tool_call>', '<tool_call>'] };

/** JSON objects between `<tool_call>` and `</tool_call>`; a line end in front belongs to the mark. */
export const tagged: Section = {
  marks: ['\n<tool_call>', '<tool_call>'],
  read: (input, out, opening) => readCalls(input, out, form, opening),
};

const sections = [tagged];
const signs = ['<tool_call>'];
const write: CallFormat['write'] = (calls, { words, content }) => writeGenericCalls(calls, words, content);

/** Calls in `<tool_call>`, as Hermes and Qwen write them. */
export const taggedCalls: CallFormat = { name: 'hermes', sections, signs, write };

/** The generic form, for models that have none of their own: calls as Hermes writes them, and the library's own words. */
export const genericCalls: CallFormat = {
  name: 'generic',
  variant: true,
  sections,
  signs,
  write,
  tools: genericTools,
  result: genericResult,
};
