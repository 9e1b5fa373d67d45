import { AT_FDCWD, errno, LOCK_EX, LOCK_NB, LOCK_UN, O_CLOEXEC, O_RDONLY, TCGETS } from "./abi.ts";
import { SystemError, systemCall, systemCallOrErrno } from "./ffi.ts";
import { withDescriptor } from "./open.ts";

/** Open files: read, compared, written, brought to the disk and locked. */

/** As read(2): how many bytes came, 0 at the end of the file. */
export function readSome(descriptor: number, into: Uint8Array): number {
  for (;;) {
    const result = systemCallOrErrno("read", descriptor, into, into.length);
    if (result >= 0) return result;
    if (result !== -errno.EINTR) throw new SystemError("read", -result, "");
  }
}

/** Fills the chunk as far as the file goes; read(2) may return less at a time. */
function readFully(descriptor: number, chunk: Uint8Array): number {
  let filled = 0;
  while (filled < chunk.length) {
    const length = readSome(descriptor, chunk.subarray(filled));
    if (length === 0) break;
    filled += length;
  }
  return filled;
}

/** As pread(2) at the beginning of the file: how many bytes came. */
export function readAtStart(descriptor: number, into: Uint8Array): number {
  return systemCall("pread64", "", descriptor, into, into.length, 0);
}

/** Bytes with memory of their own, which can be given back. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes of a file by its path, links followed: for files of the kernel's, and those that need no trust. */
export function readByPath(path: string): Bytes {
  return withDescriptor(systemCall("openat", path, AT_FDCWD, path, O_RDONLY | O_CLOEXEC), readWholeFile);
}

/**
 * All bytes from where the descriptor stands.
 * @param size how many there probably are, if that is known: so large a file then is in memory once, not three times
 */
export function readWholeFile(descriptor: number, size = 0): Bytes {
  let bytes = new Uint8Array(Math.max(size + 1, smallestBuffer));
  for (let filled = 0; ; ) {
    const length = readSome(descriptor, bytes.subarray(filled));
    if (length === 0) return bytes.subarray(0, filled);
    filled += length;
    // Not by a copy beside the old one, which would stay until the collector comes.
    if (filled === bytes.length) bytes = new Uint8Array(bytes.buffer.transfer(4 * filled));
  }
}

const smallestBuffer = 4096;

/** Gives the memory of bytes back that the caller will not look at again: the collector would come for it much later. */
export function discard(bytes: Bytes): void {
  bytes.buffer.transfer(0);
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

/** As pwrite(2) at the beginning of the file. */
export function writeAtStart(descriptor: number, bytes: Uint8Array): void {
  systemCall("pwrite64", "", descriptor, bytes, bytes.length, 0);
}

/** Takes all bytes away. */
export function truncate(descriptor: number): void {
  systemCall("ftruncate", "", descriptor, 0);
}

/** Waits until the file or directory is on the disk. */
export function sync(descriptor: number): void {
  systemCall("fsync", "", descriptor);
}

/**
 * Waits until everything written to the filesystem of `descriptor` is on the disk (syncfs(2)).
 * @param descriptor open for reading since before the writes: the kernel reports a failed write only to those
 */
export function syncFilesystem(descriptor: number): void {
  systemCall("syncfs", "", descriptor);
}

/**
 * Takes the exclusive lock of an open file (flock(2)) if no other process has it. The lock ends when the last descriptor of this
 * opening closes, so at the latest with the process.
 * @returns false if another process has it
 */
export function tryLock(descriptor: number): boolean {
  for (;;) {
    const result = systemCallOrErrno("flock", descriptor, LOCK_EX | LOCK_NB);
    if (result >= 0) return true;
    if (result === -errno.EAGAIN) return false;
    if (result !== -errno.EINTR) throw new SystemError("flock", -result, "");
  }
}

/**
 * Gives the lock back. Closing alone would not do: a program that was just started holds a copy of the descriptor for
 * the instant until its execve(2) closes it.
 */
export function unlock(descriptor: number): void {
  systemCall("flock", "", descriptor, LOCK_UN);
}

const settings = new Uint8Array(256);

/** As isatty(3). */
export function isTerminal(descriptor: number): boolean {
  return systemCallOrErrno("ioctl", descriptor, TCGETS, settings) === 0;
}
