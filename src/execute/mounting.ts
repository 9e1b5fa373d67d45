import { isSystemError, SystemError } from "../linux/ffi.ts";
import { closeDescriptor, openHandle, withDescriptor } from "../linux/files.ts";
import { parseMountTable } from "../linux/mountinfo.ts";
import {
  attachTree,
  attachTreeBeneath,
  cloneTree,
  detach,
  isBusy,
  readMountTable,
  setMountOptions,
  unmount,
} from "../linux/mounts.ts";
import { inParentOf } from "../linux/walk.ts";
import { join } from "../model/path.ts";
import type { MountedSource, MountOptions } from "../model/plan.ts";
import { statOf } from "./objects.ts";

/**
 * A mount of what is at `source`, attached to nothing yet. The caller closes it. A symlink in the place of the source
 * can't be opened this way: its handle is the link itself, which open_tree(2) does not clone.
 */
function detachedMount({ source, options }: MountedSource): number {
  const tree = inParentOf(source, (parent, name) =>
    withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, "")),
  );
  try {
    setMountOptions(tree, options, true);
    return tree;
  } catch (error) {
    closeDescriptor(tree);
    throw error;
  }
}

export function mountAtTarget(target: string, mounted: MountedSource): void {
  withDescriptor(detachedMount(mounted), (tree) => {
    inParentOf(target, (parent, name) => attachTree(tree, parent, name));
  });
}

/**
 * Unmounts the target, and gives back a detached copy of the mount for undoing that.
 * @param lazy detach it even if somebody uses it: they go on with what they have open
 */
export function unmountTarget(target: string, lazy: boolean): number {
  return inParentOf(target, (parent, name) => {
    const copy = withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, ""));
    try {
      if (lazy) detach(parent, name);
      else unmount(parent, name);
      return copy;
    } catch (error) {
      closeDescriptor(copy);
      throw error;
    }
  });
}

/**
 * Exchanges the mount at the target for one of another source.
 * @returns a detached copy of the old mount
 */
export function replaceMount(target: string, to: MountedSource, lazy: boolean): number {
  return withDescriptor(detachedMount(to), (tree) => exchangeMount(target, tree, lazy));
}

/**
 * Exchanges the mount at the target for a detached one. This goes beneath the old one, which is then unmounted, so
 * there is no instant without a mount. Where the kernel has no such call, the old one goes first.
 * @returns a detached copy of the old mount
 * @param lazy detach the old mount even if somebody uses it
 * @throws SystemError `EBUSY` before anything changed, if somebody uses the old mount
 */
export function exchangeMount(target: string, tree: number, lazy: boolean): number {
  return inParentOf(target, (parent, name) => {
    if (!lazy && isBusy(parent, name)) throw new SystemError("umount2", EBUSY, target);
    const copy = withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, ""));
    try {
      exchangeMounts(tree, copy, parent, name, lazy ? detach : unmount);
      return copy;
    } catch (error) {
      closeDescriptor(copy);
      throw error;
    }
  });
}

const EBUSY = 16;

function exchangeMounts(
  tree: number,
  copy: number,
  parent: number,
  name: string,
  takeAway: (parent: number, name: string) => void,
): void {
  const isBeneath = tryBeneath(tree, parent, name);
  try {
    takeAway(parent, name);
  } catch (error) {
    if (isBeneath) uncoverAgain(copy, parent, name);
    throw error;
  }
  if (isBeneath) return;
  try {
    attachTree(tree, parent, name);
  } catch (error) {
    attachTree(copy, parent, name);
    throw error;
  }
}

function tryBeneath(tree: number, parent: number, name: string): boolean {
  try {
    attachTreeBeneath(tree, parent, name);
    return true;
  } catch (error) {
    if (isSystemError(error, "EINVAL")) return false;
    throw error;
  }
}

/**
 * Somebody began to use the old mount after it was found free, and the new one lies beneath it already. The way to
 * that one leads past the old mount only, so this is detached (its users go on with the same files) and a copy of it
 * takes its place.
 */
function uncoverAgain(copy: number, parent: number, name: string): void {
  detach(parent, name);
  unmount(parent, name);
  attachTree(copy, parent, name);
}

export function changeMountOptions(target: string, options: MountOptions): void {
  inParentOf(target, (parent, name) =>
    withDescriptor(openHandle(parent, name), (handle) => setMountOptions(handle, options, false)),
  );
}

/** Takes the mount away again; a process that found it in the meantime does not stop that. */
export function unmountAnyway(target: string): void {
  inParentOf(target, (parent, name) => {
    try {
      unmount(parent, name);
    } catch (error) {
      if (!isSystemError(error, "EBUSY")) throw error;
      detach(parent, name);
    }
  });
}

/** True if something is mounted at just this place. */
export function isMountPoint(target: string): boolean {
  return statOf(target)?.mountRoot === true;
}

/** True if what is mounted on top at the target is what is at `source`. */
export function shows(target: string, source: string): boolean {
  const [mounted, stored] = [statOf(target), statOf(source)];
  if (mounted === null || stored === null) return false;
  return mounted.mountRoot && mounted.device === stored.device && mounted.inode === stored.inode;
}

/** Mounts again what was unmounted: the kept copy of the mount if there is one, else its source anew. */
export function mountAgain(target: string, mounted: MountedSource, keptTree: number | undefined): void {
  if (isMountPoint(target) || statOf(target) === null) return;
  if (keptTree === undefined) mountAtTarget(target, mounted);
  else inParentOf(target, (parent, name) => attachTree(keptTree, parent, name));
}

/** Undoes {@link replaceMount}, also where that was stopped with the new mount beneath the old one. */
export function putOldMountBack(
  target: string,
  from: MountedSource,
  to: MountedSource,
  keptTree: number | undefined,
): void {
  if (shows(target, from.source)) {
    removeFromBeneath(target, to.source);
    return;
  }
  if (!shows(target, to.source)) return;
  withTree(from, keptTree, (tree) => {
    try {
      closeDescriptor(exchangeMount(target, tree, false));
    } catch (error) {
      if (!isSystemError(error, "EBUSY")) throw error;
      unmountAnyway(target);
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

/** Takes a mount of `source` away from under the one that covers it at the same place. */
function removeFromBeneath(target: string, source: string): void {
  const stored = statOf(source);
  inParentOf(target, (parent, name, realParent) => {
    const point = join(realParent, name);
    const stacked = parseMountTable(readMountTable()).filter((mount) => mount.mountPoint === point);
    if (stacked.length < 2 || stored === null) return;
    const copy = withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, ""));
    try {
      uncoverAgain(copy, parent, name);
    } finally {
      closeDescriptor(copy);
    }
  });
}
