import { AT_EMPTY_PATH, AT_FDCWD, errno } from "./abi.ts";
import { cString, SystemError, systemCall, systemCallOrErrno } from "./ffi.ts";
import { decodePath } from "./path-encoding.ts";

/** What an inode has besides its content: owner, mode, times, extended attributes. */

/** Changes the owner of the object behind any descriptor, a handle included. */
export function changeOwner(descriptor: number, uid: number, gid: number): void {
  systemCall("fchownat", "", descriptor, "", uid, gid, AT_EMPTY_PATH);
}

/**
 * Changes the twelve permission bits of the object behind any descriptor. The way through `/proc` serves handles,
 * which fchmod(2) refuses.
 */
export function changeMode(descriptor: number, mode: number): void {
  systemCall("fchmodat", "", AT_FDCWD, `/proc/self/fd/${descriptor}`, mode);
}

const nanosecondsPerSecond = 1_000_000_000n;

/**
 * Sets the access and modification time of the object behind any descriptor, a handle of a symlink included
 * (utimensat(2)). Both are nanoseconds since the epoch as decimal strings, as in `Stat`.
 */
export function setTimes(descriptor: number, accessed: string, modified: string): void {
  setBoth(descriptor, timespec(accessed), timespec(modified));
}

/** As {@link setTimes}; the modification time stays, also if a process writes at this moment. */
export function setAccessTime(descriptor: number, accessed: string): void {
  setBoth(descriptor, timespec(accessed), [0n, UTIME_OMIT]);
}

/** `linux/stat.h` */
const UTIME_OMIT = 0x3ffffffen;

type Timespec = readonly [seconds: bigint, nanoseconds: bigint];

function setBoth(descriptor: number, accessed: Timespec, modified: Timespec): void {
  const times = new BigInt64Array([...accessed, ...modified]);
  // The way through /proc serves handles, which futimens refuses, and ends at the link itself.
  const path = `/proc/self/fd/${descriptor}`;
  systemCall("utimensat", "", AT_FDCWD, path, new Uint8Array(times.buffer), 0);
}

/** Seconds and nanoseconds, the latter never negative, before 1970 too. */
function timespec(time: string): Timespec {
  const total = BigInt(time);
  const nanoseconds = ((total % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond;
  return [(total - nanoseconds) / nanosecondsPerSecond, nanoseconds];
}

/**
 * True if a copy's time is the original's, as far as its filesystem can keep it: ext4 with small inodes, for one,
 * knows whole seconds only.
 */
export function sameTime(original: string, copy: string): boolean {
  if (original === copy) return true;
  const [seconds] = timespec(original);
  return BigInt(copy) === seconds * nanosecondsPerSecond;
}

/**
 * Extended attributes (xattr(7)) of the object behind any descriptor. The way through /proc serves handles too, which
 * fgetxattr(2) refuses, and ends at the object itself, be it a symlink.
 */

/** XATTR_SIZE_MAX and XATTR_LIST_MAX (linux/limits.h): no list and no value is longer. */
const buffer = new Uint8Array(65536);

function pathOf(descriptor: number): Uint8Array {
  return cString(`/proc/self/fd/${descriptor}`);
}

/** The names of all attributes that this process may see; none where the filesystem keeps none. */
export function attributeNames(descriptor: number): string[] {
  const length = systemCallOrErrno("listxattr", pathOf(descriptor), buffer, buffer.length);
  if (length === 0 || length === -errno.EOPNOTSUPP) return [];
  if (length < 0) throw new SystemError("listxattr", -length, "");
  return decodePath(buffer.subarray(0, length - 1)).split("\0");
}

/** An attribute's value; null if there is no such attribute (any more). */
export function attribute(descriptor: number, name: string): Uint8Array | null {
  const length = systemCallOrErrno("getxattr", pathOf(descriptor), cString(name), buffer, buffer.length);
  if (length === -errno.ENODATA) return null;
  if (length < 0) throw new SystemError("getxattr", -length, name);
  return buffer.slice(0, length);
}

/** Sets an attribute. Returns 0, or the negative errno: -95 (EOPNOTSUPP) if the filesystem does not keep such ones. */
export function setAttribute(descriptor: number, name: string, value: Uint8Array): number {
  // Empty memory has no address.
  const memory = value.length === 0 ? 0 : value;
  return systemCallOrErrno("setxattr", pathOf(descriptor), cString(name), memory, value.length, 0);
}

/** Removes an attribute, if it is there. */
export function removeAttribute(descriptor: number, name: string): void {
  const result = systemCallOrErrno("removexattr", pathOf(descriptor), cString(name));
  if (result < 0 && result !== -errno.ENODATA) throw new SystemError("removexattr", -result, name);
}

/**
 * True if the object behind any descriptor but that of a symlink carries a POSIX access control list (acl(5)). Its
 * group permission bits are then the list's mask: what the list may grant to those that it names.
 */
export function hasAccessList(descriptor: number): boolean {
  const path = `/proc/self/fd/${descriptor}`;
  const length = systemCallOrErrno("getxattr", path, "system.posix_acl_access", 0, 0);
  if (length === -errno.ENODATA || length === -errno.EOPNOTSUPP) return false;
  if (length < 0) throw new SystemError("getxattr", -length, "");
  return length > 0;
}
