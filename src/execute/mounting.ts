import { errno } from "../linux/abi.ts";
import { isSystemError, SystemError } from "../linux/ffi.ts";
import {
  attachTree,
  attachTreeBeneath,
  cloneTree,
  detach,
  detachTree,
  isBusyMount,
  setMountOptions,
  unmount,
} from "../linux/mounts.ts";
import { closeDescriptor, openHandle, withDescriptor } from "../linux/open.ts";
import { inParentOf } from "../linux/open-directory.ts";
import { isMountRootAt, mountIdAt, type Stat, statAt, statDescriptor } from "../linux/stat.ts";
import { join, nameOf } from "../model/path.ts";
import type { MountedSource, MountOptions, Step } from "../model/plan.ts";
import { detachedMount } from "./detached-mounts.ts";
import { statOf } from "./objects.ts";
import type { Identified, Outcome, StepContext } from "./step-context.ts";

/** Carries out a step. @returns what is mounted at the target now */
export function mountInFolders(
  step: Extract<Step, { kind: "mount" }>,
  { folders, copies }: Pick<StepContext, "folders" | "copies">,
): Stat {
  const { target, source } = step;
  const { tree, shown } = copies.detachedMountIn(folders.source.around(source), nameOf(source), step);
  try {
    const folder = folders.target.around(target);
    const name = nameOf(target);
    attachIn(folder.descriptor, name, tree, shown.mountId, target);
    // What is mounted from now on comes from where the path leads to from now on.
    folders.source.closeIfCovered(join(folder.path, name));
    return shown;
  } finally {
    closeDescriptor(tree);
  }
}

/** Mounts what is at the source at the target. */
export function mountAtTarget(target: string, mounted: MountedSource): void {
  withDescriptor(detachedMount(mounted), (tree) => attachAtTarget(target, tree));
}

/**
 * Attaches a detached mount.
 * @throws as {@link attachIn}
 */
export function attachAtTarget(target: string, tree: number): void {
  inParentOf(target, (parent, name) => attachIn(parent, name, tree, statDescriptor(tree).mountId, target));
}

/**
 * Attaches a detached mount in an open directory. A user can rename a directory between the kernel's looking it up and
 * its mounting on it; then the mount is somewhere else in their folder, and is taken away again.
 * @param mountId of the detached mount, which it keeps
 * @throws SystemError `ESTALE` then, and where another mount is at the target by now
 */
function attachIn(parent: number, name: string, tree: number, mountId: number, target: string): void {
  if (isMountRootAt(parent, name)) throw new SystemError("move_mount", errno.ESTALE, target);
  attachTree(tree, parent, name);
  if (mountIdAt(parent, name) === mountId) return;
  detachTree(tree);
  throw new SystemError("move_mount", errno.ESTALE, target);
}

/**
 * No user can put another mount at the name in this open directory after that: a mount point can't be renamed.
 * @throws SystemError `ESTALE` if what is mounted there is not the mount that the plan saw
 */
function expectMount(parent: number, name: string, mountId: number): Stat {
  const found = statAt(parent, name);
  if (found?.mountId === mountId) return found;
  throw new SystemError("statx", errno.ESTALE, name);
}

/** Unmounts the target, and gives back what undoing that takes: a handle of what it showed, or a copy of the mount. */
export function unmountTarget(
  step: Extract<Step, { kind: "unmount" }>,
  { folders, copies, lazy }: Pick<StepContext, "folders" | "copies" | "lazy">,
): Outcome {
  const { target, mountId, source } = step;
  const { descriptor: parent } = folders.target.around(target);
  const name = nameOf(target);
  const shown = expectMount(parent, name, mountId);
  const handle = copies.handleOfShown(source, shown);
  const kept = handle ?? withDescriptor(openHandle(parent, name), (mounted) => cloneTree(mounted, ""));
  try {
    if (lazy) detach(parent, name);
    else unmount(parent, name);
    return handle === null ? { keptTree: kept } : { keptHandle: kept };
  } catch (error) {
    closeDescriptor(kept);
    throw error;
  }
}

/** Exchanges the mount at the target for one of another source. */
export function replaceMount(
  { target, mountId, to }: Extract<Step, { kind: "replace-mount" }>,
  { copies, lazy }: Pick<StepContext, "copies" | "lazy">,
): Outcome {
  const { tree, shown } = inParentOf(to.source, (descriptor, name, path) =>
    copies.detachedMountIn({ descriptor, path }, name, to),
  );
  const keptTree = withDescriptor(tree, () =>
    exchangeMount(target, tree, lazy, (parent, name) => expectMount(parent, name, mountId)),
  );
  return { keptTree, object: shown };
}

/**
 * Exchanges the mount at the target for a detached one. This goes beneath the old one, which is then unmounted, so
 * there is no instant without a mount. Where the kernel has no such call, the old one goes first.
 * @param lazy detach the old mount even if it is in use
 * @param check throws if the old mount is not the one that is meant
 * @returns a detached copy of the old mount
 * @throws SystemError `EBUSY` before anything changed, if the old mount is in use; `ESTALE` if it is another
 */
export function exchangeMount(
  target: string,
  tree: number,
  lazy: boolean,
  check: (parent: number, name: string) => void,
): number {
  return inParentOf(target, (parent, name) => {
    check(parent, name);
    if (!lazy && staysBusy(parent, name)) throw new SystemError("umount2", errno.EBUSY, target);
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

/** True if something is mounted at `name` that is in use, and not only for an instant. */
export function staysBusy(parent: number, name: string): boolean {
  if (!isBusyMount(parent, name)) return false;
  const begin = performance.now();
  while (isBusyMount(parent, name)) {
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
 * Takes away the mount beneath the one at this place: a process began to use that after it was found free, or a command
 * was killed in between. The way to the lower one leads past the upper one only (umount2(2) goes down to the top, even
 * by a descriptor), so the upper one is detached (its users go on with the same files) and a copy takes its place.
 */
export function uncoverAgain(copy: number, parent: number, name: string): void {
  detach(parent, name);
  // Beneath the lower mount, which is on top now: so there is something mounted at every instant.
  attachTreeBeneath(copy, parent, name);
  detach(parent, name);
}

export function changeMountOptions(
  { target, mountId }: Extract<Step, { kind: "set-mount-options" }>,
  options: MountOptions,
): void {
  inParentOf(target, (parent, name) => {
    expectMount(parent, name, mountId);
    withDescriptor(openHandle(parent, name), (handle) => setMountOptions(handle, options, "attached"));
  });
}

/** True if something is mounted at just this place. */
export function isMountPoint(target: string): boolean {
  return statOf(target)?.mountRoot === true;
}

/** @throws SystemError `ESTALE` if what is mounted there does not show this object */
export function expectMountOf(parent: number, name: string, shown: Identified): void {
  if (!isMountOf(statAt(parent, name), shown)) throw new SystemError("statx", errno.ESTALE, name);
}

/** True if `found` is where something is mounted that shows this object. */
export function isMountOf(
  found: (Identified & { readonly mountRoot: boolean }) | null,
  shown: Identified | null,
): boolean {
  if (found === null || shown === null) return false;
  return found.mountRoot && found.device === shown.device && found.inode === shown.inode;
}
