import { sameTime } from "../../linux/attributes.ts";
import { readLink, readNames, removeDirectory, unlink } from "../../linux/directory-entries.ts";
import { isSystemError, type SystemError } from "../../linux/ffi.ts";
import { type Stat, statDescriptor, type Whereabouts } from "../../linux/stat.ts";
import { lookAt, type Sighting } from "./one-file-system.ts";

/** Taking whole trees away, by descriptors. */

/**
 * Removes everything in a directory. Only for what this process alone can have put there.
 * @throws SystemError EBUSY at a mount point, and what lies behind it stays
 */
export function removeContent(directory: number, tree: Whereabouts = statDescriptor(directory)): void {
  for (const name of readNames(directory)) {
    if (unlinked(directory, name)) continue;
    using inner = lookAt(directory, name, tree);
    if (inner === null) continue;
    if (!inner.outside) removeContent(inner.handle, tree);
    removeDirectory(directory, name);
  }
}

/** Removes the name of anything but a directory; false if it is one. */
function unlinked(directory: number, name: string): boolean {
  try {
    unlink(directory, name);
    return true;
  } catch (error) {
    if (isSystemError(error, "EISDIR")) return false;
    throw error;
  }
}

/**
 * Removes from a copy all that is still the same as in the original: type, size, modification time, link text, device.
 * @returns what was left because it differs, has no original, or is in use: paths relative to the copy
 * @throws SystemError if the kernel refused to look at something or to remove it; all else is removed then
 */
export function removeUnchanged(original: number, copy: number): string[] {
  const [originalStat, copyStat] = [statDescriptor(original), statDescriptor(copy)];
  if (isIdentical(originalStat, copyStat)) return ["."];
  const remover = new Remover(originalStat, copyStat);
  remover.directory(original, copy, "");
  if (remover.failure !== null) throw remover.failure;
  return remover.kept;
}

class Remover {
  readonly kept: string[] = [];
  /** The first refusal. */
  failure: SystemError | null = null;

  constructor(
    readonly originalTree: Whereabouts,
    readonly copyTree: Whereabouts,
  ) {}

  directory(original: number, copy: number, prefix: string): void {
    for (const name of readNames(copy)) {
      if (!this.#removedName(original, copy, name, prefix)) this.kept.push(prefix + name);
    }
  }

  /** False if the name is to be listed as kept. An error does not stop: an undo goes as far as it can. */
  #removedName(originals: number, copies: number, name: string, prefix: string): boolean {
    try {
      using copy = lookAt(copies, name, this.copyTree);
      if (copy === null) return true;
      using original = lookAt(originals, name, this.originalTree);
      if (original === null || copy.outside || isIdentical(original.stat, copy.stat)) return false;
      if (copy.stat?.type === "directory") {
        return this.#removedDirectory(original, copy, copies, name, prefix);
      }
      if (!isSame(original, copy)) return false;
      unlink(copies, name);
      return true;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // Another process put something into it, or mounted something there.
      if (!isSystemError(error, "ENOTEMPTY", "EBUSY")) this.failure ??= error;
      return false;
    }
  }

  #removedDirectory(
    original: Sighting,
    copy: Sighting,
    copies: number,
    name: string,
    prefix: string,
  ): boolean {
    if (!original.outside) {
      if (original.stat?.type !== "directory") return false;
      const keptBefore = this.kept.length;
      this.directory(original.handle, copy.handle, `${prefix}${name}/`);
      // What stayed inside is listed already.
      if (this.kept.length > keptBefore) return true;
    }
    removeDirectory(copies, name);
    return true;
  }
}

/** One object is no copy of itself: a bind mount or a hard link can make it look like two. */
function isIdentical(left: Stat | null, right: Stat | null): boolean {
  return left !== null && left.inode === right?.inode && left.device === right.device;
}

function isSame(original: Sighting, copy: Sighting): boolean {
  const [left, right] = [original.stat, copy.stat];
  if (left === null || right === null) return false;
  if (left.type !== right.type || left.size !== right.size) return false;
  if (!sameTime(left.modified, right.modified)) return false;
  if (left.type === "symlink") return readLink(original.handle, "") === readLink(copy.handle, "");
  return left.representedDevice === right.representedDevice;
}
