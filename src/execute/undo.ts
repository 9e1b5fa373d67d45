import { isSystemError } from "../linux/ffi.ts";
import { isAtOrBelow } from "../model/path.ts";
import type { Step, Tidying } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import { syncChanges } from "./durability.ts";
import { restoreVisibility } from "./extras/hidden-mounts.ts";
import { madeBy, type Origin, statOf, unlessMoved } from "./objects.ts";
import { revert } from "./revert.ts";
import type { Done } from "./step-context.ts";
import { pathsOf } from "./step-paths.ts";
import { Patience, tidyUp } from "./tidy.ts";

const triesAgain = "put that right; the next imp command that changes things tries again";

/**
 * Takes steps back, the last one first, and waits until that is on the disk, for the journal goes next. A step that
 * can't be taken back stops only those before it that concern the same places: these rely on it.
 * @param startedAt when the command began, if another process carried it out
 * @returns what could not be put back (errors), and what a person should know (warnings)
 */
export function takeBack(done: readonly Done[], startedAt?: string): Problem[] {
  const patience = new Patience();
  const moved = done.flatMap(({ step }) => [
    ...("identity" in step ? [step.identity] : []),
    ...("sourceIdentity" in step ? [step.sourceIdentity] : []),
  ]);
  const origin = startedAt === undefined ? unlessMoved(moved) : madeBy(startedAt, moved);
  const backups = new Map(
    done.flatMap(({ step }) => (step.kind === "back-up" ? [[step.path, step.backup] as const] : [])),
  );
  const blocked: string[] = [];
  const problems: Problem[] = [];
  for (const one of done.toReversed()) {
    const paths = pathsOf(one.step);
    const found = isBlocked(paths, blocked) ? null : takeOneBack(one, origin, patience, backups);
    if (found === null || found.some(({ severity }) => severity === "error")) blocked.push(...paths);
    problems.push(...(found ?? []));
  }
  const steps = done.map(({ step }) => step);
  return [...problems, ...restoreVisibility(steps).map(warning), ...bringToDisk(steps)];
}

function takeOneBack(
  { step, outcome }: Done,
  origin: Origin,
  patience: Patience,
  backups: ReadonlyMap<string, string>,
): Problem[] {
  try {
    if (outcome.made === undefined && isInItsPlace(step, backups)) return [];
    return patience.insist(() => revert(step, outcome, origin)).map(warning);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `could not undo a step (${step.kind} for ${step.serves}): ${reason}`;
    return [{ severity: "error", message, help: triesAgain }];
  }
}

/**
 * True if what stands where the step creates something was to become a backup first, and is none: it was never moved, or
 * is back already, whatever its birth says, which is another one once an overlay has copied it up.
 */
function isInItsPlace(step: Step, backups: ReadonlyMap<string, string>): boolean {
  if (step.kind !== "create-directory" && step.kind !== "create-file") return false;
  const backup = backups.get(step.path);
  return backup !== undefined && statOf(backup) === null;
}

function warning(message: string): Problem {
  return { severity: "warning", message };
}

function bringToDisk(steps: readonly Step[]): Problem[] {
  try {
    syncChanges(steps);
    return [];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `what was undone could not be written to the disk: ${error.message} (${error.code})`;
    return [{ severity: "error", message, help: triesAgain }];
  }
}

function isBlocked(paths: readonly string[], blocked: readonly string[]): boolean {
  return paths.some((path) => blocked.some((other) => isAtOrBelow(path, other) || isAtOrBelow(other, path)));
}

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
  return takeBack(
    steps.map((step) => ({ step, outcome: {} })),
    startedAt,
  );
}
