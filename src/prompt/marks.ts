const WIDTH = 5;
const NONE = new Int32Array(0);

/** Labels found in a text, in order, as flat integers in one block that doubles: prompts may have a million. */
export class Marks {
  // Not a #field: where those are compiled to weak maps, every access would cost more than the scan around it.
  // Made when there is something to hold: most content has no labels, and the block lies outside of the heap.
  private data = NONE;
  length = 0;

  add(which: number, start: number, offset: number, slashes: number, end: number): void {
    let at = this.length * WIDTH;
    if (at === this.data.length) {
      const grown = new Int32Array(Math.max(WIDTH * 16, this.data.length * 2));
      grown.set(this.data);
      this.data = grown;
    }
    this.data[at++] = which;
    this.data[at++] = start;
    this.data[at++] = offset;
    this.data[at++] = slashes;
    this.data[at] = end;
    this.length++;
  }

  /** Index of the label, in whatever table it was found by. */
  which(i: number): number {
    return this.data[i * WIDTH]!;
  }
  /** Where its turn starts: with the line's indent. */
  start(i: number): number {
    return this.data[i * WIDTH + 1]!;
  }
  /** Where the label starts, with its bold marks and with the backslashes before it. */
  offset(i: number): number {
    return this.data[i * WIDTH + 2]!;
  }
  /** How many backslashes stand before it: none before a label that opens a turn. */
  slashes(i: number): number {
    return this.data[i * WIDTH + 3]!;
  }
  /** Behind its colon. */
  end(i: number): number {
    return this.data[i * WIDTH + 4]!;
  }
}

/** A spelling that labels lines of a text. */
export interface Spelling {
  /** As it is written, without colon and bold: `User`, `### Human`, `[[AI_NAME]]`. */
  text: string;
  /** Its name in the tables of speakers. */
  key: string;
  /** How many candidates have it. */
  count: number;
}

/** Everything in a text that may label a turn; `marks.which` is an index into `spellings`. */
export interface Candidates {
  spellings: Spelling[];
  marks: Marks;
}
