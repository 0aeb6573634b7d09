import { literal } from '../dialect/control-tokens.js';
import type { MarkerDialect } from '../dialect/types.js';
import { type DialectName, dialects } from '../formats/index.generated.js';

/** A family of dialects that share their opening marks, and what tells its members apart. */
export interface Family {
  /** A text without it is of another family; looked for before anything else. */
  sign: string;
  /** An opening mark with a role. */
  open: RegExp;
  /** Marks that close a turn, or stand only inside of one. */
  close: RegExp;
  /** Text may stand in front of the first mark. */
  preamble?: boolean;
  /** Says that a text with its sign is of another format. */
  isOther?(text: string): boolean;
  /** The members, the likeliest first. */
  members(text: string): DialectName[];
}

/** Dialects of markers that declare the signs by which they are told. */
const declared = (): MarkerDialect[] =>
  (Object.values(dialects) as readonly (typeof dialects)[DialectName][]).filter(
    (dialect): dialect is typeof dialect & MarkerDialect =>
      dialect.kind === 'markers' && (dialect as MarkerDialect).signs !== undefined,
  );

/** The dialects that each family gets by their declarations; those with marks of their own are families by themselves. */
interface Grouped {
  joined: Map<Family, MarkerDialect[]>;
  own: Family[];
}

let grouped: Grouped | undefined;

function group(families: readonly Family[]): Grouped {
  if (grouped !== undefined) return grouped;
  const joined = new Map<Family, MarkerDialect[]>();
  const own: Family[] = [];
  for (const dialect of declared()) {
    const mark = dialect.roles.user.open;
    let family = [...families, ...own].find(({ open }) => open.test(mark));
    if (family === undefined) {
      family = familyOf(dialect);
      own.push(family);
    }
    joined.set(family, [...(joined.get(family) ?? []), dialect]);
  }
  grouped = { joined, own };
  return grouped;
}

/** A family of the marks of one dialect. */
function familyOf({ roles }: MarkerDialect): Family {
  const opens = Object.values(roles).map(({ open }) => literal(open.trim()));
  const closes = Object.values(roles).flatMap(({ close }) =>
    close.trim() === '' ? [] : literal(close.trim()),
  );
  return {
    sign: roles.user.open.trim(),
    open: new RegExp(opens.join('|')),
    close: new RegExp((closes.length === 0 ? opens : closes).join('|')),
    members: () => [],
  };
}

/** Families of marks that only declarations tell of. */
export const declaredFamilies = (families: readonly Family[]): readonly Family[] => group(families).own;

/** The members of a family that a text may be of, the likeliest first: who has most of its signs in the text. */
export function withDeclared(families: readonly Family[], family: Family, text: string): DialectName[] {
  const others = group(families).joined.get(family) ?? [];
  const signsIn = ({ signs = [] }: MarkerDialect): number =>
    signs.filter((sign) => text.includes(sign)).length;
  const names = (list: readonly MarkerDialect[]): DialectName[] =>
    list.map(({ name }) => name as DialectName);
  const counted = others.map((dialect) => ({ dialect, count: signsIn(dialect) }));
  const told = counted
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ dialect }) => dialect);
  const known = family.members(text);
  return [...names(told), ...known, ...names(others.filter((one) => !told.includes(one)))];
}

let leading: RegExp | undefined;

/** What may stand in front of the first turn: marks that begin a prompt. */
export function leadingMarks(): RegExp {
  if (leading !== undefined) return leading;
  const marks = Object.values(dialects).map((dialect) => ('bos' in dialect ? dialect.bos : ''));
  const known = [...new Set(marks)].filter((mark) => mark !== '').map(literal);
  leading = new RegExp(`^[\\s\\ufeff]*(?:${known.join('|')}|\\s)*`);
  return leading;
}
