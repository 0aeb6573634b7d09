import { callsOf } from '../body/call.js';
import { syntaxOf } from '../dialect/compile.js';
import { escapeContent } from '../dialect/escape.js';
import { headerOf } from '../dialect/labels/header.js';
import { isPlain, textOf } from '../dialect/message-text.js';
import type { Syntax, Writing, Written } from '../dialect/syntax.js';
import { renderTemplate } from '../dialect/template.js';
import type { Dialect } from '../dialect/types.js';
import { RolecallError, type Warning } from '../errors.js';
import type { Message, Role } from '../schemas/messages.js';
import { isBlank } from '../text/space.js';
import { lossy } from '../text/warn.js';
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
  if (dialect.kind === 'labels' && dialect.named && role === 'user' && dialect.labels.user.includes(name))
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
}

/** The content of a turn, escaped: the message's text, or all that it holds where the dialect can write more. */
export function writeBody(syntax: Syntax, message: Message, options: TurnOptions): string {
  const { writing, path, before, functionOf = () => undefined } = options;
  const text = (): string => textOf(message, path, writing);
  const escaped = (part: string, where: string): string =>
    escapeContent(syntax, part, before, where, writing);
  return (
    syntax.body?.write(message, { path, escape: escaped, functionOf, text }) ??
    escaped(text(), `${path}.content`)
  );
}

export interface WrittenTurn extends Written {
  role: Role;
  label: string;
  name: string | undefined;
}

/** One turn as it is written in its place. */
export function writeTurn(
  syntax: Syntax,
  message: Message,
  options: TurnOptions & {
    previous: Role | null;
    followed: boolean;
    /** Is a closing mark written? False for a turn that the model continues. */
    closed: boolean;
  },
): WrittenTurn {
  const { writing, path, previous, followed, closed, before, functionOf } = options;
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
  const content = writeBody(syntax, plain ?? message, { writing, path, before: inFront, functionOf });
  const closing = closed ? syntax.closing(role, content, place) : '';
  return { role, name, label: opening.trim(), opening, content, closing };
}

/** Renders messages in the dialect given, with no table of dialects behind it (for small bundles). */
export function renderWithDialect(
  messages: readonly Message[],
  dialect: Dialect,
  options: Omit<RenderOptions, 'dialect'> = {},
): RenderedPrompt {
  const { generationPrompt = true, continueFinal = true, collisions = 'escape', bos = true } = options;
  const toolStyle = typeof options.tools === 'string' ? options.tools : options.toolStyle;
  const tools = typeof options.tools === 'object' ? options.tools : [];
  if (!Array.isArray(messages)) {
    throw new RolecallError('invalid-argument', 'messages must be an array.', { path: 'messages' });
  }
  for (let i = 0; i < messages.length; i++) checkMessage(messages[i], () => `messages[${i}]`);
  const syntax = syntaxOf(dialect);
  const warnings: Warning[] = [];
  const writing: Writing = { warnings, collisions, parts: options.parts };
  const faithful = options.fidelity !== 'exact';
  const template = faithful && dialect.template !== undefined;
  const { systemFallback, alternation } = options;
  const adaptation = { template, toolStyle, tools, systemFallback, alternation };
  const adapted = adaptMessages(messages, syntax, adaptation, writing);
  const last = adapted.messages.length - 1;
  const final = adapted.messages[last];
  const prefill = continueFinal && final?.role === 'assistant' && callsOf(final).length === 0;
  const prompts = generationPrompt && !prefill;
  const finished = (prompt: string): RenderedPrompt => ({
    prompt: syntax.begin?.(prompt, bos) ?? prompt,
    stop: [...dialect.stop],
    warnings,
  });

  if (template) {
    for (let i = 0; i <= last && !adapted.plain; i++) {
      nameOf(syntax, adapted.messages[i]!, adapted.pathOf(i), warnings);
    }
    const { templateOptions } = options;
    const input = { generationPrompt: prompts, continues: prefill, tools, templateOptions };
    return finished(renderTemplate(adapted, syntax, input, writing));
  }
  syntax.unreadable?.refuse();
  let out = '';
  if (faithful && dialect.kind === 'labels' && dialect.defaultSystem !== undefined) {
    out = headerOf(dialect, adapted.messages[0], options.templateOptions, warnings);
  }
  let tail = out === '' ? '' : '\n';
  const functionOf = syntax.body?.functionsOf?.(adapted.messages);
  let previous: Role | null = null;
  for (let i = 0; i <= last; i++) {
    const followed = i < last || prompts;
    const message = adapted.messages[i]!;
    // Plain turns with nothing to escape are written as they are. What speaks in channels never is plain.
    if (functionOf === undefined && i < last && (adapted.plain || isPlain(message))) {
      const { role, content } = message as Message & { content: string };
      const place = { previous, followed };
      const bare = syntax.bare(role, content, place);
      if (bare || role !== 'system' || syntax.takesSystem(() => content, place)) {
        const opening = bare ? '' : syntax.opening(role, undefined, content, place);
        const before = opening === '' ? tail : opening.charAt(opening.length - 1);
        if (syntax.sites(content, before).length === 0) {
          const closing = syntax.closing(role, content, place);
          out += opening + content + closing;
          tail = closing.charAt(closing.length - 1);
          previous = role;
          continue;
        }
      }
    }
    const path = adapted.pathOf(i);
    const turn = writeTurn(syntax, message, {
      writing,
      path,
      previous,
      followed,
      closed: followed || !prefill,
      before: tail,
      functionOf,
    });
    if (
      i === last &&
      !prompts &&
      turn.closing === '' &&
      (isBlank(turn.content) || syntax.body?.saysNothing(message, turn.content))
    ) {
      const note = 'The last message is blank: read back, it is a label that stands open.';
      lossy(warnings, 'blank-final-message', `${path}.content`, note);
    }
    const text = turn.opening + turn.content + turn.closing;
    out += text;
    if (text !== '') tail = text.charAt(text.length - 1);
    previous = turn.role;
  }
  if (prompts) out += syntax.generationPrompt({ previous, followed: false });
  return finished(out);
}
