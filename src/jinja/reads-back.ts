import { callsOf } from '../body/call.js';
import type { MarkerDialect } from '../dialect/types.js';
import { parseWithDialect } from '../prompt/read.js';
import { renderWithDialect } from '../prompt/write.js';
import type { Message } from '../schemas/messages.js';
import type { Known } from './knowledge.js';
import type { Layout } from './layout.js';
import { messagesOf, type Probe, type ProbeMessage, turns } from './probe.js';
import { calling, question, resultOf, sentinelCall } from './shape.js';

/** Does a dialect read what its template writes, and what its marks write? */
export function readsBack(probe: Probe, dialect: MarkerDialect, layout: Layout | null): boolean {
  const plain = messagesOf(turns(5));
  const led: Message[] = [{ role: 'system', content: 'qzsystemqz' }, ...plain];
  const generation = dialect.generation.trim();
  const same = (text: string | null, given: readonly Message[], whole: boolean): boolean => {
    if (text === null) return false;
    const { messages } = parseWithDialect(text, dialect);
    const led = given[0]!.role === 'system' && messages[0]?.role === 'system';
    const isMore = led && messages.length === given.length + 1;
    const read = whole && !isMore ? messages : messages.slice(-given.length);
    // The system's text and the last turn may hold words of the template's own, which are told where they are written, but not
    // the opening of the model's turn.
    const loose = (i: number): boolean => given[i]!.role === 'system' || (!whole && i === given.length - 1);
    return (
      read.length === given.length &&
      given.every(({ role, content }, i) => {
        const words = String(read[i]!.content);
        const holds = words.includes(String(content)) && !words.includes(generation);
        return read[i]!.role === role && (loose(i) ? holds : words === content);
      })
    );
  };
  // A system text that the template writes on its own may stand in front.
  if (
    !same(probe.render(turns(5)), plain, false) ||
    !same(probe.render(turns(5), { generation: true }), plain, false)
  )
    return false;
  const marked = (given: readonly Message[]): string =>
    renderWithDialect(given, dialect, { fidelity: 'reversible', generationPrompt: false }).prompt;
  if (!same(marked(plain), plain, true)) return false;
  if (layout === null || layout.system === null) return true;
  const text = probe.render([{ role: 'system', content: 'qzsystemqz' }, ...turns(5)]);
  return same(text, led, true) && same(marked(led), led, true);
}

const calledAsText = calling({ silent: null, args: 'text', listed: false }, [sentinelCall]);

/** Does a dialect read what its marks write of a question, a turn that calls, and what follows? `written`: the call too. */
function comesBack(dialect: MarkerDialect, rest: readonly ProbeMessage[], written: boolean): boolean {
  const messages = messagesOf([question, calledAsText, ...rest]);
  let text: string;
  try {
    text = renderWithDialect(messages, dialect, { fidelity: 'reversible' }).prompt;
  } catch {
    return false;
  }
  const read = parseWithDialect(text, dialect).messages;
  if (read.length !== messages.length) return false;
  return read.every(
    (one, i) =>
      one.role === messages[i]!.role &&
      (!written || i !== 1 || (one.role === 'assistant' && callsOf(one)[0]?.name === sentinelCall.name)),
  );
}

const next: ProbeMessage = { role: 'user', content: 'qznextqz' };

/** A dialect that writes no calls where it does not read them back: they stand in a turn that its marks do not tell. */
export function withReadCalls(dialect: MarkerDialect): MarkerDialect {
  if (dialect.calls?.write === undefined || comesBack(dialect, [next], true)) return dialect;
  const { write: _, ...calls } = dialect.calls;
  return { ...dialect, calls };
}

/** Does a dialect read a conversation with a call and its result? */
export function readsHistory({ shape, calls }: Known, dialect: MarkerDialect): boolean {
  if (shape === null) return true;
  const rest = [resultOf(sentinelCall, 'qzresultqz'), { role: 'assistant', content: 'qzanswerqz' }, next];
  return comesBack(dialect, rest, calls?.write !== undefined);
}
