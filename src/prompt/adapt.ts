import { type Call, callsOf } from '../body/call.js';
import type { CallFormat } from '../body/call-format.js';
import { genericCalls } from '../body/calls/hermes.js';
import { genericResult, genericTools, writeGenericCalls } from '../body/generic.js';
import { isPlain, wordsOf } from '../dialect/message-text.js';
import type { Adapted, ArrangeOptions, NativeTools, Placed, Syntax, Writing } from '../dialect/syntax.js';
import type { Dialect, MarkerDialect } from '../dialect/types.js';
import type { WriteOptions } from '../dialect/write-options.js';
import { RolecallError, type WarningCode } from '../errors.js';
import type { AssistantMessage, Message } from '../schemas/messages.js';
import { type Content, type Pieces, whole } from '../text/pieces.js';
import { info, lossy } from '../text/warn.js';

export interface AdaptOptions extends ArrangeOptions {
  /** The prompt is written so that it reads back, and not as the model knows it. */
  reversible: boolean;
  toolStyle: WriteOptions['toolStyle'];
  tools: readonly unknown[];
}

/** The form of tools: the dialect's own where it has one, unless another is asked for. */
export const toolStyleOf = (
  dialect: Dialect,
  asked: WriteOptions['toolStyle'],
): NonNullable<WriteOptions['toolStyle']> =>
  asked ?? (dialect.kind === 'markers' && dialect.calls !== null ? 'native' : 'generic');

/** Calls of functions or their results. */
export const speaksOfTools = (message: Message): boolean =>
  message.role === 'tool' ||
  message.role === 'function' ||
  (message.role === 'assistant' && callsOf(message).length > 0);

/**
 * What a dialect has no form for is put into the words of a turn that it has, each with a `lossy` warning, or refused,
 * as the caller asks: a system message where the model knows none, two turns of the same speaker where the model wants
 * them to alternate, calls and results of functions, reasoning.
 */
export function adaptMessages(
  given: readonly Message[],
  syntax: Syntax,
  options: AdaptOptions,
  writing: Writing,
): Adapted {
  const { tools } = options;
  // Plain turns that the dialect has, in an order that it takes: the common case, and a fast one.
  if (tools.length === 0 && given.every(isPlain) && !syntax.arrange?.needed(given, options)) {
    const at = (i: number): Placed => ({ message: given[i]!, index: i, path: `messages[${i}]` });
    return { messages: given, at, plain: true, tools };
  }
  const adapter = new Adapter(syntax, options, writing);
  if (tools.length > 0 || given.some(speaksOfTools)) adapter.needTools();
  let placed = given.map((message, index) => {
    const place = { message, index, path: `messages[${index}]` };
    return isPlain(message) ? place : adapter.adapt(place);
  });
  adapter.native?.tellLostIds(placed, writing.warnings);
  if (tools.length > 0) placed = adapter.withTools(placed);
  placed = syntax.arrange?.apply(placed, options, writing) ?? placed;
  return {
    messages: placed.map(({ message }) => message),
    at: (i) => placed[i]!,
    plain: false,
    tools: adapter.native === undefined ? [] : tools,
  };
}

/** Puts messages one by one into a form that the dialect has. */
class Adapter {
  /** What of tools the dialect has a form for, where its own form is used. */
  readonly native: NativeTools | undefined;
  readonly #dialect: Dialect;
  readonly #markers: MarkerDialect | null;
  readonly #toolStyle: NonNullable<WriteOptions['toolStyle']>;
  /** The form of calls: the dialect's own, or the generic one. */
  readonly #form: CallFormat;
  readonly #options: AdaptOptions;
  readonly #writing: Writing;

  constructor({ dialect, body }: Syntax, options: AdaptOptions, writing: Writing) {
    this.#dialect = dialect;
    this.#markers = dialect.kind === 'markers' ? dialect : null;
    this.#toolStyle = toolStyleOf(dialect, options.toolStyle);
    this.#options = options;
    this.#writing = writing;
    const own = this.#toolStyle === 'generic' ? null : (this.#markers?.calls ?? null);
    this.#form = own ?? genericCalls;
    this.native = own === null || this.#inWords ? undefined : body?.native(options.template);
  }

  /** The form is the library's own, in words that the model is told of. */
  get #inWords(): boolean {
    return !this.#options.reversible && this.#form.tools !== undefined;
  }

  /** Refuses what a dialect without a form of its own for tools is asked for. */
  needTools(): void {
    if (this.#toolStyle === 'native' && !this.#markers?.calls)
      refuse('tools', `Dialect "${this.#dialect.name}" has no form of its own for tools.`);
  }

  adapt(place: Placed): Placed {
    const { message, path } = place;
    switch (message.role) {
      case 'developer': {
        if (this.#markers?.roles.developer !== undefined) return place;
        this.#lossy('role-changed', `${path}.role`, 'The developer message was written as a system message.');
        return { ...place, message: { ...message, role: 'system' } };
      }
      case 'assistant':
        return this.#assistant(place, message);
      case 'function': {
        const note = 'The deprecated function message was written as the result of a tool.';
        this.#lossy('role-changed', `${path}.role`, note);
        const content = message.content ?? '';
        return this.#result({ ...place, message: { role: 'tool', tool_call_id: '', content } });
      }
      case 'tool':
        return this.#result(place);
      default:
        return place;
    }
  }

  /** The list of tools in words, for dialects whose template does not write it. */
  withTools(placed: Placed[]): Placed[] {
    if (this.#toolStyle === 'error') refuse('tools', 'Tools were given.');
    const { template, tools } = this.#options;
    if (template && this.#form.tools === undefined) return placed;
    this.#lossy('tools-as-text', 'tools', 'The list of tools was written into the system message.');
    const text = (this.#form.tools ?? genericTools)(tools);
    const [first, ...rest] = placed;
    if (first?.message.role === 'system' || first?.message.role === 'developer') {
      const words = wordsOf(first, this.#writing);
      return [worded(first, first.message, words.text === '' ? text : [words, '\n\n', text]), ...rest];
    }
    const system: Placed = { message: { role: 'system', content: '' }, index: null, path: 'tools' };
    return [worded(system, system.message, text), ...placed];
  }

  #lossy(code: WarningCode, path: string, message: string): void {
    lossy(this.#writing.warnings, code, path, message);
  }

  #result(place: Placed): Placed {
    const { path } = place;
    if (this.#toolStyle === 'error') refuse(`${path}.role`, 'The conversation has results of tools.');
    if (this.native?.results) return place;
    this.#lossy('tools-as-text', path, "The result of a tool was written into the user's words.");
    const words = wordsOf(place, this.#writing);
    return worded(place, { role: 'user', content: '' }, (this.#form.result ?? genericResult)(words));
  }

  #assistant(place: Placed, message: AssistantMessage): Placed {
    const spoken = this.#spoken(place, message);
    const calls = callsOf(message);
    if (calls.length === 0) return { ...place, message: spoken };
    const where = `${place.path}.tool_calls`;
    if (this.#toolStyle === 'error') refuse(where, 'The message calls tools.');
    if (message.function_call) {
      const note = 'The deprecated function call was written as the call of a tool.';
      this.#lossy('role-changed', `${place.path}.function_call`, note);
    }
    if (message.tool_calls?.some((call) => call.type === 'custom')) {
      this.#lossy('tools-as-text', where, 'The input of a custom tool was written as a JSON object.');
    }
    if (this.native?.calls) {
      const { warnings } = this.#writing;
      return { ...place, message: this.native.calling(spoken, calls, place.path, warnings) };
    }
    this.#lossy('tools-as-text', where, "The calls were written into the assistant's words.");
    return worded(place, spoken, this.#callsInWords(place, calls, where));
  }

  /** An assistant's message without its calls: its words, and the reasoning where the dialect has a place for it. */
  #spoken({ path }: Placed, message: AssistantMessage): AssistantMessage {
    const { audio, refusal, reasoning_content: thoughts, tool_calls, function_call, ...spoken } = message;
    if (audio) this.#lossy('dropped-part', `${path}.audio`, 'A prompt of text has no place for audio.');
    if (typeof refusal === 'string') {
      const note = 'The message has content; its refusal was not written.';
      if (typeof message.content === 'string') this.#lossy('dropped-part', `${path}.refusal`, note);
      else Object.assign(spoken, { refusal });
    }
    if (typeof thoughts === 'string') {
      const note = 'The dialect has no place for reasoning.';
      if (thoughts === '' && this.#markers?.reasoning?.none !== undefined)
        this.#lossy('empty-reasoning', `${path}.reasoning_content`, 'Empty reasoning is written as none.');
      else if (this.#markers?.reasoning) Object.assign(spoken, { reasoning_content: thoughts });
      else this.#lossy('dropped-reasoning', `${path}.reasoning_content`, note);
    }
    return spoken;
  }

  #callsInWords(place: Placed, calls: readonly Call[], where: string): Pieces {
    const { index, message } = place;
    const writing = this.#writing;
    const silent = message.content === null || message.content === undefined;
    const words: Pieces = silent ? [] : [wordsOf(place, writing)];
    const before = silent ? '' : wordsOf(place, { ...writing, warnings: [] }).text;
    const part = (text: string, as: Content['as']): Content => ({ text, as, message: index, path: where });
    const { write } = this.#form;
    if (write === undefined) return [words, writeGenericCalls(calls, before, part)];
    const out = {
      words: before,
      content: part,
      path: where,
      info: (code: WarningCode, note: string) => info(writing.warnings, code, where, note),
      lossy: (code: WarningCode, note: string) => lossy(writing.warnings, code, where, note),
    };
    return [words, write(calls, out)];
  }
}

function refuse(path: string, message: string): never {
  throw new RolecallError('unrepresentable', message, { path });
}

/** A message with words that are not all its own. */
function worded(place: Placed, message: Message, pieces: Pieces): Placed {
  const { path, index } = place;
  const words = whole(pieces, { as: 'text', message: index, path: `${path}.content` });
  return { ...place, message: { ...message, content: words.text } as Message, words };
}
