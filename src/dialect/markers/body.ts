import { type Call, callsOf, toolCalls } from '../../body/call.js';
import type { CallContent } from '../../body/generic.js';
import { callsReader, speaksInChannels, turnReader } from '../../body/grammar.js';
import { endsInCall, nextChannel } from '../../body/harmony.js';
import { linkCalls } from '../../body/link-calls.js';
import type { BodyPiece } from '../../body/out.js';
import { plainName } from '../../body/plain-name.js';
import type { Warning } from '../../errors.js';
import type { AssistantMessage, Message } from '../../schemas/messages.js';
import { isJson, membersOf } from '../../text/json.js';
import { type Content, json, listed, own as literal, type Pieces, w } from '../../text/pieces.js';
import { isBlank } from '../../text/space.js';
import { info, lossy } from '../../text/warn.js';
import type { Placed } from '../syntax.js';
import type { MarkerDialect } from '../types.js';

/** What writing a turn's body needs. */
export interface BodyOut {
  path: string;
  /** A text as content of the message, from the field given. */
  content(text: string, field: string, as?: Content['as']): Content;
  /** The function that a call's id belongs to. */
  functionOf(id: string): string | undefined;
  /** The message's own words. */
  words(): Content;
}

/** A turn that holds more than text: reasoning, calls, results. */
export interface Body {
  /** The content of the turn; null where it is the message's text and no more. */
  write(message: Message, out: BodyOut): Pieces | null;
  /** What of tools has a form of its own here: in the marks, or, with `template`, in what the models' template writes. */
  native(template: boolean): NativeTools;
  /** Which function each call's id belongs to, where results are written under its name. */
  functionsOf?(messages: readonly Message[]): (id: string) => string | undefined;
  /**
   * A turn in channels goes on behind `<|end|>` where the assistant speaks next and has not said its last: the offset
   * behind the opening of its next message, else -1. `part` is where its current message begins.
   */
  nextChannel?(text: string, part: number, end: number): number;
  /** Does the last message of a turn in channels call a function? */
  endsInCall?(content: string): boolean;
  /** A reply that is reasoning marks with nothing in them: it is read as the place where the model goes on. */
  saysNothing(message: Message, written: string): boolean;
  /** The message of a turn whose content is not text alone, else null. Ids that the text does not tell are ''. */
  read(role: Message['role'], raw: string, restore: (text: string) => string): Message | null;
}

export interface NativeTools {
  calls: boolean;
  results: boolean;
  /** The message with its calls, as a turn of its own holds them. */
  calling(
    message: AssistantMessage,
    calls: readonly Call[],
    path: string,
    warnings: Warning[],
  ): AssistantMessage;
  /** Warns of each message whose ids of calls don't come back. */
  tellLostIds(placed: readonly Placed[], warnings: Warning[]): void;
}

/** Calls without their ids, as a dialect that writes none has them. */
function withoutIds(message: Message): Message {
  if (message.role === 'tool') return { ...message, tool_call_id: '' };
  if (message.role !== 'assistant' || message.tool_calls === undefined) return message;
  return { ...message, tool_calls: message.tool_calls.map((call) => ({ ...call, id: '' })) };
}

/** Warns of the messages whose ids are other ones when calls and results are numbered by their order. */
function tellLostIds(placed: readonly Placed[], warnings: Warning[]): void {
  const numbered = linkCalls(placed.map(({ message }) => withoutIds(message)));
  for (const [i, { message, path }] of placed.entries()) {
    const made = numbered[i]!;
    const lost =
      message.role === 'tool' && made.role === 'tool'
        ? message.tool_call_id !== '' && message.tool_call_id !== made.tool_call_id
        : message.role === 'assistant' &&
          made.role === 'assistant' &&
          message.tool_calls?.some((call, k) => call.id !== made.tool_calls?.[k]?.id);
    if (!lost) continue;
    const note = 'The dialect has no place for the ids of calls; reading the prompt back numbers them.';
    info(warnings, 'dropped-call-id', path, note);
  }
}

function calling(
  message: AssistantMessage,
  calls: readonly Call[],
  path: string,
  warnings: Warning[],
): AssistantMessage {
  const { content = null } = message;
  if (content === '') {
    const note = 'A turn with calls and no words reads back with content null.';
    lossy(warnings, 'empty-content', `${path}.content`, note);
  }
  return { ...message, content, tool_calls: toolCalls(calls) };
}

export function markerBody(dialect: MarkerDialect): Body {
  const { reasoning, toolResult } = dialect;
  const harmony = speaksInChannels(dialect);
  const format = dialect.calls?.write === undefined ? null : dialect.calls;
  const writesCalls = format !== null;
  /** In a prompt only calls that can be told from words are read. */
  const grammar = { reasoning, calls: format };
  const marks = [reasoning?.open.trim() ?? '', ...(format?.sections ?? []).flatMap((one) => one.marks)];
  const firsts = [...new Set(marks.map((mark) => mark.trim().charAt(0)))].filter((unit) => unit !== '');

  function writeAssistant(message: AssistantMessage, out: BodyOut): Pieces | null {
    const calls = writesCalls ? callsOf(message) : [];
    const thoughts =
      typeof message.reasoning_content === 'string'
        ? out.content(message.reasoning_content, 'reasoning_content')
        : null;
    if (harmony) return writeHarmony(message, calls, thoughts, out);
    const reasons = reasoning !== null && thoughts !== null;
    if (!reasons && calls.length === 0) return null;
    const front: Pieces = reasons ? [reasoning.open, thoughts, reasoning.close] : [];
    const silent = message.content === null || message.content === undefined;
    const words: Pieces = silent ? [] : [out.words()];
    return [front, words, writtenCalls(calls, silent ? '' : out.words().text, out)];
  }

  function writtenCalls(calls: readonly Call[], words: string, out: BodyOut): Pieces {
    if (calls.length === 0 || format?.write === undefined) return [];
    const content: CallContent = (text, as) => out.content(text, 'tool_calls', as);
    return format.write(calls, { words, content, path: `${out.path}.tool_calls` });
  }

  function writeHarmony(
    message: AssistantMessage,
    calls: readonly Call[],
    thoughts: Content | null,
    out: BodyOut,
  ): Pieces {
    const parts: Pieces[] = [];
    if (thoughts !== null) parts.push(w`<|channel|>analysis<|message|>${thoughts}`);
    const own = format?.channels === true && calls.length > 0;
    const silent = calls.length > 0 && (message.content === null || message.content === undefined);
    if (!silent || !own) {
      const words = silent ? null : out.words();
      const behind = own ? [] : writtenCalls(calls, words?.text ?? '', out);
      const channel = literal(own ? 'commentary' : 'final');
      parts.push(w`<|channel|>${channel}<|message|>${words ?? []}${behind}`);
    }
    if (own) parts.push(writtenCalls(calls, '', out));
    return listed(parts, '<|end|><|start|>assistant');
  }

  function writeResult(message: Message, out: BodyOut): Pieces | null {
    const id = 'tool_call_id' in message ? message.tool_call_id : '';
    if (harmony) {
      const name = out.functionOf(id) ?? ('name' in message ? message.name : undefined) ?? 'tool';
      return w`${out.content(plainName(name, out.path), 'name')} to=assistant<|channel|>commentary<|message|>${out.words()}`;
    }
    const callId = out.content(id, 'tool_call_id');
    if (toolResult === 'json') return w`{"content": ${json(out.words())}, "call_id": ${json(callId)}}`;
    if (toolResult === 'id-content') return w`${callId}[TOOL_CONTENT]${out.words()}`;
    return null;
  }

  function readAssistant(raw: string, restore: (text: string) => string): Message | null {
    // Most turns hold no mark at all.
    if (!firsts.some((unit) => raw.includes(unit))) return null;
    const front = turnReader(grammar, { exact: true, limit: Infinity });
    const behind = writesCalls ? callsReader(dialect, { exact: true, limit: Infinity }) : null;
    const read = { words: '', thoughts: undefined as string | undefined };
    const calls: Call[] = [];
    /** Calls whose arguments stand by themselves, and not in an object. */
    const alone = new Set<Call>();
    const take = (pieces: readonly BodyPiece[]): void => {
      for (const piece of pieces) {
        if ('text' in piece) read.words += piece.text;
        else if ('reasoning' in piece) read.thoughts = (read.thoughts ?? '') + piece.reasoning;
        else if ('call' in piece) calls.push(piece.call);
        else if ('head' in piece) {
          calls.push({ ...piece.head, arguments: '' });
          alone.add(calls.at(-1)!);
        } else if ('args' in piece) calls.at(-1)!.arguments += piece.args;
      }
    };
    take([...front.push(raw), ...front.end()]);
    if (behind !== null) {
      const { words } = read;
      read.words = '';
      take([...behind.push(words), ...behind.end()]);
    }
    const { words, thoughts } = read;
    if (thoughts === undefined && calls.length === 0 && !front.gathered) return null;
    const content = restore(words);
    // JSON was never escaped with backslashes; arguments that are none are.
    const made = calls.map((call) =>
      !alone.has(call) || isJson(call.arguments) ? call : { ...call, arguments: restore(call.arguments) },
    );
    return {
      role: 'assistant',
      content: calls.length > 0 && content === '' ? null : content,
      ...(thoughts === undefined ? {} : { reasoning_content: restore(thoughts) }),
      ...(calls.length === 0 ? {} : { tool_calls: toolCalls(made) }),
    };
  }

  function readResult(raw: string, restore: (text: string) => string): Message {
    if (harmony) {
      const text = raw.slice(raw.indexOf('<|message|>') + '<|message|>'.length);
      return { role: 'tool', tool_call_id: '', content: restore(raw.includes('<|message|>') ? text : raw) };
    }
    if (toolResult === 'id-content') {
      const at = raw.indexOf('[TOOL_CONTENT]');
      if (at !== -1) {
        const from = at + '[TOOL_CONTENT]'.length;
        return { role: 'tool', tool_call_id: restore(raw.slice(0, at)), content: restore(raw.slice(from)) };
      }
    }
    if (toolResult === 'json') {
      const members = membersOf(raw.trim());
      const content = members?.get('content');
      const id = members?.get('call_id');
      if (content !== undefined && isJson(content)) {
        const text = content.startsWith('"') ? (JSON.parse(content) as string) : content;
        return { role: 'tool', tool_call_id: id?.startsWith('"') ? JSON.parse(id) : '', content: text };
      }
    }
    return { role: 'tool', tool_call_id: '', content: restore(raw) };
  }

  return {
    write(message, out) {
      if (message.role === 'assistant') return writeAssistant(message, out);
      return message.role === 'tool' || message.role === 'function' ? writeResult(message, out) : null;
    },
    read(role, raw, restore) {
      if (role === 'assistant') return readAssistant(raw, restore);
      return role === 'tool' ? readResult(raw, restore) : null;
    },
    native: (template) => {
      const tells = toolResult !== 'text' || (template && dialect.calls?.keepsIds === true);
      const results = dialect.roles.tool !== undefined || (template && dialect.calls !== null);
      return {
        calls: template ? dialect.calls !== null : writesCalls,
        results,
        calling,
        tellLostIds: tells || !results ? () => undefined : tellLostIds,
      };
    },
    saysNothing: (message, written) =>
      message.role === 'assistant' &&
      typeof message.reasoning_content === 'string' &&
      !written.includes('<|message|>') &&
      isBlank(message.reasoning_content) &&
      (typeof message.content !== 'string' || isBlank(message.content)),
    ...(harmony ? { functionsOf, nextChannel, endsInCall } : {}),
  };
}

function functionsOf(messages: readonly Message[]): (id: string) => string | undefined {
  const names = new Map<string, string>();
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const call of message.tool_calls ?? [])
      if (call.type === 'function') names.set(call.id, call.function.name);
  }
  return (id) => names.get(id);
}
