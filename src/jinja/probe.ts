import type { Message } from '../schemas/messages.js';
import type { Engine } from './engine.js';

/** A message as a probe gives it to a template. */
export type ProbeMessage = Readonly<Record<string, unknown>> & { role: string };

export interface ProbeOptions {
  generation?: boolean;
  tools?: readonly unknown[];
  variables?: Readonly<Record<string, unknown>>;
}

/** Renders conversations of words that occur in no template, to see what is written around them. */
export interface Probe {
  source: string;
  bos: string;
  eos: string;
  /** The roles whose words the template takes as a list of parts alone. */
  parts: ReadonlySet<string>;
  /** The template refuses a chat for which no tools are named, but takes null for none. */
  namesNone: boolean;
  /** Null where the template refuses. */
  render(messages: readonly ProbeMessage[], options?: ProbeOptions): string | null;
}

/** How a template is given what it is not asked about. */
export interface ProbeNeeds {
  /** Tools where a probe gives none, for a template that refuses to do without; null for none by name. */
  listed?: readonly unknown[] | null | undefined;
  /** The roles whose words go in as a list of parts. */
  parts?: ReadonlySet<string>;
}

/** A message with its words as a list of parts, where the template takes those of its role so. */
export function inParts<M extends { role?: unknown; content?: unknown }>(
  message: M,
  parts: ReadonlySet<string>,
): M {
  const { role, content } = message;
  if (typeof content !== 'string' || !parts.has(String(role))) return message;
  return { ...message, content: [{ type: 'text', text: content }] };
}

/** A probe is a short chat, over which no template counts far. */
const mostNumbers = 5000;

export function probeOf(engine: Engine, bos: string, eos: string, needs: ProbeNeeds = {}): Probe {
  const { listed, parts = new Set() } = needs;
  const known = new Map<string, string | null>();
  return {
    source: engine.source,
    bos,
    eos,
    parts,
    namesNone: listed === null,
    render(messages, { generation = false, tools = listed, variables = {} } = {}) {
      const key = JSON.stringify([messages, generation, tools ?? null, variables]);
      let text = known.get(key);
      if (text !== undefined) return text;
      try {
        const given = {
          bos_token: bos,
          eos_token: eos,
          ...variables,
          messages: JSON.parse(JSON.stringify(messages.map((message) => inParts(message, parts)))),
          add_generation_prompt: generation,
          ...(tools === undefined ? {} : { tools }),
        };
        text = engine.render(given, mostNumbers);
      } catch {
        text = null;
      }
      known.set(key, text);
      return text;
    },
  };
}

/** A word of a probe. */
const word = (name: string): string => `qz${name}qz`;

export const system: ProbeMessage = { role: 'system', content: word('system') };

/** So many turns of the user and the assistant in turn, each with a word of its own. */
export const turns = (count: number): ProbeMessage[] =>
  Array.from({ length: count }, (_, i) => ({
    role: i % 2 === 0 ? 'user' : 'assistant',
    content: word(`${i + 1}${i % 2 === 0 ? 'user' : 'assistant'}`),
  }));

/**
 * What stands in front of, between and behind words in a text; null where one is missing, out of order, or written twice.
 */
export function gaps(text: string | null, words: readonly string[]): string[] | null {
  if (text === null) return null;
  const found: string[] = [];
  let last = 0;
  for (const one of words) {
    const at = text.indexOf(one, last);
    if (at === -1 || text.indexOf(one) !== at) return null;
    found.push(text.slice(last, at));
    last = at + one.length;
  }
  return [...found, text.slice(last)];
}

/** The same messages as a caller gives them; their calls have arguments as text. */
export const messagesOf = (messages: readonly ProbeMessage[]): Message[] => messages as unknown as Message[];

export const contentsOf = (messages: readonly ProbeMessage[]): string[] =>
  messages.map(({ content }) => String(content));

export function commonStart(a: string, b: string): string {
  let n = 0;
  while (n < a.length && n < b.length && a.charAt(n) === b.charAt(n)) n++;
  return a.slice(0, n);
}

export function commonEnd(a: string, b: string): string {
  let n = 0;
  while (n < a.length && n < b.length && a.charAt(a.length - 1 - n) === b.charAt(b.length - 1 - n)) n++;
  return a.slice(a.length - n);
}

export const isBlank = (text: string): boolean => text.trim() === '';
