import { RolecallError } from '../errors.js';

/** The name of a function where it stands with no marks around it. Throws `unrepresentable` for one that could not be told. */
export const plainName = (name: string, path: string): string => {
  if (/^[\w.:-]+$/.test(name)) return name;
  throw new RolecallError(
    'unrepresentable',
    `The dialect can't write a call of a function named ${JSON.stringify(name)}.`,
    { path },
  );
};
