import { Template } from '@huggingface/jinja';
import { formatIn } from '../body/calls/all.js';
import { taggedCalls } from '../body/calls/hermes.js';
import { defineMarkers } from '../dialect/define.js';
import { definition } from '../dialect/template.js';
import type { Template as DialectTemplate, MarkerDialect, Marks, TemplateInput } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { parseWithDialect } from '../prompt/read.js';
import type { Content } from '../text/pieces.js';

export interface JinjaDialectOptions {
  /** The tokens that the template knows as `bos_token` and `eos_token`, from the model's `tokenizer_config.json`. */
  bosToken?: string | undefined;
  eosToken?: string | undefined;
  /** A name for messages and tables; `jinja` unless given. */
  name?: string | undefined;
  /** Special tokens that the template does not show; escaped in content with those that it does. */
  specialTokens?: readonly string[] | undefined;
  /** Stop sequences; the tokens that close the assistant's turn unless given. */
  stop?: readonly string[] | undefined;
}

type Probe = { role: 'system' | 'user' | 'assistant'; content: string };

const TOKEN =
  /<\|[^|<>\s'"]{1,60}\|>|<｜[^｜<>'"]{1,60}｜>|\[\/?[A-Z][A-Z_]+\]|<<\/?SYS>>|<\/?(?:s|bos|eos|think|tool_call|tool_response|(?:start|end)_of_turn)>|<[A-Z][A-Z_]*TOKEN>/g;
const END = 'qz0endqz';
const turns: readonly Probe[] = [
  { role: 'user', content: 'qz1userqz' },
  { role: 'assistant', content: 'qz2assistantqz' },
  { role: 'user', content: 'qz3userqz' },
  { role: 'assistant', content: 'qz4assistantqz' },
  { role: 'user', content: 'qz5userqz' },
];
const system: Probe = { role: 'system', content: 'qz6systemqz' };

/** What stands in front of, between and behind the sentinels of a probe; null where one is missing or out of order. */
function gaps(text: string, probe: readonly Probe[]): string[] | null {
  const found: string[] = [];
  let last = 0;
  for (const { content } of probe) {
    const at = text.indexOf(content, last);
    if (at === -1 || text.indexOf(content) !== at) return null;
    found.push(text.slice(last, at));
    last = at + content.length;
  }
  return [...found, text.slice(last)];
}

function commonEnd(a: string, b: string): string {
  let n = 0;
  while (n < a.length && n < b.length && a.charAt(a.length - 1 - n) === b.charAt(b.length - 1 - n)) n++;
  return a.slice(a.length - n);
}

interface Layout {
  user: Marks;
  assistant: Marks;
  system: Marks | undefined;
  systemToUser: string | undefined;
  generation: string;
  /** The template has words of its own for the system: where no system text is given, or in front of any. */
  own: 'never' | 'default' | 'always';
}

/** How a template delimits its turns, from what it writes around sentinels; a sentence where that can't be told. */
function layoutOf(
  render: (messages: readonly Probe[], generation: boolean) => string | null,
  bos: string,
): Layout | string {
  const open = render(turns, true);
  const closed = render(turns, false);
  if (open === null || closed === null) return 'The template refuses a plain conversation.';
  const between = gaps(closed, turns);
  if (between === null) return 'The template does not write the words of each turn as they are.';
  if (!open.startsWith(closed.slice(0, closed.lastIndexOf('qz5userqz'))))
    return 'The template writes other turns where it opens one at the end.';
  const [start = '', toAssistant = '', toUser = '', again = '', secondUser = '', tail = ''] = between;
  if (toAssistant !== again || toUser !== secondUser) return 'The template does not delimit all turns alike.';
  const generation = open.startsWith(closed) ? open.slice(closed.length) : '';
  let userClose = '';
  if (generation !== '' && toAssistant.endsWith(generation))
    userClose = toAssistant.slice(0, -generation.length);
  else if (generation !== '' || tail.trim() !== toAssistant.trim())
    userClose = commonStart(toAssistant, tail);
  // A mark that closes the question and opens the answer in one (`[/INST]`) opens it.
  if (toAssistant.slice(userClose.length).trim() === '') userClose = '';
  const assistantOpen = toAssistant.slice(userClose.length);
  const lead = bos !== '' && start.startsWith(bos) ? start.slice(bos.length) : start;
  const userOpen = toUser.endsWith(lead) ? lead : openBehind(commonEnd(lead, toUser));
  const assistantClose = toUser.slice(0, toUser.length - userOpen.length);
  if (userOpen.trim() === '' || assistantOpen.trim() === '')
    return 'The template sets no mark in front of its turns.';

  /** Where a turn of the template's own comes first, its close stands in front of the user's mark, as the reply's does. */
  function openBehind(common: string): string {
    const answered = turns.slice(0, 4);
    const text = render(answered, false);
    const close = (text === null ? null : gaps(text, answered))?.at(-1) ?? '';
    const rest = toUser.startsWith(close) ? toUser.slice(close.length) : '';
    return rest.trim() !== '' && common.endsWith(rest) ? rest : common;
  }

  let own: Layout['own'] = lead.slice(0, lead.length - userOpen.length).trim() === '' ? 'never' : 'default';
  let systemMarks: Marks | undefined;
  let systemToUser: string | undefined;
  const withSystem = render([system, ...turns], false);
  const around = withSystem === null ? null : gaps(withSystem, [system, ...turns]);
  if (around !== null) {
    const [before = '', after = ''] = around;
    let systemOpen = bos !== '' && before.startsWith(bos) ? before.slice(bos.length) : before;
    // What goes on behind a mark like the user's is no part of the mark.
    const mark = userOpen.replace('user', 'system');
    if (mark !== userOpen && systemOpen.startsWith(mark) && systemOpen.slice(mark.length).trim() !== '') {
      own = 'always';
      systemOpen = mark;
    }
    if (after.endsWith(userOpen))
      systemMarks = { open: systemOpen, close: after.slice(0, after.length - userOpen.length) };
    else if (after.trim() !== '') {
      systemMarks = { open: systemOpen, close: '' };
      systemToUser = after;
    }
  }
  return {
    user: { open: userOpen, close: userClose },
    assistant: { open: assistantOpen, close: assistantClose },
    system: systemMarks?.open.trim() === '' ? undefined : systemMarks,
    systemToUser,
    generation: generation === '' ? assistantOpen.trimEnd() : generation,
    own,
  };
}

function commonStart(a: string, b: string): string {
  let n = 0;
  while (n < a.length && n < b.length && a.charAt(n) === b.charAt(n)) n++;
  return a.slice(0, n);
}

/**
 * A dialect of any model, from the `chat_template` of its `tokenizer_config.json`. It renders through
 * `@huggingface/jinja`, an optional peer dependency. A probe of the template shows how its turns are delimited, so that
 * prompts are read back too; where it does not, the dialect's `unreadable` says why, `parsePrompt` gives the whole text
 * as one message with a warning, and `fidelity: 'reversible'` is refused.
 *
 * Throws `invalid-dialect` for a template that is no Jinja; rendering throws `unrepresentable` for what it refuses.
 */
export function jinjaDialect(template: string, options: JinjaDialectOptions = {}): MarkerDialect {
  const { bosToken = '', eosToken = '', name = 'jinja' } = options;
  let compiled: Template;
  try {
    compiled = new Template(template);
  } catch (cause) {
    throw new RolecallError('invalid-dialect', 'The chat template is no Jinja that can be read.', {
      path: 'template',
      cause,
    });
  }
  const context = { bos_token: bosToken, eos_token: eosToken };
  const render = (messages: readonly Probe[], generation: boolean): string | null => {
    try {
      return compiled.render({
        ...context,
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: generation,
      });
    } catch {
      return null;
    }
  };

  const layout = layoutOf(render, bosToken);
  const own = typeof layout === 'string' ? 'never' : layout.own;
  const write: DialectTemplate = (input) => {
    const led = input.messages.some(({ role }) => role === 'system' || role === 'developer');
    if (own === 'always' || (own === 'default' && !led)) {
      const where = led ? 'in front of the one given' : 'where none is given';
      input.lossy('default-system', '', `The chat template writes a system text of its own ${where}.`);
    }
    const messages = input.messages.map((message, i) =>
      plainMessage(message, input.continues && i === input.messages.length - 1, input),
    );
    let text: string;
    try {
      text = compiled.render({
        ...context,
        messages,
        add_generation_prompt: input.generationPrompt,
        ...(input.tools.length > 0 ? { tools: escapedValue(input.tools, input, definition('')) } : {}),
        ...input.options,
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RolecallError('unrepresentable', `The chat template refuses these messages: ${reason}`, {
        path: 'messages',
        cause,
      });
    }
    return [input.continues ? text.slice(0, Math.max(0, text.lastIndexOf(END))) : text];
  };

  const shown = template.match(TOKEN) ?? [];
  const specialTokens = [...new Set([...shown, bosToken, eosToken, ...(options.specialTokens ?? [])])].filter(
    (token) => token.length > 1,
  );
  const calls = /tool_calls|tool_call\b/.test(template) ? (formatIn(shown.join(' ')) ?? taggedCalls) : null;
  const common = {
    name,
    models: 'any, from its chat template',
    bos: bosToken,
    specialTokens,
    template: write,
    calls,
  };
  if (typeof layout === 'string') return unreadable(layout);

  const labelTexts = [layout.user.open, layout.assistant.open, layout.system?.open ?? '']
    .map((mark) => mark.trim())
    .filter((mark) => mark !== '' && !specialTokens.some((token) => mark.includes(token)));
  const closing = layout.assistant.close.trim();
  const dialect = defineMarkers({
    ...common,
    roles: {
      user: layout.user,
      assistant: layout.assistant,
      ...(layout.system === undefined ? {} : { system: layout.system }),
    },
    after: layout.systemToUser === undefined ? {} : { 'system>user': layout.systemToUser },
    generation: layout.generation,
    systemPlacement: layout.system === undefined ? 'gathered' : 'turn',
    labelTexts,
    stop: options.stop ?? [...new Set([closing, eosToken])].filter((mark) => mark !== ''),
  });
  const text = render(turns, true) ?? '';
  const read = parseWithDialect(text, dialect);
  // A system text that the template writes on its own may stand in front.
  const probed = read.messages.slice(-turns.length);
  const same = turns.every((turn, i) => probed[i]?.role === turn.role && probed[i]?.content === turn.content);
  return same ? dialect : unreadable('The marks that the template writes do not tell its turns apart.');

  function unreadable(reason: string): MarkerDialect {
    const plain = defineMarkers({
      ...common,
      roles: { user: { open: 'user', close: '' }, assistant: { open: 'assistant', close: '' } },
      systemPlacement: 'gathered',
      stop: options.stop ?? (eosToken === '' ? [] : [eosToken]),
    });
    return { ...plain, unreadable: reason };
  }
}

/** A message as templates know it: the arguments of calls are objects. */
function plainMessage(
  message: TemplateInput['messages'][number],
  continues: boolean,
  input: TemplateInput,
): Record<string, unknown> {
  const content =
    message.given || message.calls.length === 0
      ? input.escaped(message.content) + (continues ? END : '')
      : null;
  return {
    role: message.role === 'developer' ? 'system' : message.role,
    content,
    ...(message.reasoning === undefined ? {} : { reasoning_content: input.escaped(message.reasoning) }),
    ...(message.calls.length === 0
      ? {}
      : {
          tool_calls: message.calls.map((call) => ({
            id: input.escaped(call.id),
            type: 'function',
            function: {
              name: input.escaped(call.name),
              arguments: escapedValue(objectOf(call.arguments.text), input, call.arguments),
            },
          })),
        }),
    ...(message.role === 'tool'
      ? { tool_call_id: input.escaped(message.callId), name: input.escaped(message.name) }
      : {}),
  };
}

/** A value with every text in it escaped, names of members too. */
function escapedValue(value: unknown, input: TemplateInput, place: Content): unknown {
  const escaped = (text: string): string => input.escaped({ ...place, text, as: 'text' });
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return value.map((item) => escapedValue(item, input, place));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([key, item]) => [escaped(key), escapedValue(item, input, place)]));
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
