import { callsOf } from '../body/call.js';
import { syntaxOf } from '../dialect/compile.js';
import { escapeContent } from '../dialect/escape.js';
import { nameInLabel } from '../dialect/labels/complete.js';
import { headerOf } from '../dialect/labels/header.js';
import { textOf, wordsOf } from '../dialect/message-text.js';
import type { Adapted, Syntax, Writing, Written } from '../dialect/syntax.js';
import { renderTemplate } from '../dialect/template.js';
import type { Dialect } from '../dialect/types.js';
import { RolecallError, type Warning } from '../errors.js';
import type { Message, Role } from '../schemas/messages.js';
import { type Content, type Escape, Joined, join } from '../text/pieces.js';
import { isBlank } from '../text/space.js';
import { info, lossy } from '../text/warn.js';
import { adaptMessages } from './adapt.js';
import type { RenderedPrompt, RenderOptions } from './options.js';

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

/** The path is a function: to write one for every message takes longer than to write the messages. */
function checkMessage(message: Message, path: () => string): void {
  if (typeof message === 'object' && message !== null && roles.has(message.role)) return;
  throw new RolecallError('invalid-message', 'A message needs a role: system, user, assistant or tool.', {
    path: path(),
  });
}

/** The message's name where the dialect can write it; else a warning that it was dropped. */
function nameOf(
  { dialect }: Syntax,
  message: Message,
  path: string,
  warnings: Warning[],
): string | undefined {
  if (!('name' in message) || message.name === undefined) return undefined;
  const { name, role } = message;
  if (
    dialect.kind === 'labels' &&
    dialect.named &&
    role === 'user' &&
    dialect.labels.user.some((label) => nameInLabel(dialect, label) === name)
  )
    return name;
  lossy(warnings, 'dropped-name', `${path}.name`, `The dialect has no place for the name "${name}".`);
  return undefined;
}

/** What stands for the message's role in the dialect, with a warning where that is another role. */
function roleOf(syntax: Syntax, { role }: Message, path: string, warnings: Warning[]): Role {
  if (syntax.writes?.(role)) return role;
  if (role === 'tool' || role === 'function') {
    const note = `Dialect "${syntax.dialect.name}" has no turns for the role "${role}".`;
    throw new RolecallError('unrepresentable', note, { path: `${path}.role` });
  }
  if (role !== 'developer') return role;
  lossy(warnings, 'role-changed', `${path}.role`, 'The developer message was written as a system message.');
  return 'system';
}

/** How one turn is written: in which place of the caller's, and behind which unit ('' at the start of the prompt). */
interface TurnOptions {
  writing: Writing;
  path: string;
  before: string;
  functionOf?: ((id: string) => string | undefined) | undefined;
  /** The message's place among the caller's; null where that is not asked for. */
  index?: number | null;
  /** Its words, where they are not the message's own alone. */
  words?: Content | undefined;
}

/** The content of a turn: the message's words, or all that it holds where the dialect can write more. */
function joinBody(syntax: Syntax, message: Message, options: TurnOptions): Joined {
  const { writing, path, before, functionOf = () => undefined, index = null, words } = options;
  const place = { message, index, path, ...(words === undefined ? {} : { words }) };
  let own: Content | undefined;
  const ownWords = (): Content => {
    own ??= wordsOf(place, writing);
    return own;
  };
  const content = (text: string, field: string, as: Content['as'] = 'text'): Content => ({
    text,
    as,
    message: index,
    path: `${path}.${field}`,
  });
  const pieces = syntax.body?.write(message, {
    path,
    content,
    functionOf,
    words: ownWords,
    info: (code, field, note) => info(writing.warnings, code, `${path}.${field}`, note),
    lossy: (code, field, note) => lossy(writing.warnings, code, `${path}.${field}`, note),
  });
  const escaped: Escape = (part, unit) => escapeContent(syntax, part, unit, writing);
  return join(pieces ?? [ownWords()], escaped, before);
}

/** The content of a turn as one text, escaped. */
export const writeBody = (syntax: Syntax, message: Message, options: TurnOptions): string =>
  joinBody(syntax, message, options).text;

export interface WrittenTurn extends Written {
  role: Role;
  label: string;
  name: string | undefined;
}

interface PlacedTurnOptions extends TurnOptions {
  previous: Role | null;
  followed: boolean;
  /** Is a closing mark written? False for a turn that the model continues. */
  closed: boolean;
}

/** One turn as it is written in its place. */
function joinTurn(
  syntax: Syntax,
  message: Message,
  options: PlacedTurnOptions,
): Omit<WrittenTurn, 'content'> & { body: Joined } {
  const { writing, path, previous, followed, closed, before } = options;
  const { warnings } = writing;
  checkMessage(message, () => path);
  let role = roleOf(syntax, message, path, warnings);
  const name = nameOf(syntax, message, path, warnings);
  // Only a dialect of labels looks at the words before it writes their label.
  const plain =
    syntax.dialect.kind === 'labels'
      ? ({ ...message, content: textOf(message, path, writing) } as Message & { content: string })
      : undefined;
  const words = plain?.content ?? '';
  const place = { previous, followed };
  const bare = syntax.bare(role, words, place);
  const text = (): string => textOf(message, path, { warnings: [], parts: 'placeholder' });
  if (!bare && role === 'system' && !syntax.takesSystem(text, place)) {
    const note = 'The dialect has no turn for the system here; the user speaks the text.';
    lossy(warnings, 'role-changed', `${path}.role`, note);
    role = 'user';
  }
  const opening = bare ? '' : syntax.opening(role, name, words, place);
  const inFront = opening === '' ? before : opening.charAt(opening.length - 1);
  const body = joinBody(syntax, plain ?? message, { ...options, before: inFront });
  const closing = closed ? syntax.closing(role, body.text, place) : '';
  return { role, name, label: opening.trim(), opening, body, closing };
}

/** The same as text. */
export function writeTurn(syntax: Syntax, message: Message, options: PlacedTurnOptions): WrittenTurn {
  const { body, ...turn } = joinTurn(syntax, message, options);
  return { ...turn, content: body.text };
}

/**
 * A prompt with one BOS token at its start, or with none, and its spans moved along. Where tokens are `spared`, one that
 * content begins with is words of the content.
 */
function begun(
  syntax: Syntax,
  { text, spans }: Joined,
  { bos, spared }: { bos: boolean } & Pick<Writing, 'spared'>,
): Pick<RenderedPrompt, 'prompt' | 'spans'> {
  const [first] = spans;
  const ofStructure = first?.kind === 'structure' ? first.end : 0;
  const head = spared === undefined ? text : text.slice(0, ofStructure);
  const gone = head.length - (syntax.begin?.(head, bos) ?? head).length;
  if (gone === 0) return { prompt: text, spans };
  const prompt = text.slice(gone);
  const kept = spans.filter(({ end }) => end > gone);
  return {
    prompt,
    spans: kept.map((span) => ({ ...span, start: Math.max(0, span.start - gone), end: span.end - gone })),
  };
}

function isTemplate(fidelity: RenderOptions['fidelity'] = 'template'): boolean {
  if (fidelity === 'template' || fidelity === 'reversible') return fidelity === 'template';
  throw new RolecallError(
    'invalid-argument',
    `fidelity is "template" or "reversible", not ${String(fidelity)}.`,
    {
      path: 'fidelity',
    },
  );
}

/**
 * Renders messages in the dialect given, with no table of dialects behind it (for small bundles).
 * @example
 * ```ts
 * import { chatml, renderWithDialect } from 'rolecall/dialects';
 * renderWithDialect([{ role: 'user', content: 'Hi!' }], chatml).prompt;
 * ```
 */
export function renderWithDialect(
  messages: readonly Message[],
  dialect: Dialect,
  options: Omit<RenderOptions, 'dialect'> & Pick<Writing, 'spared'> = {},
): RenderedPrompt {
  const { generationPrompt = true, continueFinal = true, collisions = 'escape', bos = true } = options;
  const toolStyle = typeof options.tools === 'string' ? options.tools : options.toolStyle;
  const tools = typeof options.tools === 'object' ? (options.tools ?? []) : [];
  if (!Array.isArray(messages)) {
    throw new RolecallError('invalid-argument', 'messages must be an array.', { path: 'messages' });
  }
  for (let i = 0; i < messages.length; i++) checkMessage(messages[i], () => `messages[${i}]`);
  const syntax = syntaxOf(dialect);
  const warnings: Warning[] = [];
  const writing: Writing = { warnings, collisions, parts: options.parts, spared: options.spared };
  const faithful = isTemplate(options.fidelity);
  const template = faithful && dialect.template !== undefined;
  const { systemFallback, alternation } = options;
  const adaptation = { template, reversible: !faithful, toolStyle, tools, systemFallback, alternation };
  const adapted = adaptMessages(messages, syntax, adaptation, writing);
  const last = adapted.messages.length - 1;
  const final = adapted.messages[last];
  const prefill = continueFinal && final?.role === 'assistant' && callsOf(final).length === 0;
  const prompts = generationPrompt && !prefill;
  const finished = (joined: Joined): RenderedPrompt => {
    const { prompt, spans } = begun(syntax, joined, { bos, spared: options.spared });
    return { prompt, stop: [...dialect.stop], spans, warnings };
  };

  if (template) {
    for (let i = 0; i <= last && !adapted.plain; i++) {
      nameOf(syntax, adapted.messages[i]!, adapted.at(i).path, warnings);
    }
    const { templateOptions } = options;
    const input = { generationPrompt: prompts, continues: prefill, tools: adapted.tools, templateOptions };
    return finished(renderTemplate(adapted, syntax, input, writing));
  }
  syntax.unreadable?.refuse();
  const out = new Joined();
  if (faithful && dialect.kind === 'labels' && dialect.defaultSystem !== undefined) {
    const header = headerOf(dialect, adapted.messages[0], options.templateOptions, warnings);
    out.put(header, 'structure', null);
  }
  writeTurns(syntax, adapted, { out, writing, prompts, prefill });
  return finished(out);
}

/** Writes turn after turn, and the open one of the assistant. */
function writeTurns(
  syntax: Syntax,
  adapted: Adapted,
  options: { out: Joined; writing: Writing; prompts: boolean; prefill: boolean },
): void {
  const { out, writing, prompts, prefill } = options;
  const last = adapted.messages.length - 1;
  const functionOf = syntax.body?.functionsOf?.(adapted.messages);
  const { dialect } = syntax;
  /** Something stands in front of an assistant's plain words. */
  const fronted = dialect.kind === 'markers' && dialect.reasoning?.none !== undefined;
  let previous: Role | null = null;
  for (let i = 0; i <= last; i++) {
    const followed = i < last || prompts;
    const message = adapted.messages[i]!;
    // Plain turns with nothing to escape are written as they are. What speaks in channels never is plain.
    const isPlain = adapted.plain && !(fronted && message.role === 'assistant');
    if (functionOf === undefined && isPlain && i < last) {
      const { role, content } = message as Message & { content: string };
      const place = { previous, followed };
      const bare = syntax.bare(role, content, place);
      if (bare || role !== 'system' || syntax.takesSystem(() => content, place)) {
        const opening = bare ? '' : syntax.opening(role, undefined, content, place);
        const before = opening === '' ? out.tail : opening.charAt(opening.length - 1);
        if (syntax.sites(content, before).length === 0) {
          out.put(opening, 'structure', null);
          out.put(content, 'content', i);
          out.put(syntax.closing(role, content, place), 'structure', null);
          previous = role;
          continue;
        }
      }
    }
    const { path, index, words } = adapted.at(i);
    const turn = joinTurn(syntax, message, {
      writing,
      path,
      index,
      words,
      previous,
      followed,
      closed: followed || !prefill,
      before: out.tail,
      functionOf,
    });
    if (
      i === last &&
      !prompts &&
      turn.closing === '' &&
      (isBlank(turn.body.text) || syntax.body?.saysNothing(message, turn.body.text))
    ) {
      const note = 'The last message is blank: read back, it is a label that stands open.';
      lossy(writing.warnings, 'blank-final-message', `${path}.content`, note);
    }
    out.put(turn.opening, 'structure', null);
    out.append(turn.body);
    out.put(turn.closing, 'structure', null);
    previous = turn.role;
  }
  if (prompts) out.put(syntax.generationPrompt({ previous, followed: false }), 'structure', null);
}
