import { ptr } from "bun:ffi";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  callNumbers,
  errno,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_WRONLY,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
} from "./abi.ts";
import { decodePath } from "./bytes.ts";
import { callAt, callOn, SystemError, systemCall, systemCallOrErrno } from "./ffi.ts";

/**
 * File calls relative to an open directory. None of them follows a symlink in the last name, and the directory is a
 * descriptor, so nobody can exchange the way to it in between.
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

/** Opens `name` in `directory` as a mere handle (O_PATH): a symlink gives the link itself. */
export function openHandle(directory: number, name: string): number {
  const result = callAt(callNumbers.openat, directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, 0);
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

/** As {@link openForReading}, but the negative errno instead of an error. */
export function openForReadingOrErrno(directory: number, name: string): number {
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return callAt(callNumbers.openat, directory, name, flags, 0, 0);
}

/** Creates a file that must not exist yet, and opens it for writing. */
export function createFile(directory: number, name: string, mode: number): number {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return systemCall("openat", name, directory, name, flags, mode);
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
 * @returns the descriptor, or the negative errno: -40 (ELOOP) if there is a symlink
 */
export function openDirectoryWithoutLinks(path: string): number {
  return openDirectoryBy(AT_FDCWD, path);
}

function openDirectoryBy(directory: number, path: string): number {
  return openBy(directory, path, directoryWithoutLinks);
}

function openBy(directory: number, path: string, how: Uint8Array): number {
  return callAt(callNumbers.openat2, directory, path, ptr(how), how.length, 0);
}

const directoryWithoutLinks = openHow(O_PATH | O_DIRECTORY | O_CLOEXEC);

/** `struct open_how` of openat2(2): flags, mode, resolve. */
function openHow(flags: number): Uint8Array {
  const resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  // Each has 64 bits, and the lowest come first on every machine that imp is built for.
  return new Uint8Array(Uint32Array.of(flags, 0, 0, 0, resolve, 0).buffer);
}

export function openRoot(): number {
  return systemCall("openat", "/", AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

export function readLink(directory: number, name: string): string {
  const text = readLinkOrErrno(directory, name);
  if (typeof text === "number") throw new SystemError("readlinkat", -text, name);
  return text;
}

/** As {@link readLink}, but null where no symlink is, or where it can't be read. */
export function readLinkOrNull(directory: number, name: string): string | null {
  const text = readLinkOrErrno(directory, name);
  return typeof text === "number" ? null : text;
}

/** The negative errno where it can't be read. */
function readLinkOrErrno(directory: number, name: string): string | number {
  const length = callAt(callNumbers.readlinkat, directory, name, ptr(linkText), linkText.length, 0);
  return length < 0 ? length : decodePath(linkText.subarray(0, length));
}

/** Longer than any symlink's text. */
const linkText = new Uint8Array(4096);

export function makeDirectory(directory: number, name: string, mode: number): void {
  systemCall("mkdirat", name, directory, name, mode);
}

export function makeSymlink(directory: number, name: string, text: string): void {
  systemCall("symlinkat", name, text, directory, name);
}

export function unlink(directory: number, name: string): void {
  systemCall("unlinkat", name, directory, name, 0);
}

/** Removes an empty directory. */
export function removeDirectory(directory: number, name: string): void {
  systemCall("unlinkat", name, directory, name, AT_REMOVEDIR);
}

/** Renames; what stands at the new name is an EEXIST. */
export function renameToFree(from: number, fromName: string, to: number, toName: string): void {
  systemCall("renameat2", fromName, from, fromName, to, toName, RENAME_NOREPLACE);
}

/** Renames over what stands at the new name. */
export function renameOver(from: number, fromName: string, to: number, toName: string): void {
  systemCall("renameat2", fromName, from, fromName, to, toName, 0);
}

/** Exchanges two names in one instant. */
export function exchange(directory: number, name: string, otherName: string): void {
  systemCall("renameat2", name, directory, name, directory, otherName, RENAME_EXCHANGE);
}

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

/** Waits until the file or directory is on the disk. */
export function sync(descriptor: number): void {
  systemCall("fsync", "", descriptor);
}

/** As read(2): how many bytes came, 0 at the end of the file. */
export function readSome(descriptor: number, into: Uint8Array): number {
  for (;;) {
    const result = systemCallOrErrno("read", descriptor, into, into.length);
    if (result >= 0) return result;
    if (result !== -errno.EINTR) throw new SystemError("read", -result, "");
  }
}

/** Writes all of it. @throws SystemError also when some of it was written */
export function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSome(descriptor, bytes.subarray(written));
  }
}

/** As write(2): how many bytes went. */
export function writeSome(descriptor: number, bytes: Uint8Array): number {
  for (;;) {
    const result = systemCallOrErrno("write", descriptor, bytes, bytes.length);
    if (result >= 0) return result;
    if (result !== -errno.EINTR) throw new SystemError("write", -result, "");
  }
}

/** True if two open files hold the same bytes from here on. */
export function sameContent(left: number, right: number): boolean {
  const [leftChunk, rightChunk] = [Buffer.alloc(chunkSize), Buffer.alloc(chunkSize)];
  for (;;) {
    const leftLength = readFully(left, leftChunk);
    const rightLength = readFully(right, rightChunk);
    if (leftLength !== rightLength) return false;
    if (leftLength === 0) return true;
    if (leftChunk.compare(rightChunk, 0, rightLength, 0, leftLength) !== 0) return false;
  }
}

const chunkSize = 256 * 1024;

/** Fills the chunk as far as the file goes; read(2) may return less at a time. */
export function readFully(descriptor: number, chunk: Uint8Array): number {
  let filled = 0;
  while (filled < chunk.length) {
    const length = readSome(descriptor, chunk.subarray(filled));
    if (length === 0) break;
    filled += length;
  }
  return filled;
}
