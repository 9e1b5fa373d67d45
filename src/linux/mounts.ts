import {
  AT_EMPTY_PATH,
  AT_NO_AUTOMOUNT,
  AT_SYMLINK_NOFOLLOW,
  callNumbers,
  errno,
  MNT_DETACH,
  MNT_EXPIRE,
  MOVE_MOUNT_BENEATH,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  MS_PRIVATE,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
  UMOUNT_NOFOLLOW,
} from "./abi.ts";
import { callAt, SystemError, systemCall, systemCallOrErrno } from "./ffi.ts";
import { closeDescriptor } from "./open.ts";
import { isMountRootAt } from "./stat.ts";

/**
 * A copy of the mount that `name` in `directory` lies on, showing just what is there, attached to nothing (open_tree(2)
 * with OPEN_TREE_CLONE). A symlink is not followed: the copy shows the link itself, so that who attached it would lead
 * others along. With an empty name: of what the descriptor stands for. Mounts below it are not copied. Closing the
 * descriptor without attaching it discards the copy.
 */
export function cloneTree(directory: number, name: string): number {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (name === "" ? AT_EMPTY_PATH : lastNameOnly);
  const result = callAt(callNumbers.open_tree, directory, name, flags, 0, 0);
  if (result < 0) throw new SystemError("open_tree", -result, name);
  return result;
}

const lastNameOnly = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;

/** Attaches a detached tree at `name` in `directory`; a symlink there is not followed. */
export function attachTree(tree: number, directory: number, name: string): void {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | (name === "" ? MOVE_MOUNT_T_EMPTY_PATH : 0);
  systemCall("move_mount", name, tree, "", directory, name, flags);
}

/**
 * Attaches a detached tree beneath the mount that is at `name`, which stays on top (Linux 6.5).
 * @throws SystemError `EINVAL` on older kernels, and where the propagation of the mounts forbids it
 */
export function attachTreeBeneath(tree: number, directory: number, name: string): void {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_BENEATH;
  systemCall("move_mount", name, tree, "", directory, name, flags);
}

/** Unmounts what is on top at `name` in `directory`. @throws SystemError `EBUSY` while it is in use */
export function unmount(directory: number, name: string): void {
  systemCall("umount2", name, `/proc/self/fd/${directory}/${name}`, UMOUNT_NOFOLLOW);
}

/** Takes what is on top at `name` out of the tree of mounts at once; who uses it goes on with it. */
export function detach(directory: number, name: string): void {
  systemCall("umount2", name, `/proc/self/fd/${directory}/${name}`, UMOUNT_NOFOLLOW | MNT_DETACH);
}

/** Takes a tree away that was attached, wherever that was: by its own descriptor. Nothing may be mounted on it. */
export function detachTree(tree: number): void {
  systemCall("umount2", "", `/proc/self/fd/${tree}`, MNT_DETACH);
}

/**
 * True if something is mounted at just this place, and an unmount of what is on top there would fail with EBUSY now. The
 * first umount2(2) with MNT_EXPIRE after any use of the mount only asks: EAGAIN means free. The look at it is that use.
 */
export function isBusyMount(directory: number, name: string): boolean {
  if (!isMountRootAt(directory, name)) return false;
  const path = `/proc/self/fd/${directory}/${name}`;
  return systemCallOrErrno("umount2", path, UMOUNT_NOFOLLOW | MNT_EXPIRE) === -errno.EBUSY;
}

/** `linux/magic.h` */
const OVERLAYFS_SUPER_MAGIC = 0x794c7630;

/** True if the object behind any descriptor, a handle included, lies on an overlay (fstatfs(2)). */
export function isOnOverlay(descriptor: number): boolean {
  // `f_type` is the first word of `struct statfs`.
  const words = new Uint32Array(30);
  systemCall("fstatfs", "", descriptor, new Uint8Array(words.buffer));
  return words[0] === OVERLAYFS_SUPER_MAGIC;
}

/** Bits of `struct mount_attr` (linux/mount.h). */
const attributeBits = {
  ro: 0x1,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  relatime: 0x0,
  noatime: 0x10,
  strictatime: 0x20,
  nodiratime: 0x80,
  nosymfollow: 0x200000,
} as const;
const allAttributes = 0x2000ff & ~0x70;
const accessTimeMask = 0x70;

export type MountAttribute = keyof typeof attributeBits;

/**
 * Gives the mount behind a descriptor of its root these options (mount_setattr(2), Linux 5.12).
 * @param state An attached mount gets just these, all others off. A new one keeps what the mount that it is a copy of
 *   has besides: where that is not the one that it was planned to be, `nosuid` is there for a reason. It also leaves its
 *   peer group, so that what is mounted on it does not appear a second time below the persistence root; once attached
 *   to a shared mount it becomes shared again, in a group of its own
 */
export function setMountOptions(
  root: number,
  options: readonly MountAttribute[],
  state: "new" | "attached",
): void {
  const set = options.reduce((bits, option) => bits | attributeBits[option], 0);
  const isNew = state === "new";
  const clear = (isNew ? 0 : allAttributes & ~set) | accessTimeMask;
  const attributes = mountAttributes(set, clear, isNew ? MS_PRIVATE : 0);
  systemCall("mount_setattr", "", root, "", AT_EMPTY_PATH, attributes, attributes.length);
}

/**
 * A copy as {@link cloneTree} makes it of what the handle stands for, with these options, and in no peer group: nothing
 * that is mounted meanwhile appears in it. The caller closes it.
 */
export function cloneWithOptions(handle: number, options: readonly MountAttribute[]): number {
  const tree = cloneTree(handle, "");
  try {
    setMountOptions(tree, options, "new");
    return tree;
  } catch (error) {
    closeDescriptor(tree);
    throw error;
  }
}

/** `struct mount_attr`: attr_set, attr_clr, propagation, userns_fd, of 64 bits each; what is asked for has 32. */
const attributesOfCall = new Uint32Array(8);
const bytesOfAttributes = new Uint8Array(attributesOfCall.buffer);

function mountAttributes(set: number, clear: number, propagation: number): Uint8Array {
  attributesOfCall[0] = set;
  attributesOfCall[2] = clear;
  attributesOfCall[4] = propagation;
  return bytesOfAttributes;
}
