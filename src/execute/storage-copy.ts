import { isSystemError } from "../linux/ffi.ts";
import { cloneTree, cloneWithOptions } from "../linux/mounts.ts";
import { closeDescriptor, openDirectoryWithin, openHandle } from "../linux/open.ts";
import { openParent } from "../linux/open-directory.ts";
import type { OpenDirectory } from "../linux/path-walk.ts";
import { areOneObject, type Stat, statDescriptor } from "../linux/stat.ts";
import { isAtOrBelow, isBelow, nameOf, parentOf, rebase } from "../model/path.ts";
import type { MountOptions } from "../model/plan.ts";

/**
 * Detached copies of the mounts that sources lie on. To clone a part of a mount, the kernel looks through all that is
 * mounted on it: with 5,000 mounts that takes 70 µs each time. A detached copy has nothing mounted on it, and a clone
 * of a part of it takes 4 µs (Linux 6.15; older kernels refuse, and the mount itself is cloned). A copy has the options
 * that are asked for, and so have its clones. And what a mount shows can be kept as a mere handle in the copy, while
 * closing a clone that was kept costs as much as an unmount.
 */

interface StorageCopy {
  readonly mountId: number;
  readonly device: string;
  /** The path, without symlinks, that the copied mount is mounted at. */
  readonly top: string;
  readonly tree: number;
  /** What the copy has on top of the options of the mount; none: it serves for keeping, too. */
  readonly options: MountOptions;
  /** The directory in the copy that was asked for last: neighbours are asked for one after the other. */
  folder: OpenDirectory | null;
}

const copies: StorageCopy[] = [];
/** How often each mount was asked for. */
const asked = new Map<number, number>();
/** Copies of mounts that went since: closing them would end what is kept in them. */
const retired: StorageCopy[] = [];
let isPossible = true;

/** With fewer than that, a copy would cost more than it saves. */
const fewSources = 8;

/**
 * The same directory in a copy of its mount, for cloning what is in it.
 * @param mountId that of what is to be cloned: it may be another one than the directory lies on
 * @param options what the clones are to have
 * @returns null if there is none. The caller does not close it
 */
export function folderInCopy(
  directory: OpenDirectory,
  mountId: number,
  options: MountOptions,
): number | null {
  const copy = copyOf(directory, mountId, options);
  return copy === null ? null : folderWithin(copy, directory.path);
}

/**
 * A handle of the object that a mount shows, by the path of its source, in a copy of the mount that this lies on.
 * @returns null if there is none. The caller closes it
 */
export function handleOfShown(source: string, shown: Stat): number | null {
  const copy = copyThatShows(source, shown.device) ?? copyAround(source);
  if (copy === null || !isBelow(source, copy.top)) return null;
  const folder = folderWithin(copy, parentOf(source));
  return folder === null ? null : handleOf(folder, nameOf(source), shown);
}

/** The mount of that id changes, or goes: its id may come to stand for another one. */
export function forgetCopy(mountId: number): void {
  if (asked.size > 0) asked.delete(mountId);
  for (let index = copies.length - 1; index >= 0; index -= 1) {
    if (copies[index]?.mountId === mountId) retired.push(...copies.splice(index, 1));
  }
}

export function forgetAllCopies(): void {
  for (const { tree, folder } of [...copies.splice(0), ...retired.splice(0)]) {
    if (folder !== null) closeDescriptor(folder.descriptor);
    closeDescriptor(tree);
  }
  asked.clear();
}

function handleOf(folder: number, name: string, shown: Stat): number | null {
  let handle: number | null = null;
  try {
    handle = openHandle(folder, name);
    if (areOneObject(statDescriptor(handle), shown)) return handle;
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  if (handle !== null) closeDescriptor(handle);
  return null;
}

/** @param path without symlinks, or else there is none */
function folderWithin(copy: StorageCopy, path: string): number | null {
  if (copy.folder?.path === path) return copy.folder.descriptor;
  if (!isAtOrBelow(path, copy.top)) return null;
  const descriptor = openDirectoryWithin(copy.tree, rebase(path, copy.top, "/"));
  if (descriptor < 0) return null;
  if (copy.folder !== null) closeDescriptor(copy.folder.descriptor);
  copy.folder = { descriptor, path };
  return descriptor;
}

function copyThatShows(source: string, device: string): StorageCopy | null {
  for (let index = 0; index < copies.length; index += 1) {
    const copy = copies[index];
    if (copy?.device === device && copy.options.length === 0 && isBelow(source, copy.top)) return copy;
  }
  return null;
}

function copyAround(source: string): StorageCopy | null {
  const parent = openParent(source);
  if (parent.kind !== "open") return null;
  try {
    return copyOf(parent, statDescriptor(parent.descriptor).mountId, []);
  } finally {
    closeDescriptor(parent.descriptor);
  }
}

/** @param directory one that lies on the mount of this id, if the copy is to be of use */
function copyOf(directory: OpenDirectory, mountId: number, options: MountOptions): StorageCopy | null {
  let plain: StorageCopy | null = null;
  for (let index = 0; index < copies.length; index += 1) {
    const copy = copies[index];
    if (copy?.mountId !== mountId) continue;
    if (areSame(copy.options, options)) return copy;
    if (copy.options.length === 0) plain = copy;
  }
  plain ??= makePlainCopy(directory, mountId);
  if (plain === null || options.length === 0) return plain;
  const dressed = { ...plain, tree: cloneWithOptions(plain.tree, options), options, folder: null };
  copies.push(dressed);
  return dressed;
}

function areSame(left: MountOptions, right: MountOptions): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

/** Makes a copy with the options of the mount itself, if it was asked for often enough. */
function makePlainCopy(directory: OpenDirectory, mountId: number): StorageCopy | null {
  const times = (asked.get(mountId) ?? 0) + 1;
  asked.set(mountId, times);
  // Older kernels don't tell mounts apart (STATX_MNT_ID, Linux 5.8).
  if (!isPossible || times <= fewSources || mountId === 0) return null;
  const copy = makeCopy(directory, mountId);
  if (copy !== null) copies.push(copy);
  return copy;
}

/** Climbs to the top of the mount, and clones it there. */
function makeCopy(directory: OpenDirectory, mountId: number): StorageCopy | null {
  let handle = openHandle(directory.descriptor, ".");
  try {
    let top = directory.path;
    let stat = statDescriptor(handle);
    while (stat.mountId === mountId && !stat.mountRoot && top !== "/") {
      const above = openHandle(handle, "..");
      closeDescriptor(handle);
      handle = above;
      top = parentOf(top);
      stat = statDescriptor(handle);
    }
    return stat.mountId === mountId ? cloneTop(handle, top, stat) : null;
  } finally {
    closeDescriptor(handle);
  }
}

function cloneTop(handle: number, top: string, { mountId, device }: Stat): StorageCopy | null {
  const tree = cloneWithOptions(handle, []);
  try {
    closeDescriptor(cloneTree(tree, ""));
    return { mountId, device, top, tree, options: [], folder: null };
  } catch (error) {
    closeDescriptor(tree);
    if (!isSystemError(error, "EINVAL")) throw error;
    isPossible = false;
    return null;
  }
}
