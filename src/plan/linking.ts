import type { LinkedFileEntry } from "../model/manifest.ts";
import { mountAt } from "../model/mount.ts";
import type { FileNode, SymlinkNode } from "../model/observation.ts";
import { accessOf } from "./access.ts";
import { type Draft, finding, nodeAfter, setAfter, spotAfter, temporaryBeside } from "./draft.ts";
import {
  describeNode,
  freeBackupName,
  reportForeignMount,
  reportObstacle,
  reportUnreachable,
} from "./obstacle.ts";
import { ensureParents } from "./parents.ts";
import type { ReadySource } from "./sources.ts";
import type { Survey } from "./standing.ts";

/** Plans that a symlink to the entry's source is at its target. */
export function planLink(draft: Draft, survey: Survey, entry: LinkedFileEntry, source: ReadySource): void {
  const { observed } = draft.request;
  const mount = mountAt(observed.mounts, observed.real(entry.target));
  if (mount !== null && !draft.going.has(mount.id) && !survey.liesOnMovingMount(entry.target)) {
    reportForeignMount(draft, entry, mount.mountPoint);
    return;
  }
  const node = nodeAfter(draft, entry.target);
  if (reportUnreachable(draft, entry, entry.target, node)) return;
  const link = { serves: entry.target, path: entry.target, text: entry.source } as const;
  switch (node.kind) {
    case "missing":
      finding(draft, entry.target, "not-linked", "its symlink is missing");
      if (ensureParents(draft, entry, "target")) draft.additionSteps.push({ kind: "link", ...link });
      return;
    case "symlink":
      planOverSymlink(draft, survey, entry, node);
      return;
    case "file":
      if (!ensureParents(draft, entry, "target")) return;
      finding(draft, entry.target, "replaced", "a regular file stands in the place of its symlink");
      if (
        source.copied ||
        observed.sameBytes(spotAfter(draft, entry.target), spotAfter(draft, entry.source))
      ) {
        replaceFile(draft, entry, node);
        return;
      }
      backUpOrRefuse(draft, entry, "a regular file, and not the same as the source");
      return;
    default:
      if (!ensureParents(draft, entry, "target")) return;
      backUpOrRefuse(draft, entry, describeNode(node));
  }
}

function planOverSymlink(draft: Draft, survey: Survey, entry: LinkedFileEntry, node: SymlinkNode): void {
  const active = survey.active.get(entry.target);
  const wasFound = draft.request.effects.some(
    (effect) => effect.kind === "found" && effect.target === entry.target,
  );
  if (!ensureParents(draft, entry, "target")) return;
  if (node.text === entry.source) {
    const ours = active?.kind === "linked-file" && active.source === entry.source;
    if (!ours) draft.found.push({ kind: "found", target: entry.target });
    return;
  }
  finding(draft, entry.target, "wrong-link", `it is a symlink to ${node.text}, not to ${entry.source}`);
  if (active?.kind === "linked-file" && active.source === node.text && !wasFound) {
    draft.additionSteps.push({
      kind: "replace-link",
      serves: entry.target,
      path: entry.target,
      from: node.text,
      to: entry.source,
      aside: temporaryBeside(draft, entry.target),
    });
    return;
  }
  backUpOrRefuse(draft, entry, describeNode(node));
}

/** The file has nothing that the source has not: a copy of that comes back when the entry goes. */
function replaceFile(draft: Draft, entry: LinkedFileEntry, node: FileNode): void {
  const { identity } = node;
  const aside = temporaryBeside(draft, entry.target);
  draft.additionSteps.push({
    kind: "replace-file",
    serves: entry.target,
    path: entry.target,
    text: entry.source,
    aside,
    identity,
    access: accessOf(node),
  });
  const sameAs = draft.after.placeOf(entry.source);
  draft.afterwards.push({ kind: "discard-file", serves: entry.target, path: aside, identity, sameAs });
}

function backUpOrRefuse(draft: Draft, entry: LinkedFileEntry, what: string): void {
  if (!entry.backup) {
    reportObstacle(draft, entry, what);
    return;
  }
  const backup = freeBackupName(draft, entry);
  if (backup === null) return;
  const node = nodeAfter(draft, entry.target);
  if (!("identity" in node)) return;
  draft.additionSteps.push({
    kind: "exchange-for-link",
    serves: entry.target,
    path: entry.target,
    text: entry.source,
    backup,
    identity: node.identity,
  });
  setAfter(draft, backup, node);
}
