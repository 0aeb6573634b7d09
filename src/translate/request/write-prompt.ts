import { RolecallError } from '../../errors.js';
import { renderPrompt } from '../../prompt/index.js';
import type { RenderedPrompt } from '../../prompt/options.js';
import type { Message } from '../../schemas/messages.js';
import { type Notes, relay } from '../notes.js';
import type { Server } from '../servers.js';
import { noteBos } from './bos.js';
import type { ToCompletionRequestOptions, WriteIds } from './options.js';

type Render = Parameters<WriteIds>[1];

/** What the prompt is written for. */
interface Writing {
  options: ToCompletionRequestOptions;
  /** Gets the prompt. */
  request: Record<string, unknown>;
  notes: Notes;
}

/** The prompt as token ids, where they are asked for. */
function asIds(
  messages: readonly Message[],
  render: Render,
  server: Server,
  { writeIds, echo }: ToCompletionRequestOptions,
): ReturnType<WriteIds> | undefined {
  if (writeIds === undefined) return undefined;
  if (server.takesIds === false || server.wraps) {
    throw new RolecallError('unsupported', 'The server takes no prompt of token ids.', { path: 'server' });
  }
  if (echo === true) {
    const message = 'echo is for prompts of text: what a server makes of ids is its own wording.';
    throw new RolecallError('invalid-argument', message, { path: 'echo' });
  }
  return writeIds(messages, render);
}

/** Puts the prompt into the request, as text or as ids, and gives the text, by which the reply is read. */
export function writePrompt(
  messages: readonly Message[],
  render: Render,
  server: Server,
  { options, request, notes }: Writing,
): RenderedPrompt {
  const ids = asIds(messages, render, server, options);
  const rendered = renderPrompt(messages, {
    ...(server.addsBos ? { bos: false } : {}),
    ...render,
    // What stands in the ids as words needs no escape there; in the text, which is not sent, it must not look like a mark.
    ...(ids === undefined ? {} : { collisions: 'neutralize' }),
  });
  for (const warning of (ids ?? rendered).warnings) relay(notes, warning);
  request['prompt'] = ids?.ids ?? rendered.prompt;
  if (ids !== undefined) return rendered;
  const { bos } = render;
  if (options.server === undefined || options.server === 'generic')
    noteBos(rendered.prompt, render.dialect, bos, notes);
  // A server that adds BOS to a prompt that has it must be told not to.
  if (server.addsBos && bos === true && server.takesAddSpecialTokens === true) {
    request['add_special_tokens'] ??= false;
  }
  return rendered;
}
