import { nameOf, parentOf, rebase } from "../model/path.ts";
import { errno } from "./abi.ts";
import { isSystemError, SystemError } from "./ffi.ts";
import { cloneTree } from "./mounts.ts";
import { closeDescriptor, openDirectoryWithin, openDirectoryWithoutLinks } from "./open.ts";
import { severalUsers, walkByName } from "./walk-by-name.ts";

/** Ways to a directory that no unprivileged user can bend; `walk-by-name.ts` tells which symlinks are followed. */

/** An open directory (a handle), and where it really is: its path without any symlink. */
export interface OpenDirectory {
  readonly descriptor: number;
  readonly path: string;
}

/** A symlink on a way, as it was when the way led through it. */
export interface FollowedLink {
  /** Its path, without symlinks in its parents. */
  readonly at: string;
  readonly text: string;
}

/** How a way ended. `followed`: the symlinks that it led through, if there were any. */
export type Walk = Ending & { readonly followed?: readonly FollowedLink[] };

type Ending =
  | ({ readonly kind: "open" } & OpenDirectory)
  /** `at` does not exist. */
  | { readonly kind: "missing"; readonly at: string }
  /** `at` exists and is no directory. */
  | { readonly kind: "blocked"; readonly at: string }
  /** The kernel does not let this user look further than `at`. */
  | { readonly kind: "denied"; readonly at: string }
  /** The symlink `at` is in the hands of the user `owner`, and leads to what is not theirs. */
  | { readonly kind: "unsafe"; readonly at: string; readonly owner: number };

/** Opens the directory `path`. The caller closes the descriptor. */
export function walk(path: string): Walk {
  const direct = openDirectoryWithoutLinks(path);
  if (direct >= 0) return { kind: "open", descriptor: direct, path };
  if (![-errno.ENOENT, -errno.EACCES, -errno.ELOOP, -errno.ENOTDIR].includes(direct))
    throw new SystemError("openat2", -direct, path);
  return walkByName(path);
}

/**
 * Opens the directory `path` of the mount at `mountPoint`, passing by all that is mounted on that mount: it is looked
 * for in a detached copy (open_tree(2)), which takes CAP_SYS_ADMIN. A symlink on the way counts as "denied": where it
 * leads can't be told before the mounts are gone.
 */
export function walkBeneath(mountPoint: string, path: string): Walk {
  const home = walk(mountPoint);
  if (home.kind !== "open") return home;
  try {
    const tree = cloneTree(home.descriptor, "");
    try {
      const descriptor = openDirectoryWithin(tree, rebase(path, mountPoint, "/"));
      if (descriptor >= 0) return { kind: "open", descriptor, path };
      if (descriptor === -errno.ENOENT) return { kind: "missing", at: path };
      if (descriptor === -errno.ENOTDIR) return { kind: "blocked", at: path };
      return { kind: "denied", at: path };
    } finally {
      closeDescriptor(tree);
    }
  } catch (error) {
    if (isSystemError(error, "EPERM")) return { kind: "denied", at: path };
    throw error;
  } finally {
    closeDescriptor(home.descriptor);
  }
}

/** Opens the directory that holds `path`. */
export function walkToParent(path: string): Walk {
  return walk(parentOf(path));
}

/** A path that cannot be used, as an error. */
export class PathError extends Error {
  override readonly name = "PathError";
  readonly walk: Exclude<Walk, { kind: "open" }>;

  constructor(path: string, result: Exclude<Walk, { kind: "open" }>) {
    super(`${path}: ${describeWalk(result)}`);
    this.walk = result;
  }
}

export function describeWalk(result: Exclude<Walk, { kind: "open" }>): string {
  switch (result.kind) {
    case "missing":
      return `${result.at} does not exist`;
    case "blocked":
      return `${result.at} is not a directory`;
    case "denied":
      return `${result.at} may not be searched`;
    case "unsafe":
      return `unsafe path: the symlink ${result.at} belongs to ${ownerOf(result)} and leads to what is not theirs`;
  }
}

function ownerOf({ owner }: Extract<Walk, { kind: "unsafe" }>): string {
  return owner === severalUsers ? "no one user alone" : `user ${owner}`;
}

/**
 * Runs `action` in the directory that holds `path`, with the last name.
 * @throws PathError if there is no safe way to it
 */
export function inParentOf<T>(path: string, action: (directory: number, name: string, real: string) => T): T {
  const result = walkToParent(path);
  if (result.kind !== "open") throw new PathError(path, result);
  try {
    return action(result.descriptor, nameOf(path), result.path);
  } finally {
    closeDescriptor(result.descriptor);
  }
}
