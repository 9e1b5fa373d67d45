import { isMounted, type LinkedFileEntry } from "../../model/manifest.ts";
import type { FileNode, Node } from "../../model/observation.ts";
import { parentOf } from "../../model/path.ts";
import { accessOf, accessWith } from "../access.ts";
import { conflict, type Draft, directoryBehind, nodeBehind } from "../draft.ts";
import { futureDirectory, isFuture } from "../future-node.ts";
import { freeBackupName, identityToMove, reportHeld, reportReadOnly } from "../problems.ts";
import { isShownBy } from "../resolve/keyed-view.ts";

/** Files that programs put in the place of imp's symlinks: they save by renaming a new file over the name. */

/**
 * True if the file at the entry's target took the place of imp's own symlink. Only then it is newer than the source: at
 * every start an image brings files of its own, and what a home is filled with. The proof is that the directory is still
 * the one that imp's link was in; where the filesystem does not say when that was made, there is none.
 */
export function isReplacement(draft: Draft, entry: LinkedFileEntry): boolean {
  const active = draft.activeState.entries.get(entry.target);
  if (active?.kind !== "linked-file" || active.source !== entry.source) return false;
  if (draft.activeState.found.has(entry.target)) return false;
  const folder = parentOf(entry.target);
  return draft.effects.holdsLinks(folder, directoryBehind(draft, folder));
}

/** What verify says of it: when both were written. */
export function describeReplacement(draft: Draft, entry: LinkedFileEntry, node: FileNode): string {
  const stored = nodeBehind(draft, entry.source);
  const source = stored.kind === "file" ? `, written ${timeOf(stored)}` : "";
  return `a program put a file in the place of its symlink, written ${timeOf(node)}; the source is another file${source}`;
}

/** In UTC. */
function timeOf({ modified }: FileNode): string {
  const time = new Date(Number(BigInt(modified) / 1_000_000n));
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/**
 * Plans that the source gets the content of the file at the target, and the old source is kept beside it.
 * @returns false if that can't be (a conflict says why)
 */
export function adopt(draft: Draft, entry: LinkedFileEntry, node: FileNode): boolean {
  const { target, source } = entry;
  const stored = nodeBehind(draft, source);
  if (stored.kind !== "file" || isFuture(stored)) {
    refuse(draft, entry, `its source ${source} is not a regular file`, "move the file at the target away");
    return false;
  }
  const doubt = whyNot(node, stored, directoryBehind(draft, parentOf(target)));
  if (doubt !== null) {
    refuse(draft, entry, doubt, `if it is what you want, copy it to ${source} yourself, and remove it here`);
    return false;
  }
  const shown = mountOf(draft, entry);
  if (shown !== null) {
    const reason = `its source ${source} is mounted at ${shown}, which would go on showing the old file`;
    refuse(draft, entry, reason, `take one of the two out, or copy the file to ${source} yourself`);
    return false;
  }
  if (reportReadOnly(draft, entry, source) || reportReadOnly(draft, entry, target)) return false;
  if (reportHeld(draft, entry)) return false;
  const identity = identityToMove(draft, entry, node);
  const backup = freeBackupName(draft, entry, source);
  if (identity === null || backup === null) return false;
  const access = accessWith(entry, accessOf(node), false);
  const { tree, decisions } = draft;
  draft.additionSteps.push({
    kind: "adopt-file",
    serves: target,
    from: target,
    to: source,
    aside: draft.nameBeside(source),
    backup,
    identity,
    sourceIdentity: stored.identity,
    access,
  });
  tree.set(decisions.paths.noFollow(backup), stored, "late");
  const adopted = { ...node, ...futureDirectory(access), kind: "file", links: 1 } as const;
  tree.set(decisions.paths.follow(source), adopted, "late");
  return true;
}

/** Where the entry's source is mounted, or will be, by another way; null if nowhere. */
function mountOf({ decisions, request }: Draft, entry: LinkedFileEntry): string | null {
  const { mounts } = request.observed;
  const source = decisions.paths.follow(entry.source);
  const mount = mounts.mounts.find((other) => !decisions.isGoing(other) && isShownBy(other, source));
  if (mount !== undefined) return mount.mountPoint;
  for (const other of decisions.wanted.values()) {
    if (!isMounted(other)) continue;
    if (decisions.paths.follow(other.source).key === source.key) return other.target;
  }
  return null;
}

/**
 * Why a file is not adopted though it can be read: a user could have brought it there who has no right to its content,
 * and would find it in the persistence root. The executor looks again at what cannot be seen yet.
 */
function whyNot(node: FileNode, stored: FileNode, folder: Node): string | null {
  if (node.links > 1) return `it has ${node.links} hard links`;
  if ((node.mode & 0o6000) !== 0) return "it is set-user-ID or set-group-ID";
  const owners = [stored.uid, ...("uid" in folder ? [folder.uid] : [])];
  if (owners.includes(node.uid)) return null;
  return `it belongs to user ${node.uid}, and neither the source nor the directory does`;
}

function refuse(draft: Draft, entry: LinkedFileEntry, reason: string, help: string): void {
  conflict(draft, entry, `${entry.target} can't be adopted: ${reason}`, help);
}
