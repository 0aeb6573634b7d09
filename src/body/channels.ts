import { JsonScan } from '../text/json-scan.js';
import { harmonyParts } from './harmony.js';
import type { Input, Reading } from './input.js';
import type { Out } from './out.js';
import { type Length, mostWhite, type Section } from './section.js';

/** What is read of messages in channels; the others stay as they stand, marks and all. */
export interface ChannelOptions {
  calls: boolean;
  /** Reasoning and answers. */
  words: boolean;
  /** Set reasoning apart; else it stays as it stands. */
  reasoning?: boolean;
}

const opening = ['<|start|>', '<|channel|>', '<|constrain|>', '<|message|>'] as const;
const closings = ['<|end|>', '<|call|>', '<|return|>'] as const;

/** The length of the header that a text begins with: `<|start|>assistant<|channel|>final<|message|>`. */
function headerLength(text: string): Length {
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

/** A header that goes on behind the `<|start|>assistant` of the prompt: ` to=functions.f<|channel|>…`. */
function restLength(text: string): Length {
  const rest = /^(?:assistant)?\s*(?:to=[^<]*)?/.exec(text)![0].length;
  if (rest === text.length) return undefined;
  const length = headerLength(text.slice(rest));
  return length ? rest + length : length;
}

/** Words of a message as they come, up to its closing mark or the header of the next. Returns the mark; '' where there is none. */
function* body(input: Input, emit: (text: string) => void): Reading<string | null> {
  /** So much was looked at. */
  let seen = 0;
  for (;;) {
    const at = input.find('<', input.pos + seen);
    if (at === -1) {
      emit(input.take(input.left));
      seen = 0;
      if (!(yield* input.more())) return null;
      continue;
    }
    const rest = input.window(at, 4096);
    const close = closings.find((mark) => rest.startsWith(mark));
    const header = close === undefined ? headerLength(rest) : 0;
    if (close !== undefined || (header !== undefined && header > 0)) {
      emit(input.takeTo(at));
      return close === undefined ? '' : input.take(close.length);
    }
    const half = header === undefined ? rest.length < 4096 : closings.some((mark) => mark.startsWith(rest));
    if (!half || input.ended) {
      seen = at + 1 - input.pos;
      continue;
    }
    emit(input.takeTo(at));
    seen = 0;
    yield;
  }
}

/** Arguments as they come: all of the message. They are good where they are one JSON object or list. */
function* callMessage(input: Input, out: Out): Reading {
  const scan = new JsonScan();
  let whole = false;
  let more = false;
  yield* body(input, (text) => {
    let from = 0;
    if (!whole) {
      from = scan.read(text, 0, 0);
      whole = scan.closed;
    }
    more ||= whole && text.slice(from).trim() !== '';
    out.args(text);
  });
  if (!whole || scan.broken || more) out.fault({ broken: true });
}

/** Whom a message calls: the name of a function, with or without `functions.` in front; undefined for words. */
function calledBy(role: string, to: string): string | undefined {
  if (role !== 'assistant' || to === '' || /^(?:user|assistant|all)$/.test(to)) return undefined;
  return to.replace(/^functions\./, '');
}

/** harmony's messages, each with a header that says what it is: reasoning, a call, or words to the user. */
export function channels(options: ChannelOptions): Section[] {
  function* read(input: Input, out: Out, header: string): Reading {
    const begins = header.startsWith('<') ? header : `<|start|>assistant ${header.replace(/^assistant/, '')}`;
    const { role, channel, to } = harmonyParts(begins)[0]!;
    const called = calledBy(role, to);
    const isThought = called === undefined && channel === 'analysis';
    const asItIs = isThought && options.reasoning === false;
    if (asItIs || (called === undefined ? !options.words : !options.calls)) {
      out.gathered ||= options.words;
      out.say(header);
      out.say((yield* body(input, (text) => out.say(text))) ?? '');
      return;
    }
    out.gathered = true;
    if (called !== undefined) {
      out.head(called);
      yield* callMessage(input, out);
    } else if (isThought) {
      out.beginThought();
      const end = yield* body(input, (text) => out.think(text));
      out.thinking = end === null;
    } else yield* body(input, (text) => out.say(text));
    if (!options.words) return;
    // White space between messages is nobody's.
    for (let white = mostWhite; white === mostWhite; ) {
      white = yield* input.white(mostWhite);
      input.take(white);
    }
  }
  return [
    { marks: ['to=', 'assistant'], at: 'start', opening: restLength, read },
    { marks: opening, opening: headerLength, read },
  ];
}
