import { isSystemError, SystemError } from "../linux/ffi.ts";
import { closeDescriptor, openHandle, withDescriptor } from "../linux/files.ts";
import {
  attachTree,
  attachTreeBeneath,
  cloneTree,
  detach,
  isBusy,
  setMountOptions,
  unmount,
} from "../linux/mounts.ts";
import { inParentOf } from "../linux/walk.ts";
import type { MountedSource, MountOptions } from "../model/plan.ts";

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

/** Unmounts the target, and gives back a detached copy of the mount for undoing that. */
export function unmountTarget(target: string): number {
  return inParentOf(target, (parent, name) => {
    const copy = withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, ""));
    try {
      unmount(parent, name);
      return copy;
    } catch (error) {
      closeDescriptor(copy);
      throw error;
    }
  });
}

/** Attaches a kept copy of a mount at its old place, and lets go of it. */
export function attachKept(target: string, tree: number): void {
  inParentOf(target, (parent, name) => attachTree(tree, parent, name));
}

/**
 * Exchanges the mount at the target for one of another source.
 * @returns a detached copy of the old mount
 */
export function replaceMount(target: string, to: MountedSource): number {
  return withDescriptor(detachedMount(to), (tree) => exchangeMount(target, tree));
}

/**
 * Exchanges the mount at the target for a detached one. This goes beneath the old one, which is then unmounted, so
 * there is no instant without a mount. Where the kernel has no such call, the old one goes first.
 * @returns a detached copy of the old mount
 * @throws SystemError `EBUSY` before anything changed, if somebody uses the old mount
 */
export function exchangeMount(target: string, tree: number): number {
  return inParentOf(target, (parent, name) => {
    if (isBusy(parent, name)) throw new SystemError("umount2", EBUSY, target);
    const copy = withDescriptor(openHandle(parent, name), (handle) => cloneTree(handle, ""));
    try {
      exchangeMounts(tree, copy, parent, name);
      return copy;
    } catch (error) {
      closeDescriptor(copy);
      throw error;
    }
  });
}

const EBUSY = 16;

function exchangeMounts(tree: number, copy: number, parent: number, name: string): void {
  const isBeneath = tryBeneath(tree, parent, name);
  try {
    unmount(parent, name);
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
