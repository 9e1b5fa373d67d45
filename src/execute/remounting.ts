import { isSystemError } from "../linux/ffi.ts";
import { readMounts } from "../linux/mountinfo.ts";
import { attachTree, cloneTree, cloneWithOptions, detach, unmount } from "../linux/mounts.ts";
import { closeDescriptor, openHandle, withDescriptor } from "../linux/open.ts";
import { inParentOf } from "../linux/open-directory.ts";
import { statAt } from "../linux/stat.ts";
import { join } from "../model/path.ts";
import type { MountedSource } from "../model/plan.ts";
import { detachedMount } from "./detached-mounts.ts";
import {
  attachAtTarget,
  exchangeMount,
  expectMountOf,
  isMountOf,
  isMountPoint,
  mountAtTarget,
  uncoverAgain,
} from "./mounting.ts";
import { statOf } from "./objects.ts";
import type { Identified, Outcome } from "./step-context.ts";

/** Taking steps with mounts back. */

/**
 * Takes a mount away again; a process that found it in the meantime does not stop that. It is looked at in the same
 * open directory as it is then taken from, where a mount point can't be exchanged for another.
 * @param shown what the mount shows; null if that is not known any more
 * @returns why it was left
 */
export function unmountAgain(target: string, shown: Identified | null): string[] {
  return inParentOf(target, (parent, name) => {
    const found = statAt(parent, name);
    if (found?.mountRoot !== true) return [];
    if (shown === null)
      return [`${target} is left: what was mounted there can't be told from what is there now`];
    if (isMountOf(found, shown)) unmountAnyway(parent, name);
    return [];
  });
}

function unmountAnyway(parent: number, name: string): void {
  try {
    unmount(parent, name);
  } catch (error) {
    if (!isSystemError(error, "EBUSY")) throw error;
    detach(parent, name);
  }
}

/** Mounts again what was unmounted: the kept copy of the mount if there is one, else its source anew. */
export function mountAgain(target: string, mounted: MountedSource, outcome: Outcome): void {
  if (isMountPoint(target) || statOf(target) === null) return;
  if (outcome.keptTree !== undefined) {
    attachAtTarget(target, outcome.keptTree);
  } else if (outcome.keptHandle !== undefined) {
    withDescriptor(cloneWithOptions(outcome.keptHandle, mounted.options), (tree) =>
      attachAtTarget(target, tree),
    );
  } else {
    mountAtTarget(target, mounted);
  }
}

/** Undoes {@link replaceMount}, also where that was stopped with the new mount beneath the old one. */
export function putOldMountBack(
  target: string,
  from: MountedSource,
  to: MountedSource,
  { keptTree, object }: Outcome,
): void {
  const found = statOf(target);
  const old = statOf(from.source);
  if (isMountOf(found, old)) {
    removeFromBeneath(target, old);
    return;
  }
  const shown = object ?? statOf(to.source);
  if (shown === null || !isMountOf(found, shown)) {
    // Where the kernel can't mount beneath, there is an instant without any mount.
    mountAgain(target, from, { ...(keptTree !== undefined && { keptTree }) });
    return;
  }
  if (countMounts(target) > 1) {
    // An undo was killed when the old mount was back, beneath the new one.
    unmountAgain(target, shown);
    return;
  }
  withTree(from, keptTree, (tree) => {
    try {
      closeDescriptor(
        exchangeMount(target, tree, false, (parent, name) => expectMountOf(parent, name, shown)),
      );
    } catch (error) {
      if (!isSystemError(error, "EBUSY")) throw error;
      unmountAgain(target, shown);
      inParentOf(target, (parent, name) => attachTree(tree, parent, name));
    }
  });
}

function withTree(
  mounted: MountedSource,
  keptTree: number | undefined,
  action: (tree: number) => void,
): void {
  if (keptTree === undefined) withDescriptor(detachedMount(mounted), action);
  else action(keptTree);
}

/** Takes away what is mounted under the mount that covers it at the same place. */
function removeFromBeneath(target: string, old: Identified | null): void {
  if (countMounts(target) < 2) return;
  inParentOf(target, (parent, name) => {
    if (!isMountOf(statAt(parent, name), old)) return;
    const copy = withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, ""));
    try {
      uncoverAgain(copy, parent, name);
    } finally {
      closeDescriptor(copy);
    }
  });
}

/** How many mounts are at just this place; before any change there is one at most. */
function countMounts(target: string): number {
  return inParentOf(target, (_parent, name, realParent) => {
    const point = join(realParent, name);
    return readMounts().filter((mount) => mount.mountPoint === point).length;
  });
}
