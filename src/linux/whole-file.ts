import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from "./abi.ts";
import { systemCall } from "./ffi.ts";
import { readFully, readSome, withDescriptor } from "./files.ts";

/** The bytes of a file by its path, links followed: for files of the kernel's, and those that nobody has to trust. */
export function readByPath(path: string): Uint8Array {
  return withDescriptor(systemCall("openat", path, AT_FDCWD, path, O_RDONLY | O_CLOEXEC), readWholeFile);
}

/**
 * All bytes from where the descriptor stands.
 * @param size how many there probably are, if that is known: so large a file then is in memory once, not three times
 */
export function readWholeFile(descriptor: number, size = 0): Uint8Array {
  if (size < readingPlace.length) return readByGrowing(descriptor);
  const place = new Uint8Array(size + 1);
  const filled = readFully(descriptor, place);
  if (filled < place.length) return place.subarray(0, filled);
  // It has grown since.
  return Buffer.concat([place, readByGrowing(descriptor)]);
}

function readByGrowing(descriptor: number): Uint8Array {
  for (let filled = 0; ; ) {
    const length = readSome(descriptor, readingPlace.subarray(filled));
    if (length === 0) return readingPlace.slice(0, filled);
    filled += length;
    if (filled < readingPlace.length) continue;
    const larger = new Uint8Array(4 * filled);
    larger.set(readingPlace);
    readingPlace = larger;
  }
}

/** Files are read one after the other, and most of them are small: memory of its own for each wakes the collector. */
let readingPlace = new Uint8Array(16 * 1024);
