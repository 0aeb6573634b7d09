import type { SplitRules } from './scan.js';

export const r50kRules: SplitRules = { family: 'r50k', digits: Number.POSITIVE_INFINITY };
export const cl100kRules: SplitRules = { family: 'cl100k', digits: 3 };
export const o200kRules: SplitRules = { family: 'o200k', digits: 3 };

/** The id of the end of text in the older encodings, in the midst of p50k's. */
export const END_OF_TEXT = 50_256;

/** What p50k adds to r50k: runs of 2 to 25 spaces, each made of two shorter runs. */
export const runsOfSpaces: readonly (readonly [number, number])[] = /* @__PURE__ */ (() => {
  const rank = (spaces: number) => (spaces === 1 ? 220 : END_OF_TEXT + spaces - 2);
  const lefts = [1, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 16, 16];
  return lefts.map((left, i) => [rank(left), rank(i + 2 - left)] as const);
})();
