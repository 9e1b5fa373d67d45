import type { Mount } from "./mount.ts";

/** Who owns an object and who may use it. */
export interface Access {
  readonly uid: number;
  readonly gid: number;
  /** The twelve permission bits. */
  readonly mode: number;
}

/**
 * Proof that an object is the one that imp made: its inode and birth time, which no later object
 * of the same name shares. `birth` is in nanoseconds since the epoch as a decimal string, or null
 * where the filesystem does not keep it.
 */
export interface Identity {
  readonly inode: string;
  readonly birth: string | null;
}

/** An object that was looked at. */
export interface Found {
  readonly isDirectory: boolean;
  /** `major:minor` of its filesystem. */
  readonly device: string;
  readonly identity: Identity;
}

/**
 * True if it is the very object of that identity. An overlay whose layers lie on several filesystems gives a directory
 * another inode number whenever it was out of the kernel's memory; its birth stays (Documentation/filesystems/
 * overlayfs.rst, "Inode properties").
 * @param readMounts gives the mount table, which is seldom needed
 */
export function isSameObject(
  { isDirectory, device, identity: { inode, birth } }: Found,
  identity: Identity,
  readMounts: () => readonly Mount[],
): boolean {
  if (birth !== identity.birth) return false;
  if (inode === identity.inode) return true;
  return isDirectory && birth !== null && isOverlay(device, readMounts());
}

function isOverlay(device: string, mounts: readonly Mount[]): boolean {
  return mounts.some((mount) => mount.device === device && mount.filesystem === "overlay");
}
