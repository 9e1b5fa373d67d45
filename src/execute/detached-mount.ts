import { errno } from "../linux/abi.ts";
import { isSystemError, SystemError } from "../linux/ffi.ts";
import { cloneTree, cloneWithOptions } from "../linux/mounts.ts";
import { closeDescriptor, openHandle, withDescriptor } from "../linux/open.ts";
import { inParentOf } from "../linux/open-directory.ts";
import type { OpenDirectory } from "../linux/path-walk.ts";
import { areOneObject, type Stat, statAt, statDescriptor } from "../linux/stat.ts";
import type { MountedSource, MountOptions } from "../model/plan.ts";
import { folderInCopy } from "./storage-copy.ts";

/** A mount that is attached to nothing yet, and what it shows. */
export interface Detached {
  readonly tree: number;
  readonly shown: Stat;
}

/**
 * A mount of what is at `source`, attached to nothing yet. The caller closes it.
 * @throws SystemError `ELOOP` where a symlink is in the place of the source: it could be mounted as such, and would be
 *   followed then
 */
export function detachedMount(mounted: MountedSource): number {
  return inParentOf(
    mounted.source,
    (descriptor, name, path) => detachedMountIn({ descriptor, path }, name, mounted).tree,
  );
}

/** As {@link detachedMount}, of what is at `name` in the open directory that holds the source. */
export function detachedMountIn(
  directory: OpenDirectory,
  name: string,
  { source, options }: MountedSource,
): Detached {
  const found = statAt(directory.descriptor, name);
  if (found === null) throw new SystemError("statx", errno.ENOENT, name);
  if (found.type === "symlink") throw new SystemError("open_tree", errno.ELOOP, source);
  const folder = folderInCopy(directory, found.mountId, options);
  const clone = folder === null ? null : cloneOf(found, folder, name);
  return clone ?? cloneOfHandle(directory, name, source, options);
}

/** Clones what is at `name` in a copy, if it is the very object that was found. */
function cloneOf(found: Stat, folder: number, name: string): Detached | null {
  const tree = cloneIfThere(folder, name);
  if (tree === null) return null;
  try {
    const shown = statDescriptor(tree);
    if (areOneObject(shown, found)) return { tree, shown };
  } catch (error) {
    closeDescriptor(tree);
    throw error;
  }
  closeDescriptor(tree);
  return null;
}

function cloneIfThere(folder: number, name: string): number | null {
  try {
    return cloneTree(folder, name);
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

/** Clones the mount itself, not a copy of it. */
function cloneOfHandle(
  directory: OpenDirectory,
  name: string,
  source: string,
  options: MountOptions,
): Detached {
  return withDescriptor(openHandle(directory.descriptor, name), (handle) => {
    const shown = statDescriptor(handle);
    if (shown.type === "symlink") throw new SystemError("open_tree", errno.ELOOP, source);
    const tree = cloneWithOptions(handle, options);
    return { tree, shown: statDescriptor(tree) };
  });
}

/** A detached mount of what another one showed (see {@link unmountTarget}). The caller closes it. */
export function mountOfKept(handle: number, options: MountOptions): number {
  return cloneWithOptions(handle, options);
}
