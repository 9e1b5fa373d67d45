import { isMounted } from "../../model/manifest.ts";
import { type Mount, mountAt } from "../../model/mount.ts";
import { ancestorsOf, join, nameOf, parentOf } from "../../model/path.ts";
import type { Draft } from "../draft.ts";
import { isMade, isObject, type MadeEffect } from "../effects.ts";
import { isReadOnly } from "../options.ts";
import type { RequiredPaths } from "../required-paths.ts";
import { type KeyedView, viewOf } from "../resolve/keyed-view.ts";
import type { Withdrawal } from "./withdrawal.ts";

/** Where that which imp made is, and when it can be reached. */
interface Sighting {
  readonly view: KeyedView;
  /** Where it can be looked at now. */
  readonly now: KeyedView;
  /** As a step can name it. */
  readonly path: string;
  readonly isUncovered: boolean;
}

/**
 * Plans the removal of directories and files that imp made for what is no longer there, or that the way to what is
 * there no longer leads to. They go once the command is on record; only if their place is needed, they give it free
 * before. What can't be reached then, since a mount comes over it, stays on record.
 */
export function withdrawMade(draft: Draft, required: RequiredPaths, withdrawal: Withdrawal): void {
  for (const effect of draft.effects.all) {
    if (!isMade(effect)) continue;
    // A backup comes to the place, unless it is the very object that came back.
    const isVacated = (view: KeyedView) =>
      withdrawal.vacated.has(view.key) &&
      !isObject(draft.tree.nodeAt(view), effect.identity, draft.request.observed);
    if (isStillUsed(draft, required, effect, isVacated)) {
      draft.presumed.add(effect);
      continue;
    }
    const sighting = findMade(draft, effect);
    if (sighting === "unreachable") continue;
    if (sighting === "missing") {
      if (!isPutAway(draft, effect)) draft.endedEffects.add(effect);
      continue;
    }
    const { view } = sighting;
    const key = view.key;
    // It has become storage, which stays.
    if (draft.requiredKeys().storage.has(key) && !isVacated(view)) {
      draft.endedEffects.add(effect);
      continue;
    }
    const isAbove = draft.requiredKeys().aboveTargets.has(key);
    if (isAbove && effect.kind === "created-directory" && !isVacated(view)) continue;
    const path = pathAfterwards(draft, effect, sighting);
    draft.tree.discount(view);
    if (path === null || isHeld(draft, view, path)) continue;
    const isNeeded = isAbove || isVacated(view) || draft.requiredKeys().targets.has(key);
    // It may become a backup with all that is in it, and come back.
    if (isNeeded && !isEmpty(draft, sighting)) continue;
    // Mounts get the options that they should have only later.
    if (isNeeded && view.home.options.includes("ro")) continue;
    draft.endedEffects.add(effect);
    if (isNeeded) giveFree(draft, withdrawal, effect, sighting, path);
    else tidyAway(draft, effect, path);
  }
}

/** True if a backup was made of it, or of what it is in. */
function isPutAway({ effects }: Draft, { path }: MadeEffect): boolean {
  return [path, ...ancestorsOf(path)].some((above) => effects.backupsOf(above).length > 0);
}

function tidyAway(draft: Draft, { kind, path: serves, identity }: MadeEffect, path: string): void {
  const what = kind === "created-directory" ? "remove-directory" : "remove-file";
  draft.afterwards.push({ kind: what, serves, path, identity });
}

function giveFree(
  draft: Draft,
  withdrawal: Withdrawal,
  effect: MadeEffect,
  { view, path, isUncovered }: Sighting,
  pathAfterwards: string,
): void {
  const { observed } = draft.request;
  const aside = draft.nameBeside(path);
  const what = effect.kind === "created-directory" ? "directory" : "file";
  const step = {
    kind: "set-aside",
    serves: effect.path,
    what,
    path,
    aside,
    identity: effect.identity,
  } as const;
  const removals = isUncovered ? withdrawal.uncovered : withdrawal.removals;
  removals.push({ path: observed.real(effect.path), rank: "made", step });
  if (!withdrawal.vacated.has(view.key)) draft.tree.set(view, { kind: "missing" }, "late");
  tidyAway(draft, effect, join(parentOf(pathAfterwards), nameOf(aside)));
}

/** True if the wanted entries use this path as what the effect says it is, and it leads to the same place as before. */
function isStillUsed(
  draft: Draft,
  required: RequiredPaths,
  effect: MadeEffect,
  isVacated: (view: KeyedView) => boolean,
): boolean {
  const wanted = required.wanted.get(effect.path);
  const isDirectory = effect.kind === "created-directory";
  const isUsed =
    wanted === undefined
      ? isDirectory && required.aboveTargets.has(effect.path)
      : wanted.kind === (isDirectory ? "directory" : "bound-file");
  if (!isUsed) return false;
  // What lies under a mount that stays is neither looked at nor changed.
  if (wanted !== undefined && isMounted(wanted) && draft.decisions.action(wanted) === "keep") return true;
  const after = draft.decisions.paths.noFollow(effect.path);
  if (isVacated(after)) return false;
  const isSamePlace = after.key === draft.activeState.paths.noFollow(effect.path).key;
  return isSamePlace || isObject(draft.tree.nodeAt(after), effect.identity, draft.request.observed);
}

/** Looks where the path leads now, where with all of the generation in place, and where once the plan is through. */
function findMade(draft: Draft, effect: MadeEffect): Sighting | "missing" | "unreachable" {
  const { observed } = draft.request;
  const isThere = (view: KeyedView) => {
    const node = observed.node(view);
    // Without the right to look under a mount, the step itself finds out whether it is still ours.
    return isObject(node, effect.identity, observed) || (node.kind === "unknown" && view.beneath !== null);
  };
  const real = observed.real(effect.path);
  const mount = mountAt(observed.mounts, real);
  const now = viewOf(observed.mounts, real, mount !== null && draft.decisions.isGoing(mount) ? mount : null);
  const then = draft.activeState.paths.noFollow(effect.path);
  if (isThere(now)) {
    // The place where it is stored can be reached whatever becomes of the mounts above.
    const isStored = then.beneath === null && then.key === now.key;
    return { view: now, now, path: isStored ? then.path : effect.path, isUncovered: false };
  }
  if (then.beneath === null && isThere(then))
    return { view: then, now: then, path: then.path, isUncovered: false };
  const after = draft.decisions.paths.noFollow(effect.path);
  const uncovered = [draft.tree.whereNow(after), draft.tree.displacedFrom(after)];
  const found = uncovered.find((view) => view !== null && isThere(view));
  if (found) return { view: after, now: found, path: effect.path, isUncovered: true };
  const isUnknown = [now, then].some((view) => observed.node(view).kind === "unknown");
  return isUnknown || isThere(then) ? "unreachable" : "missing";
}

/** A path that leads to it once the plan is through, or null if none is known. */
function pathAfterwards(draft: Draft, effect: MadeEffect, { view, path }: Sighting): string | null {
  const key = view.key;
  const leadsThere = (candidate: string) => draft.decisions.paths.noFollow(candidate).key === key;
  return [path, effect.path, view.path].find(leadsThere) ?? null;
}

/** True if it can't be removed or renamed: something stays mounted on it, or it lies on a read-only mount. */
function isHeld(draft: Draft, view: KeyedView, path: string): boolean {
  const stays = (mount: Mount) => !draft.decisions.isGoing(mount);
  if (draft.mountsWithin.upon(view).some(stays)) return true;
  return isReadOnly(draft, parentOf(path));
}

function isEmpty({ request }: Draft, { now }: Sighting): boolean {
  const { observed } = request;
  const node = observed.node(now);
  return node.kind === "file" ? node.size === 0 : observed.countNames(now) === 0;
}
