import { parsePrompt } from '../prompt/index.js';
import type { Message } from '../schemas/messages.js';
import type { CountableRequest } from '../tokens/chat/chat.js';
import { contextWindow, countChatTokens, estimateCost, loadTokenizer } from '../tokens/index.js';
import { type Counted, modelFor, readCounted } from './count-input.js';
import { bar, grouped, preview, table } from './text.js';

export interface CountFlags {
  model?: string;
  json?: boolean;
}

/** One line of the table: a message, a turn of a prompt, or what a request adds to its messages. */
export interface CountedRow {
  role: string;
  tokens: number;
  text: string;
}

export interface CountReport {
  model: string;
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

/** Counts a prompt, messages or a request, each part beside its tokens. */
export async function countInput(input: Counted, flags: CountFlags): Promise<CountReport> {
  const model = modelFor(input, flags.model);
  const tokenizer = await loadTokenizer(model);
  const base = { model, encoding: tokenizer.name, window: contextWindow(model) };
  const notes = tokenizer.estimated ? [`The encoding of ${model} is a guess from its name.`] : [];
  const costOf = (promptTokens: number): number | undefined => estimateCost({ model, promptTokens }).prompt;
  if (input.kind === 'prompt') {
    const totals = input.prompts.map((prompt) => tokenizer.count(prompt));
    const total = totals.reduce((sum, tokens) => sum + tokens, 0);
    let rows: CountedRow[] = input.prompts.map((prompt, i) => ({
      role: 'prompt',
      tokens: totals[i] ?? 0,
      text: prompt,
    }));
    const [only] = input.prompts;
    if (input.prompts.length === 1 && only !== undefined) {
      const parsed = parsePrompt(only, { stop: input.stop });
      // Tokens up to the end of each turn, so that the parts add up to the whole.
      let before = 0;
      const ends = [
        ...parsed.turns.map(({ end }, i) =>
          i === parsed.turns.length - 1 && parsed.open === null ? only.length : end,
        ),
      ];
      rows = parsed.turns.map(({ role, contentStart, contentEnd }, i) => {
        const upTo = tokenizer.count(only.slice(0, ends[i]));
        const row = { role, tokens: upTo - before, text: only.slice(contentStart, contentEnd) };
        before = upTo;
        return row;
      });
      if (total !== before)
        rows.push({ role: '(open)', tokens: total - before, text: parsed.open?.label ?? '' });
    }
    return { ...base, total, rows, reply: input.reply, cost: costOf(total), confidence: 'exact', notes };
  }
  const request: CountableRequest = input.kind === 'request' ? input.request : input;
  const { messages } = input.kind === 'request' ? input.request : input;
  const counted = countChatTokens(request, { tokenizer, model });
  const rows: CountedRow[] = messages.map((message, i) => ({
    role: message.role,
    tokens: counted.messages[i] ?? 0,
    text: textOf(message),
  }));
  if (counted.tools !== 0) rows.push({ role: '(tools)', tokens: counted.tools, text: '' });
  if (counted.responseFormat !== 0) rows.push({ role: '(format)', tokens: counted.responseFormat, text: '' });
  rows.push({ role: '(reply)', tokens: counted.priming, text: '' });
  const reply = input.kind === 'request' ? input.reply : undefined;
  notes.push(...counted.warnings.map(({ path, message }) => `${path}: ${message}`));
  return {
    ...base,
    total: counted.total,
    rows,
    reply,
    cost: costOf(counted.total),
    confidence: counted.confidence,
    notes,
  };
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
    `\n${grouped(report.total)} tokens for ${report.model} (${report.encoding}${confidence})${cost}\n`,
    windowBar(report, columns),
    ...report.notes.map((note) => `${note}\n`),
  ].join('');
}

/** `rolecall count`: a table and a bar, or JSON. */
export async function count(
  source: string,
  text: string,
  flags: CountFlags,
  width: number | undefined,
): Promise<string> {
  const report = await countInput(readCounted(source, text), flags);
  return flags.json ? `${JSON.stringify(report, null, 2)}\n` : showCount(report, width);
}
