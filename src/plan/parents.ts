import type { Entry, Ownership } from "../model/manifest.ts";
import { formatMode } from "../model/mode.ts";
import type { Access } from "../model/object.ts";
import type { Node } from "../model/observation.ts";
import { isAtOrBelow, join, parentOf } from "../model/path.ts";
import { accessOf, accessWith, inheritedAccess, sameAccess } from "./access.ts";
import { conflict, type Draft, directoryBehind, endMade, finding, nodeUnder, stepsFor } from "./draft.ts";
import { futureDirectory } from "./future-node.ts";
import type { Phase } from "./planned-tree.ts";
import { describeNode, reportReadOnly, reportUnreachable } from "./problems.ts";
import type { KeyedView } from "./resolve/keyed-view.ts";

/** Which of its two trees a directory belongs to: the one that people see, or the one it is stored in. */
export type Side = "source" | "target";

/**
 * Plans the missing directories above an entry's target or source, and gives the nearest one the owner and mode that
 * `parentDirectory` asks for. A missing directory takes owner and mode from its counterpart on the other side if that
 * exists, else from the directory that it comes to lie in.
 * @returns false if it can't be done (a conflict says why)
 */
export function ensureParents(draft: Draft, entry: Entry, side: Side, phase: Phase): boolean {
  const path = side === "target" ? entry.target : entry.source;
  // What exists has parents.
  if (entry.parentDirectory === undefined && isThere(draft, path)) return true;
  const missing = missingAncestors(draft, entry, path);
  if (missing === null) return false;
  const [nearest] = missing;
  if (nearest === undefined) return adjustParent(draft, entry, side, phase, parentOf(path));
  if (side === "target" && !entry.createParents) {
    finding(draft, entry.target, "in-the-way", `its parent directory ${nearest} does not exist`);
    conflict(
      draft,
      entry,
      `the parent directory of ${entry.target} does not exist: ${nearest}`,
      `create it (mkdir -p '${nearest}'), or set \`create_parents = true\``,
    );
    return false;
  }
  return missing.reverse().every((directory) => createDirectory(draft, entry, side, phase, directory));
}

function isThere(draft: Draft, path: string): boolean {
  return "identity" in nodeUnder(draft, path);
}

/** The directories above `path` that do not exist, nearest first; null (and a conflict) if they can't be made. */
function missingAncestors(draft: Draft, entry: Entry, path: string): string[] | null {
  const missing: string[] = [];
  let ancestor = path;
  while (ancestor !== "/") {
    ancestor = parentOf(ancestor);
    const node = directoryBehind(draft, ancestor);
    if (node.kind === "directory") return missing;
    if (reportUnreachable(draft, entry, ancestor, node)) return null;
    if (node.kind !== "missing" || nodeUnder(draft, ancestor).kind === "symlink") {
      const what = node.kind === "missing" ? "a symlink that leads nowhere" : describeNode(node);
      finding(draft, entry.target, "in-the-way", `${ancestor} is ${what}`);
      conflict(draft, entry, `${path} can't exist: ${ancestor} is ${what}`, `move ${ancestor} away`);
      return null;
    }
    missing.push(ancestor);
  }
  return missing;
}

function createDirectory(draft: Draft, entry: Entry, side: Side, phase: Phase, path: string): boolean {
  if (reportReadOnly(draft, entry, path)) return false;
  const beside = directoryBehind(draft, counterpart(entry, side, path));
  const above = directoryBehind(draft, parentOf(path));
  const base: Access =
    beside.kind === "directory"
      ? accessOf(beside)
      : inheritedAccess(above.kind === "directory" ? above : { uid: 0, gid: 0, mode: 0o755 });
  const direct = path === parentOf(side === "target" ? entry.target : entry.source);
  const access = direct ? accessWith(entry.parentDirectory, base, true) : base;
  stepsFor(draft, phase).push({
    kind: "create-directory",
    serves: entry.target,
    path,
    access,
    role: side,
  });
  if (side === "target") endMade(draft, path);
  draft.tree.set(draft.decisions.paths.noFollow(path), futureDirectory(access), phase);
  return true;
}

/** The same directory on the other side. */
function counterpart(entry: Entry, side: Side, path: string): string {
  if (side === "target") return join(entry.root, path.slice(1));
  return isAtOrBelow(path, entry.root) ? path.slice(entry.root.length) || "/" : path;
}

function adjustParent(draft: Draft, entry: Entry, side: Side, phase: Phase, parent: string): boolean {
  if (entry.parentDirectory === undefined) return true;
  // The parent of a file that lies right in a persistence root is not that root.
  if (side === "source" && parent === entry.root) return true;
  const { paths } = draft.decisions;
  const path = paths.directoryAt(parent);
  const view = paths.follow(path);
  const node = draft.tree.nodeAt(view);
  return (
    node.kind !== "directory" ||
    adjustAccess(draft, entry, { path, view, node, phase }, entry.parentDirectory)
  );
}

/** What exists and can be changed. */
export interface Adjustable {
  /** As a step can name it. */
  readonly path: string;
  readonly view: KeyedView;
  readonly node: Extract<Node, { kind: "directory" | "file" }>;
  readonly phase: Phase;
}

/**
 * Plans the change of owner and mode of what exists, if it differs from what the entry asks for.
 * @returns false if that may not be done (a conflict says why)
 */
export function adjustAccess(draft: Draft, entry: Entry, object: Adjustable, wanted: Ownership): boolean {
  const { path, view, node, phase } = object;
  const from = accessOf(node);
  const to = accessWith(wanted, from, node.kind === "directory");
  if (sameAccess(from, to)) return true;
  if (from.uid !== to.uid || from.gid !== to.gid) {
    const message = `${path} belongs to ${from.uid}:${from.gid}, not to ${to.uid}:${to.gid}`;
    finding(draft, entry.target, "wrong-owner", message);
  }
  if (from.mode !== to.mode) {
    const message = `${path} has mode ${formatMode(from.mode)}, not ${formatMode(to.mode)}`;
    finding(draft, entry.target, "wrong-mode", message);
  }
  if (node.kind === "file" && node.links > 1) {
    conflict(
      draft,
      entry,
      `${path} has ${node.links} hard links: changing its owner or mode would change it in other places too`,
      "make it a file of its own (cp it and mv the copy over it)",
    );
    return false;
  }
  if (reportReadOnly(draft, entry, path, path)) return false;
  stepsFor(draft, phase).push({ kind: "set-access", serves: entry.target, path, from, to });
  draft.tree.set(view, { ...node, ...to }, phase);
  return true;
}
