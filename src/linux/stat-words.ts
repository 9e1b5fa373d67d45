import { STATX_BTIME } from "./abi.ts";

/** What a result of statx(2) says, by its words of 32 bits. */

export type FileType =
  | "directory"
  | "file"
  | "symlink"
  | "socket"
  | "fifo"
  | "character-device"
  | "block-device";

/** Where the fields of `struct statx` are (linux/stat.h), counted in words of 32 bits. */
export const at = {
  mask: 0,
  attributes: 2,
  links: 4,
  uid: 5,
  gid: 6,
  mode: 7,
  inode: 8,
  size: 10,
  accessed: 16,
  birth: 20,
  modified: 28,
  representedMajor: 32,
  representedMinor: 33,
  deviceMajor: 34,
  deviceMinor: 35,
  mountId: 36,
} as const;
const STATX_ATTR_MOUNT_ROOT = 0x2000;

export function typeOf(mode: number): FileType {
  return fileTypes[(mode & 0xf000) >> 12] ?? "file";
}

/** True if the object is the root of a mount (STATX_ATTR_MOUNT_ROOT, Linux 5.8). */
export function isMountRoot(from: Uint32Array): boolean {
  return ((from[at.attributes] as number) & STATX_ATTR_MOUNT_ROOT) !== 0;
}

/** False where the filesystem keeps no birth time. */
export function hasBirth(from: Uint32Array): boolean {
  return ((from[at.mask] as number) & STATX_BTIME) !== 0;
}

/** A 64-bit number as text; the common small ones without the cost of a BigInt. */
export function unsigned(from: Uint32Array, index: number): string {
  const low = from[index] as number;
  const high = from[index + 1] as number;
  if (high === 0) return String(low);
  return String((BigInt(high) << 32n) | BigInt(low));
}

/** A 64-bit number that is not larger than 53 bits. */
export function count(from: Uint32Array, index: number): number {
  return (from[index] as number) + (from[index + 1] as number) * 0x1_0000_0000;
}

/**
 * What stat(2) has for a device as one number (`st_dev`), of its `major:minor`. The bits are spread as by the C library's
 * makedev(3): twelve of the major number and eight of the minor one at the old places, the others above.
 */
export function deviceNumber(device: string): bigint {
  const [major = 0n, minor = 0n] = device.split(":").map(BigInt);
  return (
    ((major & 0xfffff000n) << 32n) |
    ((major & 0xfffn) << 8n) |
    ((minor & 0xffffff00n) << 12n) |
    (minor & 0xffn)
  );
}

/** A time as nanoseconds since the epoch. */
export function time(from: Uint32Array, index: number): string {
  const low = from[index] as number;
  const high = from[index + 1] as number;
  const nanoseconds = from[index + 2] as number;
  // What lies between 1970 and 2106 needs no BigInt.
  if (high === 0 && low > 0) return `${low}${String(1_000_000_000 + nanoseconds).slice(1)}`;
  const seconds = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
  return String(seconds * 1_000_000_000n + BigInt(nanoseconds));
}

/** By the type bits of the mode (inode(7)), shifted to the right end; what has no other type is a file. */
const fileTypes: Readonly<Record<number, FileType>> = {
  1: "fifo",
  2: "character-device",
  4: "directory",
  6: "block-device",
  8: "file",
  10: "symlink",
  12: "socket",
};
