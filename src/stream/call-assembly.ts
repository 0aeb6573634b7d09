import type { ProviderChatDelta, ProviderToolCall } from '../schemas/provider.js';
import { isRecord } from '../translate/notes.js';

interface Parts {
  /** The place that the provider named; undefined where it names none. */
  index: number | undefined;
  id: string;
  custom: boolean;
  name: string;
  text: string;
}

/** Calls put together from deltas. */
export interface CallAssembly {
  add(delta: Pick<ProviderChatDelta, 'tool_calls' | 'function_call'>): void;
  /** True once any call has begun. */
  begun: boolean;
  /** The calls so far, in the order of their places. */
  tool_calls(): ProviderToolCall[];
  function_call(): { name: string; arguments: string } | null;
}

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
};

export function createCallAssembly(): CallAssembly {
  const calls: Parts[] = [];
  /** The last call at a place, and the last with an id. */
  const byIndex = new Map<number, Parts>();
  const byId = new Map<string, Parts>();
  let single: { name: string; arguments: string } | null = null;

  /** Which call a delta goes on with: by its place, which some providers leave out or give to every call, and its id. */
  function find(delta: ProviderToolCall): Parts | undefined {
    const id = delta.id ?? '';
    if (typeof delta.index === 'number') {
      const same = byIndex.get(delta.index);
      // Another id at the same place is another call.
      return same !== undefined && id !== '' && same.id !== '' && same.id !== id ? undefined : same;
    }
    if (id !== '') return byId.get(id);
    const name = delta.function?.name ?? delta.custom?.name ?? '';
    return name === '' ? calls.at(-1) : undefined;
  }

  return {
    begun: false,
    add({ tool_calls, function_call }) {
      if (Array.isArray(tool_calls)) {
        for (const delta of tool_calls as readonly ProviderToolCall[]) {
          if (!isRecord(delta)) continue;
          this.begun = true;
          let call = find(delta);
          if (call === undefined) {
            call = { index: delta.index ?? undefined, id: '', custom: false, name: '', text: '' };
            calls.push(call);
            if (call.index !== undefined) byIndex.set(call.index, call);
          }
          if (call.id === '' && typeof delta.id === 'string') {
            call.id = delta.id;
            byId.set(call.id, call);
          }
          if (isRecord(delta.custom)) call.custom = true;
          const name = textOf(delta.function?.name ?? delta.custom?.name);
          // Some repeat the name with every piece; before the arguments begin, it may itself come in pieces.
          if (call.text === '' && name !== call.name) call.name += name;
          call.text += textOf(delta.function?.arguments ?? delta.custom?.input);
        }
      }
      if (isRecord(function_call)) {
        const name = textOf(function_call.name);
        const text = textOf(function_call.arguments);
        if (name === '' && text === '' && single === null) return;
        this.begun = true;
        single ??= { name: '', arguments: '' };
        if (single.arguments === '' && name !== single.name) single.name += name;
        single.arguments += text;
      }
    },
    tool_calls() {
      const place = (call: Parts): number => call.index ?? Number.POSITIVE_INFINITY;
      const ordered = calls.every((call) => call.index !== undefined)
        ? [...calls].sort((a, b) => place(a) - place(b))
        : calls;
      return ordered.map(
        ({ id, custom, name, text }): ProviderToolCall =>
          custom
            ? { id, type: 'custom', custom: { name, input: text } }
            : { id, type: 'function', function: { name, arguments: text } },
      );
    },
    function_call: () => single,
  };
}
