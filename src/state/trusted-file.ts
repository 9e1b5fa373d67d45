import { readWholeFile } from "../linux/file-io.ts";
import { openForReading, withDescriptor } from "../linux/open.ts";
import { inParentOf } from "../linux/open-directory.ts";
import type { PathTrace } from "../linux/path-walk.ts";
import { statDescriptor } from "../linux/stat.ts";

/** What came of reading the file that a way ends at. */
export type Reading =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  /** Another file is in its place by now. */
  | { readonly kind: "exchanged" }
  | { readonly kind: "too-large"; readonly size: number };

/**
 * Reads the very file that was looked at and judged, whatever its path leads to by then. The way must end at a file.
 * @param largest bytes
 * @throws SystemError if it can't be opened or read
 */
export function readEnd(way: PathTrace, largest: number): Reading {
  const end = way.passed.at(-1);
  if (end === undefined) return { kind: "exchanged" };
  return withDescriptor(inParentOf(end.path, openForReading), (descriptor): Reading => {
    const { inode, device, size } = statDescriptor(descriptor);
    if (inode !== end.stat.inode || device !== end.stat.device) return { kind: "exchanged" };
    if (size > largest) return { kind: "too-large", size };
    return { kind: "read", bytes: readWholeFile(descriptor, size) };
  });
}
