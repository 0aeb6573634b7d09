import { RolecallError, type Warning, type WarningCode } from '../errors.js';
import type { AssistantMessage, Message } from '../schemas/messages.js';
import { isPlain, textOf } from './body.js';
import { callsOf, hasCallTokens, linkCalls, writeCalls } from './calls.js';
import type { Dialect } from './dialect.js';
import { standsAlone } from './marker-dialect.js';
import { genericTools } from './tools.js';
import type { RenderOptions } from './types.js';

/** Messages as the dialect can take them, and where each stood in the caller's. */
export interface Adapted {
  messages: readonly Message[];
  pathOf(i: number): string;
  /** Every message is a role and a text and no more. */
  plain: boolean;
}

const same = (text: string): string => text;

/**
 * What a dialect has no form for is put into the words of a turn that it has, each with a `lossy` warning, or refused,
 * as the caller asks: a system message where the model knows none, two turns of the same speaker where the model wants
 * them to alternate, calls and results of functions, reasoning.
 */
export function adaptMessages(
  messages: readonly Message[],
  dialect: Dialect,
  options: Pick<RenderOptions, 'systemFallback' | 'alternation' | 'toolStyle' | 'fidelity' | 'parts'> & {
    tools?: readonly unknown[];
  },
  warnings: Warning[],
): Adapted {
  const lossy = (code: WarningCode, path: string, message: string): void => {
    warnings.push({ code, path, message, severity: 'lossy' });
  };
  const refuse = (path: string, message: string): never => {
    throw new RolecallError('unrepresentable', message, { path });
  };
  const markers = dialect.kind === 'markers' ? dialect : null;
  const template = options.fidelity === 'template' && dialect.template !== undefined;
  const toolStyle = options.toolStyle ?? (markers?.toolSyntax ? 'native' : 'generic');
  const nativeCalls =
    toolStyle === 'native' &&
    markers !== null &&
    (template ? markers.toolSyntax !== null : hasCallTokens(markers));
  const nativeResults =
    toolStyle === 'native' &&
    (markers?.roles.tool !== undefined || (template && markers !== null && markers.toolSyntax !== null));
  const ids =
    markers !== null &&
    toolStyle === 'native' &&
    (markers.toolResult !== 'text' || (template && markers.toolSyntax === 'mistral'));
  if (toolStyle === 'native' && markers?.toolSyntax == null && usesTools(messages, options.tools)) {
    refuse('tools', `Dialect "${dialect.name}" has no form of its own for tools.`);
  }

  if (nothingToAdapt()) return { messages, pathOf: (i) => `messages[${i}]`, plain: true };
  const out: { messages: Message[]; paths: string[] } = { messages: [], paths: [] };
  const push = (message: Message, path: string): void => {
    out.messages.push(message);
    out.paths.push(path);
  };
  for (const [i, given] of messages.entries()) {
    const path = `messages[${i}]`;
    let message = given;
    if (typeof message !== 'object' || message === null)
      throw new RolecallError('invalid-message', 'A message must be an object.', { path });
    if (message.role === 'function') {
      lossy(
        'role-changed',
        `${path}.role`,
        'The deprecated function message was written as the result of a tool.',
      );
      message = { role: 'tool', tool_call_id: '', content: message.content ?? '' };
    }
    if (message.role === 'developer' && markers?.roles.developer === undefined) {
      lossy('role-changed', `${path}.role`, 'The developer message was written as a system message.');
      message = { ...message, role: 'system' };
    }
    if (message.role === 'assistant') message = assistant(message, path);
    if (message.role === 'tool') {
      if (toolStyle === 'error') refuse(`${path}.role`, 'The conversation has results of tools.');
      if (!nativeResults) {
        lossy('tools-as-text', path, "The result of a tool was written into the user's words.");
        const text = textOf(message, path, warnings, options.parts);
        message = { role: 'user', content: `<tool_response>\n${text}\n</tool_response>` };
      }
    }
    push(message, path);
  }

  if (!ids && nativeResults) {
    const made = linkCalls(out.messages.map(withoutIds));
    for (const [i, message] of out.messages.entries()) {
      const other = made[i]!;
      const differs =
        (message.role === 'tool' &&
          other.role === 'tool' &&
          message.tool_call_id !== '' &&
          message.tool_call_id !== other.tool_call_id) ||
        (message.role === 'assistant' &&
          other.role === 'assistant' &&
          message.tool_calls?.some((call, k) => call.id !== other.tool_calls?.[k]?.id));
      if (differs)
        lossy(
          'dropped-call-id',
          out.paths[i]!,
          'The dialect has no place for the ids of calls; reading the prompt back numbers them.',
        );
    }
  }
  writeTools();
  if (markers !== null) {
    placeSystem();
    alternate();
  }
  return { messages: out.messages, pathOf: (i) => out.paths[i] ?? 'messages', plain: false };

  /** Plain turns that the dialect has, in an order that it takes: the common case, and a fast one. */
  function nothingToAdapt(): boolean {
    if (options.tools !== undefined && options.tools.length > 0) return false;
    const freely =
      markers === null ||
      markers.systemPlacement === 'turn' ||
      (template && markers.systemPlacement !== 'none');
    const keeps =
      (options.alternation ?? (template && markers?.alternation === 'strict' ? 'merge' : 'keep')) === 'keep';
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i]!;
      if (typeof message !== 'object' || message === null || !isPlain(message)) return false;
      if (!freely && message.role === 'system') return false;
      if (!keeps && i > 0 && message.role === messages[i - 1]!.role) return false;
    }
    return true;
  }

  function assistant(message: AssistantMessage, path: string): AssistantMessage {
    let result = message;
    const without = (
      key: 'reasoning_content' | 'tool_calls' | 'function_call' | 'audio' | 'refusal',
    ): void => {
      const { [key]: _dropped, ...rest } = result;
      result = rest;
    };
    if (message.audio !== undefined) {
      if (message.audio !== null)
        lossy('dropped-part', `${path}.audio`, 'A prompt of text has no place for audio.');
      without('audio');
    }
    if (message.refusal !== undefined && typeof message.content === 'string') {
      if (message.refusal !== null)
        lossy('dropped-part', `${path}.refusal`, 'The message has content; its refusal was not written.');
      without('refusal');
    }
    if (message.reasoning_content === null) without('reasoning_content');
    else if (message.reasoning_content !== undefined && (markers === null || markers.reasoning === null)) {
      lossy('dropped-reasoning', `${path}.reasoning_content`, 'The dialect has no place for reasoning.');
      without('reasoning_content');
    }
    const calls = callsOf(message);
    if (calls.length === 0) {
      if (message.tool_calls !== undefined) without('tool_calls');
      if (message.function_call !== undefined) without('function_call');
      return result;
    }
    if (toolStyle === 'error') refuse(`${path}.tool_calls`, 'The message calls tools.');
    if (message.function_call !== null && message.function_call !== undefined) {
      lossy(
        'role-changed',
        `${path}.function_call`,
        'The deprecated function call was written as the call of a tool.',
      );
      without('function_call');
    }
    if (message.tool_calls?.some((call) => call.type === 'custom')) {
      lossy(
        'tools-as-text',
        `${path}.tool_calls`,
        'The input of a custom tool was written as a JSON object.',
      );
    }
    if (nativeCalls) {
      if (message.content === '')
        lossy(
          'empty-content',
          `${path}.content`,
          'A turn with calls and no words reads back with content null.',
        );
      const tool_calls = calls.map(({ id, name, arguments: args }) => ({
        id: id ?? '',
        type: 'function' as const,
        function: { name, arguments: args },
      }));
      return { ...result, content: result.content ?? null, tool_calls };
    }
    lossy('tools-as-text', `${path}.tool_calls`, "The calls were written into the assistant's words.");
    const words =
      message.content === null || message.content === undefined
        ? ''
        : textOf(message, path, warnings, options.parts);
    without('tool_calls');
    return { ...result, content: words + writeCalls('hermes', calls, words, same, `${path}.tool_calls`) };
  }

  /** The list of tools in words, for dialects whose template does not write it. */
  function writeTools(): void {
    const { tools } = options;
    if (tools === undefined || tools.length === 0) return;
    if (toolStyle === 'error') refuse('tools', 'Tools were given.');
    if (template && toolStyle === 'native') return;
    lossy('tools-as-text', 'tools', 'The list of tools was written into the system message.');
    const text = genericTools(tools);
    const first = out.messages[0];
    if (first?.role === 'system' || first?.role === 'developer') {
      const words = textOf(first, out.paths[0]!, warnings, options.parts);
      out.messages[0] = { ...first, content: words === '' ? text : `${words}\n\n${text}` };
    } else {
      out.messages.unshift({ role: 'system', content: text });
      out.paths.unshift('tools');
    }
  }

  function placeSystem(): void {
    const placement = markers?.systemPlacement;
    if (placement === 'turn' || (template && placement !== 'none')) return;
    const isSystem = (message: Message | undefined): boolean =>
      message?.role === 'system' || message?.role === 'developer';
    // From the end, so that several system messages in a row end up in front of the same words.
    for (let i = out.messages.length - 1; i >= 0; i--) {
      const message = out.messages[i]!;
      const path = out.paths[i]!;
      if (!isSystem(message)) continue;
      const text = textOf(message, path, warnings, options.parts);
      if (placement === 'preamble' && i === 0 && standsAlone(text)) continue;
      if (options.systemFallback === 'error')
        refuse(`${path}.role`, `Dialect "${dialect.name}" can't write a system message here.`);
      const next = out.messages[i + 1];
      if (options.systemFallback !== 'user' && next?.role === 'user') {
        if (template && i === 0) continue;
        lossy(
          'folded-system',
          path,
          "The model knows no system message here; its text stands in front of the user's next words.",
        );
        const words = textOf(next, out.paths[i + 1]!, warnings, options.parts);
        out.messages.splice(i, 2, { ...next, content: `${text}\n\n${words}` });
        out.paths.splice(i, 1);
      } else {
        lossy(
          'role-changed',
          `${path}.role`,
          'The model knows no system message here; the user speaks the text.',
        );
        out.messages[i] = { role: 'user', content: text };
      }
    }
  }

  function alternate(): void {
    const mode = options.alternation ?? (template && markers?.alternation === 'strict' ? 'merge' : 'keep');
    if (mode === 'keep') return;
    for (let i = 1; i < out.messages.length; i++) {
      const before = out.messages[i - 1]!;
      const message = out.messages[i]!;
      const speaks = (m: Message): boolean =>
        m.role === 'user' || (m.role === 'assistant' && callsOf(m).length === 0);
      if (before.role !== message.role || !speaks(before) || !speaks(message)) continue;
      const path = out.paths[i]!;
      if (mode === 'error')
        refuse(
          path,
          `Dialect "${dialect.name}" wants turns to alternate; two of the ${message.role} follow each other.`,
        );
      lossy(
        'merged-turns',
        path,
        `The model wants turns to alternate; two of the ${message.role} were joined by a blank line.`,
      );
      const first = textOf(before, out.paths[i - 1]!, warnings, options.parts);
      const second = textOf(message, path, warnings, options.parts);
      out.messages.splice(i - 1, 2, { ...before, content: `${first}\n\n${second}` } as Message);
      out.paths.splice(i, 1);
      i--;
    }
  }
}

function withoutIds(message: Message): Message {
  if (message.role === 'tool') return { ...message, tool_call_id: '' };
  if (message.role !== 'assistant' || message.tool_calls === undefined) return message;
  return { ...message, tool_calls: message.tool_calls.map((call) => ({ ...call, id: '' })) };
}

function usesTools(messages: readonly Message[], tools: readonly unknown[] | undefined): boolean {
  if (tools !== undefined && tools.length > 0) return true;
  return messages.some(
    (message) => message?.role === 'tool' || (message?.role === 'assistant' && callsOf(message).length > 0),
  );
}
