import type { Entry, Ownership } from "../model/manifest.ts";
import { formatMode } from "../model/mode.ts";
import type { Access, Node } from "../model/observation.ts";
import { ancestorsOf, isAtOrBelow, join, parentOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { accessOf, accessWith, inheritedAccess, sameAccess } from "./access.ts";
import {
  conflict,
  type Draft,
  directoryAfter,
  finding,
  futureDirectory,
  nodeAfter,
  setAfter,
} from "./draft.ts";
import { describeNode, reportUnreachable } from "./obstacle.ts";

/** Which of its two trees a directory belongs to: the one that people see, or the one it is stored in. */
export type Side = "source" | "target";

/**
 * Plans the missing directories above an entry's target or source, and gives the nearest one the owner and mode that
 * `parentDirectory` asks for. A missing directory takes owner and mode from its counterpart on the other side if that
 * exists, else from the directory that it comes to lie in.
 * @returns false if it can't be done (a conflict says why)
 */
export function ensureParents(draft: Draft, entry: Entry, side: Side): boolean {
  const path = side === "target" ? entry.target : entry.source;
  const missing = missingAncestors(draft, entry, path);
  if (missing === null) return false;
  if (missing.length > 0 && side === "target" && !entry.createParents) {
    finding(draft, entry.target, "in-the-way", `its parent directory ${missing[0]} does not exist`);
    conflict(
      draft,
      entry,
      `the parent directory of ${entry.target} does not exist: ${missing[0]}`,
      `create it (mkdir -p '${missing[0]}'), or set \`create_parents = true\``,
    );
    return false;
  }
  for (const directory of missing.reverse()) createDirectory(draft, entry, side, directory);
  return missing.length > 0 || adjustParent(draft, entry, side, parentOf(path));
}

/** The directories above `path` that do not exist, nearest first; null (and a conflict) if they can't be made. */
function missingAncestors(draft: Draft, entry: Entry, path: string): string[] | null {
  const missing: string[] = [];
  for (const ancestor of ancestorsOf(path)) {
    const node = directoryAfter(draft, ancestor);
    if (node.kind === "directory") return missing;
    if (reportUnreachable(draft, entry, ancestor, node)) return null;
    if (node.kind !== "missing" || nodeAfter(draft, ancestor).kind === "symlink") {
      const what = node.kind === "missing" ? "a symlink that leads nowhere" : describeNode(node);
      finding(draft, entry.target, "in-the-way", `${ancestor} is ${what}`);
      conflict(draft, entry, `${path} can't exist: ${ancestor} is ${what}`, `move ${ancestor} away`);
      return null;
    }
    missing.push(ancestor);
  }
  return missing;
}

function createDirectory(draft: Draft, entry: Entry, side: Side, path: string): void {
  const beside = directoryAfter(draft, counterpart(entry, side, path));
  const above = directoryAfter(draft, parentOf(path));
  const base: Access =
    beside.kind === "directory"
      ? accessOf(beside)
      : inheritedAccess(above.kind === "directory" ? above : { uid: 0, gid: 0, mode: 0o755 });
  const direct = path === parentOf(side === "target" ? entry.target : entry.source);
  const access = direct ? accessWith(entry.parentDirectory, base, true) : base;
  const place = side === "source" ? draft.after.placeOf(path) : path;
  stepsOf(draft, side).push({
    kind: "create-directory",
    serves: entry.target,
    path: place,
    access,
    role: side,
  });
  setAfter(draft, path, futureDirectory(access));
}

/** The same directory on the other side. */
function counterpart(entry: Entry, side: Side, path: string): string {
  if (side === "target") return join(entry.root, path.slice(1));
  return isAtOrBelow(path, entry.root) ? path.slice(entry.root.length) || "/" : path;
}

function adjustParent(draft: Draft, entry: Entry, side: Side, parent: string): boolean {
  const node = directoryAfter(draft, parent);
  if (entry.parentDirectory === undefined || node.kind !== "directory") return true;
  // Nobody means the root of a filesystem by the parent of a file in it.
  if (side === "source" && parent === entry.root) return true;
  const place = side === "source" ? draft.after.placeOf(parent) : realDirectory(draft, parent);
  return adjustAccess(draft, entry, side, place, node, entry.parentDirectory);
}

/** `path` as a step can name it: not through a symlink in the last name. */
function realDirectory(draft: Draft, path: string): string {
  return parentOf(draft.request.observed.real(join(path, ".")));
}

/**
 * Plans the change of owner and mode of what exists, if it differs from what the entry asks for.
 * @returns false if that may not be done (a conflict says why)
 */
export function adjustAccess(
  draft: Draft,
  entry: Entry,
  side: Side,
  place: string,
  node: Extract<Node, { kind: "directory" | "file" }>,
  wanted: Ownership,
): boolean {
  const from = accessOf(node);
  const to = accessWith(wanted, from, node.kind === "directory");
  if (sameAccess(from, to)) return true;
  if (from.uid !== to.uid || from.gid !== to.gid) {
    const message = `${place} belongs to ${from.uid}:${from.gid}, not to ${to.uid}:${to.gid}`;
    finding(draft, entry.target, "wrong-owner", message);
  }
  if (from.mode !== to.mode) {
    const message = `${place} has mode ${formatMode(from.mode)}, not ${formatMode(to.mode)}`;
    finding(draft, entry.target, "wrong-mode", message);
  }
  if (node.kind === "file" && node.links > 1) {
    conflict(
      draft,
      entry,
      `${place} has ${node.links} hard links: changing its owner or mode would change it in other places too`,
      "make it a file of its own (cp it and mv the copy over it)",
    );
    return false;
  }
  stepsOf(draft, side).push({ kind: "set-access", serves: entry.target, path: place, from, to });
  setAfter(draft, place, { ...node, ...to });
  return true;
}

function stepsOf(draft: Draft, side: Side): Step[] {
  return side === "source" ? draft.sourceSteps : draft.additionSteps;
}
