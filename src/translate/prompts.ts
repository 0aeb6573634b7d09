import { RolecallError } from '../errors.js';

/** What reads prompts of token ids; every tokenizer of `rolecall/tokens` does. */
export interface PromptDecoder {
  decode(ids: number[]): string;
}

function empty(path: string): RolecallError {
  return new RolecallError('empty-prompt', 'The prompt is empty; there is nothing to translate.', { path });
}

/**
 * The prompts of a request as texts: a batch has several. Throws `empty-prompt` for null, `""`, `[]` and empty
 * members, `invalid-argument` for what is no prompt, and for token ids without a tokenizer.
 */
export function promptsOf(prompt: unknown, tokenizer: PromptDecoder | undefined): string[] {
  if (typeof prompt === 'string') {
    if (prompt === '') throw empty('prompt');
    return [prompt];
  }
  if (prompt === undefined || prompt === null) throw empty('prompt');
  if (!Array.isArray(prompt)) {
    const message = 'The prompt must be a text, a list of texts, or token ids.';
    throw new RolecallError('invalid-argument', message, { path: 'prompt' });
  }
  if (prompt.length === 0) throw empty('prompt');
  if (prompt.every((one) => typeof one === 'number'))
    return [decode(prompt as number[], 'prompt', tokenizer)];
  return prompt.map((one: unknown, i) => {
    const path = `prompt[${i}]`;
    if (one === '' || (Array.isArray(one) && one.length === 0) || one === null) throw empty(path);
    if (typeof one === 'string') return one;
    if (Array.isArray(one) && one.every((id) => typeof id === 'number'))
      return decode(one as number[], path, tokenizer);
    throw new RolecallError('invalid-argument', 'A prompt must be a text or a list of token ids.', { path });
  });
}

function decode(ids: number[], path: string, tokenizer: PromptDecoder | undefined): string {
  if (tokenizer === undefined) {
    const message =
      'A prompt of token ids needs the option "tokenizer", of the model that the ids belong to.';
    throw new RolecallError('invalid-argument', message, { path });
  }
  const text = tokenizer.decode([...ids]);
  if (text === '') throw empty(path);
  return text;
}
