import { errno } from "./abi.ts";
import { decodePath } from "./bytes.ts";
import { cString, SystemError, systemCallOrErrno } from "./ffi.ts";

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
