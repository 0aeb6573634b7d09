import type { Dialect } from '../../dialect/types.js';
import { info, type Notes } from '../notes.js';

/** Tokens that begin a text, by the names that vocabularies give them. */
const beginOfText = /^<s>$|^<bos(_token)?>$|(begin|start)_?of_?text|begin▁of▁sentence/i;

/** Of a server that nothing is known of: most put BOS in front of every prompt themselves. */
export function noteBos(
  prompt: string,
  { specialTokens }: Dialect,
  asked: boolean | undefined,
  notes: Notes,
): void {
  if (asked !== undefined) return;
  const bos = specialTokens.find((token) => beginOfText.test(token) && prompt.startsWith(token));
  if (bos === undefined) return;
  const message = `The prompt begins with ${bos}. Most servers put it in front of every prompt themselves, and then the model reads it twice: name the server (server), or leave it out (render.bos: false).`;
  info(notes, 'doubled-bos', 'prompt', message);
}
