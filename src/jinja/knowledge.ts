import type { CallFormat } from '../body/call-format.js';
import type { Marks } from '../dialect/types.js';
import { callFormatOf } from './calls/format.js';
import { type Samples, samplesOf } from './calls/samples.js';
import type { Clock } from './engine.js';
import { type CallTurn, callTurn } from './history.js';
import type { Layout } from './layout.js';
import type { Probe } from './probe.js';
import { type Reasoning, reasoningOf, withoutEmpty, withoutThought } from './reasoning.js';
import type { ResponseTemplate } from './response-template.js';
import { type ResultTurns, resultTurnsOf } from './results.js';
import { type Shape, shapeOf } from './shape.js';
import { firstToken, lastToken, tokensIn } from './tokens.js';

export interface JinjaDialectOptions {
  /** The tokens that the template knows as `bos_token` and `eos_token`, from the model's `tokenizer_config.json`. */
  bosToken?: string | undefined;
  eosToken?: string | undefined;
  /** A name for messages and tables; `jinja` unless given. */
  name?: string | undefined;
  /** Special tokens that the template does not show; escaped in content with those that it does. */
  specialTokens?: readonly string[] | undefined;
  /** Stop sequences; the tokens that end the assistant's turn unless given. */
  stop?: readonly string[] | undefined;
  /**
   * The time for templates that write the date (`strftime_now`), in the milliseconds of `Date.now`, which is what they get
   * unless this is given: the server would do the same. Give it where the same messages must give the same prompt every day.
   */
  now?: Clock | undefined;
  /** How the model writes calls, where the probe does not find it; null for a model that makes none. */
  calls?: CallFormat | null | undefined;
  /** The marks around the model's reasoning, where the probe does not find them; null for a model that writes none. */
  reasoning?: Marks | null | undefined;
}

/** With what a tokenizer's config says of replies. */
export interface KnowledgeOptions extends JinjaDialectOptions {
  response?: ResponseTemplate | null | undefined;
}

/** All that is known of a template. */
export interface Known {
  probe: Probe;
  layout: Layout;
  reasoning: Reasoning | null;
  shape: Shape | null;
  samples: Samples | null;
  calls: CallFormat | null;
  results: ResultTurns | null;
  /** A turn with one call. */
  callTurn: CallTurn | null;
}

export function knowledgeOf(probe: Probe, found: Layout, options: KnowledgeOptions): Known {
  const told = reasoningIn(probe, found, options);
  const reasoning = told === null ? null : withFronts(told, found);
  let layout = layoutWithout(found, reasoning);
  const shape = shapeOf(probe);
  let samples = shape === null ? null : samplesOf(probe, layout, shape);
  let calls = options.calls === undefined ? (samples === null ? null : callFormatOf(samples)) : options.calls;
  if (calls === null && options.calls === undefined && samples !== null) {
    // Perhaps the last token ends the turn, and is no part of the call.
    const callEnd = lastToken(samples.one.text);
    const ended = { ...layout, callEnd };
    const others = callEnd === '' ? null : samplesOf(probe, ended, shape!);
    const form = others === null ? null : callFormatOf(others);
    if (form !== null) [layout, samples, calls] = [ended, others, form];
  }
  // What the template does not show, its tokenizer's config may say.
  if (options.calls === undefined) calls ??= options.response?.calls ?? null;
  const results = shape === null ? null : resultTurnsOf(probe, layout, shape);
  const turn = shape === null ? null : callTurn(probe, layout, shape);
  return { probe, layout, reasoning, shape, samples, calls, results, callTurn: turn };
}

function reasoningIn(
  probe: Probe,
  found: Layout,
  { reasoning, response }: KnowledgeOptions,
): Reasoning | null {
  if (reasoning === null) return null;
  const told = reasoningOf(probe, found);
  const marks = response?.reasoning ?? null;
  if (reasoning === undefined && told === null && marks !== null) return { marks, field: null };
  return reasoning === undefined ? told : { marks: reasoning, field: told?.field ?? null };
}

/** Reasoning with what the template writes in front of answers that have none, and of all that the model is to open itself. */
function withFronts({ marks, field }: Reasoning, { assistant, generation }: Layout): Reasoning {
  const close = marks.close.trim();
  const open = assistant.open.trimEnd();
  if (open.endsWith(close) && !open.includes(marks.open.trim()) && open !== close)
    return { marks: { ...marks, none: assistant.open.slice(open.length - close.length) }, field };
  const bare = withoutThought(generation, { marks, field });
  const answer = assistant.open.startsWith(bare) ? assistant.open.slice(bare.length) : '';
  if (answer === '' || tokensIn(answer).join('') !== answer || answer === marks.open) return { marks, field };
  const own = marks.close.endsWith(answer) ? marks.close.slice(0, -answer.length) : marks.close;
  return { marks: { ...marks, close: own, answer }, field };
}

function layoutWithout(found: Layout, reasoning: Reasoning | null): Layout {
  const { assistant } = found;
  const front = reasoning?.marks.answer ?? reasoning?.marks.none ?? '';
  const open = withoutThought(assistant.open, reasoning);
  return {
    ...found,
    front,
    assistant: {
      ...assistant,
      open: front !== '' && open.endsWith(front) ? open.slice(0, -front.length) : open,
    },
    generation: withoutThought(found.generation, reasoning),
    bare: (turn) => withoutEmpty(turn, reasoning),
  };
}

/**
 * What ends a turn of the assistant: the token that closes it, else that which opens the turns that may follow. `ends`: a token
 * that closes its words alone, since the turn goes on behind it up to the one that ends texts, or with other words.
 */
export function stopsOf(
  { layout, results, samples, reasoning, callTurn }: Known,
  eos: string,
  response: readonly string[] = [],
): { stop: string[]; ends: string[] } {
  const first = (mark: string): string => firstToken(mark) || mark.trim();
  const close = first(layout.assistant.close);
  // Text that is no token ends a turn where it is a line of its own alone.
  const opening = (mark: string): string => (/^[^\w\n]{0,3}$/.test(first(mark)) ? '' : first(mark));
  const stops =
    close === ''
      ? [first(layout.user.open), opening(results?.tool.open ?? '')]
      : [close, first(callTurn?.close ?? '')];
  stops.push(callTurn?.end ?? '');
  // What stands in front of a call, or between reasoning and words, does not end the turn.
  const within = `${samples?.one.text ?? ''}${reasoning?.marks.close ?? ''}`;
  const isEnd = (mark: string): boolean => mark !== '' && !samples?.one.text.includes(mark);
  // Behind the token that closes the words alone stands the one that closes every turn.
  const last = [eos, lastToken(layout.user.close)].find((mark) =>
    layout.assistant.close.includes(mark || '\0'),
  );
  const goesOn = last !== undefined && last !== close;
  const ends = isEnd(close) && (goesOn || reasoning?.marks.close.includes(close)) ? [close] : [];
  if (goesOn) stops.push(last);
  const stop = [...stops.filter((mark) => !within.includes(mark) && !ends.includes(mark)), eos, ...response];
  return { stop: [...new Set(stop)].filter((mark) => mark !== ''), ends };
}
