import { join, parentOf } from "../model/path.ts";
import { hasAccessList } from "./attributes.ts";
import { authorIn, together } from "./authorship.ts";
import { readLink } from "./directory-entries.ts";
import { isSystemError } from "./ffi.ts";
import { closeDescriptor, openHandle, openRoot, withDescriptor } from "./open.ts";
import { type Stat, statDescriptor } from "./stat.ts";
import { effectiveUser } from "./users.ts";

/**
 * Path walks, as path_resolution(7) has them: by one name at a time, each relative to the directory before it, which is
 * held open. So nothing can be exchanged behind a walk, and it tells of every symlink that it led through.
 */

/** An open directory (a handle), and where it really is: its path without any symlink. */
export interface OpenDirectory {
  readonly descriptor: number;
  readonly path: string;
}

/** A symlink on the way, as it was when the walk led through it. */
export interface FollowedLink {
  /** Its path, without symlinks in its parents. */
  readonly at: string;
  readonly text: string;
}

/** Why there is no way to a directory. */
export type PathFailure = (
  | Stop
  /** The symlink `at` is in the hands of the user `owner`, and leads to what is not theirs. */
  | { readonly kind: "unsafe"; readonly at: string; readonly owner: number }
) & { readonly followed?: readonly FollowedLink[] };

/** `followed`: the symlinks that the way led through, if there were any. */
export type OpenResult =
  | ({ readonly kind: "open"; readonly followed?: readonly FollowedLink[] } & OpenDirectory)
  | PathFailure;

/**
 * `missing`: `at` does not exist. `blocked`: `at` exists and is no directory. `denied`: the kernel does not let this user
 * look further than `at`.
 */
interface Stop {
  readonly kind: "missing" | "blocked" | "denied";
  readonly at: string;
}

/** An object that a walk has come to, which is open until the walk is over. */
interface Position extends OpenDirectory {
  readonly stat: Stat;
  /** Who besides root could have decided that it is this object which is found here; see {@link authorIn}. */
  readonly author: number;
}

const mostLinks = 40;

class PathWalk {
  /** All objects that the kernel meets too, symlinks included, in its order. */
  readonly passed: Position[] = [];
  readonly followed: FollowedLink[] = [];
  readonly #open: number[] = [];
  /** The last object on the way that is no symlink. */
  end = this.#enterRoot();

  /** Goes to `path`, which is absolute, and returns what stopped it. */
  goTo(path: string): Stop | null {
    for (let names = namesOf(path); names.length > 0; ) {
      const [name = "", ...rest] = names;
      if (this.end.stat.type !== "directory") return { kind: "blocked", at: this.end.path };
      const next = this.#step(this.end, name);
      if (!("stat" in next)) return next;
      this.passed.push(next);
      names = rest;
      if (next.stat.type !== "symlink") {
        this.end = next;
        continue;
      }
      if (this.followed.length === mostLinks) return { kind: "blocked", at: next.path };
      const text = readLink(next.descriptor, "");
      this.followed.push({ at: next.path, text });
      names = [...namesOf(text), ...rest];
      if (text.startsWith("/")) this.end = this.#enterRoot();
    }
    return null;
  }

  /** Closes all that the walk opened but this descriptor. */
  close(except: number | null): void {
    for (const descriptor of this.#open) if (descriptor !== except) closeDescriptor(descriptor);
  }

  #held(descriptor: number): number {
    this.#open.push(descriptor);
    return descriptor;
  }

  #enterRoot(): Position {
    const descriptor = this.#held(openRoot());
    const root = { descriptor, path: "/", stat: statDescriptor(descriptor), author: 0 };
    this.passed.push(root);
    return root;
  }

  #step(from: Position, name: string): Position | Stop {
    const path = name === ".." ? parentOf(from.path) : join(from.path, name);
    try {
      const descriptor = this.#held(openHandle(from.descriptor, name));
      const stat = statDescriptor(descriptor);
      // No user can make `..` of a directory something else; only that directory itself can be another.
      const author = name === ".." ? from.author : together(from.author, authorIn(from.stat, stat));
      return { descriptor, path, stat, author };
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return { kind: "missing", at: path };
      if (isSystemError(error, "EACCES")) return { kind: "denied", at: path };
      throw error;
    }
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/**
 * Opens the directory `path`. A symlink is followed if only root could have put it there; any other one taints the rest of
 * the way: the directory at its end must then belong to who could have put it there, a place where that user could have
 * acted anyway ("unsafe path transition", as in systemd's chase.c). The caller closes the descriptor.
 */
export function openDirectoryByName(path: string): OpenResult {
  const walk = new PathWalk();
  let kept: number | null = null;
  try {
    const stop = walk.goTo(path);
    const { followed } = walk;
    const result = judge(walk, stop);
    if (result.kind === "open") kept = result.descriptor;
    return { ...result, followed };
  } finally {
    walk.close(kept);
  }
}

function judge({ end, passed }: PathWalk, stop: Stop | null): OpenResult {
  const { descriptor, path, stat } = end;
  if (stop === null && stat.type !== "directory") return { kind: "blocked", at: path };
  const result = stop ?? { kind: "open", descriptor, path };
  // What does not exist behind a user's link could come to exist anywhere: not safe to create. Only root has to mind.
  const isEnd = result.kind === "open" || result.kind === "missing";
  if (!isEnd || effectiveUser() !== 0) return result;
  const links = passed.filter((link) => link.stat.type === "symlink" && link.author !== 0);
  const owner = links.reduce((author, link) => together(author, link.author), 0);
  const [first] = links;
  return first === undefined || owner === stat.uid ? result : { kind: "unsafe", at: first.path, owner };
}

/** A symlink as it was found, and whether it may be followed. */
export interface Link {
  readonly text: string;
  /** True if a user could have put it there, and it leads to what is not theirs. */
  readonly astray: boolean;
}

/**
 * Reads the symlink at `path`, whose parents have none, and finds out where that very text leads.
 * @returns null if no symlink is there, or no more
 */
export function followLinkAt(path: string): (Link & { readonly followed: readonly FollowedLink[] }) | null {
  const result = openDirectoryByName(path);
  if (result.kind === "open") closeDescriptor(result.descriptor);
  const { followed = [] } = result;
  const [link] = followed;
  return link?.at === path ? { text: link.text, astray: result.kind === "unsafe", followed } : null;
}

/** Reads the symlink in an open directory; null if none is there. Where it leads from there can't be told. */
export function readLinkIn(directory: number, name: string): Link | null {
  return withDescriptor(openHandle(directory, name), (handle) => {
    const stat = statDescriptor(handle);
    if (stat.type !== "symlink") return null;
    const author = authorIn(statDescriptor(directory), stat);
    return { text: readLink(handle, ""), astray: author !== 0 && effectiveUser() === 0 };
  });
}

/** An object that looking up a path leads through. */
export interface Passed {
  /** Without symlinks in its parents. */
  readonly path: string;
  readonly stat: Stat;
  /** True if an access control list may let others write. */
  readonly accessList: boolean;
}

/** All objects that looking up a path leads through, symlinks included, in the kernel's order. */
export interface PathTrace {
  readonly passed: readonly Passed[];
  /** How the way ends: at the object itself, at a name that does not exist, or where it can't be followed. */
  readonly end: "found" | Stop["kind"];
}

/** Looks up `path` (absolute), and notes whatever decides where it leads. */
export function tracePath(path: string): PathTrace {
  const walk = new PathWalk();
  const passed: Passed[] = [];
  try {
    const stop = walk.goTo(path);
    for (const { descriptor, path, stat } of walk.passed) {
      // The group's bits bound what a list grants: without write among them there is nothing to find.
      const accessList = stat.type !== "symlink" && (stat.mode & 0o020) !== 0 && hasAccessList(descriptor);
      passed.push({ path, stat, accessList });
    }
    return { passed, end: stop?.kind ?? "found" };
  } catch (error) {
    if (isSystemError(error, "EACCES")) return { passed, end: "denied" };
    throw error;
  } finally {
    walk.close(null);
  }
}
