import { readNames, renameOver, unlink } from "../linux/directory-entries.ts";
import { isSystemError } from "../linux/ffi.ts";
import { sync, writeWhole } from "../linux/file-io.ts";
import { closeDescriptor, createFile } from "../linux/open.ts";
import { statDescriptor } from "../linux/stat.ts";
import { join } from "../model/path.ts";
import { shareWithOwner, syncDirectory } from "./create-directory.ts";
import type { StateDirectory } from "./directory.ts";
import { attempting } from "./kernel-refusal.ts";

/** Whole files that are either the old or the new ones after any crash. Writers hold the lock of the state. */

const temporaryName = /^\.imp-.*\.tmp$/;

/**
 * Puts a file with this content, or these pieces of it, in the place of `name`: temporary file, fsync(2), rename(2).
 * The new file belongs to the owner of the directory, and everyone may read it. Nothing changed if this throws. The new
 * name itself is safe from a power cut after {@link syncNames}.
 * @throws Failure (1)
 */
export function replaceFile(
  directory: StateDirectory,
  name: string,
  content: Uint8Array | Iterable<string>,
): void {
  const temporary = `.imp-${name}.${process.pid}.tmp`;
  attempting(`write ${join(directory.path, name)}`, () => {
    const descriptor = createAnew(directory.descriptor, temporary);
    try {
      try {
        if (content instanceof Uint8Array) writeWhole(descriptor, content);
        else writeTexts(descriptor, content);
        shareWithOwner(descriptor, statDescriptor(directory.descriptor), 0o644);
        sync(descriptor);
      } finally {
        closeDescriptor(descriptor);
      }
      renameOver(directory.descriptor, temporary, directory.descriptor, name);
    } catch (error) {
      removeIfThere(directory.descriptor, temporary);
      throw error;
    }
  });
}

/** By way of a small place, so that nothing large is in memory a second time, and the kernel is not asked for each text. */
function writeTexts(descriptor: number, texts: Iterable<string>): void {
  const encoder = new TextEncoder();
  const place = new Uint8Array(64 * 1024);
  let filled = 0;
  for (const text of texts) {
    for (let at = 0; at < text.length; ) {
      const rest = at === 0 ? text : text.slice(at);
      const { read, written } = encoder.encodeInto(rest, place.subarray(filled));
      filled += written;
      at += read;
      if (at === text.length) break;
      writeWhole(descriptor, place.subarray(0, filled));
      filled = 0;
    }
  }
  writeWhole(descriptor, place.subarray(0, filled));
}

/** How many elements are written at a time: enough to be quick, and a few ten kilobytes of text. */
const pieceLength = 100;

/**
 * The elements of a JSON array, with commas between them, in pieces, so that the text of thousands is never whole in memory.
 * @param before what stands before each element, such as a line break
 */
export function* elementPieces(elements: readonly unknown[], before: string): Generator<string> {
  let piece = "";
  for (let index = 0; index < elements.length; index += 1) {
    piece += `${index === 0 ? "" : ","}${before}${JSON.stringify(elements[index])}`;
    if (index % pieceLength !== pieceLength - 1) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/**
 * Waits until the names of the directory are on the disk.
 * @throws Failure (1)
 */
export function syncNames(directory: StateDirectory): void {
  attempting(`write ${directory.path} to the disk`, () => syncDirectory(directory));
}

/**
 * Removes a file; none is fine.
 * @throws Failure (1)
 */
export function removeFile(directory: StateDirectory, name: string): void {
  attempting(`remove ${join(directory.path, name)}`, () => removeIfThere(directory.descriptor, name));
}

/** Removes the temporary files that a killed imp left. */
export function removeLeftovers(directory: StateDirectory): void {
  const names = attempting(`read ${directory.path}`, () => readNames(directory.descriptor));
  for (const name of names) {
    if (temporaryName.test(name)) removeFile(directory, name);
  }
}

/** A leftover of the same name can only be that of a killed imp, as the lock is ours. */
function createAnew(directory: number, name: string): number {
  try {
    return createFile(directory, name, 0o644);
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error;
    removeIfThere(directory, name);
    return createFile(directory, name, 0o644);
  }
}

function removeIfThere(directory: number, name: string): void {
  try {
    unlink(directory, name);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
  }
}
