import {
  AT_FDCWD,
  errno,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
} from "./abi.ts";
import { decodePath } from "./bytes.ts";
import { Descriptor } from "./descriptor.ts";
import { SystemError, systemCall, systemCallOrErrno } from "./ffi.ts";
import { openHandle, withDescriptor } from "./files.ts";

/**
 * From a handle (O_PATH) to a descriptor that reads the very same object: no name is looked up again, so nobody can
 * exchange what was looked at for something else in between.
 */

/** Opens the directory behind a handle for reading; its access time stays as it is where the kernel allows that. */
export function openDirectory(handle: number): Descriptor {
  return openQuietly(handle, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/**
 * Opens the regular file behind a handle for reading; its access time stays as it is where the kernel allows that.
 * The caller knows by statx(2) on the handle that it is a regular file: opening a device could do anything.
 * @throws SystemError EAGAIN while somebody holds a lease on the file (fcntl(2), F_SETLEASE); the kernel asks them to
 *   give it up, and takes it away after /proc/sys/fs/lease-break-time seconds
 */
export function openFile(handle: number): Descriptor {
  return openQuietly(AT_FDCWD, `/proc/self/fd/${handle}`, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

function openQuietly(directory: number, path: string, flags: number): Descriptor {
  return new Descriptor(openAny(directory, path, flags));
}

/** O_NOATIME is for the file's owner and root only (open(2)). */
function openAny(directory: number, path: string, flags: number): number {
  const quiet = systemCallOrErrno("openat", directory, path, flags | O_NOATIME, 0);
  if (quiet >= 0) return quiet;
  if (quiet !== -errno.EPERM) throw new SystemError("openat", -quiet, "");
  return systemCall("openat", "", directory, path, flags, 0);
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

/** Offsets in `struct linux_dirent64` (getdents64(2)). */
const at = { recordLength: 16, name: 19 } as const;
const buffer = new Uint8Array(64 * 1024);
const view = new DataView(buffer.buffer);

/**
 * The names in the directory behind any descriptor, each once, `.` and `..` left out.
 * @throws SystemError ENOENT if the directory was removed
 */
export function readNames(handle: number): string[] {
  using directory = openDirectory(handle);
  // A name that is renamed meanwhile can turn up twice.
  const names = new Set<string>();
  for (;;) {
    const length = systemCall("getdents64", "", directory.number, buffer, buffer.length);
    if (length === 0) break;
    for (let offset = 0; offset < length; offset += view.getUint16(offset + at.recordLength, true)) {
      const start = offset + at.name;
      if (!isDots(start)) names.add(decodePath(buffer.subarray(start, buffer.indexOf(0, start))));
    }
  }
  return [...names];
}

/**
 * True if the directory `name` holds no names.
 * @throws SystemError for what is no directory, and what can't be read
 */
export function isEmptyDirectory(parent: number, name: string): boolean {
  const descriptor = openAny(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  return withDescriptor(descriptor, holdsNothing);
}

function holdsNothing(descriptor: number): boolean {
  for (;;) {
    const length = systemCall("getdents64", "", descriptor, buffer, buffer.length);
    if (length === 0) return true;
    for (let offset = 0; offset < length; offset += view.getUint16(offset + at.recordLength, true)) {
      if (!isDots(offset + at.name)) return false;
    }
  }
}

/** True if the name that begins there is `.` or `..`, which most directories that imp reads hold alone. */
function isDots(start: number): boolean {
  if (buffer[start] !== dot) return false;
  return buffer[start + 1] === 0 || (buffer[start + 1] === dot && buffer[start + 2] === 0);
}

const dot = 0x2e;

/**
 * Waits until everything written to the filesystem of `descriptor` is on the disk (syncfs(2)).
 * @param descriptor open for reading since before the writes: the kernel reports a failed write only to those
 */
export function syncFilesystem(descriptor: number): void {
  systemCall("syncfs", "", descriptor);
}
