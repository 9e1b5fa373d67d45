import { mountAt } from "../../model/mount.ts";
import { nameOf } from "../../model/path.ts";
import type { Notice, Step } from "../../model/plan.ts";
import { type BackupEffect, isObject } from "../effects.ts";
import { describeNode } from "../problems.ts";
import { type KeyedView, viewOf } from "../resolve/keyed-view.ts";
import type { PathResolution } from "../resolve/resolution.ts";
import type { Removal, Withdrawal, WithdrawalRequest } from "./withdrawal.ts";

/** What becomes of a backup whose entry goes. */
type BackupAction =
  /** It takes its old place again. */
  | { readonly kind: "put-back"; readonly location: BackupLocation; readonly step: Step }
  /** It stays where it is, and imp forgets it. */
  | { readonly kind: "given-up"; readonly notice: Notice }
  /** Its time has not come. */
  | { readonly kind: "kept" };

/** Puts back what stood at targets that are no longer wanted. */
export function withdrawUnwantedBackups(request: WithdrawalRequest, withdrawal: Withdrawal): void {
  for (const effect of request.effects.all) {
    if (effect.kind !== "backup" || request.required.wanted.has(effect.target)) continue;
    if (!isFromNow(request, effect)) continue;
    const location = locationNow(request, effect);
    if (location === null || isCovered(request, effect, location)) continue;
    withdrawBackup(request, withdrawal, effect, location);
  }
}

/** Puts back what the way to its target no longer leads to, and what no mount covers any more. */
export function withdrawMovedBackups(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  paths: PathResolution,
): void {
  const { activeState, required, effects } = request;
  for (const effect of effects.all) {
    if (effect.kind !== "backup" || withdrawal.endedEffects.has(effect)) continue;
    const { target } = effect;
    const location = isFromNow(request, effect) ? locationNow(request, effect) : null;
    if (!required.wanted.has(target)) {
      if (location === null) withdrawUncovered(request, withdrawal, effect, paths);
    } else if (location !== null && activeState.paths.noFollow(target).key !== paths.noFollow(target).key) {
      if (!isCovered(request, effect, location)) withdrawBackup(request, withdrawal, effect, location);
    }
  }
}

/** Where a target and its backup are. */
interface BackupLocation {
  readonly target: KeyedView;
  /** The target and the backup as a step can name them. */
  readonly path: string;
  readonly backupPath: string;
  readonly backup: KeyedView;
}

/** Looks where the paths lead now, and where they lead with all of the active generation in place. */
function locationNow(
  { activeState, observed }: WithdrawalRequest,
  { target, backup }: BackupEffect,
): BackupLocation | null {
  const mount = mountAt(observed.mounts, observed.real(target));
  const isOwn = mount !== null && activeState.ownerOf(mount.id) !== undefined;
  const now = {
    target: viewOf(observed.mounts, observed.real(target), isOwn ? mount : null),
    path: target,
    backupPath: backup,
    backup: viewOf(observed.mounts, observed.real(backup), null),
  };
  if (observed.node(now.backup).kind !== "missing") return now;
  const then = { target: activeState.paths.noFollow(target), backup: activeState.paths.noFollow(backup) };
  if (then.backup.beneath !== null || observed.node(then.backup).kind === "missing") return null;
  return { ...then, path: then.target.path, backupPath: then.backup.path };
}

/** Looks where the paths lead once mounts have gone that cover both now. */
function locationOnceUncovered(
  { tree }: WithdrawalRequest,
  paths: PathResolution,
  { target, backup }: BackupEffect,
): BackupLocation | null {
  const location = { target: paths.noFollow(target), backup: paths.noFollow(backup) };
  const isThere =
    location.backup.path === paths.resolve(backup).path && tree.nodeAt(location.backup).kind !== "missing";
  return isThere ? { ...location, path: target, backupPath: backup } : null;
}

function actionForBackup(
  question: WithdrawalRequest,
  effect: BackupEffect,
  location: BackupLocation,
): BackupAction {
  const { tree, required } = question;
  const { target, backup } = effect;
  const node = tree.nodeAt(location.backup);
  if (!("identity" in node)) return { kind: "kept" };
  const isInUse =
    required.wanted.has(backup) || required.aboveTargets.has(backup) || required.storage.has(backup);
  const isNeeded = required.aboveTargets.has(target) || required.storage.has(target);
  if (isInUse || (isNeeded && node.kind !== "directory" && node.kind !== "symlink")) return { kind: "kept" };
  if ([location.target, location.backup].some((view) => holdsMounts(question, view))) return { kind: "kept" };
  if (location.backup.home.options.includes("ro")) return { kind: "kept" };
  const occupant = occupantOf(question, location.target, target);
  if (occupant !== null) {
    return givenUp(target, `the backup ${backup} stays where it is: ${target} is ${occupant}`);
  }
  const { identity } = node;
  const names = { path: location.path, backup: location.backupPath };
  return { kind: "put-back", location, step: { kind: "put-back", serves: target, ...names, identity } };
}

function givenUp(target: string, message: string): BackupAction {
  return { kind: "given-up", notice: { serves: target, message } };
}

/** True if a mount that stays lies on what is at the view, or in it: renaming would fail, or take it along. */
function holdsMounts({ activeState, required, mountsWithin }: WithdrawalRequest, view: KeyedView): boolean {
  return mountsWithin.upon(view).some((mount) => {
    const owner = activeState.ownerOf(mount.id);
    return owner === undefined || required.wanted.has(owner.target);
  });
}

/** What is in the way of putting something back, or null if nothing will be. */
function occupantOf(
  { observed, tree, effects }: WithdrawalRequest,
  view: KeyedView,
  target: string,
): string | null {
  const node = tree.nodeAt(view);
  if (node.kind === "missing") return null;
  if (node.kind === "unknown" && view.beneath !== null) return null;
  const isEmpty =
    node.kind === "directory" ? observed.countNames(view) === 0 : node.kind === "file" && node.size === 0;
  const isMade = effects.madeAt(target).some(({ identity }) => isObject(node, identity, observed));
  return isMade && isEmpty ? null : describeNode(node);
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
  settle(request, withdrawal, effect, latestOnly(request, effect, location), withdrawal.removals);
}

/** Of several backups that were made in one place, the last one comes back. */
function latestOnly(
  request: WithdrawalRequest,
  effect: BackupEffect,
  location: BackupLocation,
): BackupAction {
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
