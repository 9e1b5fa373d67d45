import type { Effect } from "../../model/generation.ts";
import { isMounted } from "../../model/manifest.ts";
import { nameOf } from "../../model/path.ts";
import type { Conflict, Notice, Step } from "../../model/plan.ts";
import { ownLink } from "../active-state.ts";
import type { NameBeside } from "../draft.ts";
import type { BackupEffect } from "../effects.ts";
import type { PathResolution } from "../resolve/resolution.ts";
import {
  actionForBackup,
  type BackupAction,
  type BackupLocation,
  type BackupQuestion,
  givenUp,
  locationNow,
  locationOnceUncovered,
} from "./backups.ts";
import { withdrawLink } from "./links.ts";

/** A step that takes something away or puts it back, with the place that decides its order. */
export interface Removal {
  /** Without symlinks. */
  readonly path: string;
  readonly rank: "entry" | "made" | "backup";
  readonly step: Step;
}

export interface WithdrawalRequest extends BackupQuestion {
  readonly nameBeside: NameBeside;
}

/** Symlinks that go and backups that come back. */
export interface Withdrawal {
  /** What lies deepest goes first. */
  readonly removals: Removal[];
  /** Only once the mounts have gone that lie over it; what lies deepest comes last. */
  readonly uncovered: Removal[];
  readonly conflicts: Conflict[];
  readonly notices: Notice[];
  readonly endedEffects: Set<Effect>;
  /** Keys of the places that backups come back to. */
  readonly vacated: Set<string>;
}

export function newWithdrawal(): Withdrawal {
  return {
    removals: [],
    uncovered: [],
    conflicts: [],
    notices: [],
    endedEffects: new Set(),
    vacated: new Set(),
  };
}

/**
 * Withdraws what stands at targets that are no longer wanted, or wanted as something else. Links and backups can be
 * part of the way to what is wanted, so this is known before anything else.
 */
export function withdrawUnwanted(request: WithdrawalRequest, withdrawal: Withdrawal): void {
  const { activeState, required, effects } = request;
  for (const entry of activeState.entries.values()) {
    const wanted = required.wanted.get(entry.target);
    if (!isMounted(entry) && wanted?.kind !== "linked-file") withdrawLink(request, withdrawal, entry);
  }
  for (const effect of effects.all) {
    if (effect.kind === "found" && !required.wanted.has(effect.target)) withdrawal.endedEffects.add(effect);
    if (effect.kind === "replaced-file" && required.wanted.get(effect.target)?.kind !== "linked-file")
      withdrawal.endedEffects.add(effect);
    if (effect.kind !== "backup" || required.wanted.has(effect.target)) continue;
    if (!isFromNow(request, effect)) continue;
    const location = locationNow(request, effect);
    if (location === null || isCovered(request, effect, location)) continue;
    withdrawBackup(request, withdrawal, effect, location);
  }
}

/** Withdraws links and backups that the way to their target no longer leads to, and what no mount covers any more. */
export function withdrawMoved(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  paths: PathResolution,
): void {
  const { activeState, required, observed, effects } = request;
  const key = (path: string, over: PathResolution) => over.noFollow(path).key;
  for (const entry of activeState.entries.values()) {
    if (isMounted(entry) || required.wanted.get(entry.target)?.kind !== "linked-file") continue;
    const view = ownLink(activeState, observed, entry);
    const hasMoved = view !== null && view.key !== key(entry.target, paths);
    if (hasMoved) withdrawLink(request, withdrawal, entry);
  }
  for (const effect of effects.all) {
    if (effect.kind !== "backup" || withdrawal.endedEffects.has(effect)) continue;
    const { target } = effect;
    const location = isFromNow(request, effect) ? locationNow(request, effect) : null;
    if (!required.wanted.has(target)) {
      if (location === null) withdrawUncovered(request, withdrawal, effect, paths);
    } else if (location !== null && key(target, activeState.paths) !== key(target, paths)) {
      if (!isCovered(request, effect, location)) withdrawBackup(request, withdrawal, effect, location);
    }
  }
}

/** True if the effect is one of the active generation, not of one before that a mount came over. */
function isFromNow({ activeState }: WithdrawalRequest, { target }: BackupEffect): boolean {
  return activeState.entries.has(target);
}

/** True if a mount comes over both: what imp made at the target could not be removed then. */
function isCovered(
  { required, tree }: WithdrawalRequest,
  { target }: BackupEffect,
  location: BackupLocation,
): boolean {
  return required.isCovered(target) && tree.nodeAt(location.target).kind !== "missing";
}

/** What could not be reached before may be uncovered by the plan, or gone. */
function withdrawUncovered(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  effect: BackupEffect,
  paths: PathResolution,
): void {
  const { target, backup } = effect;
  if (request.required.staysCovered(target) || request.required.isCovered(target)) return;
  const location = locationOnceUncovered(request, paths, effect);
  if (location === null) {
    const message = `the backup ${backup} is gone, so nothing is put back at ${target}`;
    settle(request, withdrawal, effect, givenUp(target, message), withdrawal.uncovered);
  } else if (!request.required.aboveTargets.has(target)) {
    settle(request, withdrawal, effect, actionForBackup(request, effect, location), withdrawal.uncovered);
  }
}

function withdrawBackup(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  effect: BackupEffect,
  location: BackupLocation,
): void {
  settle(request, withdrawal, effect, action(request, effect, location), withdrawal.removals);
}

/** Of several backups that were made in one place, the last one comes back. */
function action(request: WithdrawalRequest, effect: BackupEffect, location: BackupLocation): BackupAction {
  const key = ({ target }: BackupLocation) => target.key;
  const backups = request.effects.backupsOf(effect.target);
  const isOlder = backups.slice(backups.indexOf(effect) + 1).some((other) => {
    const newer = locationNow(request, other);
    return newer !== null && key(newer) === key(location);
  });
  if (isOlder) return givenUp(effect.target, `the older backup ${effect.backup} stays where it is`);
  return actionForBackup(request, effect, location);
}

function settle(
  { observed, tree }: WithdrawalRequest,
  withdrawal: Withdrawal,
  effect: BackupEffect,
  action: BackupAction,
  removals: Removal[],
): void {
  if (action.kind === "kept") return;
  withdrawal.endedEffects.add(effect);
  if (action.kind === "given-up") {
    withdrawal.notices.push(action.notice);
    return;
  }
  withdrawal.vacated.add(action.location.target.key);
  tree.rename(action.location.target, nameOf(effect.backup));
  removals.push({ path: observed.real(effect.target), rank: "backup", step: action.step });
}
