import { changeMode, changeOwner } from "./attributes.ts";
import { makeDirectory, renameOver, unlink } from "./directory-entries.ts";
import { isSystemError } from "./ffi.ts";
import { readByPath, readWholeFile, tryLock, writeWhole } from "./file-io.ts";
import { closeDescriptor, createFile, openForReading, openForUpdate, withDescriptor } from "./open.ts";
import { inParentOf } from "./open-directory.ts";
import { asCharacters } from "./path-encoding.ts";
import { statDescriptor } from "./stat.ts";

/** libmount's private file. It belongs to the machine, not to a mount namespace, and is gone after a boot. */
export const utabPath = "/run/mount/utab";

/**
 * The bytes of the file; none if there is no such file.
 * @returns null if this user may not read it
 */
export function readUtab(): Uint8Array | null {
  try {
    return readByPath(utabPath);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return new Uint8Array(0);
    if (isSystemError(error, "EACCES", "EPERM")) return null;
    throw error;
  }
}

/**
 * Changes the file as libmount does: under its lock, by a new file that is renamed over the old one, and with its
 * signal to those who watch. Nothing is written if nothing changes.
 * @param edit from the old text to the new one, one character per byte
 * @returns false if another process did not give the lock back in time
 * @throws SystemError, PathError
 */
export function changeUtab(edit: (text: string) => string): boolean {
  makeSureOfDirectory();
  return inParentOf(utabPath, (directory) =>
    withDescriptor(openLock(directory), (lock) => {
      if (!acquire(lock)) return false;
      const old = readOld(directory);
      const before = asCharacters(old?.bytes ?? new Uint8Array(0));
      const after = edit(before);
      if (after === before) return true;
      write(directory, after, old?.owner ?? { uid: 0, gid: 0 });
      announce(directory);
      return true;
    }),
  );
}

/** libmount makes it too, if it is the first to need it. */
function makeSureOfDirectory(): void {
  inParentOf("/run/mount", (run, name) => {
    try {
      makeDirectory(run, name, 0o755);
    } catch (error) {
      if (!isSystemError(error, "EEXIST")) throw error;
    }
  });
}

const lockName = "utab.lock";
/** Milliseconds. Who holds the lock does so for an instant; but util-linux 2.38 lets every user take it. */
const patience = 2000;

/** The lock ends with the descriptor, whose closing tells the monitors of libmount before 2.40 that something changed. */
function openLock(directory: number): number {
  try {
    return openForReading(directory, lockName);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    createUnlessThere(directory, lockName, 0o600);
    return openForReading(directory, lockName);
  }
}

function acquire(lock: number): boolean {
  const deadline = performance.now() + patience;
  while (!tryLock(lock)) {
    if (performance.now() > deadline) return false;
    Bun.sleepSync(5);
  }
  return true;
}

function createUnlessThere(directory: number, name: string, mode: number): void {
  try {
    closeDescriptor(createFile(directory, name, mode));
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error;
  }
}

interface Old {
  readonly bytes: Uint8Array;
  readonly owner: { readonly uid: number; readonly gid: number };
}

function readOld(directory: number): Old | null {
  try {
    return withDescriptor(openForReading(directory, "utab"), (file) => ({
      bytes: readWholeFile(file),
      owner: statDescriptor(file),
    }));
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}

/** Only who holds the lock uses it, so what is there was left by one that was killed. */
const temporaryName = "utab.imp";

function write(directory: number, text: string, owner: Old["owner"]): void {
  discardTemporary(directory);
  try {
    withDescriptor(createFile(directory, temporaryName, 0o600), (file) => {
      writeWhole(file, Buffer.from(text, "latin1"));
      changeOwner(file, owner.uid, owner.gid);
      changeMode(file, 0o644);
    });
    renameOver(directory, temporaryName, directory, "utab");
  } catch (error) {
    discardTemporary(directory);
    throw error;
  }
}

function discardTemporary(directory: number): void {
  try {
    unlink(directory, temporaryName);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
  }
}

/** The monitors of libmount since 2.40 watch when this file is closed by a writer. */
function announce(directory: number): void {
  createUnlessThere(directory, "utab.event", 0o644);
  closeDescriptor(openForUpdate(directory, "utab.event"));
}
