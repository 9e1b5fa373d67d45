import { readSome } from "../linux/file-io.ts";
import {
  closeDescriptor,
  openDirectoryWithoutLinks,
  openForReadingOrErrno,
  openHandleOrErrno,
  openRoot,
} from "../linux/open.ts";
import { type Glimpse, glimpseOf } from "../linux/stat.ts";
import type { Trusted } from "./caller.ts";

/**
 * Opens and reads what is beyond all doubt: no symlink on the way, and each object on it root's or the caller's and not
 * even for a group to write. It is less than `trust.ts` allows, and of whatever else there is nothing is said: `trust.ts`
 * has to look, and tells people what is wrong.
 */

/**
 * The directory at `path` (absolute and normal), as a handle that the caller closes; null says nothing. A run without
 * root's powers (`null`) trusts everything.
 */
export function openDirectoryBeyondDoubt(path: string, trusted: Trusted | null): number | null {
  if (trusted === null) {
    const opened = openDirectoryWithoutLinks(path);
    return opened < 0 ? null : opened;
  }
  let directory = openRoot();
  for (let start = 1; ; ) {
    const isEnd = start >= path.length;
    const seen = glimpseOf(directory);
    if (seen?.type !== "directory" || !isBeyondReach(seen, trusted, !isEnd)) break;
    if (isEnd) return directory;
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    const next = openHandleOrErrno(directory, path.slice(start, end));
    closeDescriptor(directory);
    if (next < 0) return null;
    directory = next;
    start = end + 1;
  }
  closeDescriptor(directory);
  return null;
}

/** The bytes of the file `name` in a directory that was opened so; null says nothing. */
export function readBeyondDoubt(
  directory: number,
  name: string,
  trusted: Trusted | null,
  largest: number,
): Uint8Array | null {
  const file = openForReadingOrErrno(directory, name);
  if (file < 0) return null;
  try {
    const seen = glimpseOf(file);
    if (seen?.type !== "file" || seen.size > largest) return null;
    if (trusted !== null && !isBeyondReach(seen, trusted, false)) return null;
    const place = new Uint8Array(seen.size);
    // Files of the state are replaced and never written to, so each has all of its bytes from the beginning.
    return readSome(file, place) === place.length ? place : null;
  } finally {
    closeDescriptor(file);
  }
}

/**
 * True if nobody but root and the caller can change it. On the way to something else a sticky directory will do, for
 * what is passed next is looked at itself (see `trust.ts`).
 */
export function isBeyondReach(
  { uid, mode }: Pick<Glimpse, "uid" | "mode">,
  trusted: Trusted,
  isPassed: boolean,
): boolean {
  if (uid !== 0 && !trusted.users.includes(uid)) return false;
  return (mode & 0o022) === 0 || (isPassed && (mode & 0o1000) !== 0);
}
