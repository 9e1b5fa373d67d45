import { closeDescriptor } from "../linux/open.ts";
import { decodeWhole } from "../linux/path-encoding.ts";
import { isFreeName } from "../linux/stat.ts";
import type { Index } from "../model/generation.ts";
import type { Trusted } from "./caller.ts";
import { indexName, journalName, largestFile } from "./file-names.ts";
import { openDirectoryBeyondDoubt, readBeyondDoubt } from "./trusted-place.ts";
import { isUsualIndex } from "./usual-index.ts";

/**
 * The index, if nothing about the state is out of the ordinary; null says nothing at all, and `store.ts` has to look. That
 * takes several times as long to load, most of it for what to do and say when something is wrong.
 */
export function indexAtGlance(path: string, trusted: Trusted | null): Index | null {
  const directory = openDirectoryBeyondDoubt(path, trusted);
  if (directory === null) return null;
  try {
    // A command is at work, or was killed.
    if (!isFreeName(directory, journalName)) return null;
    const bytes = readBeyondDoubt(directory, indexName, trusted, largestFile);
    const text = bytes === null ? null : decodeWhole(bytes);
    const value: unknown = text === null ? null : JSON.parse(text);
    return isUsualIndex(value) ? value : null;
  } catch {
    // Whoever looks closer meets the same.
    return null;
  } finally {
    closeDescriptor(directory);
  }
}
