import { ptr } from "bun:ffi";
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  callNumbers,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  S_IFSOCK,
} from "./abi.ts";
import { callAt, isSystemError, SystemError, systemCall } from "./ffi.ts";
import { openQuietly, reopenDirectory, withDescriptor } from "./open.ts";
import { decodePath } from "./path-encoding.ts";
import { deviceNumber, type FileType } from "./stat-words.ts";

/** The names in directories: read, made, renamed and removed, each in an open directory. No symlink is followed. */

/** Offsets in `struct linux_dirent64` (getdents64(2)). */
const at = { recordLength: 16, name: 19 } as const;
const buffer = new Uint8Array(64 * 1024);
const view = new DataView(buffer.buffer);

/**
 * The names in the directory behind any descriptor, each once, `.` and `..` left out.
 * @throws SystemError ENOENT if the directory was removed
 */
export function readNames(handle: number): string[] {
  using directory = reopenDirectory(handle);
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
  const descriptor = openQuietly(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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

export function readLink(directory: number, name: string): string {
  const text = readLinkOrErrno(directory, name);
  if (typeof text === "number") throw new SystemError("readlinkat", -text, name);
  return text;
}

/** The negative errno where it can't be read. */
function readLinkOrErrno(directory: number, name: string): string | number {
  const length = callAt(callNumbers.readlinkat, directory, name, ptr(linkText), linkText.length, 0);
  return length < 0 ? length : decodePath(linkText.subarray(0, length));
}

/** Longer than any symlink's text. */
const linkText = new Uint8Array(4096);

/** The text of the symlink `name`; null if no symlink is there, or no more. */
export function readLinkIfThere(directory: number, name: string): string | null {
  try {
    return readLink(directory, name);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "EINVAL")) return null;
    throw error;
  }
}

export function makeDirectory(directory: number, name: string, mode: number): void {
  systemCall("mkdirat", name, directory, name, mode);
}

export function makeSymlink(directory: number, name: string, text: string): void {
  systemCall("symlinkat", name, text, directory, name);
}

/** Gives the object `oldName` a second name (linkat(2)); a symlink is not followed. */
export function makeLink(oldDirectory: number, oldName: string, directory: number, name: string): void {
  systemCall("linkat", name, oldDirectory, oldName, directory, name, 0);
}

/** Gives a nameless file its name, which must be free, in an instant. */
export function nameFile(file: number, directory: number, name: string): void {
  // The way through /proc needs no capability, which AT_EMPTY_PATH does (linkat(2)).
  const path = `/proc/self/fd/${file}`;
  systemCall("linkat", name, AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW);
}

export type SpecialFile = Exclude<FileType, "directory" | "file" | "symlink">;

const typeBits: Readonly<Record<SpecialFile, number>> = {
  fifo: S_IFIFO,
  socket: S_IFSOCK,
  "character-device": S_IFCHR,
  "block-device": S_IFBLK,
};

/**
 * Makes a FIFO, a socket or a device node that only its owner can open (mknodat(2)).
 * @param device `major:minor`; counts for device nodes only, and these need CAP_MKNOD
 */
export function makeSpecialFile(directory: number, name: string, type: SpecialFile, device: string): void {
  systemCall("mknodat", name, directory, name, typeBits[type] | 0o600, Number(deviceNumber(device)));
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
