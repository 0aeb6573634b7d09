import { type Content, json, listed, type Pieces, w } from '../../text/pieces.js';
import type { Call } from '../call.js';
import type { CallsOut } from '../call-format.js';
import { plainName } from '../plain-name.js';
import type { Tags } from './read.js';
import { argumentsText, type Member, taggedMembers } from './values.js';

/** Writes a call, whose arguments are members between tags, or one text where they are no object. */
export type WriteTagged = (name: Content, members: readonly Member[], text: Content | null) => Pieces;

/** Calls between tags, as prompts hold them so that they read back as they were. */
export function callsBetweenTags(
  calls: readonly Call[],
  out: CallsOut,
  tags: Tags,
  write: WriteTagged,
  { typed = false } = {},
): Pieces[] {
  const { content, path } = out;
  return calls.map(({ name, arguments: args }) => {
    const called = content(plainName(name, path), 'text');
    const members = taggedMembers(args, { content, tags, typed });
    if (members === null) return write(called, [], argumentsText(args, { content, tags }));
    out.info('respaced-json', 'The arguments are written one by one; they read back with the same values.');
    return write(called, members, null);
  });
}

/** A key or a name in quotes, as an attribute. */
export const attribute = (key: Content): Content => (key.as === 'json' ? key : json(key));

/** Pieces each on a line of its own. */
export const lines = (pieces: readonly Pieces[]): Pieces => listed(pieces.map((one) => w`${one}\n`));
