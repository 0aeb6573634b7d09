import type { TokenLogprob } from '../schemas/chat.js';
import type { ProviderCompletionLogprobs } from '../schemas/provider.js';
import { toChatTokens } from '../translate/logprobs/logprobs.js';
import { advance, startOfText } from '../translate/logprobs/token-text.js';
import { at, info, lossy, type Notes } from '../translate/notes.js';

/** The logprobs of a completion's chunks as chat tokens; null where a chunk has none. Offsets are checked over all of them. */
export interface TokenReader {
  read(logprobs: ProviderCompletionLogprobs): TokenLogprob[] | null;
}

export function createTokenReader(path: string, notes: Notes): TokenReader {
  const place = startOfText();
  let base: number | undefined;

  function check(offsets: readonly number[], tokens: readonly TokenLogprob[]): void {
    for (const [i, { token, bytes }] of tokens.entries()) {
      const offset = offsets[i];
      if (offset !== undefined) {
        if (base === undefined) {
          base = offset - place.points;
          if (base !== 0) {
            const message = `Chat has no text_offset; on the way back it needs the base ${base}.`;
            info(notes, 'text-offset', at(path, 'text_offset'), message);
          }
        } else if (offset - base !== place.points) {
          const message = 'Chat has no text_offset, and these do not follow from the tokens.';
          lossy(notes, 'text-offset', at(path, 'text_offset'), message);
        }
      }
      advance(place, token, bytes);
    }
  }

  return {
    read(logprobs) {
      const { tokens, content, text_offset } = logprobs;
      if (!Array.isArray(tokens) && !Array.isArray(content)) return null;
      // The place of a chunk in the text is not known to the conversion of one chunk, so offsets are checked here.
      const read = toChatTokens({ ...logprobs, text_offset: null }, path, notes);
      if (Array.isArray(text_offset) && !Array.isArray(content)) check(text_offset, read);
      return read;
    },
  };
}
