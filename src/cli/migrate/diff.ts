import type { Edit } from '../../source/index.js';

const context = 3;

interface Hunk {
  /** The lines of the old text, from 0, the last one not counted. */
  from: number;
  to: number;
  edits: Edit[];
}

const withEnds = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The line that holds a place, from 0. */
function lineAt(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

function hunksOf(lines: readonly string[], starts: readonly number[], edits: readonly Edit[]): Hunk[] {
  const hunks: Hunk[] = [];
  for (const edit of edits) {
    const from = lineAt(starts, edit.start);
    const to = Math.min(lines.length, lineAt(starts, Math.max(edit.start, edit.end - 1)) + 1);
    const last = hunks.at(-1);
    if (last !== undefined && from - last.to <= 2 * context) {
      last.to = Math.max(last.to, to);
      last.edits.push(edit);
    } else hunks.push({ from, to, edits: [edit] });
  }
  return hunks;
}

/** Lines as a patch has them, each with its mark; the last may have no line end. */
const marked = (mark: string, lines: readonly string[]): string =>
  lines
    .map((line) =>
      line.endsWith('\n') ? `${mark}${line}` : `${mark}${line}\n\\ No newline at end of file\n`,
    )
    .join('');

/** Takes the lines that are the same at both ends off the middle of a hunk. */
function changed(old: readonly string[], now: readonly string[]): { head: number; tail: number } {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail))
    tail++;
  return { head, tail };
}

/** What edits do to a file as a patch that `git apply` takes; the edits are in order and do not overlap. */
export function patchOf(path: string, text: string, edits: readonly Edit[]): string {
  const lines = withEnds(text);
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length;
  }
  starts.push(at);
  let patch = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;
  let shift = 0;
  for (const hunk of hunksOf(lines, starts, edits)) {
    const first = Math.max(0, hunk.from - context);
    const last = Math.min(lines.length, hunk.to + context);
    const [start, end] = [starts[first]!, starts[last]!];
    let now = '';
    let from = start;
    for (const edit of hunk.edits) {
      now += text.slice(from, edit.start) + edit.text;
      from = edit.end;
    }
    now += text.slice(from, end);
    const before = lines.slice(first, last);
    const after = withEnds(now);
    const { head, tail } = changed(before, after);
    patch += `@@ -${first + 1},${before.length} +${first + 1 + shift},${after.length} @@\n`;
    patch += marked(' ', before.slice(0, head));
    patch += marked('-', before.slice(head, before.length - tail));
    patch += marked('+', after.slice(head, after.length - tail));
    patch += marked(' ', before.slice(before.length - tail));
    shift += after.length - before.length;
  }
  return patch;
}
