import { RolecallError, type Warning } from '../errors.js';
import type { Message, Role } from '../schemas/messages.js';
import { adaptMessages } from './adapt.js';
import { isPlain, textOf } from './body.js';
import { callsOf } from './calls.js';
import type { Dialect } from './dialect.js';
import { escapeContent } from './escape.js';
import { isBlank } from './space.js';
import type { Syntax, Written } from './syntax.js';
import { syntaxOf } from './syntaxes.js';
import { renderTemplate } from './template.js';
import type { Collisions, RenderedPrompt, RenderOptions } from './types.js';

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

export function lossy(warnings: Warning[], code: Warning['code'], path: string, message: string): void {
  warnings.push({ code, path, message, severity: 'lossy' });
}

/** The message's name where the dialect can write it; else a warning that it was dropped. */
function nameOf(syntax: Syntax, message: Message, path: string, warnings: Warning[]): string | undefined {
  if (!('name' in message) || message.name === undefined) return undefined;
  const { dialect } = syntax;
  if (
    dialect.kind === 'labels' &&
    dialect.named &&
    message.role === 'user' &&
    dialect.labels.user.includes(message.name)
  ) {
    return message.name;
  }
  lossy(warnings, 'dropped-name', `${path}.name`, `The dialect has no place for the name "${message.name}".`);
  return undefined;
}

/** What stands for the message's role in the dialect, with a warning where that is another role. */
function roleOf(syntax: Syntax, message: Message, path: string, warnings: Warning[]): Role {
  const { role } = message;
  if (syntax.writes?.(role)) return role;
  if (role === 'tool' || role === 'function') {
    throw new RolecallError(
      'unrepresentable',
      `Dialect "${syntax.dialect.name}" has no turns for the role "${role}".`,
      {
        path: `${path}.role`,
      },
    );
  }
  if (role === 'developer') {
    lossy(warnings, 'role-changed', `${path}.role`, 'The developer message was written as a system message.');
    return 'system';
  }
  return role;
}

/** The content of a turn, escaped: the message's text, or all that it holds where the dialect can write more. */
export function writeBody(
  syntax: Syntax,
  message: Message,
  options: {
    path: string;
    before: string;
    collisions: Collisions;
    warnings: Warning[];
    parts?: 'error' | 'placeholder' | undefined;
    functionOf?: ((id: string) => string | undefined) | undefined;
  },
): string {
  const { path, before, collisions, warnings, parts, functionOf = () => undefined } = options;
  const text = (): string => textOf(message, path, warnings, parts);
  const escaped = (part: string, where: string): string =>
    escapeContent(syntax, part, before, { collisions, path: where, warnings });
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
    parts?: 'error' | 'placeholder' | undefined;
    functionOf?: ((id: string) => string | undefined) | undefined;
  },
): WrittenTurn {
  const { path, previous, followed, closed, before, warnings } = options;
  if (typeof message !== 'object' || message === null || !roles.has(message.role)) {
    throw new RolecallError('invalid-message', 'A message needs a role: system, user, assistant or tool.', {
      path,
    });
  }
  let role = roleOf(syntax, message, path, warnings);
  const name = nameOf(syntax, message, path, warnings);
  // Only a dialect of labels looks at the words before it writes their label.
  const content = syntax.dialect.kind === 'labels' ? textOf(message, path, warnings, options.parts) : '';
  const place = { previous, followed };
  const bare = syntax.bare(role, content, place);
  const unlabeled = syntax.dialect.kind === 'labels' && syntax.dialect.labels.system.length === 0;
  const text = (): string => textOf(message, path, [], 'placeholder');
  if (!bare && role === 'system' && (unlabeled || syntax.takesSystem?.(text, place) === false)) {
    lossy(
      warnings,
      'role-changed',
      `${path}.role`,
      'The dialect has no turn for the system here; the user speaks the text.',
    );
    role = 'user';
  }
  const opening = bare ? '' : syntax.opening(role, name, content, place);
  const inFront = opening === '' ? before : opening.charAt(opening.length - 1);
  const plain = syntax.dialect.kind === 'labels' ? { ...message, content } : message;
  const escaped = writeBody(syntax, plain as Message, { ...options, before: inFront });
  return {
    role,
    name,
    label: opening.trim(),
    opening,
    content: escaped,
    closing: closed ? syntax.closing(role, escaped, place) : '',
  };
}

/** A reply that is reasoning marks with nothing in them: it is read as the place where the model goes on. */
function saysNothing(message: Message, written: string): boolean {
  if (
    message.role !== 'assistant' ||
    typeof message.reasoning_content !== 'string' ||
    written.includes('<|message|>')
  )
    return false;
  return (
    isBlank(message.reasoning_content) && (typeof message.content !== 'string' || isBlank(message.content))
  );
}

/** Which function each call's id belongs to. */
function functionsOf(messages: readonly Message[]): (id: string) => string | undefined {
  const names = new Map<string, string>();
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const call of message.tool_calls ?? [])
      if (call.type === 'function') names.set(call.id, call.function.name);
  }
  return (id) => names.get(id);
}

/** The prompt with one BOS token at its start, or with none, as the caller asks. */
function withBos(prompt: string, token: string, wanted: boolean): string {
  if (token === '') return prompt;
  let start = 0;
  while (prompt.startsWith(token, start)) start += token.length;
  if (start === 0) return prompt;
  return wanted ? prompt.slice(start - token.length) : prompt.slice(start);
}

/** What a format of labels begins with where its system text is not given (`templateOptions.defaultSystem` as in templates). */
function headerOf(
  dialect: Dialect,
  first: Message | undefined,
  options: RenderOptions['templateOptions'],
): string {
  if (dialect.kind !== 'labels' || dialect.defaultSystem === undefined) return '';
  if (first?.role === 'system' && dialect.systemPlacement === 'preamble') return '';
  const given = options?.['defaultSystem'];
  const text = typeof given === 'string' ? given : given === false ? '' : dialect.defaultSystem;
  return text === '' ? '' : text + dialect.preambleSeparator;
}

/** Renders messages in the dialect given, with no table of dialects behind it (for small bundles). */
export function renderWithDialect(
  messages: readonly Message[],
  dialect: Dialect,
  given: Omit<RenderOptions, 'dialect'> = {},
): RenderedPrompt {
  const style = typeof given.tools === 'string' ? given.tools : given.toolStyle;
  const tools = typeof given.tools === 'string' ? [] : (given.tools ?? []);
  const options = { ...given, toolStyle: style, tools };
  const {
    generationPrompt = true,
    continueFinal = true,
    collisions = 'escape',
    fidelity = 'template',
    parts,
    bos = true,
  } = options;
  if (!Array.isArray(messages)) {
    throw new RolecallError('invalid-argument', 'messages must be an array.', { path: 'messages' });
  }
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as Message;
    if (typeof message !== 'object' || message === null || !roles.has(message.role)) {
      throw new RolecallError('invalid-message', 'A message needs a role: system, user, assistant or tool.', {
        path: `messages[${i}]`,
      });
    }
  }
  const syntax = syntaxOf(dialect);
  const warnings: Warning[] = [];
  const adapted = adaptMessages(messages, dialect, { ...options, fidelity }, warnings);
  const last = adapted.messages.length - 1;
  const final = adapted.messages[last];
  const prefill = continueFinal && final?.role === 'assistant' && callsOf(final).length === 0;
  const prompts = generationPrompt && !prefill;
  const bosToken = dialect.kind === 'markers' ? dialect.bos : '';

  if (fidelity === 'template' && dialect.template !== undefined) {
    for (let i = 0; i <= last && !adapted.plain; i++) {
      const message = adapted.messages[i]!;
      if (!isPlain(message)) nameOf(syntax, message, adapted.pathOf(i), warnings);
    }
    const input = { ...options, generationPrompt: prompts, continues: prefill, tools };
    const prompt = renderTemplate(adapted, dialect, input, warnings);
    return { prompt: withBos(prompt, bosToken, bos), stop: [...dialect.stop], warnings };
  }

  if (dialect.kind === 'markers' && dialect.unreadable !== undefined) {
    throw new RolecallError(
      'unsupported',
      `Dialect "${dialect.name}" has no exact form: ${dialect.unreadable}`,
      {
        path: 'fidelity',
      },
    );
  }
  let out = '';
  let tail = '';
  const header =
    fidelity === 'template' ? headerOf(dialect, adapted.messages[0], options.templateOptions) : '';
  if (header !== '') {
    lossy(warnings, 'default-system', '', 'The format has a system text of its own where none is given.');
    out = header;
    tail = '\n';
  }
  // Plain turns without a token in them are written as they are. What speaks in channels never is plain.
  const marked = dialect.kind === 'markers' && dialect.toolSyntax !== 'harmony';
  const labelled = dialect.kind === 'labels';
  const functionOf = functionsOf(adapted.messages);
  let previous: Role | null = null;
  for (let i = 0; i <= last; i++) {
    const followed = i < last || prompts;
    const message = adapted.messages[i]!;
    if (
      marked &&
      i < last &&
      (adapted.plain || isPlain(message)) &&
      typeof message.content === 'string' &&
      syntax.sites(message.content, '').length === 0
    ) {
      const place = { previous, followed };
      const { role, content } = message;
      if (syntax.writes?.(role) && syntax.takesSystem?.(() => content, place) !== false) {
        out += syntax.opening(role, undefined, '', place) + content + syntax.closing(role, content, place);
        previous = role;
        continue;
      }
    }
    if (labelled && i < last && adapted.plain && isPlain(message) && typeof message.content === 'string') {
      const { role, content } = message;
      const place = { previous, followed };
      const bare = syntax.bare(role, content, place);
      if (bare || role !== 'system') {
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
      path,
      previous,
      followed,
      closed: followed || !prefill,
      before: tail,
      collisions,
      warnings,
      parts,
      functionOf,
    });
    if (
      i === last &&
      !prompts &&
      turn.closing === '' &&
      (isBlank(turn.content) || saysNothing(message, turn.content))
    ) {
      const note =
        'The last message is blank; its label stands open, and reading the prompt back gives no message for it.';
      lossy(warnings, 'blank-final-message', `${path}.content`, note);
    }
    const text = turn.opening + turn.content + turn.closing;
    out += text;
    if (text !== '') tail = text.charAt(text.length - 1);
    previous = turn.role;
  }
  if (prompts) out += syntax.generationPrompt({ previous, followed: false });
  return { prompt: withBos(out, bosToken, bos), stop: [...dialect.stop], warnings };
}
