import { AT_FDCWD, AT_SYMLINK_FOLLOW, errno, O_CLOEXEC, O_TMPFILE, O_WRONLY } from "./abi.ts";
import { Descriptor } from "./descriptor.ts";
import { SystemError, systemCall, systemCallOrErrno } from "./ffi.ts";

/** Files without a name (open(2), O_TMPFILE): if the process is killed, the kernel removes them. */

/** Creates a nameless file on the filesystem of `directory`, open for writing; null where these are not supported. */
export function createUnnamedFile(directory: number, mode: number): Descriptor | null {
  const result = systemCallOrErrno("openat", directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
  if (result >= 0) return new Descriptor(result);
  if (result === -errno.EOPNOTSUPP || result === -errno.EISDIR) return null;
  throw new SystemError("openat", -result, "");
}

/** Gives a nameless file its name, which must be free, in an instant. */
export function nameFile(file: number, directory: number, name: string): void {
  // The way through /proc needs no capability, which AT_EMPTY_PATH does (linkat(2)).
  const path = `/proc/self/fd/${file}`;
  systemCall("linkat", name, AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW);
}
