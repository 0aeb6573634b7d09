import { type Call, callsOf } from '../../body/call.js';
import type { CallContent } from '../../body/generic.js';
import { speaksInChannels } from '../../body/grammar.js';
import { plainName } from '../../body/plain-name.js';
import type { AssistantMessage, Message } from '../../schemas/messages.js';
import { type Content, json, listed, own as literal, type Pieces, w } from '../../text/pieces.js';
import type { Body, BodyOut } from '../syntax.js';
import type { MarkerDialect } from '../types.js';

/** Writes what a turn holds beside its text: reasoning, calls, results, channels. */
export function bodyWriter(dialect: MarkerDialect): Body['write'] {
  const { reasoning, toolResult, calls: format } = dialect;
  const harmony = speaksInChannels(dialect);

  return (message, out) => {
    if (message.role === 'assistant') return writeAssistant(message, out);
    return message.role === 'tool' || message.role === 'function' ? writeResult(message, out) : null;
  };

  function writeAssistant(message: AssistantMessage, out: BodyOut): Pieces | null {
    const calls = format?.write === undefined ? [] : callsOf(message);
    const thoughts =
      typeof message.reasoning_content === 'string'
        ? out.content(message.reasoning_content, 'reasoning_content')
        : null;
    if (harmony) return writeHarmony(message, calls, thoughts, out);
    const reasons = reasoning !== null && thoughts !== null;
    const { none = '', answer = '' } = reasoning ?? {};
    if (!reasons && calls.length === 0 && none + answer === '') return null;
    const front: Pieces = reasons ? [reasoning.open, thoughts, reasoning.close] : [none];
    const silent = message.content === null || message.content === undefined;
    const words: Pieces = silent ? [] : [answer, out.words()];
    return [front, words, writtenCalls(calls, silent ? '' : out.words().text, out)];
  }

  function writtenCalls(calls: readonly Call[], words: string, out: BodyOut): Pieces {
    if (calls.length === 0 || format?.write === undefined) return [];
    const content: CallContent = (text, as) => out.content(text, 'tool_calls', as);
    return format.write(calls, {
      words,
      content,
      path: `${out.path}.tool_calls`,
      info: (code, message) => out.info(code, 'tool_calls', message),
      lossy: (code, message) => out.lossy(code, 'tool_calls', message),
    });
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
    if (format?.results !== undefined) {
      const name = out.content(out.functionOf(id) ?? '', 'name');
      return format.results.write({ id: callId, name, words: out.words() });
    }
    if (toolResult === 'json') return w`{"content": ${json(out.words())}, "call_id": ${json(callId)}}`;
    if (toolResult === 'id-content') return w`${callId}[TOOL_CONTENT]${out.words()}`;
    return null;
  }
}
