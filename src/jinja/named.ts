import type { MarkerDialect } from '../dialect/types.js';
import { parseWithDialect } from '../prompt/read.js';
import { renderWithDialect } from '../prompt/write.js';
import { messagesOf, turns } from './probe.js';
import { sentinelCall, toolOf } from './shape.js';

const both = <T>(a: readonly T[] = [], b: readonly T[] = []): T[] => [...new Set([...a, ...b])];

/** Does a dialect read a chat that it writes, with tools and without? What the templates themselves say is of the system. */
function readsBoth(dialect: MarkerDialect): boolean {
  const messages = messagesOf(turns(5));
  return [[], [toolOf(sentinelCall.name)]].every((tools) => {
    const { prompt } = renderWithDialect(messages, dialect, { tools, generationPrompt: true });
    const read = parseWithDialect(prompt, dialect).messages.filter(({ role }) => role !== 'system');
    return (
      read.length === messages.length &&
      messages.every(
        ({ role, content }, i) =>
          read[i]!.role === role && String(read[i]!.content).includes(String(content)),
      )
    );
  });
}

/**
 * One dialect of a model that has a template for chats and one for chats with tools (`default`, `tool_use`): each writes its
 * prompts, and what is known of calls and results is the second one's. The turns are read by the first one's marks; where the second
 * sets other ones, prompts can't be read back.
 */
export function ofTwo(plain: MarkerDialect, tooled: MarkerDialect): MarkerDialect {
  const ends = both(plain.ends, tooled.ends);
  const dialect: MarkerDialect = {
    ...plain,
    roles: { ...tooled.roles, ...plain.roles },
    after: { ...tooled.after, ...plain.after },
    closers: both(plain.closers, tooled.closers),
    specialTokens: both(plain.specialTokens, tooled.specialTokens),
    labelTexts: both(plain.labelTexts, tooled.labelTexts),
    stop: both(plain.stop, tooled.stop),
    reasoning: plain.reasoning ?? tooled.reasoning,
    calls: [tooled.calls, plain.calls].find((calls) => calls?.write) ?? tooled.calls ?? plain.calls,
    ...(ends.length === 0 ? {} : { ends }),
    template: (input) => (input.tools.length > 0 ? tooled : plain).template!(input),
  };
  const reason = plain.unreadable ?? tooled.unreadable;
  if (reason !== undefined) return { ...dialect, unreadable: reason };
  if (readsBoth(dialect)) return dialect;
  const unreadable = 'Its templates for chats with tools and without set different marks around turns.';
  return { ...dialect, unreadable };
}
