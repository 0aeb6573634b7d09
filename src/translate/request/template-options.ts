import type { Dialect } from '../../dialect/types.js';
import type { RenderOptions } from '../../prompt/options.js';
import type { ChatRequest } from '../../schemas/chat.js';
import { lossy, type Notes } from '../notes.js';

/** What the model's template is told, and which of it the template looked at. */
export interface TemplateOptions {
  options: RenderOptions['templateOptions'];
  read: ReadonlySet<string>;
}

/**
 * What the model's template takes, from the request as well: `chat_template_kwargs` as vLLM and llama.cpp have them, and
 * `reasoning_effort`, of which "none" switches thinking off.
 */
export function templateOptions(
  { reasoning_effort: effort, chat_template_kwargs: kwargs }: ChatRequest,
  given: RenderOptions['templateOptions'],
): TemplateOptions {
  const off = effort === 'none' ? { enable_thinking: false, thinking: false } : {};
  const all = { ...given, ...(effort == null ? {} : { reasoning_effort: effort }), ...off, ...kwargs };
  const read = new Set<string>();
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(all))
    Object.defineProperty(options, key, {
      enumerable: true,
      get: () => {
        read.add(key);
        return value;
      },
    });
  return { options, read };
}

/** Tells of what the template did not look at: it can't be said in a prompt of the dialect. */
export function noteUnread(
  { reasoning_effort: effort, chat_template_kwargs: kwargs }: ChatRequest,
  read: ReadonlySet<string>,
  dialect: Dialect,
  notes: Notes,
): void {
  const reasons = dialect.kind === 'markers' && dialect.reasoning !== null;
  const switched = read.has('enable_thinking') || read.has('thinking') || !reasons;
  if (effort != null && !read.has('reasoning_effort') && !(effort === 'none' && switched)) {
    const message = `reasoning_effort was dropped: a prompt in ${dialect.name} can not say how much to reason.`;
    lossy(notes, 'dropped-field', 'reasoning_effort', message);
  }
  for (const key of Object.keys(kwargs ?? {})) {
    if (read.has(key)) continue;
    const message = `The template of ${dialect.name} does not know "${key}"; it was dropped.`;
    lossy(notes, 'dropped-field', `chat_template_kwargs.${key}`, message);
  }
}
