import { isSystemError } from "../linux/ffi.ts";
import { closeDescriptor, openHandle, openHandleWithin, withDescriptor } from "../linux/files.ts";
import { cloneTree, setMountOptions } from "../linux/mounts.ts";
import { type Stat, statDescriptor } from "../linux/stat.ts";
import { type OpenDirectory, walkToParent } from "../linux/walk.ts";
import { isBelow, join, parentOf, rebase } from "../model/path.ts";

/**
 * Detached copies of the mounts that sources lie on. To clone a part of a mount, the kernel looks through all that is
 * mounted on it: with 5,000 mounts that takes 70 µs each time. A detached copy has nothing mounted on it, and a clone
 * of a part of it takes 8 µs (Linux 6.15; older kernels refuse, and the mount itself is cloned). And what a mount shows
 * can be kept as a mere handle in the copy, while closing a clone that was kept costs as much as an unmount.
 */

interface StorageCopy {
  readonly mountId: number;
  readonly device: string;
  /** The path, without symlinks, that the copied mount is mounted at. */
  readonly top: string;
  readonly tree: number;
}

const copies: StorageCopy[] = [];
/** How often each mount was asked for. */
const asked = new Map<number, number>();
let isPossible = true;

/** With fewer than that, a copy would cost more than it saves. */
const fewSources = 8;

/**
 * A handle of the very same object in a copy of its mount.
 * @param found the object `name` in the directory
 * @returns null if there is none: then it can only be looked at where it is. The caller closes it
 */
export function handleInCopy(directory: OpenDirectory, name: string, found: Stat): number | null {
  const copy = copyOf(directory, found.mountId);
  return copy === null ? null : handleWithin(copy, join(directory.path, name), found);
}

/** A handle of the object that a mount shows, by the path of its source. @returns null as {@link handleInCopy} */
export function handleOfShown(source: string, shown: Stat): number | null {
  const known = copies.find(({ top, device }) => device === shown.device && isBelow(source, top));
  if (known !== undefined) return handleWithin(known, source, shown);
  const parent = walkToParent(source);
  if (parent.kind !== "open") return null;
  return withDescriptor(parent.descriptor, () => {
    const { mountId } = statDescriptor(parent.descriptor);
    const copy = copyOf(parent, mountId);
    return copy === null ? null : handleWithin(copy, source, shown);
  });
}

/** The mount of that id changes, or goes: its id may come to stand for another one. */
export function forgetCopy(mountId: number): void {
  asked.delete(mountId);
  const index = copies.findIndex((copy) => copy.mountId === mountId);
  for (const { tree } of index === -1 ? [] : copies.splice(index, 1)) closeDescriptor(tree);
}

export function forgetAllCopies(): void {
  for (const { tree } of copies.splice(0)) closeDescriptor(tree);
  asked.clear();
}

function handleWithin({ tree, top }: StorageCopy, path: string, found: Stat): number | null {
  if (!isBelow(path, top)) return null;
  const handle = openHandleWithin(tree, rebase(path, top, "/"));
  if (handle < 0) return null;
  const here = statDescriptor(handle);
  const isSame = here.device === found.device && here.inode === found.inode && here.birth === found.birth;
  if (isSame) return handle;
  closeDescriptor(handle);
  return null;
}

/** @param directory one that lies on the mount of this id, if the copy is to be of use */
function copyOf(directory: OpenDirectory, mountId: number): StorageCopy | null {
  const known = copies.find((copy) => copy.mountId === mountId);
  if (known !== undefined) return known;
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
  const tree = cloneTree(handle, "");
  try {
    // In no peer group: nothing that is mounted meanwhile appears in it.
    setMountOptions(tree, [], "new");
    closeDescriptor(cloneTree(tree, ""));
    return { mountId, device, top, tree };
  } catch (error) {
    closeDescriptor(tree);
    if (!isSystemError(error, "EINVAL")) throw error;
    isPossible = false;
    return null;
  }
}
