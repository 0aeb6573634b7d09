/** UTF-16 units that are looked for by their code, which is faster than by their text. */
export const LF = 10;
export const CR = 13;
export const HASH = 35;
export const STAR = 42;
export const AT = 64;
export const BACKSLASH = 92;
export const UNDERSCORE = 95;
export const BACKTICK = 96;
export const BOM = 0xfeff;
