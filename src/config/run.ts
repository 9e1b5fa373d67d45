import type { EntryPlace } from "../model/manifest.ts";

/**
 * Lines of an array that are alike but for one text, with comments and blank lines between them or not:
 *
 *     { directory = "/var/lib/a", mode = "0700" },
 *     { directory = "/var/lib/b", mode = "0700" },
 */
export class Run {
  /** Of each line the text by which it differs from the others: the path. */
  readonly texts: readonly string[];
  /** The number of each line. */
  readonly #lines: readonly number[];
  readonly #column: number;

  constructor(texts: readonly string[], lines: readonly number[], column: number) {
    this.texts = texts;
    this.#lines = lines;
    this.#column = column;
  }

  /** Where the text of that index stands, quotes included. */
  place(index: number): EntryPlace {
    const length = (this.texts[index]?.length ?? 0) + 2;
    return { line: this.#lines[index] ?? 0, column: this.#column, length };
  }
}

/** What stands for a run in a tree: the element that its first line is, and the paths of all its lines. */
export class Series<T> {
  readonly first: T;
  readonly run: Run;

  constructor(first: T, run: Run) {
    this.first = first;
    this.run = run;
  }
}
