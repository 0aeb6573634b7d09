import { type Call, callsOf, toolCalls } from '../../body/call.js';
import type { CallContent } from '../../body/generic.js';
import { endsInCall, harmonyParts, nextChannel } from '../../body/harmony.js';
import { linkCalls } from '../../body/link-calls.js';
import { callSpans } from '../../body/syntax.js';
import { plainName, writeCalls } from '../../body/write-calls.js';
import type { Warning } from '../../errors.js';
import type { AssistantMessage, Message } from '../../schemas/messages.js';
import { isJson, membersOf } from '../../text/json.js';
import { type Content, json, listed, own, type Pieces, w } from '../../text/pieces.js';
import { isBlank } from '../../text/space.js';
import { info, lossy } from '../../text/warn.js';
import type { Placed } from '../syntax.js';
import type { MarkerDialect } from '../types.js';

/** True where an assistant's calls stand between tokens of the dialect, so that words can't be mistaken for them. */
const hasCallTokens = (dialect: MarkerDialect): boolean =>
  dialect.toolSyntax !== null && dialect.toolSyntax !== 'command-r';

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
  const { reasoning, toolSyntax, toolResult } = dialect;
  const harmony = toolSyntax === 'harmony';
  const thinkOpen = reasoning?.open.trim() ?? '';
  const thinkClose = reasoning?.close.trim() ?? '';

  function writeAssistant(message: AssistantMessage, out: BodyOut): Pieces | null {
    const calls = hasCallTokens(dialect) ? callsOf(message) : [];
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
    if (calls.length === 0 || toolSyntax === null) return [front, words];
    const spoken = silent ? '' : out.words().text;
    return [front, words, writeCalls(toolSyntax, calls, spoken, callContent(out), `${out.path}.tool_calls`)];
  }

  const callContent =
    (out: BodyOut): CallContent =>
    (text, as) =>
      out.content(text, 'tool_calls', as);

  function writeHarmony(
    message: AssistantMessage,
    calls: readonly Call[],
    thoughts: Content | null,
    out: BodyOut,
  ): Pieces {
    const parts: Pieces[] = [];
    if (thoughts !== null) parts.push(w`<|channel|>analysis<|message|>${thoughts}`);
    const silent = calls.length > 0 && (message.content === null || message.content === undefined);
    if (!silent) {
      const channel = own(calls.length > 0 ? 'commentary' : 'final');
      parts.push(w`<|channel|>${channel}<|message|>${out.words()}`);
    }
    if (calls.length > 0)
      parts.push(writeCalls('harmony', calls, '', callContent(out), `${out.path}.tool_calls`));
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

  /** Words, and the calls that stand in them; what can't be read as a call stays words. */
  function readCalls(raw: string, restore: (text: string) => string): { content: string; calls: Call[] } {
    const calls: Call[] = [];
    if (toolSyntax === null || !hasCallTokens(dialect)) return { content: restore(raw), calls };
    // JSON was never escaped with backslashes; arguments that are no JSON stand alone in these forms only.
    const alone = toolSyntax === 'deepseek';
    const unlessJson = (text: string): string => (!alone || isJson(text) ? text : restore(text));
    // Llama's bare JSON can't be told from words here; behind its token it can.
    const spans =
      toolSyntax === 'llama' && !raw.includes('<|python_tag|>') ? [] : callSpans(raw, toolSyntax, unlessJson);
    let content = '';
    let last = 0;
    for (const span of spans) {
      if (span.calls.length === 0 || span.start < last) continue;
      content += raw.slice(last, span.start);
      last = span.end;
      calls.push(...span.calls);
    }
    return { content: restore(content + raw.slice(last)), calls };
  }

  function readAssistant(raw: string, restore: (text: string) => string): Message | null {
    // No mark begins with anything else.
    if (!raw.includes('<') && !raw.includes('[')) return null;
    if (harmony) return readHarmony(raw, restore);
    let rest = raw;
    let thoughts: string | undefined;
    if (reasoning !== null && thinkClose !== '') {
      const at = raw.length - raw.trimStart().length;
      const opened = raw.startsWith(thinkOpen, at);
      const close = raw.indexOf(thinkClose);
      if (opened || close !== -1) {
        let from = opened ? at + thinkOpen.length : 0;
        if (opened && reasoning.open.endsWith('\n') && raw.charAt(from) === '\n') from++;
        let end = close === -1 ? raw.length : close;
        if (close !== -1 && reasoning.close.startsWith('\n') && end > from && raw.charAt(end - 1) === '\n')
          end--;
        thoughts = restore(raw.slice(from, end));
        let next = close === -1 ? raw.length : close + thinkClose.length;
        for (const unit of reasoning.close.slice(reasoning.close.indexOf(thinkClose) + thinkClose.length)) {
          if (raw.charAt(next) === unit) next++;
        }
        rest = raw.slice(next);
      }
    }
    const { content, calls } = readCalls(rest, restore);
    if (thoughts === undefined && calls.length === 0) return null;
    return {
      role: 'assistant',
      content: calls.length > 0 && content === '' ? null : content,
      ...(thoughts === undefined ? {} : { reasoning_content: thoughts }),
      ...(calls.length === 0 ? {} : { tool_calls: toolCalls(calls) }),
    };
  }

  function readHarmony(raw: string, restore: (text: string) => string): Message | null {
    // The opening of the turn belongs to the header of its first message.
    const whole = `<|start|>assistant${raw}`;
    const parts = harmonyParts(whole);
    if (parts.length === 0) return null;
    let thoughts: string | undefined;
    let content: string | null = null;
    const calls: Call[] = [];
    for (const part of parts) {
      const raw = whole.slice(part.contentStart, part.contentEnd);
      const called = part.to.startsWith('functions.');
      const text = called && isJson(raw) ? raw : restore(raw);
      if (called) calls.push({ name: part.to.slice('functions.'.length), arguments: text });
      else if (part.channel === 'analysis') thoughts = (thoughts ?? '') + text;
      else content = (content ?? '') + text;
    }
    return {
      role: 'assistant',
      content: content ?? (calls.length > 0 ? null : ''),
      ...(thoughts === undefined ? {} : { reasoning_content: thoughts }),
      ...(calls.length === 0 ? {} : { tool_calls: toolCalls(calls) }),
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
      const tells = toolResult !== 'text' || (template && toolSyntax === 'mistral');
      const results = dialect.roles.tool !== undefined || (template && toolSyntax !== null);
      return {
        calls: template ? toolSyntax !== null : hasCallTokens(dialect),
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
