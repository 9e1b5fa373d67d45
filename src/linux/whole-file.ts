import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from "./abi.ts";
import { systemCall } from "./ffi.ts";
import { readFully, readSome, withDescriptor } from "./files.ts";

/** Bytes with memory of their own, which can be given back. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes of a file by its path, links followed: for files of the kernel's, and those that nobody has to trust. */
export function readByPath(path: string): Bytes {
  return withDescriptor(systemCall("openat", path, AT_FDCWD, path, O_RDONLY | O_CLOEXEC), readWholeFile);
}

/**
 * All bytes from where the descriptor stands.
 * @param size how many there probably are, if that is known: so large a file then is in memory once, not three times
 */
export function readWholeFile(descriptor: number, size = 0): Bytes {
  if (size < readingPlace.length) return readByGrowing(descriptor);
  const place = new Uint8Array(size + 1);
  const filled = readFully(descriptor, place);
  if (filled < place.length) return place.subarray(0, filled);
  // It has grown since.
  const rest = readByGrowing(descriptor);
  const all = new Uint8Array(place.length + rest.length);
  all.set(place);
  all.set(rest, place.length);
  return all;
}

/** Gives the memory of bytes back that nobody will look at again: the collector would come for it much later. */
export function discard(bytes: Bytes): void {
  bytes.buffer.transfer(0);
}

function readByGrowing(descriptor: number): Bytes {
  for (let filled = 0; ; ) {
    const length = readSome(descriptor, readingPlace.subarray(filled));
    if (length === 0) return takeOut(filled);
    filled += length;
    // Not by a copy beside the old one, which would stay until the collector comes.
    if (filled === readingPlace.length)
      readingPlace = new Uint8Array(readingPlace.buffer.transfer(4 * filled));
  }
}

function takeOut(length: number): Bytes {
  if (readingPlace.length === smallPlace) return readingPlace.slice(0, length);
  const bytes = readingPlace.subarray(0, length);
  readingPlace = new Uint8Array(smallPlace);
  return bytes;
}

const smallPlace = 16 * 1024;

/** Files are read one after the other, and most of them are small: memory of its own for each wakes the collector. */
let readingPlace = new Uint8Array(smallPlace);
