import { isRecord } from '../../translate/notes.js';

/** What an error says of the window, in tokens. */
export interface OverflowNumbers {
  window: number;
  /** The tokens of the prompt, where it says so. */
  prompt?: number;
}

const digits = String.raw`([\d,_]+)`;

/** Where messages name the window. Sources: recorded errors; the servers' own texts. */
const windowPatterns = [
  `maximum context length (?:is|of) ${digits}`,
  `with ${digits} maximum context length`,
  `available context size \\(${digits}`,
  `context (?:window|size|length)[^.\\d]{0,40}?${digits} tokens`,
  `max_new_tokens\`? must be <= ${digits}`,
  `inputs\`? (?:tokens )?must have less than ${digits} tokens`,
  `input tokens exceeds? ${digits}`,
].map((source) => new RegExp(source, 'i'));

const promptPatterns = [
  `${digits} in (?:the messages|your prompt|the prompt)`,
  `(?:messages|prompt) (?:resulted in|contains?|has) (?:at least )?${digits}`,
  `has (?:at least )?${digits} input tokens`,
  `request \\(${digits} tokens\\)`,
  `given: ${digits} \`?inputs\`? tokens`,
  `tokens\\. given: ${digits}`,
].map((source) => new RegExp(source, 'i'));

function find(patterns: readonly RegExp[], text: string): number | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return Number(found.replace(/[,_]/g, ''));
  }
  return undefined;
}

/** The numbers in a context-length error, in whosever words; undefined where the error is another. */
export function overflowNumbers(text: string): OverflowNumbers | undefined {
  let fields: Record<string, unknown> = {};
  let message = text;
  try {
    const body: unknown = JSON.parse(text);
    const error = isRecord(body) && isRecord(body['error']) ? body['error'] : body;
    if (isRecord(error)) fields = error;
    message = typeof fields['message'] === 'string' ? fields['message'] : text;
  } catch {
    // No JSON: the numbers may be in the text.
  }
  const window = typeof fields['n_ctx'] === 'number' ? fields['n_ctx'] : find(windowPatterns, message);
  if (window === undefined || !(window > 0)) return undefined;
  const given = fields['n_prompt_tokens'];
  const prompt = typeof given === 'number' ? given : find(promptPatterns, message);
  return prompt === undefined ? { window } : { window, prompt };
}

/** How servers say it without numbers. Sources: recorded errors; the servers' own texts. */
const words =
  /context_(length|size|window)_exceeded|exceed_context_size|too_many_prompt_tokens|(exceeds?|larger than|longer than|too (long|large) for) (the |its )?(available |maximum |model'?s )*context|prompt is too long|context (length|size|window) (is |was )?exceeded/i;

/** Does an error say that prompt and reply are too long for the model? */
export const isOverflow = (text: string): boolean => overflowNumbers(text) !== undefined || words.test(text);
