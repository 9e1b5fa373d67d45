import { nameOf, parentOf, rebase } from "../model/path.ts";
import { errno } from "./abi.ts";
import { severalUsers } from "./authorship.ts";
import { isSystemError, SystemError } from "./ffi.ts";
import { cloneTree } from "./mounts.ts";
import { closeDescriptor, openDirectoryWithin, openDirectoryWithoutLinks } from "./open.ts";
import { type OpenDirectory, type OpenResult, openDirectoryByName, type PathFailure } from "./path-walk.ts";

/** Ways to a directory that no unprivileged user can bend; `path-walk.ts` tells which symlinks are followed. */

/** What stops openat2(2) and is no reason to give up. */
const reasonsToWalk: readonly number[] = [-errno.ENOENT, -errno.EACCES, -errno.ELOOP, -errno.ENOTDIR];

/** Opens the directory `path`. The caller closes the descriptor. */
export function openDirectory(path: string): OpenResult {
  const direct = openDirectoryWithoutLinks(path);
  if (direct >= 0) return { kind: "open", descriptor: direct, path };
  if (!reasonsToWalk.includes(direct)) throw new SystemError("openat2", -direct, path);
  return openDirectoryByName(path);
}

/**
 * Opens the directory `path` of the mount at `mountPoint`, passing by all that is mounted on that mount: it is looked
 * for in a detached copy (open_tree(2)), which takes CAP_SYS_ADMIN. A symlink on the way counts as "denied": where it
 * leads can't be told before the mounts are gone.
 */
export function openDirectoryBeneath(mountPoint: string, path: string): OpenResult {
  const home = openDirectory(mountPoint);
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
export function openParent(path: string): OpenResult {
  return openDirectory(parentOf(path));
}

/**
 * As {@link openParent}.
 * @throws PathError if there is no safe way to it
 */
export function requireParent(path: string): OpenDirectory {
  const result = openParent(path);
  if (result.kind !== "open") throw new PathError(path, result);
  return result;
}

/**
 * Runs `action` in the directory that holds `path`, with the last name.
 * @throws PathError if there is no safe way to it
 */
export function inParentOf<T>(path: string, action: (directory: number, name: string, real: string) => T): T {
  const parent = requireParent(path);
  try {
    return action(parent.descriptor, nameOf(path), parent.path);
  } finally {
    closeDescriptor(parent.descriptor);
  }
}

/** A path that cannot be used, as an error. */
export class PathError extends Error {
  override readonly name = "PathError";
  readonly failure: PathFailure;

  constructor(path: string, failure: PathFailure) {
    super(`${path}: ${describeFailure(failure)}`);
    this.failure = failure;
  }
}

export function describeFailure(failure: PathFailure): string {
  switch (failure.kind) {
    case "missing":
      return `${failure.at} does not exist`;
    case "blocked":
      return `${failure.at} is not a directory`;
    case "denied":
      return `${failure.at} may not be searched`;
    case "unsafe": {
      const owner = failure.owner === severalUsers ? "no one user alone" : `user ${failure.owner}`;
      return `unsafe path: the symlink ${failure.at} belongs to ${owner} and leads to what is not theirs`;
    }
  }
}
