/** A place in a text file; line and column count from 1, `length` is in characters. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** The generation that recorded the text of `file` as it is meant; the file says something else by now. */
  readonly generation?: number;
}

/** One thing that a person has to know about, with the remedy if there is one. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** What is wrong with which thing, and why; one sentence without a final stop. */
  readonly message: string;
  readonly place?: Place;
  /** The whole line of text that `place` points into. */
  readonly excerpt?: string;
  /** What to do about it; one or more lines. */
  readonly help?: string;
  /** The processes that stand in the way. */
  readonly holders?: readonly Holder[];
}

/** Those without a place come first. */
export function inOrderOfFile(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    ({ place: left }, { place: right }) =>
      (left?.line ?? 0) - (right?.line ?? 0) || (left?.column ?? 0) - (right?.column ?? 0),
  );
}

/** A process that keeps a mount from being unmounted, and by what. */
export interface Holder {
  readonly pid: number;
  /** The name of its program, as in ps(1). */
  readonly command: string;
  readonly by: "working-directory" | "root-directory" | "program" | "open-file" | "mapped-file";
  /** The file or directory, as the kernel names it. */
  readonly path: string;
}

/**
 * 1: failed, refused or drift found, and nothing changed; 2: wrong usage or configuration;
 * 130 and 143: stopped by SIGINT or SIGTERM (128 + signal, as shells count), and nothing changed.
 */
export type ExitCode = 1 | 2 | 130 | 143;

/** Ends a command: every problem found, and the exit code that they amount to. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;
  readonly problems: readonly Problem[];

  constructor(exitCode: ExitCode, problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join("; "));
    this.exitCode = exitCode;
    this.problems = problems;
  }
}

/** A {@link Failure} with a single problem. */
export function failure(exitCode: ExitCode, message: string, help?: string): Failure {
  return new Failure(exitCode, [{ severity: "error", message, ...(help === undefined ? {} : { help }) }]);
}
