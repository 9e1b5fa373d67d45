import type { Step, Tidying } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import { forgetAllCopies } from "./storage-copy.ts";
import { tidyUp } from "./tidy.ts";
import { takeBack } from "./undo.ts";

/** What a command that was killed had set out to do. */
export interface Unfinished {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly steps: readonly Step[];
  readonly afterwards: readonly Tidying[];
}

/**
 * Finishes a killed command that was on record, and undoes one that was not. Every step is looked at and taken back only
 * as far as it was done, so it does no harm to do this twice, or after a reboot.
 * @returns what could not be settled (errors), and what a person should know (warnings)
 */
export function settle({ startedAt, steps, afterwards }: Unfinished, isCommitted: boolean): Problem[] {
  if (isCommitted) {
    // What can't be removed even now is left to the person: a later command has a journal of its own to keep.
    return tidyUp(afterwards).notices.map((message) => ({ severity: "warning", message }));
  }
  const done = steps.map((step) => ({ step, outcome: {} }));
  try {
    return takeBack(done, startedAt);
  } finally {
    forgetAllCopies();
  }
}
