/** Where the beginning of a mark stands at the end of a text, the longest there is; −1 where none does. */
export function partialMark(text: string, mark: string): number {
  const first = mark.charAt(0);
  for (let at = text.indexOf(first, Math.max(0, text.length - mark.length + 1)); at !== -1; ) {
    if (mark.startsWith(text.slice(at))) return at;
    at = text.indexOf(first, at + 1);
  }
  return -1;
}
