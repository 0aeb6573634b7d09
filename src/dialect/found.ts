const WIDTH = 5;
const FEW = WIDTH * 16;
const NONE = /* @__PURE__ */ new Int32Array(0);

/** Where short lists take their room from: a typed array lies outside of the heap, and one a prompt would be dear. */
const slab = { data: NONE, used: 0 };

/** Labels found in a text, in order, as flat integers in one block that doubles: prompts may have a million. */
export class Marks {
  // Not #fields: where those are compiled to weak maps, every access would cost more than the scan around it.
  private data = NONE;
  private base = 0;
  private room = 0;
  length = 0;

  add(which: number, start: number, offset: number, slashes: number, end: number): void {
    if (this.length * WIDTH === this.room) this.grow();
    let at = this.base + this.length * WIDTH;
    this.data[at++] = which;
    this.data[at++] = start;
    this.data[at++] = offset;
    this.data[at++] = slashes;
    this.data[at] = end;
    this.length++;
  }

  private grow(): void {
    if (this.room === 0) {
      if (slab.used === slab.data.length) {
        slab.data = new Int32Array(FEW * 64);
        slab.used = 0;
      }
      this.data = slab.data;
      this.base = slab.used;
      this.room = FEW;
      slab.used += FEW;
      return;
    }
    const grown = new Int32Array(Math.max(FEW * 8, this.room * 2));
    grown.set(this.data.subarray(this.base, this.base + this.room));
    this.data = grown;
    this.base = 0;
    this.room = grown.length;
  }

  /** Index of the label, in whatever table it was found by. */
  which(i: number): number {
    return this.data[this.base + i * WIDTH]!;
  }
  /** Where its turn starts: with the line's indent. */
  start(i: number): number {
    return this.data[this.base + i * WIDTH + 1]!;
  }
  /** Where the label starts, with its bold marks and with the backslashes before it. */
  offset(i: number): number {
    return this.data[this.base + i * WIDTH + 2]!;
  }
  /** How many backslashes stand before it: none before a label that opens a turn. */
  slashes(i: number): number {
    return this.data[this.base + i * WIDTH + 3]!;
  }
  /** Behind its colon. */
  end(i: number): number {
    return this.data[this.base + i * WIDTH + 4]!;
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
  /** Marks around it show that it is a speaker's: a time stamp, `@`, `<…>`, a stop sequence of the caller's. */
  handle?: boolean;
}

/** Everything in a text that may label a turn; `marks.which` is an index into `spellings`. */
export interface Candidates {
  spellings: Spelling[];
  marks: Marks;
}
