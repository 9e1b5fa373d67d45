import type { LinkedFileEntry } from "../model/manifest.ts";
import { mountAt } from "../model/mount.ts";
import type { FileNode, SymlinkNode } from "../model/observation.ts";
import { parentOf } from "../model/path.ts";
import { accessOf } from "./access.ts";
import { type Draft, directoryBehind, finding, nodeUnder } from "./draft.ts";
import { adopt, describeReplacement, isReplacement } from "./extras/adoption.ts";
import { futureDirectory, isFuture } from "./future-node.ts";
import { ensureParents } from "./parents.ts";
import {
  describeNode,
  freeBackupName,
  identityToMove,
  reportForeignMount,
  reportHeld,
  reportObstacle,
  reportReadOnly,
  reportUnreachable,
} from "./problems.ts";
import type { ReadySource } from "./sources.ts";

/** Plans that a symlink to the entry's source is at its target. */
export function planLink(draft: Draft, entry: LinkedFileEntry, source: ReadySource): void {
  const { observed } = draft.request;
  const { decisions } = draft;
  const { path } = decisions.paths.resolve(entry.target);
  const mount = decisions.isSteady(path) ? mountAt(observed.mounts, path) : null;
  if (mount !== null && !decisions.isGoing(mount)) {
    reportForeignMount(draft, entry, mount);
    return;
  }
  const node = nodeUnder(draft, entry.target);
  if (reportUnreachable(draft, entry, entry.target, node)) return;
  switch (node.kind) {
    case "missing":
      finding(draft, entry.target, "not-linked", "its symlink is missing");
      if (!ensureParents(draft, entry, "target", "late") || reportReadOnly(draft, entry, entry.target))
        return;
      draft.additionSteps.push({
        kind: "link",
        serves: entry.target,
        path: entry.target,
        text: entry.source,
      });
      noteLink(draft, entry);
      return;
    case "symlink":
      planOverSymlink(draft, entry, node);
      return;
    case "file":
      if (ensureParents(draft, entry, "target", "late")) planOverFile(draft, entry, source, node);
      return;
    default:
      if (ensureParents(draft, entry, "target", "late")) backUpOrRefuse(draft, entry, describeNode(node));
  }
}

function planOverFile(draft: Draft, entry: LinkedFileEntry, source: ReadySource, node: FileNode): void {
  const { decisions, tree, request } = draft;
  const isReplaced = isReplacement(draft, entry);
  const message = isReplaced
    ? describeReplacement(draft, entry, node)
    : "a regular file stands in the place of its symlink";
  finding(draft, entry.target, "replaced", message);
  const stored = tree.whereNow(decisions.paths.follow(entry.source));
  const here = tree.whereNow(decisions.paths.noFollow(entry.target));
  if (!source.copied && !request.observed.sameBytes(here, stored)) {
    const adopts = isReplaced && (entry.adoptReplaced === true || request.adoptReplaced);
    if (adopts) {
      if (adopt(draft, entry, node)) replaceFile(draft, entry, node);
      return;
    }
    const remedy = isReplaced
      ? "keep it as the source (`imp restore --adopt-replaced`), move it away"
      : undefined;
    backUpOrRefuse(draft, entry, "a regular file, and not the same as the source", remedy);
    return;
  }
  if (reportReadOnly(draft, entry, entry.target) || reportHeld(draft, entry)) return;
  replaceFile(draft, entry, node);
}

/** The file has nothing that the source has not: a copy of that comes back when the entry goes. */
function replaceFile(draft: Draft, entry: LinkedFileEntry, node: FileNode): void {
  const { target, source } = entry;
  const identity = identityToMove(draft, entry, node);
  if (identity === null) return;
  const aside = draft.nameBeside(target);
  const access = accessOf(node);
  const link = { serves: target, path: target, text: source } as const;
  draft.additionSteps.push({ kind: "replace-file", ...link, aside, identity, access });
  draft.afterwards.push({ kind: "discard-file", serves: target, path: aside, identity, sameAs: source });
  noteLink(draft, entry);
}

function planOverSymlink(draft: Draft, entry: LinkedFileEntry, node: SymlinkNode): void {
  const active = draft.activeState.entries.get(entry.target);
  const isOurs =
    active?.kind === "linked-file" &&
    active.source === node.text &&
    !draft.activeState.found.has(entry.target);
  if (!ensureParents(draft, entry, "target", "late")) return;
  if (node.text === entry.source) {
    if (isOurs) noteFolder(draft, entry);
    else draft.found.push({ kind: "found", target: entry.target });
    return;
  }
  finding(draft, entry.target, "wrong-link", `it is a symlink to ${node.text}, not to ${entry.source}`);
  if (!isOurs) {
    backUpOrRefuse(draft, entry, describeNode(node));
    return;
  }
  if (reportReadOnly(draft, entry, entry.target)) return;
  draft.additionSteps.push({
    kind: "replace-link",
    serves: entry.target,
    path: entry.target,
    from: node.text,
    to: entry.source,
    aside: draft.nameBeside(entry.target),
  });
  noteLink(draft, entry);
}

/** The directory that the link is in, which may be another one than when it was made. */
function noteFolder(draft: Draft, { target }: LinkedFileEntry): void {
  const path = parentOf(target);
  if (draft.said.has(`folder ${path}`)) return;
  draft.said.add(`folder ${path}`);
  const node = directoryBehind(draft, path);
  if (node.kind !== "directory" || isFuture(node) || node.identity.birth === null) return;
  if (draft.effects.holdsLinks(path, node)) return;
  draft.found.push({ kind: "holds-links", path, identity: node.identity });
}

function backUpOrRefuse(draft: Draft, entry: LinkedFileEntry, what: string, remedy?: string): void {
  if (!entry.backup) {
    reportObstacle(draft, entry, what, remedy);
    return;
  }
  finding(draft, entry.target, "in-the-way", `${entry.target} is ${what}`);
  const { decisions, tree } = draft;
  if (reportReadOnly(draft, entry, entry.target) || reportHeld(draft, entry)) return;
  const node = nodeUnder(draft, entry.target);
  const identity = identityToMove(draft, entry, node);
  const backup = freeBackupName(draft, entry);
  if (backup === null || identity === null) return;
  draft.additionSteps.push({
    kind: "exchange-for-link",
    serves: entry.target,
    path: entry.target,
    text: entry.source,
    backup,
    identity,
  });
  tree.backUp(decisions.paths.noFollow(entry.target), decisions.paths.noFollow(backup));
  noteLink(draft, entry);
}

/** The way of another entry may lead there by other mounts, where it does not look for links that are to come. */
function noteLink({ decisions, tree }: Draft, { target, source }: LinkedFileEntry): void {
  const future = futureDirectory({ uid: 0, gid: 0, mode: 0o777 });
  const node = { ...future, kind: "symlink", links: 1, text: source } as const;
  tree.set(decisions.paths.noFollow(target), node, "late");
}
