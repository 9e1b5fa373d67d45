import type { MountedEntry } from "../model/manifest.ts";
import { isOneWithSource } from "./clashes.ts";
import { type Draft, endMade, nodeUnder, notice } from "./draft.ts";
import { futureDirectory } from "./future-node.ts";
import { ensureParents } from "./parents.ts";
import {
  describeNode,
  freeBackupName,
  identityToMove,
  reportHeld,
  reportObstacle,
  reportReadOnly,
} from "./problems.ts";
import type { ReadySource } from "./sources.ts";

/**
 * Plans that an object of the right type is at the target to be mounted over.
 * @returns false if it can't be (a conflict says why)
 */
export function prepareMountPoint(draft: Draft, entry: MountedEntry, source: ReadySource): boolean {
  const node = nodeUnder(draft, entry.target);
  if (node.kind === "missing") return createMountPoint(draft, entry, source);
  if (canBeMountedOver(draft, entry, source)) return ensureParents(draft, entry, "target", "late");
  if (!entry.backup) {
    const what = describeNode(node);
    const isOtherFile = node.kind === "file" && entry.kind === "bound-file";
    reportObstacle(draft, entry, isOtherFile ? `${what}, and not the same as the source` : what);
    return false;
  }
  if (reportReadOnly(draft, entry, entry.target) || reportHeld(draft, entry)) return false;
  const identity = identityToMove(draft, entry, node);
  const backup = freeBackupName(draft, entry);
  if (backup === null || identity === null) return false;
  draft.additionSteps.push({ kind: "back-up", serves: entry.target, path: entry.target, backup, identity });
  const { paths } = draft.decisions;
  draft.tree.backUp(paths.noFollow(entry.target), paths.noFollow(backup));
  return createMountPoint(draft, entry, source);
}

function canBeMountedOver(draft: Draft, entry: MountedEntry, source: ReadySource): boolean {
  const { tree, decisions, request } = draft;
  const { observed } = request;
  const view = decisions.paths.noFollow(entry.target);
  const node = tree.nodeAt(view);
  if (entry.kind === "bound-file") {
    if (node.kind !== "file") return false;
    const isOwnMountPoint = draft.effects
      .madeAt(entry.target)
      .some(
        ({ kind, identity }) =>
          kind === "created-file" &&
          identity.inode === node.identity.inode &&
          identity.birth === node.identity.birth,
      );
    if (source.copied || isOwnMountPoint) return true;
    const stored = tree.whereNow(decisions.paths.follow(entry.source));
    return observed.sameBytes(tree.whereNow(view), stored);
  }
  if (node.kind !== "directory") return false;
  if (isOneWithSource(draft, entry)) return true;
  const isKnown = draft.activeState.entries.get(entry.target)?.kind === "directory";
  const names = isKnown || source.copied ? 0 : tree.countNames(view);
  if (names === 0) return true;
  if (entry.backup) return false;
  notice(
    draft,
    entry.target,
    `${entry.target} is not empty: the mount hides ${names} ${names === 1 ? "name" : "names"} in it`,
    "they come back when the entry goes; set `backup = true` to keep them beside it as a backup",
  );
  return true;
}

function createMountPoint(draft: Draft, entry: MountedEntry, source: ReadySource): boolean {
  if (!ensureParents(draft, entry, "target", "late")) return false;
  if (reportReadOnly(draft, entry, entry.target)) return false;
  const what = { serves: entry.target, path: entry.target, access: source.access, role: "target" } as const;
  if (entry.kind === "directory") draft.additionSteps.push({ kind: "create-directory", ...what });
  else draft.additionSteps.push({ kind: "create-file", ...what });
  endMade(draft, entry.target);
  const future = futureDirectory(source.access);
  const node =
    entry.kind === "directory"
      ? future
      : ({ ...future, kind: "file", links: 1, size: 0, modified: "0" } as const);
  draft.tree.set(draft.decisions.paths.noFollow(entry.target), node, "late");
  return true;
}
