import { harmonyParts } from './harmony.js';

/** What has become certain of a reply in channels. */
export interface ChannelPiece {
  reasoning: string;
  /** Words to the user, and calls with the marks around them. */
  content: string;
}

/**
 * Takes a reply in harmony's channels apart as it comes in: the pieces together give what `separateReasoning` gives for
 * the whole.
 */
export interface ChannelReader {
  push(text: string): ChannelPiece;
  end(): ChannelPiece;
  /** A message has begun. Without one the reply is not in channels, and all of it is its words. */
  readonly begun: boolean;
}

const opening = ['<|start|>', '<|channel|>', '<|constrain|>', '<|message|>'] as const;
export const closings = ['<|end|>', '<|call|>', '<|return|>'] as const;

/** Does a reply begin as one in channels does? `perhaps` where it takes more text to tell. */
export function beginsInChannels(text: string): 'yes' | 'no' | 'perhaps' {
  const start = text.trimStart();
  if (opening.some((mark) => start.startsWith(mark))) return 'yes';
  return opening.some((mark) => mark.startsWith(start)) ? 'perhaps' : 'no';
}

/** The length of the header that a text begins with; 0 where it is none, undefined where it takes more text to tell. */
export function headerLength(text: string): number | undefined {
  let at = 0;
  for (const mark of opening) {
    if (at > 0 && at >= text.length) return undefined;
    if (!text.startsWith(mark, at)) {
      if (mark.startsWith(text.slice(at))) return undefined;
      continue;
    }
    at += mark.length;
    if (mark === '<|message|>') return at;
    const next = text.indexOf('<', at);
    if (next === -1) return undefined;
    at = next;
  }
  return 0;
}

export function createChannelReader(): ChannelReader {
  let held = '';
  let begun = false;
  /** What the message at hand is; between messages nothing is said. */
  let part: 'none' | 'thought' | 'words' | 'call' = 'none';
  let thoughts = 0;

  function read(last: boolean): ChannelPiece {
    const piece: ChannelPiece = { reasoning: '', content: '' };
    const say = (text: string): void => {
      if (part === 'thought') piece.reasoning += text;
      else if (part !== 'none') piece.content += text;
    };
    let from = 0;
    for (let at = held.indexOf('<'); at !== -1; at = held.indexOf('<', at + 1)) {
      const rest = held.slice(at);
      const close = part === 'none' ? undefined : closings.find((mark) => rest.startsWith(mark));
      if (close !== undefined) {
        say(held.slice(from, at) + (part === 'call' ? close : ''));
        part = 'none';
        from = at + close.length;
        at = from - 1;
        continue;
      }
      const half = part !== 'none' && closings.some((mark) => mark.startsWith(rest));
      const length = headerLength(rest);
      if (!last && (half || length === undefined)) {
        say(held.slice(from, at));
        held = rest;
        return piece;
      }
      if (length === undefined || length === 0) continue;
      say(held.slice(from, at));
      const header = held.slice(at, at + length);
      from = at + length;
      at = from - 1;
      begun = true;
      const { to, channel } = harmonyParts(header)[0]!;
      if (to.startsWith('functions.')) {
        part = 'call';
        piece.content += header;
      } else if (channel === 'analysis') {
        part = 'thought';
        if (thoughts++ > 0) piece.reasoning += '\n';
      } else part = 'words';
    }
    say(held.slice(from));
    held = '';
    return piece;
  }

  return {
    get begun() {
      return begun;
    },
    push(text) {
      held += text;
      return read(false);
    },
    end: () => read(true),
  };
}
