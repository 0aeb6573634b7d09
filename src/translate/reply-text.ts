import { genericCalls } from '../body/calls/hermes.js';
import { callFormats } from '../body/calls/index.generated.js';
import { callsReader, turnReader } from '../body/grammar.js';
import type { CallFault } from '../body/out.js';
import { createBodyReader } from '../body/read-body.js';
import { commonMarks } from '../body/think.js';
import type { Dialect } from '../dialect/types.js';
import { dialectOf, resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import { callsIn, faultWarning } from '../reply/calls.js';
import { noLead } from '../reply/lead.js';
import { createReplyReader, type ReplyReader } from '../reply/reader.js';
import type { ChatContext } from './context.js';
import { at, type Notes, relay } from './notes.js';

export interface ReplyOptions {
  toolCalls?: boolean | undefined;
  dialect?: Dialect | DialectName | undefined;
  reasoning?: boolean | undefined;
}

/**
 * The reader of a reply to a chat request, whole or in pieces: it reads in the dialect, and the form of calls, that the
 * prompt was written in.
 */
export function chatReplyReader(
  context: ChatContext | null | undefined,
  options: ReplyOptions,
  echo: string | null,
  limit: number | undefined,
): ReplyReader {
  const { dialect: given } = options;
  const spoken =
    context == null
      ? given === undefined
        ? null
        : resolveDialect(given)
      : dialectOf(context.dialect, given);
  const reads = options.toolCalls ?? context?.tools ?? false;
  const markers = spoken?.kind === 'markers' ? spoken : null;
  const reasoning = markers?.reasoning ?? (options.reasoning === true ? commonMarks : null);
  const form = spoken === null ? null : context?.calls === 'generic' ? genericCalls : callsIn(spoken);
  const turn = turnReader(
    { reasoning, calls: markers?.calls ?? null },
    {
      inside: context?.thinking === true,
      reasoning: options.reasoning !== false,
      calls: reads && form?.channels === true,
      limit,
    },
  );
  const guessed = (): ReturnType<typeof createBodyReader> =>
    createBodyReader({ groups: callFormats.map(({ sections }) => sections), limit });
  const types = context?.argumentTypes;
  const calls = !reads ? null : form === null ? guessed() : callsReader({ calls: form }, { limit, types });
  return createReplyReader({
    echo,
    turn,
    calls,
    lead: context?.lead ?? noLead,
    keepGap: false,
    stops: context?.stops ?? [],
  });
}

/** Tells what is wrong with calls in the text of a reply. */
export function noteFault(fault: CallFault, path: string, notes: Notes): void {
  relay(notes, faultWarning(fault, at(path, 'content'), at(path, 'tool_calls')));
}

/** May a reply in the dialect, behind the prompt, hold reasoning? Not where the prompt has closed it. */
export function mayReason(prompt: string, dialect: Dialect): boolean {
  if (dialect.kind !== 'markers') return false;
  if (dialect.calls?.channels) return true;
  const close = dialect.reasoning?.close.trim() ?? '';
  return close !== '' && !prompt.trimEnd().endsWith(close);
}

/** Does a prompt end inside of reasoning? */
export function endsInReasoning(prompt: string, dialect: Dialect): boolean {
  const open = dialect.kind === 'markers' ? (dialect.reasoning?.open.trim() ?? '') : '';
  return open !== '' && prompt.trimEnd().endsWith(open);
}
