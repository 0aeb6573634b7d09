import { RolecallError } from '../errors.js';

/** What an argument may be. */
type Kind = 'object' | 'function' | 'list' | 'string';

const words: Readonly<Record<Kind, string>> = {
  object: 'an object',
  function: 'a function',
  list: 'a list',
  string: 'a string',
};

const is: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null,
  function: (value) => typeof value === 'function',
  list: Array.isArray,
  string: (value) => typeof value === 'string',
};

/** Refuses, with its path, an argument of another kind: the compiler's work, for those who have none. */
export function checkArgument(value: unknown, path: string, kind: Kind): void {
  if (is[kind](value)) return;
  throw new RolecallError('invalid-argument', `${path} must be ${words[kind]}.`, { path });
}

/** The same for what may be left out. */
export function checkOptional(value: unknown, path: string, kind: Kind): void {
  if (value !== undefined) checkArgument(value, path, kind);
}
