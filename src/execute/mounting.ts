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
import { type Stat, statAt, statDescriptor } from "../linux/stat.ts";
import { inParentOf } from "../linux/walk.ts";
import { join } from "../model/path.ts";
import type { MountedSource, MountOptions } from "../model/plan.ts";
import { statOf } from "./objects.ts";
import type { Outcome } from "./session.ts";

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

/** @returns what is mounted at the target now */
export function mountAtTarget(target: string, mounted: MountedSource): Stat {
  return withDescriptor(detachedMount(mounted), (tree) => {
    inParentOf(target, (parent, name) => attachTree(tree, parent, name));
    return statDescriptor(tree);
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

/** Exchanges the mount at the target for one of another source. */
export function replaceMount(target: string, to: MountedSource, lazy: boolean): Outcome {
  return withDescriptor(detachedMount(to), (tree) => ({
    keptTree: exchangeMount(target, tree, lazy),
    object: statDescriptor(tree),
  }));
}

/**
 * Exchanges the mount at the target for a detached one. This goes beneath the old one, which is then unmounted, so
 * there is no instant without a mount. Where the kernel has no such call, the old one goes first.
 * @param lazy detach the old mount even if somebody uses it
 * @param shown what the old mount shows, if that is known
 * @returns a detached copy of the old mount
 * @throws SystemError `EBUSY` before anything changed, if somebody uses the old mount; `ESTALE` if it is another
 */
export function exchangeMount(target: string, tree: number, lazy: boolean, shown?: Stat): number {
  return inParentOf(target, (parent, name) => {
    if (shown !== undefined && !isMountOf(statAt(parent, name), shown)) {
      throw new SystemError("statx", ESTALE, target);
    }
    if (!lazy && staysBusy(parent, name)) throw new SystemError("umount2", EBUSY, target);
    const copy = withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, ""));
    try {
      exchangeMounts(tree, copy, parent, name, lazy ? detach : unmountSoon);
      return copy;
    } catch (error) {
      closeDescriptor(copy);
      throw error;
    }
  });
}

const EBUSY = 16;
const ESTALE = 116;

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

/** Milliseconds: a look at a mount uses it for an instant, and is over soon. */
const passingUse = 50;

/** True if the mount on top at `name` is in use, and not only for an instant. */
export function staysBusy(parent: number, name: string): boolean {
  const begin = performance.now();
  while (isBusy(parent, name)) {
    if (performance.now() - begin > passingUse) return true;
    Bun.sleepSync(1);
  }
  return false;
}

/** Unmounts, and waits for uses that pass. @throws SystemError `EBUSY` if one does not */
function unmountSoon(parent: number, name: string): void {
  const begin = performance.now();
  for (;;) {
    try {
      unmount(parent, name);
      return;
    } catch (error) {
      if (!isSystemError(error, "EBUSY") || performance.now() - begin > passingUse) throw error;
      Bun.sleepSync(1);
    }
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
 * Takes away the mount beneath the one at this place: somebody began to use that after it was found free, or a command
 * was killed in between. The way to the lower one leads past the upper one only (umount2(2) goes down to the top, even
 * by a descriptor), so the upper one is detached (its users go on with the same files) and a copy takes its place.
 */
function uncoverAgain(copy: number, parent: number, name: string): void {
  detach(parent, name);
  // Beneath the lower mount, which is on top now: so there is something mounted at every instant.
  attachTreeBeneath(copy, parent, name);
  detach(parent, name);
}

export function changeMountOptions(target: string, options: MountOptions): void {
  inParentOf(target, (parent, name) =>
    withDescriptor(openHandle(parent, name), (handle) => setMountOptions(handle, options, false)),
  );
}

/**
 * Takes a mount away again; a process that found it in the meantime does not stop that. It is looked at in the same
 * open directory as it is then taken from, where nobody can exchange a mount point for another.
 * @param shown what the mount shows; null if that is not known any more
 * @returns why it was left
 */
export function unmountAgain(target: string, shown: Stat | null): string[] {
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

/** True if something is mounted at just this place. */
export function isMountPoint(target: string): boolean {
  return statOf(target)?.mountRoot === true;
}

/** True if `found` is where something is mounted that shows this object. */
function isMountOf(found: Stat | null, shown: Stat | null): boolean {
  if (found === null || shown === null) return false;
  return found.mountRoot && found.device === shown.device && found.inode === shown.inode;
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
    mountAgain(target, from, keptTree);
    return;
  }
  withTree(from, keptTree, (tree) => {
    try {
      closeDescriptor(exchangeMount(target, tree, false, shown));
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
function removeFromBeneath(target: string, old: Stat | null): void {
  inParentOf(target, (parent, name, realParent) => {
    const point = join(realParent, name);
    const stacked = parseMountTable(readMountTable()).filter((mount) => mount.mountPoint === point);
    if (stacked.length < 2 || !isMountOf(statAt(parent, name), old)) return;
    const copy = withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, ""));
    try {
      uncoverAgain(copy, parent, name);
    } finally {
      closeDescriptor(copy);
    }
  });
}
