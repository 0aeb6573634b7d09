/** The edit distance of two words, letters swapped side by side counted once. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/** The known names that a misspelt one may have meant, nearest first; empty where none is near. */
export function nearestNames(name: string, known: Iterable<string>, most = 3): string[] {
  const wanted = name.slice(0, 64).toLowerCase();
  const near: { word: string; steps: number }[] = [];
  for (const word of known) {
    const lower = word.toLowerCase();
    const part = wanted.length > 2 && (lower.includes(wanted) || wanted.includes(lower));
    const steps = part ? 1 : distance(wanted, lower);
    if (steps <= Math.max(2, Math.floor(word.length / 3))) near.push({ word, steps });
  }
  return near
    .sort((a, b) => a.steps - b.steps || (a.word < b.word ? -1 : 1))
    .slice(0, most)
    .map(({ word }) => word);
}

/** ` Did you mean "a" or "b"?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = nearestNames(name, known).map((word) => `"${word}"`);
  return names.length === 0 ? '' : ` Did you mean ${names.join(' or ')}?`;
}
