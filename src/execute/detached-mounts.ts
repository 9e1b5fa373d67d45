import { errno } from "../linux/abi.ts";
import { isSystemError, SystemError } from "../linux/ffi.ts";
import { cloneTree, cloneWithOptions } from "../linux/mounts.ts";
import { closeDescriptor, openDirectoryWithin, openHandle, withDescriptor } from "../linux/open.ts";
import { inParentOf, openParent } from "../linux/open-directory.ts";
import type { OpenDirectory } from "../linux/path-walk.ts";
import { areOneObject, type Stat, statAt, statDescriptor } from "../linux/stat.ts";
import { isAtOrBelow, isBelow, nameOf, parentOf, rebase } from "../model/path.ts";
import type { MountedSource, MountOptions } from "../model/plan.ts";

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
  return inParentOf(mounted.source, (parent, name) => cloneAt(parent, name, mounted).tree);
}

/** Clones the mount itself, not a copy of it. */
function cloneAt(parent: number, name: string, { source, options }: MountedSource): Detached {
  return withDescriptor(openHandle(parent, name), (handle) => {
    if (statDescriptor(handle).type === "symlink") throw new SystemError("open_tree", errno.ELOOP, source);
    const tree = cloneWithOptions(handle, options);
    return { tree, shown: statDescriptor(tree) };
  });
}

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

/** With fewer than that, a copy would cost more than it saves. */
const fewSources = 8;

/**
 * Detached copies of the mounts that sources lie on. To clone a part of a mount, the kernel looks through all that is
 * mounted on it: with 5,000 mounts that takes 70 µs each time. A detached copy has nothing mounted on it, and a clone
 * of a part of it takes 4 µs (Linux 6.15; older kernels refuse, and the mount itself is cloned). A copy has the options
 * that are asked for, and so have its clones. And what a mount shows can be kept as a mere handle in the copy, while
 * closing a clone that was kept costs as much as an unmount.
 */
export class StorageCopies {
  readonly #copies: StorageCopy[] = [];
  /** Copies of mounts that went since: closing them would end what is kept in them. */
  readonly #retired: StorageCopy[] = [];
  /** How often each mount was asked for. */
  readonly #asked = new Map<number, number>();
  #isPossible = true;

  /** As {@link detachedMount}, of what is at `name` in the open directory that holds the source. */
  detachedMountIn(directory: OpenDirectory, name: string, mounted: MountedSource): Detached {
    const found = statAt(directory.descriptor, name);
    if (found === null) throw new SystemError("statx", errno.ENOENT, name);
    const copy = this.#copyOf(directory, found.mountId, mounted.options);
    const folder = copy === null || found.type === "symlink" ? null : folderWithin(copy, directory.path);
    const clone = folder === null ? null : openIfSame(found, () => cloneTree(folder, name));
    return clone === null
      ? cloneAt(directory.descriptor, name, mounted)
      : { tree: clone.descriptor, shown: clone.stat };
  }

  /**
   * A handle of the object that a mount shows, by the path of its source, in a copy of the mount that this lies on.
   * @returns null if there is none. The caller closes it
   */
  handleOfShown(source: string, shown: Stat): number | null {
    const known = this.#copies.find(
      ({ device, options, top }) => device === shown.device && options.length === 0 && isBelow(source, top),
    );
    const copy = known ?? this.#copyAround(source);
    if (copy === null || !isBelow(source, copy.top)) return null;
    const folder = folderWithin(copy, parentOf(source));
    if (folder === null) return null;
    return openIfSame(shown, () => openHandle(folder, nameOf(source)))?.descriptor ?? null;
  }

  /** The mount of that id changes, or goes: its id may come to stand for another one. */
  forget(mountId: number): void {
    this.#asked.delete(mountId);
    const gone = this.#copies.filter((copy) => copy.mountId === mountId);
    for (const copy of gone) this.#retired.push(...this.#copies.splice(this.#copies.indexOf(copy), 1));
  }

  close(): void {
    for (const { tree, folder } of [...this.#copies.splice(0), ...this.#retired.splice(0)]) {
      if (folder !== null) closeDescriptor(folder.descriptor);
      closeDescriptor(tree);
    }
  }

  #copyAround(source: string): StorageCopy | null {
    const parent = openParent(source);
    if (parent.kind !== "open") return null;
    return withDescriptor(parent.descriptor, (directory) =>
      this.#copyOf(parent, statDescriptor(directory).mountId, []),
    );
  }

  /** @param directory one that lies on the mount of this id, if the copy is to be of use */
  #copyOf(directory: OpenDirectory, mountId: number, options: MountOptions): StorageCopy | null {
    const copies = this.#copies.filter((copy) => copy.mountId === mountId);
    const known = copies.find((copy) => copy.options.join() === options.join());
    if (known !== undefined) return known;
    const plain = copies.find((copy) => copy.options.length === 0) ?? this.#makePlainCopy(directory, mountId);
    if (plain === null || options.length === 0) return plain;
    const dressed = { ...plain, tree: cloneWithOptions(plain.tree, options), options, folder: null };
    this.#copies.push(dressed);
    return dressed;
  }

  /** Makes a copy with the options of the mount itself, if it was asked for often enough. */
  #makePlainCopy(directory: OpenDirectory, mountId: number): StorageCopy | null {
    const times = (this.#asked.get(mountId) ?? 0) + 1;
    this.#asked.set(mountId, times);
    // Older kernels don't tell mounts apart (STATX_MNT_ID, Linux 5.8).
    if (!this.#isPossible || times <= fewSources || mountId === 0) return null;
    try {
      const copy = copyMount(directory, mountId);
      if (copy !== null) this.#copies.push(copy);
      return copy;
    } catch (error) {
      if (!isSystemError(error, "EINVAL")) throw error;
      this.#isPossible = false;
      return null;
    }
  }
}

/**
 * Climbs to the top of the mount, and clones it there.
 * @throws SystemError `EINVAL` where the kernel can't clone a part of the copy
 */
function copyMount(directory: OpenDirectory, mountId: number): StorageCopy | null {
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
    if (stat.mountId !== mountId) return null;
    const tree = cloneWithOptions(handle, []);
    try {
      closeDescriptor(cloneTree(tree, ""));
      return { mountId, device: stat.device, top, tree, options: [], folder: null };
    } catch (error) {
      closeDescriptor(tree);
      throw error;
    }
  } finally {
    closeDescriptor(handle);
  }
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

/** What `open` gives, if that is of the very object; null if it is of another, or of none. */
function openIfSame(object: Stat, open: () => number): { descriptor: number; stat: Stat } | null {
  let descriptor: number | null = null;
  try {
    descriptor = open();
    const stat = statDescriptor(descriptor);
    if (areOneObject(stat, object)) return { descriptor, stat };
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  if (descriptor !== null) closeDescriptor(descriptor);
  return null;
}
