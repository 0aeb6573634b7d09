import type { Edit } from '../../source/index.js';

const context = 3;

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

/** Lines as a patch has them, each with its mark; the last may have no line end. */
const marked = (mark: string, lines: readonly string[]): string =>
  lines
    .map((line) =>
      line.endsWith('\n') ? `${mark}${line}` : `${mark}${line}\n\\ No newline at end of file\n`,
    )
    .join('');

/** Takes the lines that are the same at both ends off what an edit changes. */
function changed(old: readonly string[], now: readonly string[]): { head: number; tail: number } {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) {
    tail++;
  }
  return { head, tail };
}

/** A run of lines that edits change together: the old lines, from and to, and the new text. */
interface Group {
  from: number;
  to: number;
  text: string;
}

function groupsOf(text: string, starts: readonly number[], edits: readonly Edit[]): Group[] {
  const groups: Group[] = [];
  let at = 0;
  for (const edit of edits) {
    const from = lineAt(starts, edit.start);
    const to = Math.min(starts.length - 1, lineAt(starts, Math.max(edit.start, edit.end - 1)) + 1);
    let last = groups.at(-1);
    if (last === undefined || from >= last.to) {
      if (last !== undefined) last.text += text.slice(at, starts[last.to]);
      at = starts[from]!;
      last = { from, to, text: '' };
      groups.push(last);
    }
    last.text += text.slice(at, edit.start) + edit.text;
    last.to = Math.max(last.to, to);
    at = edit.end;
  }
  const last = groups.at(-1);
  if (last !== undefined) last.text += text.slice(at, starts[last.to]);
  return groups;
}

function hunkText(
  lines: readonly string[],
  groups: readonly Group[],
  shift: number,
): { text: string; grown: number } {
  const first = Math.max(0, groups[0]!.from - context);
  const last = Math.min(lines.length, groups.at(-1)!.to + context);
  let body = '';
  let at = first;
  let grown = 0;
  for (const { from, to, text } of groups) {
    const before = lines.slice(from, to);
    const after = withEnds(text);
    const { head, tail } = changed(before, after);
    body += marked(' ', lines.slice(at, from + head));
    body += marked('-', before.slice(head, before.length - tail));
    body += marked('+', after.slice(head, after.length - tail));
    at = to - tail;
    grown += after.length - before.length;
  }
  body += marked(' ', lines.slice(at, last));
  const old = last - first;
  return { text: `@@ -${first + 1},${old} +${first + 1 + shift},${old + grown} @@\n${body}`, grown };
}

/** What edits do to a file as a patch that `git apply` takes; the edits are in order and do not overlap. */
export function patchOf(path: string, text: string, edits: readonly Edit[]): string {
  const lines = withEnds(text);
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1)! + line.length);
  let patch = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;
  let shift = 0;
  let open: Group[] = [];
  const close = (): void => {
    if (open.length === 0) return;
    const hunk = hunkText(lines, open, shift);
    patch += hunk.text;
    shift += hunk.grown;
    open = [];
  };
  for (const group of groupsOf(text, starts, edits)) {
    const last = open.at(-1);
    if (last !== undefined && group.from - last.to > 2 * context) close();
    open.push(group);
  }
  close();
  return patch;
}
