import { RolecallError, type Warning } from '../errors.js';
import type { Message, Role } from '../schemas/messages.js';
import { textOf } from './body.js';
import type { Dialect } from './dialect.js';
import { escapeContent } from './escape.js';
import { isBlank } from './space.js';
import type { Syntax, Written } from './syntax.js';
import { syntaxOf } from './syntaxes.js';
import type { Collisions, RenderedPrompt, RenderOptions } from './types.js';

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

export function lossy(warnings: Warning[], code: Warning['code'], path: string, message: string): void {
  warnings.push({ code, path, message, severity: 'lossy' });
}

/** The message's name where the dialect can write it; else a warning that it was dropped. */
function nameOf(syntax: Syntax, message: Message, path: string, warnings: Warning[]): string | undefined {
  if (!('name' in message) || message.name === undefined) return undefined;
  const { dialect } = syntax;
  if (dialect.kind === 'labels' && dialect.named && message.role === 'user' && dialect.labels.user.includes(message.name)) {
    return message.name;
  }
  lossy(warnings, 'dropped-name', `${path}.name`, `The dialect has no place for the name "${message.name}".`);
  return undefined;
}

/** What stands for the message's role in the dialect, with a warning where that is another role. */
function roleOf(syntax: Syntax, message: Message, path: string, warnings: Warning[]): Role {
  const { role } = message;
  if (role === 'tool' || role === 'function') {
    throw new RolecallError('unrepresentable', `Dialect "${syntax.dialect.name}" has no turns for the role "${role}".`, {
      path: `${path}.role`,
    });
  }
  if (role === 'developer') {
    lossy(warnings, 'role-changed', `${path}.role`, 'The developer message was written as a system message.');
    return 'system';
  }
  return role;
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
  options: {
    path: string;
    previous: Role | null;
    followed: boolean;
    /** Is a closing mark written? False for a turn that the model continues. */
    closed: boolean;
    /** The unit in front of the turn, '' at the start of the prompt. */
    before: string;
    collisions: Collisions;
    warnings: Warning[];
  },
): WrittenTurn {
  const { path, previous, followed, closed, before, collisions, warnings } = options;
  if (typeof message !== 'object' || message === null || !roles.has(message.role)) {
    throw new RolecallError('invalid-message', 'A message needs a role: system, user, assistant or tool.', { path });
  }
  let role = roleOf(syntax, message, path, warnings);
  const name = nameOf(syntax, message, path, warnings);
  const content = textOf(message, path, warnings);
  const place = { previous, followed };
  const bare = syntax.bare(role, content, place);
  if (!bare && role === 'system' && syntax.dialect.kind === 'labels' && syntax.dialect.labels.system.length === 0) {
    lossy(warnings, 'role-changed', `${path}.role`, 'The dialect has no label for the system; the user speaks the text.');
    role = 'user';
  }
  const opening = bare ? '' : syntax.opening(role, name, content, place);
  const escaped = escapeContent(syntax, content, opening === '' ? before : opening.charAt(opening.length - 1), {
    collisions,
    path: `${path}.content`,
    warnings,
  });
  return { role, name, label: opening.trim(), opening, content: escaped, closing: closed ? syntax.closing(role, escaped, place) : '' };
}

/** Renders messages in the dialect given, with no table of dialects behind it (for small bundles). */
export function renderWithDialect(
  messages: readonly Message[],
  dialect: Dialect,
  options: Omit<RenderOptions, 'dialect'> = {},
): RenderedPrompt {
  const { generationPrompt = true, continueFinal = true, collisions = 'escape' } = options;
  if (!Array.isArray(messages)) {
    throw new RolecallError('invalid-argument', 'messages must be an array.', { path: 'messages' });
  }
  const syntax = syntaxOf(dialect);
  const warnings: Warning[] = [];
  const last = messages.length - 1;
  const prefill = continueFinal && messages[last]?.role === 'assistant';
  const prompts = generationPrompt && !prefill;
  const pieces: string[] = [];
  let previous: Role | null = null;
  let tail = '';
  for (let i = 0; i <= last; i++) {
    const followed = i < last || prompts;
    const turn = writeTurn(syntax, messages[i]!, {
      path: `messages[${i}]`,
      previous,
      followed,
      closed: followed || !prefill,
      before: tail,
      collisions,
      warnings,
    });
    if (i === last && turn.closing === '' && isBlank(turn.content)) {
      const note = 'The last message is blank; its label stands open, and reading the prompt back gives no message for it.';
      lossy(warnings, 'blank-final-message', `messages[${i}].content`, note);
    }
    pieces.push(turn.opening, turn.content, turn.closing);
    const text = turn.opening + turn.content + turn.closing;
    if (text !== '') tail = text.charAt(text.length - 1);
    previous = turn.role;
  }
  if (prompts) pieces.push(syntax.generationPrompt({ previous, followed: false }));
  return { prompt: pieces.join(''), stop: [...dialect.stop], warnings };
}
