/** A line on a terminal that says what is going on, while it goes on. */
export interface ProgressLine {
  /** Says something in place of what was said before, unless it is too early or was said just now. */
  show(text: () => string, atOnce: boolean): void;
  /** Takes the line away, so that something else can be written. */
  erase(): void;
}

export interface ProgressDisplay {
  /** Asked when there is something to show, and once: it takes 1 ms. */
  readonly isWanted: () => boolean;
  readonly write: (text: string) => void;
  /** Milliseconds since the command began. */
  readonly elapsed: () => number;
}

/** What is quicker needs no line. Milliseconds. */
const firstAfter = 500;
const againAfter = 100;

/** Line wrapping off and on (DECAWM): what is too long for the terminal is cut off, and the line stays one. */
const [noWrap, wrap] = ["\u001b[?7l", "\u001b[?7h"];
/** Back to the first column, and clear to the end of the line (ECMA-48). */
const clear = "\r\u001b[K";

export function progressLine({ isWanted, write, elapsed }: ProgressDisplay): ProgressLine {
  let isShown = false;
  let wanted: boolean | null = null;
  let next = firstAfter;
  return {
    show(text, atOnce) {
      const now = elapsed();
      if (now < next && !atOnce) return;
      wanted ??= isWanted();
      if (!wanted) return;
      next = Math.max(next, now + againAfter);
      isShown = true;
      write(`${clear}${noWrap}${text()}${wrap}`);
    },
    erase() {
      if (!isShown) return;
      isShown = false;
      write(clear);
    },
  };
}
