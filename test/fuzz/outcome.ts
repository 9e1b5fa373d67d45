import { renderProblems } from "../../src/cli/render/problem.ts";
import { Failure } from "../../src/model/problem.ts";
import { worded } from "../../src/state/trouble-words.ts";

/** What reading a damaged file came to, in this process. */

export interface FuzzCounts {
  readonly what: string;
  cases: number;
  accepted: number;
  refused: number;
  /** Milliseconds of the slowest case. */
  slowest: number;
}

export function newCounts(what: string): FuzzCounts {
  return { what, cases: 0, accepted: 0, refused: 0, slowest: 0 };
}

/** Longer than any case may take, on a slow machine too; the largest ones have 64 KiB. */
const longest = 2_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

/**
 * Reads a case, and throws if that does anything but accept it, or refuse it with this exit code and with messages that
 * a terminal can show.
 */
export function tryCase(counts: FuzzCounts, exitCode: number, read: () => unknown): void {
  counts.cases += 1;
  const begin = performance.now();
  try {
    read();
    counts.accepted += 1;
  } catch (error) {
    const cause = worded(error);
    if (!(cause instanceof Failure)) throw cause;
    if (cause.exitCode !== exitCode) throw new Error(`exit code ${cause.exitCode}: ${cause.message}`);
    requireMessages(cause);
    counts.refused += 1;
  }
  const passed = performance.now() - begin;
  counts.slowest = Math.max(counts.slowest, passed);
  if (passed > longest) throw new Error(`it took ${passed} milliseconds`);
}

function requireMessages({ problems }: Failure): void {
  if (problems.length === 0) throw new Error("refused without a reason");
  const text = renderProblems(problems, false).join("\n");
  if (problems.some(({ message }) => message === "") || controls.test(text)) {
    throw new Error(`not a message for a terminal: ${JSON.stringify(text)}`);
  }
}
