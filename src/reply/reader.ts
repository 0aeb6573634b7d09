import { beginsInChannels, type ChannelReader, createChannelReader } from '../body/channel-reader.js';
import { partialMark } from '../text/partial-mark.js';
import { type Lead, leadLength } from '../translate/context.js';
import { createStopMatcher, type StopMatcher } from './stops.js';

/** What stands around a reply's own words, all of it taken off as the text comes in. */
export interface ReplyRules {
  /** The prompt, where the server sends it back in front. */
  echo: string | null;
  /** The marks around reasoning in front of the reply. */
  reasoning: { open: string; close: string; inside: boolean } | null;
  /** The dialect speaks in harmony's channels. */
  channels: boolean;
  lead: Lead;
  /** Keep the white space that a label owns where there is no label. */
  keepGap: boolean;
  stops: readonly string[];
}

/** What has become certain. */
export interface ReplyPiece {
  reasoning: string;
  text: string;
}

/** A reply as it comes in. Offsets count in UTF-16 units from behind the echo. */
export interface ReplyReader {
  push(text: string): ReplyPiece;
  end(): ReplyPiece;
  /** Text that is held back, for a stream that breaks off: nothing of it is a stop, since none was completed. */
  release(): ReplyPiece;
  stopped: boolean;
  echo: 'none' | 'pending' | 'found' | 'missing';
  /** A label was taken off. */
  labelled: boolean;
  /** The words are gathered from channels, and are not one stretch of the text. */
  gathered: boolean;
  /** Where the reply's own words start. */
  start: number;
  /** Where the words that are out end. */
  released: number;
  /** Where all that came ends. */
  total: number;
}

const nothing: ReplyPiece = { reasoning: '', text: '' };
const isHigh = (unit: number): boolean => (unit & 0xfc00) === 0xd800;

/** The start of a longest end of `text` that may be the beginning of `mark`, white space in front of it included. */
function holdFrom(text: string, mark: string): number {
  const from = partialMark(text, mark);
  return (from === -1 ? text : text.slice(0, from)).trimEnd().length;
}

export function createReplyReader(rules: ReplyRules): ReplyReader {
  type Stage = 'echo' | 'channels' | 'mark' | 'thinking' | 'gap' | 'lead' | 'text';
  const { echo, reasoning, lead, keepGap, stops } = rules;
  const first: Stage = rules.channels ? 'channels' : 'mark';
  let stage: Stage = echo === null ? first : 'echo';
  let channels: ChannelReader | null = null;
  let held = '';
  /** How much of the echo has come. */
  let echoed = 0;
  /** How much came before `held`, behind the echo. */
  let passed = 0;
  let thought = false;
  /** How much of `held` the channels have seen, before their first message. */
  let seen = 0;
  /** A high surrogate, waiting for the low one. */
  let half = '';
  let matcher: StopMatcher | null =
    stops.length === 0 ? null : createStopMatcher(stops, { atTextStart: true });

  function out(text: string, last: boolean): string {
    let free = half === '' ? text : half + text;
    half = '';
    if (!last && isHigh(free.charCodeAt(free.length - 1))) {
      half = free.slice(-1);
      free = free.slice(0, -1);
    }
    reader.released += free.length;
    return free;
  }

  function words(text: string, last: boolean): string {
    if (matcher === null) return out(text, last);
    const step = matcher.push(text);
    if (step.stopped !== undefined) {
      reader.stopped = true;
      return out(step.text, true);
    }
    return out(last ? step.text + matcher.flush() : step.text, last);
  }

  function atMark(last: boolean): void {
    if (reasoning === null) stage = 'lead';
    else {
      const trimmed = held.trimStart();
      if (trimmed.startsWith(reasoning.open)) {
        passed = held.length - trimmed.length + reasoning.open.length;
        held = held.slice(passed);
        stage = 'thinking';
      } else if (last || !reasoning.open.startsWith(trimmed)) stage = reasoning.inside ? 'thinking' : 'lead';
    }
  }

  /** The reasoning that is certain; its own edges are trimmed. */
  function thinking(last: boolean): string {
    const { close } = reasoning!;
    const end = held.indexOf(close);
    const to =
      end !== -1 ? held.slice(0, end).trimEnd().length : last ? held.trimEnd().length : holdFrom(held, close);
    let free = held.slice(0, to);
    if (!thought) free = free.trimStart();
    if (free !== '') thought = true;
    const used = end !== -1 ? end + close.length : last ? held.length : to;
    if (end !== -1) stage = 'gap';
    passed += used;
    held = held.slice(used);
    if (last && end === -1) stage = 'gap';
    return free;
  }

  /** A reply in channels; where no message begins after all, the text is read as any other. */
  function inChannels(last: boolean): ReplyPiece | null {
    if (channels === null) {
      const begins = beginsInChannels(held);
      if (begins === 'perhaps' && !last) return nothing;
      if (begins !== 'yes') {
        stage = 'mark';
        return null;
      }
      channels = createChannelReader();
    }
    const piece = last ? channels.end() : channels.push(held.slice(seen));
    if (!channels.begun) {
      seen = held.length;
      if (!last) return nothing;
      stage = 'mark';
      return null;
    }
    held = '';
    seen = 0;
    if (!reader.gathered) {
      reader.gathered = true;
      matcher = stops.length === 0 ? null : createStopMatcher(stops);
    }
    return { reasoning: reasoning === null ? '' : piece.reasoning, text: words(piece.content, last) };
  }

  function read(last: boolean): ReplyPiece {
    let thoughts = '';
    if (stage === 'channels') {
      const piece = inChannels(last);
      if (piece !== null) return piece;
    }
    if (stage === 'mark') atMark(last);
    if (stage === 'thinking') thoughts = thinking(last);
    if (stage === 'gap') {
      const rest = held.trimStart();
      passed += held.length - rest.length;
      held = rest;
      if (rest !== '' || last) stage = 'lead';
    }
    if (stage === 'lead') {
      const length = leadLength(held, lead, last);
      if (length !== undefined) {
        reader.labelled = length > lead.gap.length;
        const cut = keepGap && !reader.labelled ? 0 : length;
        held = held.slice(cut);
        reader.start = passed + cut;
        reader.released = reader.start;
        stage = 'text';
      }
    }
    if (stage !== 'text') return thoughts === '' ? nothing : { reasoning: thoughts, text: '' };
    const text = held;
    held = '';
    return { reasoning: thoughts, text: words(text, last) };
  }

  /** The echo goes; where it does not come, it was none and all of it is the reply. */
  function passEcho(text: string, last: boolean): string {
    const take = Math.min(text.length, echo!.length - echoed);
    const same = echo!.startsWith(text.slice(0, take), echoed);
    if (same) echoed += take;
    if (same && echoed === echo!.length) {
      reader.echo = 'found';
      stage = first;
      return text.slice(take);
    }
    if (same && !last) return '';
    reader.echo = 'missing';
    stage = first;
    return echo!.slice(0, echoed) + (same ? '' : text);
  }

  const reader: ReplyReader = {
    stopped: false,
    echo: echo === null ? 'none' : 'pending',
    labelled: false,
    gathered: false,
    start: 0,
    released: 0,
    total: 0,
    push(text) {
      if (reader.stopped) return nothing;
      let own = text;
      if (stage === 'echo') {
        own = passEcho(text, false);
        if (reader.echo === 'pending') return nothing;
      }
      reader.total += own.length;
      if (stage === 'text') return { reasoning: '', text: words(own, false) };
      held += own;
      return read(false);
    },
    end() {
      if (reader.stopped) return nothing;
      if (stage === 'echo') {
        held = passEcho('', true);
        reader.total += held.length;
      }
      return read(true);
    },
    release: () => reader.end(),
  };
  return reader;
}
