import { mountAt } from "../../model/mount.ts";
import type { Observed } from "../../model/observation.ts";
import type { Notice, Step } from "../../model/plan.ts";
import type { ActiveState } from "../active-state.ts";
import { type BackupEffect, type EffectIndex, isObject } from "../effects.ts";
import type { PlannedTree } from "../planned-tree.ts";
import { describeNode } from "../problems.ts";
import type { RequiredPaths } from "../required-paths.ts";
import { type KeyedView, viewOf } from "../resolve/keyed-view.ts";
import type { MountsWithin } from "../resolve/mounts-within.ts";
import type { PathResolution } from "../resolve/resolution.ts";

/** What becomes of a backup whose entry goes. */
export type BackupAction =
  /** It takes its old place again. */
  | { readonly kind: "put-back"; readonly location: BackupLocation; readonly step: Step }
  /** It stays where it is, and is nobody's business but the person's from now on. */
  | { readonly kind: "given-up"; readonly notice: Notice }
  /** Its time has not come. */
  | { readonly kind: "kept" };

export interface BackupQuestion {
  readonly activeState: ActiveState;
  readonly observed: Observed;
  readonly tree: PlannedTree;
  readonly effects: EffectIndex;
  readonly required: RequiredPaths;
  readonly mountsWithin: MountsWithin;
}

/** Where a target and its backup are. */
export interface BackupLocation {
  readonly target: KeyedView;
  /** The target and the backup as a step can name them. */
  readonly path: string;
  readonly backupPath: string;
  readonly backup: KeyedView;
}

/** Looks where the paths lead now, and where they lead with all of the active generation in place. */
export function locationNow(
  { activeState, observed }: BackupQuestion,
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
export function locationOnceUncovered(
  { tree }: BackupQuestion,
  paths: PathResolution,
  { target, backup }: BackupEffect,
): BackupLocation | null {
  const location = { target: paths.noFollow(target), backup: paths.noFollow(backup) };
  const isThere =
    location.backup.path === paths.resolve(backup).path && tree.nodeAt(location.backup).kind !== "missing";
  return isThere ? { ...location, path: target, backupPath: backup } : null;
}

export function actionForBackup(
  question: BackupQuestion,
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

export function givenUp(target: string, message: string): BackupAction {
  return { kind: "given-up", notice: { serves: target, message } };
}

/** True if a mount that stays lies on what is at the view, or in it: renaming would fail, or take it along. */
function holdsMounts({ activeState, required, mountsWithin }: BackupQuestion, view: KeyedView): boolean {
  return mountsWithin.upon(view).some((mount) => {
    const owner = activeState.ownerOf(mount.id);
    return owner === undefined || required.wanted.has(owner.target);
  });
}

/** What is in the way of putting something back, or null if nothing will be. */
function occupantOf(
  { observed, tree, effects }: BackupQuestion,
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
