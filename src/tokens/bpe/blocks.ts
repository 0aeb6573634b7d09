/**
 * Calls a loop's body for a thousand numbers at a time. Loops that run once, over hundreds of thousands of items,
 * spend most of their time before they are compiled; a small function that is called again and again is compiled soon.
 */
export function inBlocks(from: number, end: number, body: (from: number, to: number) => void): void {
  for (let at = from; at < end; at += 1024) body(at, Math.min(end, at + 1024));
}
