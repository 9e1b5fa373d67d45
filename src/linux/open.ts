import { ptr } from "bun:ffi";
import {
  AT_FDCWD,
  callNumbers,
  errno,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_WRONLY,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
} from "./abi.ts";
import { callAt, callOn, SystemError, systemCall, systemCallOrErrno } from "./ffi.ts";

/**
 * Opening and closing. A name is looked up in an open directory, which is a descriptor, so the way to it can't be
 * exchanged in between; and no symlink in the last name is followed.
 */

/** Runs `action` with a descriptor and closes that afterwards, whatever happens. */
export function withDescriptor<T>(descriptor: number, action: (descriptor: number) => T): T {
  try {
    return action(descriptor);
  } finally {
    closeDescriptor(descriptor);
  }
}

/** Closes it. The kernel lets go of the descriptor whatever it answers, so only one that is not open is an error. */
export function closeDescriptor(descriptor: number): void {
  const result = callOn(callNumbers.close, descriptor);
  if (result === -errno.EBADF) throw new SystemError("close", -result, "");
}

/** An open descriptor that closes at the end of its block: `using folder = new Descriptor(openHandle(…))`. */
export class Descriptor implements Disposable {
  readonly number: number;

  constructor(descriptor: number) {
    this.number = descriptor;
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.number);
  }
}

/** Opens `name` in `directory` as a mere handle (O_PATH): a symlink gives the link itself. */
export function openHandle(directory: number, name: string): number {
  const result = openHandleOrErrno(directory, name);
  if (result < 0) throw new SystemError("openat", -result, name);
  return result;
}

/** As {@link openHandle}, but the negative errno instead of an error. */
export function openHandleOrErrno(directory: number, name: string): number {
  return callAt(callNumbers.openat, directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, 0);
}

/** Opens an existing file for reading; a symlink gives ELOOP, and a FIFO does not block. */
export function openForReading(directory: number, name: string): number {
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return systemCall("openat", name, directory, name, flags, 0);
}

/** Opens an existing file for reading and writing; a symlink gives ELOOP. Programs started later do not inherit it. */
export function openForUpdate(directory: number, name: string): number {
  const flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return systemCall("openat", name, directory, name, flags, 0);
}

/** Creates a file that must not exist yet, and opens it for writing. */
export function createFile(directory: number, name: string, mode: number): number {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return systemCall("openat", name, directory, name, flags, mode);
}

/** Creates a nameless file on the filesystem of `directory`, open for writing; null where these are not supported. */
export function createUnnamedFile(directory: number, mode: number): Descriptor | null {
  const result = systemCallOrErrno("openat", directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
  if (result >= 0) return new Descriptor(result);
  if (result === -errno.EOPNOTSUPP || result === -errno.EISDIR) return null;
  throw new SystemError("openat", -result, "");
}

/**
 * Opens the directory `path` below the directory `root`, no matter what is mounted where, if no symlink lies on the
 * way; `path` may begin with a slash.
 * @returns the descriptor, or the negative errno
 */
export function openDirectoryWithin(root: number, path: string): number {
  return openDirectoryBy(root, path.replace(/^\/+/, "") || ".");
}

/**
 * Opens the directory `path` if no symlink lies on the way to it (openat2(2), RESOLVE_NO_SYMLINKS).
 * @returns the descriptor, or the negative errno: `-ELOOP` if there is a symlink
 */
export function openDirectoryWithoutLinks(path: string): number {
  return openDirectoryBy(AT_FDCWD, path);
}

function openDirectoryBy(directory: number, path: string): number {
  return callAt(callNumbers.openat2, directory, path, ptr(openHow), openHow.length, 0);
}

/**
 * `struct open_how` of openat2(2): flags, mode, resolve. Each has 64 bits, and the lowest come first on every machine that
 * imp is built for.
 */
const openHow = new Uint8Array(
  Uint32Array.of(O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0, 0, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, 0)
    .buffer,
);

export function openRoot(): number {
  return systemCall("openat", "/", AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

/** Opens the directory at `path`, relative to `root`, name by name: no link is followed, and no path is too long. */
export function openBelow(root: number, path: string): Descriptor {
  let position = new Descriptor(openHandle(root, "."));
  for (const name of path.split("/").filter((part) => part !== "")) {
    using previous = position;
    position = new Descriptor(openHandle(previous.number, name));
  }
  return position;
}

/**
 * From a handle (O_PATH) to a descriptor that reads the very same directory: no name is looked up again, so nothing else
 * can be exchanged for it in between. Its access time stays as it is where the kernel allows that.
 */
export function reopenDirectory(handle: number): Descriptor {
  return new Descriptor(openQuietly(handle, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/**
 * As {@link reopenDirectory}, for a regular file. The caller knows by statx(2) on the handle that it is one: opening a
 * device could do anything.
 * @throws SystemError EAGAIN while a process holds a lease on the file (fcntl(2), F_SETLEASE); the kernel asks it to
 *   give that up, and takes it away after /proc/sys/fs/lease-break-time seconds
 */
export function reopenFile(handle: number): Descriptor {
  const path = `/proc/self/fd/${handle}`;
  return new Descriptor(openQuietly(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

/** Leaves the access time as it is, where the file is this user's (open(2), O_NOATIME). */
export function openQuietly(directory: number, path: string, flags: number): number {
  const quiet = systemCallOrErrno("openat", directory, path, flags | O_NOATIME, 0);
  if (quiet >= 0) return quiet;
  if (quiet !== -errno.EPERM) throw new SystemError("openat", -quiet, "");
  return systemCall("openat", "", directory, path, flags, 0);
}
