/** One message of a harmony text: `<|start|>assistant to=functions.f<|channel|>commentary json<|message|>…<|call|>`. */
export interface HarmonyPart {
  /** Offsets of the whole message, and of its content. */
  start: number;
  end: number;
  contentStart: number;
  contentEnd: number;
  role: string;
  channel: string;
  /** Who is spoken to: `functions.f` for a call; empty for the user. */
  to: string;
  /** The mark at its end; empty where the text just ends, or another message begins. */
  closing: '' | '<|end|>' | '<|call|>' | '<|return|>';
}

const HEADER = /(?:<\|start\|>([^<]*))?(?:<\|channel\|>([^<]*))?(?:<\|constrain\|>([^<]*))?<\|message\|>/g;
const CLOSING = /<\|(?:end|call|return)\|>/g;

/** The messages of a harmony text; a reply begins behind `<|start|>assistant`, with its channel. */
export function harmonyParts(text: string): HarmonyPart[] {
  const headers = [...text.matchAll(HEADER)];
  const closings = [...text.matchAll(CLOSING)];
  let k = 0;
  return headers.map((header, i) => {
    const contentStart = header.index + header[0].length;
    const next = headers[i + 1]?.index ?? text.length;
    while (k < closings.length && closings[k]!.index < contentStart) k++;
    const found = closings[k];
    const closed = found !== undefined && found.index < next;
    const closing = closed ? (found[0] as HarmonyPart['closing']) : '';
    const contentEnd = closed ? found.index : next;
    const [, speaker = 'assistant', channel = '', constraint = ''] = header;
    const to = /\bto=(\S+)/.exec(`${speaker} ${channel} ${constraint}`)?.[1] ?? '';
    return {
      start: header.index,
      end: contentEnd + closing.length,
      contentStart,
      contentEnd,
      role: speaker.trim().split(/\s/)[0] || 'assistant',
      channel: channel.trim().split(/\s/)[0] ?? '',
      to,
      closing,
    };
  });
}

/**
 * A turn in channels goes on behind `<|end|>` where the assistant speaks next and has not said its last: the offset
 * behind the opening of its next message, else -1.
 */
export function nextChannel(text: string, part: number, end: number): number {
  const channel = /^[^<]{0,200}<\|channel\|>\s*(\w+)/.exec(text.slice(part, part + 300))?.[1];
  if (channel === undefined || channel === 'final') return -1;
  const next = /^\s{0,8}<\|start\|>assistant/.exec(text.slice(end, end + 40));
  return next === null ? -1 : end + next[0].length;
}

/** Does the last message of a turn in channels call a function? */
export function endsInCall(content: string): boolean {
  const message = content.lastIndexOf('<|message|>');
  return (
    message !== -1 &&
    /\bto=functions\./.test(content.slice(content.lastIndexOf('<|end|>', message) + 1, message))
  );
}
