import { readNames } from "../linux/directory-entries.ts";
import { isSystemError } from "../linux/ffi.ts";
import { sameContent } from "../linux/file-io.ts";
import { readMounts } from "../linux/mountinfo.ts";
import { closeDescriptor, openForReading, openHandle, withDescriptor } from "../linux/open.ts";
import { openDirectory, openDirectoryBeneath } from "../linux/open-directory.ts";
import type { OpenResult } from "../linux/path-walk.ts";
import { readUtab } from "../linux/utab.ts";
import { hiddenMounts } from "../linux/utab-text.ts";
import { type Mount, type MountTable, mountTable } from "../model/mount.ts";
import type { Node, Observed, PathView } from "../model/observation.ts";
import { join, nameOf, parentOf } from "../model/path.ts";
import { lookUp } from "./node.ts";
import { RaceCheck } from "./race-check.ts";

/** The live system. `close` gives back the directories that it holds open. */
export interface LiveSystem extends Observed {
  close(): void;
}

/** How many directories are held open at a time. */
const mostHeld = 64;

/** Reads the mount table now, and all else when it is asked for, each thing once. */
export function observeLiveSystem(): LiveSystem {
  const mounts = mountTable(readMounts());
  const nodes = new Map<string, Node>();
  const realParents = new Map<string, string>();
  const realPaths = new Map<string, string>();
  const raceCheck = new RaceCheck(mounts);
  const held = new Map<string, OpenResult>();

  /** Neighbours are asked for one after the other, here and where they are stored: worth keeping the last few open. */
  function directory(path: string, beneath: Mount | null): OpenResult {
    const home = beneath === null ? null : homePointOf(mounts, beneath);
    // A mount that lies on another at the very same place hides the way to it.
    if (beneath !== null && home === beneath.mountPoint) return { kind: "denied", at: path };
    // Beneath all mounts that lie on one is the same: to look there takes a copy of that one.
    const key = beneath === null ? path : `${beneath.parent}:${path}`;
    const open = held.get(key);
    if (open !== undefined) return open;
    if (held.size === mostHeld) close();
    const result = home === null ? openDirectory(path) : openDirectoryBeneath(home, path);
    held.set(key, result);
    if (home !== null) return result;
    if (result.kind === "open") raceCheck.noteDirectory(result.path);
    if (result.kind === "unsafe") raceCheck.noteLink(result.at, null);
    if (result.followed !== undefined) raceCheck.noteFollowed(result.followed);
    realParents.set(path, result.kind === "open" ? result.path : path);
    return result;
  }

  function close(): void {
    for (const result of held.values()) if (result.kind === "open") closeDescriptor(result.descriptor);
    held.clear();
  }

  function node(view: PathView): Node {
    const key = keyOf(view);
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const parent = directory(parentOf(view.path), view.beneath);
    const found = lookUp(parent, view.path, view.beneath === null ? raceCheck : null);
    nodes.set(key, found);
    return found;
  }

  function real(path: string): string {
    const known = realPaths.get(path);
    if (known !== undefined) return known;
    const parent = parentOf(path);
    if (!realParents.has(parent)) directory(parent, null);
    const realParent = realParents.get(parent) ?? parent;
    const found = path === "/" || realParent === parent ? path : join(realParent, nameOf(path));
    realPaths.set(path, found);
    return found;
  }

  /** Runs `action` in the directory that holds the view; null where it can't be read. */
  function inParent<T>(view: PathView, action: (directory: number, name: string) => T): T | null {
    const parent = directory(parentOf(view.path), view.beneath);
    if (parent.kind !== "open") return null;
    try {
      return action(parent.descriptor, nameOf(view.path));
    } catch (error) {
      if (isSystemError(error, ...cannotLook)) return null;
      throw error;
    }
  }

  function countNames(view: PathView): number {
    return inParent(view, (parent, name) => withDescriptor(openHandle(parent, name), readNames).length) ?? 0;
  }

  function sameBytes(left: PathView, right: PathView): boolean {
    const [leftNode, rightNode] = [node(left), node(right)];
    if (leftNode.kind !== "file" || rightNode.kind !== "file" || leftNode.size !== rightNode.size)
      return false;
    const leftFile = inParent(left, openForReading);
    const rightFile = inParent(right, openForReading);
    try {
      return leftFile !== null && rightFile !== null && sameContent(leftFile, rightFile);
    } finally {
      if (leftFile !== null) closeDescriptor(leftFile);
      if (rightFile !== null) closeDescriptor(rightFile);
    }
  }

  let hidden: ((mount: Mount) => boolean | null) | null = null;

  function isHidden(mount: Mount): boolean | null {
    if (hidden === null) {
      const bytes = readUtab();
      hidden = bytes === null ? () => null : hiddenMounts(bytes);
    }
    return hidden(mount);
  }

  return { mounts, node, real, countNames, isHidden, sameBytes, close };
}

/** Nothing is there, or not for this user. What the kernel fails to read (EIO) is there: it must not pass for empty. */
const cannotLook = ["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM"];

function keyOf(view: PathView): string {
  return view.beneath === null ? view.path : `${view.beneath.id}:${view.path}`;
}

/** Where the mount is mounted that this one lies on. */
function homePointOf(table: MountTable, mount: Mount): string {
  return table.byId.get(mount.parent)?.mountPoint ?? "/";
}
