import { isSystemError } from "../../linux/ffi.ts";
import { closeDescriptor } from "../../linux/open.ts";
import { inParentOf, openDirectory, PathError } from "../../linux/open-directory.ts";
import { tracePath } from "../../linux/path-walk.ts";
import { statAt } from "../../linux/stat.ts";
import type { Trusted } from "../caller.ts";
import { judgeWay, readEnd } from "../trust.ts";
import type { RustContext } from "./import.ts";

const largestConfig = 1024 * 1024;

/** Answers what the Rust imp's file leaves open from the system as it is now. */
export function rustContext(trusted: Trusted | null): RustContext {
  const texts = new Map<string, string | null>();
  return {
    kindOf: (source, target) => kindAt(source) ?? kindAt(target) ?? "directory",
    configText: (path) => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const text = readConfig(path, trusted);
      texts.set(path, text);
      return text;
    },
  };
}

/** Null if there is nothing that tells. */
function kindAt(path: string): "directory" | "linked-file" | null {
  try {
    const result = openDirectory(path);
    if (result.kind === "blocked") return "linked-file";
    if (result.kind === "open") {
      closeDescriptor(result.descriptor);
      return "directory";
    }
    // A symlink to nothing is what is left of a file entry whose source is away.
    const isLink = inParentOf(path, (directory, name) => statAt(directory, name)?.type === "symlink");
    return isLink ? "linked-file" : null;
  } catch (error) {
    if (isSystemError(error) || error instanceof PathError) return null;
    throw error;
  }
}

/** The text of a configuration file, or null if it can't be read or believed. */
function readConfig(path: string, trusted: Trusted | null): string | null {
  if (!path.startsWith("/")) return null;
  try {
    const way = tracePath(path);
    if (trusted !== null && judgeWay(path, way, trusted).length > 0) return null;
    if (way.end !== "found" || way.passed.at(-1)?.stat.type !== "file") return null;
    const reading = readEnd(way, largestConfig);
    return reading.kind === "read" ? new TextDecoder("utf-8", { fatal: true }).decode(reading.bytes) : null;
  } catch (error) {
    if (isSystemError(error) || error instanceof PathError || error instanceof TypeError) return null;
    throw error;
  }
}
