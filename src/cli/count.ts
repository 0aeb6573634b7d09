import type { Dialect } from '../dialect/types.js';
import { parsePrompt } from '../prompt/index.js';
import type { Message } from '../schemas/messages.js';
import type { Tokenizer } from '../tokens/bpe/types.js';
import type { CountableRequest } from '../tokens/chat/chat.js';
import { contextWindow, countChatTokens, estimateCost } from '../tokens/index.js';
import { type Counted, modelFor, readCounted } from './count-input.js';
import { counterFor } from './count-tokenizer.js';
import type { CliIO } from './io.js';
import { bar, grouped, preview, table } from './text.js';

export interface CountFlags {
  model?: string;
  tokenizer?: string;
  /** Of a template: what is counted is the prompt that it writes. */
  dialect?: Dialect | undefined;
  json?: boolean;
  /** The width of the terminal that a table is for. */
  columns?: number | undefined;
}

/** One line of the table: a message, a turn of a prompt, or what a request adds to its messages. */
export interface CountedRow {
  role: string;
  tokens: number;
  text: string;
}

export interface CountReport {
  /** undefined where only a tokenizer was named. */
  model: string | undefined;
  encoding: string;
  total: number;
  rows: CountedRow[];
  window: number | undefined;
  /** Tokens that the request leaves for the reply. */
  reply: number | undefined;
  /** US dollars for the prompt. */
  cost: number | undefined;
  confidence: string;
  notes: string[];
}

const textOf = ({ content }: Message): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => ('text' in part ? part.text : `[${part.type}]`)).join(' ');
};

/** The parts of a flat prompt: its turns, and what stands open at its end. */
function promptRows(
  { prompts, stop }: Extract<Counted, { kind: 'prompt' }>,
  tokenizer: Tokenizer,
  dialect: Dialect | undefined,
): { rows: CountedRow[]; total: number } {
  // In a prompt that a template wrote, its marks are control tokens, as servers read them.
  const marks = dialect === undefined ? {} : ({ allowedSpecial: 'all' } as const);
  const tokensOf = (text: string): number => tokenizer.count(text, marks);
  const totals = prompts.map(tokensOf);
  const total = totals.reduce((sum, tokens) => sum + tokens, 0);
  const [only] = prompts;
  if (prompts.length !== 1 || only === undefined)
    return { total, rows: prompts.map((text, i) => ({ role: 'prompt', tokens: totals[i] ?? 0, text })) };
  const parsed = parsePrompt(only, dialect === undefined ? { stop } : { dialect });
  // Tokens up to the end of each turn, so that the parts add up to the whole.
  let before = 0;
  const last = parsed.turns.length - 1;
  const rows = parsed.turns.map(({ role, end, contentStart, contentEnd }, i): CountedRow => {
    const upTo = tokensOf(only.slice(0, i === last && parsed.open === null ? only.length : end));
    const row = { role, tokens: upTo - before, text: only.slice(contentStart, contentEnd) };
    before = upTo;
    return row;
  });
  if (total !== before) rows.push({ role: '(open)', tokens: total - before, text: parsed.open?.label ?? '' });
  return { rows, total };
}

/** Counts a prompt, messages or a request, each part beside its tokens. */
function countInput(
  input: Counted,
  tokenizer: Tokenizer,
  { model, dialect }: { model: string | undefined; dialect: Dialect | undefined },
): CountReport {
  const window = model === undefined ? undefined : contextWindow(model);
  const base = { model, encoding: tokenizer.name, window };
  const notes = tokenizer.estimated ? [`The encoding of ${model} is a guess from its name.`] : [];
  const costOf = (promptTokens: number): number | undefined =>
    model === undefined ? undefined : estimateCost({ model, promptTokens }).prompt;
  if (input.kind === 'prompt') {
    const { rows, total } = promptRows(input, tokenizer, dialect);
    return { ...base, total, rows, reply: input.reply, cost: costOf(total), confidence: 'exact', notes };
  }
  const { model: _, ...request }: CountableRequest = input.kind === 'request' ? input.request : input;
  const { messages } = input.kind === 'request' ? input.request : input;
  const reply = input.kind === 'request' ? input.reply : undefined;
  const counted = countChatTokens(request, { tokenizer, model, dialect });
  const rows: CountedRow[] = messages.map((message, i) => ({
    role: message.role,
    tokens: counted.messages[i] ?? 0,
    text: textOf(message),
  }));
  if (counted.tools !== 0) rows.push({ role: '(tools)', tokens: counted.tools, text: '' });
  if (counted.responseFormat !== 0) rows.push({ role: '(format)', tokens: counted.responseFormat, text: '' });
  rows.push({ role: '(reply)', tokens: counted.priming, text: '' });
  notes.push(...counted.warnings.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)));
  const { total, confidence } = counted;
  return { ...base, total, rows, reply, cost: costOf(total), confidence, notes };
}

function windowBar({ total, window, reply }: CountReport, width: number): string {
  if (window === undefined) return '';
  const used = (total + (reply ?? 0)) / window;
  const share = `${(used * 100).toFixed(1)} % of ${grouped(window)}${reply === undefined ? '' : ` with ${grouped(reply)} for the reply`}`;
  const over = used > 1 ? '  over the window' : '';
  return `${bar(used, Math.max(10, Math.min(40, width - share.length - over.length - 2)))}  ${share}${over}\n`;
}

/** The count as text for a terminal, or for a pipe where `width` is undefined. */
export function showCount(report: CountReport, width: number | undefined): string {
  const columns = width ?? 100;
  const room = Math.max(20, columns - 30);
  const rows = report.rows.map(({ role, tokens, text }, i) => [i, role, tokens, preview(text, room)]);
  const cost = report.cost === undefined ? '' : `, $ ${report.cost.toPrecision(2)}`;
  const confidence = report.confidence === 'exact' ? '' : `, ${report.confidence}`;
  return [
    table(['#', 'role', 'tokens', 'text'], rows),
    `\n${grouped(report.total)} tokens${report.model === undefined ? '' : ` for ${report.model}`} (${report.encoding}${confidence})${cost}\n`,
    windowBar(report, columns),
    ...report.notes.map((note) => `${note}\n`),
  ].join('');
}

/** `rolecall count`: a table and a bar, or JSON. */
export async function count(
  { name, text }: { name: string; text: string },
  flags: CountFlags,
  io: CliIO,
): Promise<string> {
  const input = readCounted(name, text);
  const { tokenizer, model } = await counterFor(io, flags, modelFor(input, flags.model));
  const { dialect } = flags;
  const report = countInput(input, tokenizer, { model, dialect });
  return flags.json ? `${JSON.stringify(report, null, 2)}\n` : showCount(report, flags.columns);
}
