import { errno } from "./abi.ts";
import { SystemError, systemCallOrErrno } from "./ffi.ts";

/**
 * True if the object behind any descriptor but that of a symlink carries a POSIX access control list (acl(5)). Its
 * group permission bits are then the list's mask: what the list may grant to anyone that it names.
 */
export function hasAccessList(descriptor: number): boolean {
  const path = `/proc/self/fd/${descriptor}`;
  const length = systemCallOrErrno("getxattr", path, "system.posix_acl_access", 0, 0);
  if (length === -errno.ENODATA || length === -errno.EOPNOTSUPP) return false;
  if (length < 0) throw new SystemError("getxattr", -length, "");
  return length > 0;
}
