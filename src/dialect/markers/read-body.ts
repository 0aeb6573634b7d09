import { type Call, toolCalls } from '../../body/call.js';
import { callsReader, speaksInChannels, turnReader } from '../../body/grammar.js';
import type { BodyPiece } from '../../body/out.js';
import type { AssistantMessage, Message } from '../../schemas/messages.js';
import { isJson, membersOf } from '../../text/json.js';
import type { Body } from '../syntax.js';
import type { MarkerDialect } from '../types.js';

/** Takes the escapes out of content. */
type Restore = (text: string) => string;

/** What a reader found in a turn. */
class Found {
  words = '';
  thoughts: string | undefined;
  readonly calls: Call[] = [];
  /** What stands behind the last call. */
  #behind = '';
  /** Calls whose arguments were written as text where they are no JSON, and are not restored yet. */
  readonly #alone = new Set<Call>();

  constructor(private readonly channels: boolean) {}

  take(pieces: readonly BodyPiece[]): void {
    for (const piece of pieces) {
      if ('text' in piece) {
        this.words += piece.text;
        this.#behind += piece.text;
      } else if ('reasoning' in piece) this.thoughts = (this.thoughts ?? '') + piece.reasoning;
      else if ('call' in piece) this.#call(piece.call);
      else if ('head' in piece) {
        const call = { ...piece.head, arguments: '' };
        this.#call(call);
        if (this.channels) this.#alone.add(call);
      } else if ('args' in piece) this.calls.at(-1)!.arguments += piece.args;
    }
  }

  #call(call: Call): void {
    this.#behind = '';
    this.calls.push(call);
  }

  message(restore: Restore): AssistantMessage {
    const { calls, thoughts } = this;
    // White space behind the last call is its form's: words stand in front of calls.
    const trails = calls.length > 0 && this.#behind.trim() === '';
    const content = restore(
      trails ? this.words.slice(0, this.words.length - this.#behind.length) : this.words,
    );
    // JSON was never escaped with backslashes; arguments that are none are.
    const made = calls.map((call) =>
      !this.#alone.has(call) || isJson(call.arguments)
        ? call
        : { ...call, arguments: restore(call.arguments) },
    );
    return {
      role: 'assistant',
      content: calls.length > 0 && content === '' ? null : content,
      ...(thoughts === undefined ? {} : { reasoning_content: restore(thoughts) }),
      ...(calls.length === 0 ? {} : { tool_calls: toolCalls(made) }),
    };
  }
}

/** Reads what `bodyWriter` writes. */
export function bodyReader(dialect: MarkerDialect): Body['read'] {
  const { reasoning } = dialect;
  /** In a prompt only calls that can be told from words are read. */
  const calls = dialect.calls?.write === undefined ? null : dialect.calls;
  const channels = speaksInChannels(dialect);
  const fronts = [reasoning?.open, reasoning?.none, reasoning?.answer].map((mark) => mark?.trim() ?? '');
  const marks = [...fronts, ...(calls?.sections ?? []).flatMap((one) => one.marks)];
  const firsts = [...new Set(marks.map((mark) => mark.trim().charAt(0)))].filter((unit) => unit !== '');
  const readResult = resultReader(dialect);

  return (role, raw, restore) => {
    if (role === 'assistant') return readAssistant(raw, restore);
    return role === 'tool' ? readResult(raw, restore) : null;
  };

  function readAssistant(raw: string, restore: Restore): Message | null {
    // Most turns hold no mark at all.
    if (!firsts.some((unit) => raw.includes(unit))) return null;
    const front = turnReader({ reasoning, calls }, { exact: true, limit: Infinity });
    const behind = calls === null ? null : callsReader(dialect, { exact: true, limit: Infinity, restore });
    const found = new Found(channels);
    found.take([...front.push(raw), ...front.end()]);
    if (behind !== null) {
      const { words } = found;
      found.words = '';
      found.take([...behind.push(words), ...behind.end()]);
    }
    const opened = (reasoning?.none ?? reasoning?.answer) !== undefined && found.words !== raw;
    const plain = found.thoughts === undefined && found.calls.length === 0 && !front.gathered;
    return plain && !opened ? null : found.message(restore);
  }
}

/** Reads the result of a tool: its text, and the id of its call where the dialect writes one. */
function resultReader(dialect: MarkerDialect): (raw: string, restore: Restore) => Message {
  const harmony = speaksInChannels(dialect);
  const { toolResult } = dialect;
  const form = dialect.calls?.results;
  const result = (content: string, id = ''): Message => ({ role: 'tool', tool_call_id: id, content });
  return (raw, restore) => {
    if (harmony) return result(restore(behindMark(raw, '<|message|>') ?? raw));
    if (form !== undefined) {
      const { id, content } = form.read(raw, restore);
      return result(content, id);
    }
    const idEnd = toolResult === 'id-content' ? raw.indexOf('[TOOL_CONTENT]') : -1;
    if (idEnd !== -1) {
      const content = raw.slice(idEnd + '[TOOL_CONTENT]'.length);
      return result(restore(content), restore(raw.slice(0, idEnd)));
    }
    const members = toolResult === 'json' ? membersOf(raw.trim()) : null;
    const content = members?.get('content');
    const id = members?.get('call_id');
    if (content === undefined || !isJson(content)) return result(restore(raw));
    const text = content.startsWith('"') ? (JSON.parse(content) as string) : content;
    return result(text, id?.startsWith('"') ? JSON.parse(id) : '');
  };
}

function behindMark(text: string, mark: string): string | undefined {
  const at = text.indexOf(mark);
  return at === -1 ? undefined : text.slice(at + mark.length);
}
