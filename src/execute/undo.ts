import { isSystemError } from "../linux/ffi.ts";
import { isAtOrBelow } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import { syncChanges } from "./durability.ts";
import { restoreVisibility } from "./extras/hidden-mounts.ts";
import { statOf } from "./objects.ts";
import { madeBy, type Origin, unlessMoved } from "./origin.ts";
import { Patience } from "./patience.ts";
import { revert } from "./revert.ts";
import type { Done } from "./session.ts";

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
    const places = placesOf(one.step);
    const found = isBlocked(places, blocked) ? null : takeOneBack(one, origin, patience, backups);
    if (found === null || found.some(({ severity }) => severity === "error")) blocked.push(...places);
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

function isBlocked(places: readonly string[], blocked: readonly string[]): boolean {
  return places.some((place) =>
    blocked.some((other) => isAtOrBelow(place, other) || isAtOrBelow(other, place)),
  );
}

/** All paths that a step is about. */
function placesOf(step: Step): string[] {
  switch (step.kind) {
    case "create-directory":
    case "create-file":
    case "set-access":
      return [step.path];
    case "copy-source":
      return [step.from, step.to];
    case "adopt-file":
      return [step.from, step.to, step.aside, step.backup];
    case "back-up":
    case "put-back":
      return [step.path, step.backup];
    case "mount":
    case "unmount":
      return [step.target, step.source];
    case "replace-mount":
      return [step.target, step.from.source, step.to.source];
    case "set-mount-options":
    case "set-hidden":
      return [step.target];
    case "link":
    case "unlink":
      return [step.path, step.text];
    case "replace-link":
      return [step.path, step.aside, step.from, step.to];
    case "exchange-for-link":
      return [step.path, step.backup, step.text];
    case "replace-file":
    case "unlink-to-copy":
      return [step.path, step.aside, step.text];
    case "set-aside":
      return [step.path, step.aside];
  }
}
