import type { Tags } from '../body/tags/read.js';
import { argumentsText, taggedMembers } from '../body/tags/values.js';
import type { WriteTagged } from '../body/tags/write.js';
import { type Content, type Pieces, reworded } from '../text/pieces.js';
import type { TemplateCall, TemplateInput, TemplateMessage } from './types.js';

/** A call whose arguments stand between tags, as the models' template writes it; `plain`: how values that are no strings are written. */
export function templateCall(
  input: TemplateInput,
  call: TemplateCall,
  tags: Tags,
  write: WriteTagged,
  { plain, typed = false }: { plain: (json: string) => string; typed?: boolean },
): Pieces {
  const content = (text: string, as: Content['as']): Content => ({
    ...reworded(call.arguments, text),
    as,
  });
  const bare = (key: string): void =>
    input.lossy(
      'untyped-argument',
      call.path,
      `The models' template writes the string "${key}" without quotes; it reads as another type.`,
    );
  const options = { content, tags, bare, plain, typed };
  const members = taggedMembers(call.arguments.text === '' ? '{}' : call.arguments.text, options);
  if (members === null) return write(call.name, [], argumentsText(call.arguments.text, options));
  input.info('respaced-json', call.path, 'The arguments are written one by one.');
  return write(call.name, members, null);
}

/** Where the last question of the user stands; -1 where there is none. */
export function lastUser(messages: readonly TemplateMessage[]): number {
  for (let i = messages.length - 1; i >= 0; i--) if (messages[i]!.role === 'user') return i;
  return -1;
}

/** Tells of something that the models' template refuses, and that is written all the same. */
export const refusedByTemplate = (input: TemplateInput, path: string, what: string): void =>
  input.lossy('template-text', path, `The models' own template refuses ${what}.`);
