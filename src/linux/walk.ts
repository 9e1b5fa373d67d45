import { closeSync } from "node:fs";
import { join, nameOf, parentOf, rebase } from "../model/path.ts";
import { isSystemError, SystemError } from "./ffi.ts";
import { openDirectoryWithin, openDirectoryWithoutLinks, openHandle, openRoot, readLink } from "./files.ts";
import { cloneTree } from "./mounts.ts";
import { effectiveUser } from "./process.ts";
import { type Stat, statDescriptor } from "./stat.ts";

/**
 * Ways to a directory that no unprivileged user can bend. A symlink is followed if only root could have put it
 * there; any other one taints the rest of the way: the directory at its end must then belong to the link's owner, a
 * place where that user could have acted anyway ("unsafe path transition", as in systemd's chase.c).
 */

/** An open directory (a handle), and where it really is: its path without any symlink. */
export interface OpenDirectory {
  readonly descriptor: number;
  readonly path: string;
}

export type Walk =
  | ({ readonly kind: "open" } & OpenDirectory)
  /** `at` does not exist. */
  | { readonly kind: "missing"; readonly at: string }
  /** `at` exists and is no directory. */
  | { readonly kind: "blocked"; readonly at: string }
  /** The kernel does not let this user look further than `at`. */
  | { readonly kind: "denied"; readonly at: string }
  | { readonly kind: "unsafe"; readonly at: string; readonly owner: number };

const ENOENT = -2;
const EACCES = -13;
const ELOOP = -40;
const ENOTDIR = -20;
const mostLinks = 40;

/** Opens the directory `path`. The caller closes the descriptor. */
export function walk(path: string): Walk {
  const direct = openDirectoryWithoutLinks(path);
  if (direct >= 0) return { kind: "open", descriptor: direct, path };
  if (![ENOENT, EACCES, ELOOP, ENOTDIR].includes(direct)) throw new SystemError("openat2", -direct, path);
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
      if (descriptor === ENOENT) return { kind: "missing", at: path };
      if (descriptor === ENOTDIR) return { kind: "blocked", at: path };
      return { kind: "denied", at: path };
    } finally {
      closeSync(tree);
    }
  } catch (error) {
    if (isSystemError(error, "EPERM")) return { kind: "denied", at: path };
    throw error;
  } finally {
    closeSync(home.descriptor);
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
      return `unsafe path: the symlink ${result.at} belongs to user ${result.owner} and leads to what is not theirs`;
  }
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
    closeSync(result.descriptor);
  }
}

interface Position {
  readonly descriptor: number;
  readonly path: string;
  readonly stat: Stat;
}

function walkByName(path: string): Walk {
  let position = rootPosition();
  const open = [position.descriptor];
  let names = path.split("/").filter((name) => name !== "");
  let links = 0;
  let taint: { owner: number; at: string } | null = null;
  const enforce = effectiveUser() === 0;

  const result = ((): Walk => {
    while (names.length > 0) {
      const [name = "", ...rest] = names;
      const next = step(position, name);
      if (!("stat" in next)) return next;
      open.push(next.descriptor);
      if (next.stat.type === "symlink") {
        links += 1;
        if (links > mostLinks) return { kind: "blocked", at: next.path };
        const author = linkAuthor(next.stat, position.stat);
        if (taint !== null && author !== 0 && author !== taint.owner) return unsafe(taint);
        if (author !== 0) taint = { owner: author, at: next.path };
        const text = readLink(next.descriptor, "");
        if (text.startsWith("/")) {
          position = rootPosition();
          open.push(position.descriptor);
        }
        names = [...text.split("/").filter((part) => part !== "" && part !== "."), ...rest];
        continue;
      }
      if (next.stat.type !== "directory") return { kind: "blocked", at: next.path };
      position = next;
      names = rest;
    }
    if (enforce && taint !== null && position.stat.uid !== taint.owner) return unsafe(taint);
    return { kind: "open", descriptor: position.descriptor, path: position.path };
  })();

  for (const descriptor of open) {
    if (result.kind !== "open" || descriptor !== result.descriptor) closeSync(descriptor);
  }
  // What does not exist behind a user's link could come to exist anywhere: not safe to create.
  if (enforce && taint !== null && result.kind === "missing" && position.stat.uid !== taint.owner)
    return unsafe(taint);
  return result;
}

function unsafe(taint: { owner: number; at: string }): Walk {
  return { kind: "unsafe", at: taint.at, owner: taint.owner };
}

function rootPosition(): Position {
  const descriptor = openRoot();
  return { descriptor, path: "/", stat: statDescriptor(descriptor) };
}

function step(from: Position, name: string): Position | Exclude<Walk, { kind: "open" }> {
  const path = name === ".." ? parentOf(from.path) : join(from.path, name);
  try {
    const descriptor = openHandle(from.descriptor, name);
    return { descriptor, path, stat: statDescriptor(descriptor) };
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return { kind: "missing", at: path };
    if (isSystemError(error, "EACCES")) return { kind: "denied", at: path };
    throw error;
  }
}

/** Who could have put this link here: 0 if only root, else the user. */
function linkAuthor(link: Stat, folder: Stat): number {
  if (link.uid !== 0) return link.uid;
  if (folder.uid !== 0) return folder.uid;
  const othersWrite = (folder.mode & 0o022) !== 0 && (folder.mode & 0o1000) === 0;
  return othersWrite ? nobodyInParticular : 0;
}

/** Stands for "anyone" where a root-owned folder without the sticky bit lets others write; owns nothing. */
const nobodyInParticular = 0xffffffff;
