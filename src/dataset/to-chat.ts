import { syntaxOf } from '../dialect/compile.js';
import type { Dialect } from '../dialect/types.js';
import { RolecallError, type Warning } from '../errors.js';
import { resolveDialect } from '../formats/find.js';
import { parsePrompt } from '../prompt/index.js';
import type { ParsedPrompt } from '../prompt/options.js';
import type { Message } from '../schemas/messages.js';
import type { Pair, RowWriter } from './converted.js';
import { fieldPath, textsAt } from './fields.js';
import { type Plan, planDialect } from './plan.js';

const shown = (text: string): string => JSON.stringify(text.length > 40 ? `…${text.slice(-40)}` : text);

/** A text without its known ending; loud where it has none, for the way back will write one. */
function withoutEnd(
  text: string,
  end: string,
  missing: { code: 'missing-separator' | 'missing-suffix'; path: string; warnings: Warning[] },
): string {
  if (end === '') return text;
  if (text.endsWith(end)) return text.slice(0, text.length - end.length);
  const { code, path, warnings } = missing;
  const message = `It does not end in ${JSON.stringify(end)} but in ${shown(text.slice(-12))}.`;
  warnings.push({ code, path, message, severity: 'lossy' });
  return text;
}

/** A completion without what every completion begins and ends with. */
function replyOf(plan: Plan, completion: string, warnings: Warning[], joined: boolean): string {
  const { prefix, suffix } = plan.completion;
  const path = plan.fields.completion;
  let text = withoutEnd(completion, suffix, { code: 'missing-suffix', path, warnings });
  if (suffix !== '' && text.includes(suffix)) {
    const message = `The stop sequence ${JSON.stringify(suffix)} stands inside the completion.`;
    warnings.push({ code: 'stop-in-content', path, message, severity: 'info' });
  }
  // Behind a prefill the space is a word's own.
  if (prefix === '' || joined) return text;
  if (text.startsWith(prefix)) text = text.slice(prefix.length);
  else {
    const message = `It does not begin with ${JSON.stringify(prefix)}.`;
    warnings.push({ code: 'missing-prefix', path, message, severity: 'lossy' });
  }
  return text;
}

/** Where in a reply the next speaker's label stands, and the label; undefined for none. */
function leakIn(dialect: Dialect, reply: string): { start: number; end: number } | undefined {
  const site = syntaxOf(dialect)
    .sites(reply, '')
    .find(({ slashes }) => slashes === 0);
  if (site === undefined) return undefined;
  return { start: site.kind === 'token' ? site.offset - 1 : site.offset, end: site.end };
}

function withoutLeak(plan: Plan, dialect: Dialect, reply: string, warnings: Warning[]): string {
  const leak = leakIn(dialect, reply);
  if (leak === undefined) return reply;
  const path = plan.fields.completion;
  const label = reply.slice(leak.start, leak.end).trim();
  if (reply.slice(0, leak.start).trim() === '') {
    const own = parsePrompt(reply.slice(leak.start, leak.end), { dialect });
    if (own.open?.role === 'assistant') {
      const message = `The completion repeats the label ${JSON.stringify(label)}, which the message does not.`;
      warnings.push({ code: 'stripped-label', path, message, severity: 'lossy' });
      return reply.slice(leak.end).replace(/^ /, '');
    }
  }
  const message = `The completion goes on with the label ${JSON.stringify(label)}.`;
  if (plan.completion.leaked === 'reject') throw new RolecallError('collision', message, { path });
  const cut = plan.completion.leaked === 'cut';
  warnings.push({
    code: 'leaked-label',
    path,
    message: cut ? `${message} It was cut there.` : message,
    severity: cut ? 'lossy' : 'info',
  });
  return cut ? reply.slice(0, leak.start).trimEnd() : reply;
}

/** The messages of a prompt; a prompt that is no conversation is one message of the user. */
function read(
  plan: Plan,
  dialect: Dialect | 'auto' | null,
  prompt: string,
  warnings: Warning[],
): ParsedPrompt | null {
  if (dialect === null) return null;
  const { whitespace, stop, preambleEnd } = plan.prompt;
  const parsed = parsePrompt(prompt, { dialect, whitespace, stop });
  const path = plan.fields.prompt;
  for (const warning of parsed.warnings)
    warnings.push({ ...warning, path: warning.path === '' ? path : `${path}: ${warning.path}` });
  const labelled = parsed.open !== null || parsed.turns.some(({ label }) => label !== '');
  if (!labelled) {
    if (dialect !== 'auto') {
      const message = `No turn is marked as ${dialect.name} marks them: the prompt is one message of the user.`;
      warnings.push({ code: 'no-conversation', path, message, severity: 'info' });
    }
    return null;
  }
  const first = parsed.messages[0];
  if (preambleEnd !== '' && first?.role === 'system' && typeof first.content === 'string') {
    const where = `${path}: messages[0]`;
    const content = withoutEnd(first.content, preambleEnd, {
      code: 'missing-separator',
      path: where,
      warnings,
    });
    return { ...parsed, messages: [{ ...first, content }, ...parsed.messages.slice(1)] };
  }
  return parsed;
}

function conversationOf(
  plan: Plan,
  dialect: Dialect | 'auto' | null,
  { prompt, completion }: Pair,
  warnings: Warning[],
): { messages: Message[]; reply: string } {
  const parsed = read(plan, dialect, prompt, warnings);
  const messages: Message[] = parsed?.messages ?? [{ role: 'user', content: prompt }];
  const { system } = plan.prompt;
  if (system !== null && !messages.some(({ role }) => role === 'system'))
    messages.unshift({ role: 'system', content: system });
  if (parsed?.open?.role === 'user' || parsed?.open?.role === 'system')
    throw new RolecallError(
      'unrepresentable',
      `The prompt ends in the open label ${JSON.stringify(parsed.open.label)}: the completion is not a reply of the assistant.`,
      { path: plan.fields.prompt },
    );
  const last = messages.at(-1);
  const joined =
    parsed?.ending === 'prefill' && last?.role === 'assistant' && typeof last.content === 'string';
  let reply = replyOf(plan, completion, warnings, joined);
  if (parsed?.dialect) {
    const used = typeof parsed.dialect === 'string' ? resolveDialect(parsed.dialect) : parsed.dialect;
    reply = withoutLeak(plan, used, reply, warnings);
  }
  if (joined && last !== undefined) {
    const message = 'The prompt ends in words of the assistant: they and the completion became one message.';
    warnings.push({ code: 'prefill', path: plan.fields.prompt, message, severity: 'lossy' });
    messages[messages.length - 1] = { role: 'assistant', content: `${last.content as string}${reply}` };
  } else messages.push({ role: 'assistant', content: reply });
  return { messages, reply };
}

/** Each prompt beside its completions: as many a prompt as they divide into. */
function pairsOf(plan: Plan, prompts: readonly string[], completions: readonly string[]): Pair[] {
  const each = completions.length / prompts.length;
  if (!Number.isInteger(each))
    throw new RolecallError(
      'invalid-shape',
      `There are ${prompts.length} prompts and ${completions.length} completions: neither one nor several each.`,
      { path: plan.fields.completion },
    );
  return completions.map((completion, i) => ({ prompt: prompts[Math.floor(i / each)] ?? '', completion }));
}

/** Writes `messages` for a prompt and each of its completions. */
export function chatWriter(plan: Plan): RowWriter {
  const promptPath = fieldPath(plan.fields.prompt);
  const completionPath = fieldPath(plan.fields.completion);
  const dialect = planDialect(plan);
  const { separator } = plan.prompt;
  return (record, warnings) => {
    const missing = { code: 'missing-separator', path: promptPath.text, warnings } as const;
    const prompts = textsAt(record, promptPath).map((prompt) => withoutEnd(prompt, separator, missing));
    const pairs = pairsOf(plan, prompts, textsAt(record, completionPath));
    const records = pairs.map((pair) => {
      const { messages, reply } = conversationOf(plan, dialect, pair, warnings);
      pair.completion = reply;
      return { messages };
    });
    return { records, pairs };
  };
}
