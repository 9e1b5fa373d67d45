import type { Effect } from "../../model/generation.ts";
import { mountAt } from "../../model/mount.ts";
import type { Observed } from "../../model/observation.ts";
import type { Notice, Step } from "../../model/plan.ts";
import type { Present } from "../active-state.ts";
import { type BackupEffect, isObject, madeAt } from "../effects.ts";
import type { Overlay } from "../planned-tree.ts";
import { describeNode } from "../problems.ts";
import type { Needs } from "../required-paths.ts";
import { type KeyedView, viewOf } from "../resolve/keyed-view.ts";
import { mountsUpon } from "../resolve/mounts-within.ts";
import type { Ways } from "../resolve/resolution.ts";

/** What becomes of a backup whose entry goes. */
export type BackupFate =
  /** It takes its old place again. */
  | { readonly kind: "put-back"; readonly seat: Seat; readonly step: Step }
  /** It stays where it is, and is nobody's business but the person's from now on. */
  | { readonly kind: "given-up"; readonly notice: Notice }
  /** Its time has not come. */
  | { readonly kind: "kept" };

export interface BackupQuestion {
  readonly present: Present;
  readonly observed: Observed;
  readonly overlay: Overlay;
  readonly effects: readonly Effect[];
  readonly needs: Needs;
}

/** Where a target and its backup are. */
export interface Seat {
  readonly target: KeyedView;
  /** The target and the backup as a step can name them. */
  readonly path: string;
  readonly backupPath: string;
  readonly backup: KeyedView;
}

/** Looks where the paths lead now, and where they lead with all of the active generation in place. */
export function presentSeat(
  { present, observed }: BackupQuestion,
  { target, backup }: BackupEffect,
): Seat | null {
  const mount = mountAt(observed.mounts, observed.real(target));
  const isOwn = mount !== null && present.ownerOf(mount.id) !== undefined;
  const now = {
    target: viewOf(observed.mounts, observed.real(target), isOwn ? mount : null),
    path: target,
    backupPath: backup,
    backup: viewOf(observed.mounts, observed.real(backup), null),
  };
  if (observed.node(now.backup).kind !== "missing") return now;
  const then = { target: present.ways.placeOf(target), backup: present.ways.placeOf(backup) };
  if (then.backup.beneath !== null || observed.node(then.backup).kind === "missing") return null;
  return { ...then, path: then.target.path, backupPath: then.backup.path };
}

/** Looks where the paths lead once mounts have gone that cover both now. */
export function uncoveredSeat(
  { overlay }: BackupQuestion,
  ways: Ways,
  { target, backup }: BackupEffect,
): Seat | null {
  const seat = { target: ways.placeOf(target), backup: ways.placeOf(backup) };
  const isThere =
    seat.backup.path === ways.locate(backup).path && overlay.nodeAt(seat.backup).kind !== "missing";
  return isThere ? { ...seat, path: target, backupPath: backup } : null;
}

export function fateOfBackup(question: BackupQuestion, effect: BackupEffect, seat: Seat): BackupFate {
  const { overlay, needs } = question;
  const { target, backup } = effect;
  const node = overlay.nodeAt(seat.backup);
  if (!("identity" in node)) return { kind: "kept" };
  const isInUse = needs.wanted.has(backup) || needs.aboveTargets.has(backup) || needs.storage.has(backup);
  const isNeeded = needs.aboveTargets.has(target) || needs.storage.has(target);
  if (isInUse || (isNeeded && node.kind !== "directory" && node.kind !== "symlink")) return { kind: "kept" };
  if ([seat.target, seat.backup].some((spot) => holdsMounts(question, spot))) return { kind: "kept" };
  if (seat.backup.home.options.includes("ro")) return { kind: "kept" };
  const occupant = occupantOf(question, seat.target, target);
  if (occupant !== null) {
    return givenUp(target, `the backup ${backup} stays where it is: ${target} is ${occupant}`);
  }
  const { identity } = node;
  const names = { path: seat.path, backup: seat.backupPath };
  return { kind: "put-back", seat, step: { kind: "put-back", serves: target, ...names, identity } };
}

export function givenUp(target: string, message: string): BackupFate {
  return { kind: "given-up", notice: { serves: target, message } };
}

/** True if a mount that stays lies on what is at the spot, or in it: renaming would fail, or take it along. */
function holdsMounts({ present, observed, needs }: BackupQuestion, spot: KeyedView): boolean {
  const { mounts } = observed;
  return mountsUpon(mounts, spot).some((mount) => {
    const owner = present.ownerOf(mount.id);
    return owner === undefined || needs.wanted.has(owner.target);
  });
}

/** What is in the way of putting something back, or null if nothing will be. */
function occupantOf(
  { observed, overlay, effects }: BackupQuestion,
  spot: KeyedView,
  target: string,
): string | null {
  const node = overlay.nodeAt(spot);
  if (node.kind === "missing") return null;
  if (node.kind === "unknown" && spot.beneath !== null) return null;
  const isEmpty =
    node.kind === "directory" ? observed.countNames(spot) === 0 : node.kind === "file" && node.size === 0;
  const isMade = madeAt(effects, target).some(({ identity }) => isObject(node, identity, observed));
  return isMade && isEmpty ? null : describeNode(node);
}
