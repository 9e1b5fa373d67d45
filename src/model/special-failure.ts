import { Failure, type Problem } from "./problem.ts";

/* Failures that few commands know; each class takes its time to make, at every start. */

/**
 * The command has happened, but the disk did not confirm its record, so a power cut could bring the old one back: what
 * it takes to undo the command has to stay until the record is safe.
 */
export class Unconfirmed extends Failure {}

/** What keeps an entry, told by its target, from coming about. */
export interface Refusal {
  readonly serves: string;
  readonly problem: Problem;
}

/** Certain entries made the command fail, and all is as it was before: without them it may well succeed. */
export class EntriesRefused extends Failure {
  readonly refusals: readonly Refusal[];

  /** @param problems what to say if the command fails because of them */
  constructor(refusals: readonly Refusal[], problems: readonly Problem[]) {
    super(1, problems);
    this.refusals = refusals;
  }
}
