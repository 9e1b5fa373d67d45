import { join, parentOf } from "../model/path.ts";
import { hasAccessList } from "./attributes.ts";
import { readLink } from "./directory-entries.ts";
import { isSystemError } from "./ffi.ts";
import { closeDescriptor, openHandle, openRoot } from "./open.ts";
import { type Stat, statDescriptor } from "./stat.ts";

/** An object that the kernel meets while it looks up a path. */
export interface Passed {
  /** Without symlinks in its parents. */
  readonly path: string;
  readonly stat: Stat;
  /** True if an access control list may let others write. */
  readonly accessList: boolean;
}

/** All objects that looking up a path leads through, symlinks included, in the kernel's order. */
export interface Way {
  readonly passed: readonly Passed[];
  /** How the way ends: at the object itself, at a name that does not exist, or where it can't be followed. */
  readonly end: "found" | "missing" | "blocked" | "denied";
}

const mostLinks = 40;

/**
 * Looks up `path` (absolute) as path_resolution(7) has it, one name at a time, each relative to the directory before it,
 * and notes whatever decides where the path leads.
 */
export function lookAlong(path: string): Way {
  const open: number[] = [];
  const passed: Passed[] = [];

  function enter(descriptor: number, at: string): Passed {
    open.push(descriptor);
    const stat = statDescriptor(descriptor);
    // The group's bits bound what a list grants: without write among them there is nothing to find.
    const accessList = stat.type !== "symlink" && (stat.mode & 0o020) !== 0 && hasAccessList(descriptor);
    const here = { path: at, stat, accessList };
    passed.push(here);
    return here;
  }

  try {
    let directory = openRoot();
    let at = enter(directory, "/").path;
    // The next name is the last one.
    const ahead = namesOf(path).reverse();
    let links = 0;
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      const next = enter(openHandle(directory, name), name === ".." ? parentOf(at) : join(at, name));
      const descriptor = open.at(-1) ?? directory;
      if (next.stat.type !== "symlink") {
        directory = descriptor;
        at = next.path;
        continue;
      }
      links += 1;
      if (links > mostLinks) return { passed, end: "blocked" };
      const text = readLink(descriptor, "");
      ahead.push(...namesOf(text).reverse());
      if (!text.startsWith("/")) continue;
      directory = openRoot();
      at = enter(directory, "/").path;
    }
    return { passed, end: "found" };
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return { passed, end: "missing" };
    if (isSystemError(error, "ENOTDIR")) return { passed, end: "blocked" };
    if (isSystemError(error, "EACCES")) return { passed, end: "denied" };
    throw error;
  } finally {
    for (const descriptor of open) closeDescriptor(descriptor);
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
