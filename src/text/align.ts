/** A message in its new place, and the turn that it came from. */
export interface Step<T> {
  message: T;
  turn: number | undefined;
}

/** Beyond this many cells the table of the longest common subsequence is not worth its memory. */
const MOST_CELLS = 4_000_000;

/**
 * Says which of the edited messages came from which turn: equal ones first (the longest common subsequence between the
 * equal ends), then, in each stretch between them, one by one; what is left over was added, or removed.
 */
export function align<T>(
  originals: readonly T[],
  edited: readonly T[],
  same: (a: T, b: T) => boolean,
): Step<T>[] {
  const n = originals.length;
  const m = edited.length;
  const steps: Step<T>[] = edited.map((message) => ({ message, turn: undefined }));
  let head = 0;
  while (head < n && head < m && same(originals[head]!, edited[head]!)) {
    steps[head]!.turn = head;
    head++;
  }
  let tail = 0;
  while (tail < n - head && tail < m - head && same(originals[n - 1 - tail]!, edited[m - 1 - tail]!)) {
    steps[m - 1 - tail]!.turn = n - 1 - tail;
    tail++;
  }
  const anchors = commonSubsequence(originals, edited, { head, endA: n - tail, endB: m - tail, same });
  let a = head;
  let b = head;
  for (const [i, j] of [...anchors, [n - tail, m - tail] as const]) {
    for (; a < i && b < j; a++, b++) steps[b]!.turn = a;
    if (j < m - tail) steps[j]!.turn = i;
    a = i + 1;
    b = j + 1;
  }
  return steps;
}

function commonSubsequence<T>(
  originals: readonly T[],
  edited: readonly T[],
  range: { head: number; endA: number; endB: number; same: (a: T, b: T) => boolean },
): (readonly [number, number])[] {
  const { head, endA, endB, same } = range;
  const rows = endA - head;
  const columns = endB - head;
  if (rows <= 0 || columns <= 0 || rows * columns > MOST_CELLS) return [];
  const width = columns + 1;
  const longest = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      longest[i * width + j] = same(originals[head + i]!, edited[head + j]!)
        ? longest[(i + 1) * width + j + 1]! + 1
        : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let i = 0;
  let j = 0;
  while (i < rows && j < columns) {
    if (same(originals[head + i]!, edited[head + j]!)) {
      pairs.push([head + i, head + j]);
      i++;
      j++;
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
