import type { Dialect } from '../dialect/types.js';
import type { RequestParts } from '../tokens/chat/request-parts.js';
import type { CutPlace } from '../tokens/cut/cut-text.js';
import type { DroppedRange } from '../tokens/fit/options.js';
import { contextWindow, fitMessages, fitPrompt } from '../tokens/index.js';
import { modelFor, readCounted } from './count-input.js';
import { counterFor } from './count-tokenizer.js';
import { type CliIO, UsageError } from './io.js';
import { bar, grouped } from './text.js';

export interface FitFlags {
  model?: string;
  tokenizer?: string;
  /** Of a template: what is counted is the prompt that it writes. */
  dialect?: Dialect | undefined;
  limit?: string;
  reserve?: string;
  strategy: 'oldest' | 'newest' | 'middle';
  keepLast?: string;
  cut?: CutPlace;
  json?: boolean;
}

export interface Fitted {
  output: string;
  /** Is the output JSON, or a prompt's text? */
  json: boolean;
  /** For a person: what went, and how full the window is. */
  summary: string;
}

function tokensOf(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(Number.isInteger(number) && number >= 0))
    throw new UsageError(`${flag} takes a number of tokens, not ${value}.`);
  return number;
}

/** Why messages are dropped, in words. */
const reasons: Readonly<Record<DroppedRange['reason'], string>> = {
  limit: '',
  strategy: ' (--keep-last)',
  start: ' (what is kept begins with the user)',
  orphan: ' (a call without its result, or a result without its call)',
  alternation: ' (two turns of one speaker in a row)',
  end: ' (what is kept ends with the user)',
};

const rangeOf = ({ from, to, reason }: DroppedRange): string =>
  `${to - from === 1 ? from : `${from} to ${to - 1}`}${reasons[reason]}`;

function summaryOf(
  unit: 'turns' | 'messages',
  { tokens, limit, reserve }: { tokens: number; limit: number; reserve: number },
  dropped: readonly DroppedRange[],
): string {
  const gone =
    dropped.length === 0 ? 'nothing was dropped' : `dropped ${unit}: ${dropped.map(rangeOf).join(', ')}`;
  return `${bar((tokens + reserve) / limit, 20)}  ${grouped(tokens)} tokens${reserve === 0 ? '' : ` and ${grouped(reserve)} for the reply`} of ${grouped(limit)}; ${gone}\n`;
}

/** What of a request costs tokens beside its messages. */
function partsOf(request: Readonly<Record<string, unknown>> | undefined): RequestParts {
  if (request === undefined) return {};
  const { tools, functions, tool_choice, function_call, response_format } = request as RequestParts;
  return { tools, functions, tool_choice, function_call, response_format };
}

/** Drops the oldest of a prompt, messages or a request until it fits; what comes out has the shape of what went in. */
export async function fitInput(source: string, text: string, flags: FitFlags, io: CliIO): Promise<Fitted> {
  const input = readCounted(source, text);
  const { tokenizer, model } = await counterFor(io, flags, modelFor(input, flags.model));
  const limit = tokensOf('--limit', flags.limit) ?? (model === undefined ? undefined : contextWindow(model));
  if (limit === undefined)
    throw new UsageError(`The window of ${model ?? 'the model'} is not known: say --limit.`);
  const reserve =
    tokensOf('--reserve', flags.reserve) ?? (input.kind === 'messages' ? 0 : (input.reply ?? 0));
  const oversized = flags.cut ?? 'error';
  const { dialect } = flags;
  if (input.kind === 'prompt') {
    const [prompt] = input.prompts;
    if (input.prompts.length !== 1 || prompt === undefined)
      throw new UsageError(`${source}: the request has several prompts; fit takes a request of one.`);
    const { parsed: _, ...fitted } = fitPrompt(prompt, {
      // In a prompt that a template wrote, its marks are control tokens, as servers read them.
      tokenizer:
        dialect === undefined ? tokenizer : (text) => tokenizer.count(text, { allowedSpecial: 'all' }),
      limit,
      reserve,
      oversized,
      ...(dialect === undefined ? { stop: input.stop } : { dialect }),
    });
    const summary = summaryOf('turns', { tokens: fitted.tokens, limit, reserve }, fitted.dropped);
    return {
      output: flags.json ? `${JSON.stringify({ model, limit, reserve, ...fitted }, null, 2)}\n` : fitted.text,
      json: flags.json === true,
      summary,
    };
  }
  const { messages, request } =
    input.kind === 'request'
      ? { messages: input.request.messages, request: input.request }
      : { messages: input.messages, request: undefined };
  const keepLast = tokensOf('--keep-last', flags.keepLast);
  const fitted = fitMessages(messages, {
    ...partsOf(request),
    tokenizer,
    model,
    dialect,
    limit,
    reserve,
    oversized,
    strategy: keepLast === undefined ? flags.strategy : { keepLast },
  });
  const shaped = request === undefined ? fitted.messages : { ...request, messages: fitted.messages };
  const full = { model, limit, reserve, ...fitted };
  const summary = summaryOf('messages', { tokens: fitted.tokens, limit, reserve }, fitted.dropped);
  return { output: `${JSON.stringify(flags.json ? full : shaped, null, 2)}\n`, json: true, summary };
}
