import { errno, LOCK_EX, LOCK_NB, LOCK_UN, O_CLOEXEC, O_NOFOLLOW, O_NONBLOCK, O_RDWR } from "./abi.ts";
import { SystemError, systemCall, systemCallOrErrno } from "./ffi.ts";

/** Opens an existing file for reading and writing; a symlink gives ELOOP. Programs started later do not inherit it. */
export function openForUpdate(directory: number, name: string): number {
  const flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return systemCall("openat", name, directory, name, flags, 0);
}

/**
 * Takes the exclusive lock of an open file (flock(2)) if nobody has it. The lock ends when the last descriptor of this
 * opening closes, so at the latest with the process.
 * @returns false if someone else has it
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

/** Takes all bytes away. */
export function truncate(descriptor: number): void {
  systemCall("ftruncate", "", descriptor, 0);
}

/** As pwrite(2) at the beginning of the file. */
export function writeAtStart(descriptor: number, bytes: Uint8Array): void {
  systemCall("pwrite64", "", descriptor, bytes, bytes.length, 0);
}

/** As pread(2) at the beginning of the file: how many bytes came. */
export function readAtStart(descriptor: number, into: Uint8Array): number {
  return systemCall("pread64", "", descriptor, into, into.length, 0);
}
