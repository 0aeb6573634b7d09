/** What was compared, and what did not agree. */
export class Tally {
  compared = 0;
  readonly misses: string[] = [];

  constructor(readonly verbose: boolean) {}

  /** Counts one comparison; `seen` is shown where it does not hold. */
  check(name: string, holds: boolean, seen?: unknown): void {
    this.compared++;
    if (holds) return;
    this.misses.push(name);
    const text = typeof seen === 'string' ? seen : (JSON.stringify(seen) ?? '');
    console.log(`✗ ${name}: ${text.slice(0, this.verbose ? 4000 : 300)}`);
  }

  /** Compares two texts; where they differ, shows the place. */
  equalTexts(name: string, theirs: string, mine: string): void {
    let at = 0;
    while (at < theirs.length && theirs[at] === mine[at]) at++;
    const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 15), at + 60));
    this.check(name, theirs === mine, `at ${at}: server ${around(theirs)}, rolecall ${around(mine)}`);
  }

  equal(
    name: string,
    theirs: unknown,
    mine: unknown,
    seen: unknown = { rolecall: mine, server: theirs },
  ): void {
    this.check(name, JSON.stringify(theirs) === JSON.stringify(mine), seen);
  }
}
