import type { MarkerDialect, TemplateInput, TemplateMessage } from '../../dialect/types.js';
import type { WarningCode } from '../../errors.js';
import { renderWithDialect } from '../../prompt/write.js';
import type { Message } from '../../schemas/messages.js';
import { isJson, respace } from '../../text/json.js';
import type { Content } from '../../text/pieces.js';
import type { Place, Written } from './marks.js';

/** A content that did not come into the prompt: the code of its warning, and what to say. */
function dropped(content: Content, messages: readonly TemplateMessage[]): [WarningCode, string] {
  const { path } = content;
  if (path.endsWith('.reasoning_content'))
    return ['dropped-reasoning', 'The chat template leaves out the reasoning of this turn.'];
  if (path.startsWith('tools'))
    return ['dropped-content', 'The chat template leaves out a part of the tools.'];
  const owner = messages.find((message) => path.startsWith(`${message.path}.`));
  if (owner?.role === 'system' || owner?.role === 'developer')
    return ['dropped-turn', 'The chat template leaves out the system message.'];
  return ['dropped-content', 'The chat template leaves this text out.'];
}

/** Is a content in its place with nothing changed, and its white space around it? */
function fault({ content, text, json, before, after }: Place): WarningCode | null {
  const said = json && isJson(`"${text}"`) ? (JSON.parse(`"${text}"`) as string) : text;
  const given = content.text;
  if (said === given) return null;
  if (said.trim() !== given.trim()) return said === '' ? 'dropped-content' : 'template-text';
  const quoted = (space: string): string => (json ? JSON.stringify(space).slice(1, -1) : space);
  const lead = given.slice(0, given.length - given.trimStart().length);
  const trail = given.slice(given.trimEnd().length);
  return before.endsWith(quoted(lead)) && after.startsWith(quoted(trail)) ? null : 'trimmed';
}

const SAY: Partial<Record<WarningCode, string>> = {
  trimmed: 'The chat template takes white space off the ends of the text.',
  'template-text': 'The chat template changes this text.',
  'dropped-content': 'The chat template leaves this text out.',
};

/** Tells what of the contents the template left out, trimmed or moved; true where it told anything. */
export function tellLosses(
  input: TemplateInput,
  messages: readonly TemplateMessage[],
  written: Written,
  foldsSystem: boolean,
): boolean {
  const told = new Set<string>();
  const tell = (code: WarningCode, path: string, message: string): void => {
    const key = `${code} ${path.startsWith('tools') ? 'tools' : path}`;
    if (!told.has(key)) input.lossy(code, path.startsWith('tools') ? 'tools' : path, message);
    told.add(key);
  };
  const { places, contents, text } = written;
  // The name of a result's function was taken from its call, and is no one's words.
  const missing = (content: Content, index: number): boolean =>
    content.path.endsWith('.name')
      ? false
      : places === null
        ? content.text.trim() !== '' && !holds(text, content.text.trim())
        : !places.some((place) => place.index === index);
  for (const [index, content] of contents.entries())
    if (missing(content, index))
      tell(dropped(content, messages)[0], content.path, dropped(content, messages)[1]);
  for (const place of places ?? []) {
    const code = fault(place);
    if (code !== null) tell(code, place.content.path, SAY[code]!);
  }
  if (places === null)
    for (const { content } of messages)
      if (content.text !== content.text.trim() && !holds(text, content.text))
        tell('trimmed', content.path, SAY.trimmed!);
  if (foldsSystem)
    for (const message of messages) {
      if (message.role !== 'system' && message.role !== 'developer') continue;
      if ([...told].some((key) => key.startsWith('dropped-turn'))) continue;
      if (message.content.text.trim() === '') continue;
      tell('folded-system', message.path, "The chat template writes the system text into the user's words.");
    }
  return told.size > 0;
}

const holds = (text: string, part: string): boolean =>
  text.includes(part) || text.includes(JSON.stringify(part).slice(1, -1));

/** A message of the caller's again, with what a template was given of it. */
function messageOf(message: TemplateMessage, args: (text: string) => string): Message {
  const { role, content, calls, reasoning, callId } = message;
  if (role === 'tool') return { role, tool_call_id: callId.text, content: content.text };
  if (role !== 'assistant') return { role, content: content.text };
  return {
    role,
    content: calls.length > 0 && content.text === '' ? null : content.text,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning.text }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call) => ({
            id: call.id.text,
            type: 'function' as const,
            function: { name: call.name.text, arguments: args(call.arguments.text) },
          })),
        }),
  };
}

/**
 * Tells what a template adds or writes in another way than the marks of its turns alone: where no warning is given, both
 * give the same.
 */
export function tellAdded(
  input: TemplateInput,
  messages: readonly TemplateMessage[],
  { text }: Written,
  dialect: MarkerDialect,
  told: boolean,
): void {
  if (dialect.unreadable !== undefined || input.tools.length > 0) return;
  const { generationPrompt } = input;
  const bare = (prompt: string): string =>
    dialect.bos !== '' && prompt.startsWith(dialect.bos) ? prompt.slice(dialect.bos.length) : prompt;
  const own = bare(text);
  const byMarks = (args: (text: string) => string): string | null => {
    try {
      const list = messages.map((message) => messageOf(message, args));
      const continueFinal = input.continues;
      const options = {
        fidelity: 'reversible',
        collisions: 'allow',
        generationPrompt,
        continueFinal,
      } as const;
      return bare(renderWithDialect(list, dialect, options).prompt);
    } catch {
      return null;
    }
  };
  const same = (prompt: string | null): boolean =>
    prompt !== null &&
    (prompt === own ||
      (generationPrompt &&
        own.startsWith(prompt) &&
        dialect.reasoning !== null &&
        opens(own.slice(prompt.length))));
  const opens = (rest: string): boolean => rest.trim().startsWith(dialect.reasoning!.open.trim());
  if (same(byMarks((args) => args))) return;
  const spaced = byMarks((args) => (isJson(args) ? respace(args) : args));
  if (same(spaced)) {
    for (const { calls } of messages)
      for (const call of calls)
        if (call.json.text !== call.arguments.text)
          input.lossy(
            'respaced-json',
            call.path,
            'The chat template writes the arguments with its own spacing.',
          );
    return;
  }
  if (told) return;
  const first = messages.find(({ role }) => role === 'user')?.content.text ?? '';
  const front = first === '' ? -1 : own.indexOf(first);
  const mine = spaced === null || first === '' ? -1 : spaced.indexOf(first);
  if (front !== -1 && mine !== -1 && own.slice(0, front) !== spaced!.slice(0, mine)) {
    const led = messages.some(({ role }) => role === 'system' || role === 'developer');
    const where = led ? 'in front of the one given' : 'where none is given';
    input.lossy('default-system', '', `The chat template writes a system text of its own ${where}.`);
    if (own.slice(front) === spaced!.slice(mine)) return;
  } else input.lossy('template-text', '', 'The chat template writes texts of its own into the turns.');
}
