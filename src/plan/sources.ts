import type { Entry } from "../model/manifest.ts";
import type { Access, Node } from "../model/observation.ts";
import { ancestorsOf } from "../model/path.ts";
import { accessOf, accessWith } from "./access.ts";
import {
  conflict,
  type Draft,
  directoryAfter,
  finding,
  futureDirectory,
  nodeAfter,
  setAfter,
  spotAfter,
} from "./draft.ts";
import { describeNode, reportUnreachable } from "./obstacle.ts";
import { adjustAccess, ensureParents } from "./parents.ts";
import type { Survey } from "./standing.ts";

/** A source that is there, or will be. */
export interface ReadySource {
  readonly access: Access;
  /** It is created by copying what stands at the target. */
  readonly copied: boolean;
}

/**
 * Plans that the entry's source exists, is of the right type, and has the owner and mode that the entry asks for.
 * @returns null if it can't be (a conflict says why)
 */
export function ensureSource(draft: Draft, survey: Survey, entry: Entry): ReadySource | null {
  const spot = spotAfter(draft, entry.source);
  if (spot.beneath !== null) draft.sourcesNeedRemovals = true;
  const node = sourceNode(draft, survey, entry);
  if (node.kind === "missing") return createSource(draft, entry);
  if (reportUnreachable(draft, entry, entry.source, node)) {
    // What cannot be seen of the source says nothing about the target, which is still worth a look.
    return node.kind === "unknown" ? { access: { uid: 0, gid: 0, mode: 0 }, copied: false } : null;
  }
  if (!isOfRightType(entry, node)) {
    const wanted = entry.kind === "directory" ? "a directory" : "a regular file";
    finding(
      draft,
      entry.target,
      "wrong-source",
      `its source ${entry.source} is ${describeNode(node)}, not ${wanted}`,
    );
    conflict(
      draft,
      entry,
      `the source ${entry.source} is ${describeNode(node)}, not ${wanted}`,
      entry.kind === "directory"
        ? "list it under `files`, or put a directory in its place"
        : "list it under `directories`, or put a regular file in its place",
    );
    return null;
  }
  if (node.kind === "directory" || node.kind === "file") {
    if (!adjustAccess(draft, entry, "source", spot.path, node, entry)) return null;
  }
  if (entry.parentDirectory !== undefined && !ensureParents(draft, entry, "source")) return null;
  return "uid" in node
    ? { access: accessWith(entry, accessOf(node), node.kind === "directory"), copied: false }
    : null;
}

/** The source itself; where only root may look into the persistence root, a mount of it shows the same object. */
function sourceNode(draft: Draft, survey: Survey, entry: Entry): Node {
  const node = nodeAfter(draft, entry.source);
  if (node.kind !== "unknown" || survey.fate.get(entry.target) !== "keep") return node;
  return draft.request.observed.node({ path: entry.target, beneath: null });
}

/** A linked file's source may be a symlink itself; what is mounted may not. */
function isOfRightType(entry: Entry, node: Node): boolean {
  switch (entry.kind) {
    case "directory":
      return node.kind === "directory";
    case "bound-file":
      return node.kind === "file";
    case "linked-file":
      return node.kind === "file" || node.kind === "symlink";
  }
}

function createSource(draft: Draft, entry: Entry): ReadySource | null {
  finding(draft, entry.target, "missing-source", `its source ${entry.source} does not exist`);
  if (directoryAfter(draft, entry.root).kind === "missing") {
    conflict(
      draft,
      entry,
      `the persistence root ${entry.root} does not exist`,
      `mount the filesystem that holds it, or create it (mkdir -p '${entry.root}')`,
    );
    return null;
  }
  if (!entry.createSources && !draft.request.createSources) {
    const create = entry.kind === "directory" ? "mkdir -p" : "touch";
    conflict(
      draft,
      entry,
      `source path does not exist: ${entry.source}`,
      `create it (${create} '${entry.source}'), set \`create_sources = true\`, or use --skip-validation; ` +
        "the last two start it off as a copy of what is at the target",
    );
    return null;
  }
  if (!ensureParents(draft, entry, "source")) return null;
  return entry.kind === "directory" ? createSourceDirectory(draft, entry) : createSourceFile(draft, entry);
}

function createSourceDirectory(draft: Draft, entry: Entry): ReadySource {
  const spot = spotAfter(draft, entry.target);
  if (spot.beneath !== null) draft.sourcesNeedRemovals = true;
  const node = nodeAfter(draft, entry.target);
  const place = draft.after.placeOf(entry.source);
  if (node.kind === "directory" && draft.request.observed.countNames(spot) > 0) {
    draft.sourceSteps.push({
      kind: "copy-source",
      serves: entry.target,
      from: spot.path,
      to: place,
      what: "directory",
    });
    return { access: settleCopy(draft, entry, place, accessOf(node), true), copied: true };
  }
  const access = accessWith(
    entry,
    node.kind === "directory" ? accessOf(node) : newAccess(draft, entry, 0o755),
    true,
  );
  draft.sourceSteps.push({
    kind: "create-directory",
    serves: entry.target,
    path: place,
    access,
    role: "source",
  });
  setAfter(draft, entry.source, futureDirectory(access));
  return { access, copied: false };
}

function createSourceFile(draft: Draft, entry: Entry): ReadySource {
  const spot = spotAfter(draft, entry.target);
  if (spot.beneath !== null) draft.sourcesNeedRemovals = true;
  const node = nodeAfter(draft, entry.target);
  const place = draft.after.placeOf(entry.source);
  if (node.kind === "file") {
    draft.sourceSteps.push({
      kind: "copy-source",
      serves: entry.target,
      from: spot.path,
      to: place,
      what: "file",
    });
    return { access: settleCopy(draft, entry, place, accessOf(node), false), copied: true };
  }
  const access = accessWith(entry, newAccess(draft, entry, 0o644), false);
  draft.sourceSteps.push({ kind: "create-file", serves: entry.target, path: place, access, role: "source" });
  setAfter(draft, entry.source, { ...futureDirectory(access), kind: "file", links: 1, size: 0 });
  return { access, copied: false };
}

/** A copy comes with the original's owner and mode; what the entry asks for is set afterwards. */
function settleCopy(draft: Draft, entry: Entry, place: string, copied: Access, isDirectory: boolean): Access {
  const node = futureDirectory(copied);
  const future: Extract<Node, { kind: "directory" | "file" }> = isDirectory
    ? node
    : { ...node, kind: "file", links: 1, size: 0 };
  setAfter(draft, entry.source, future);
  adjustAccess(draft, entry, "source", place, future, entry);
  return accessWith(entry, copied, isDirectory);
}

/** The owner of a source that has nothing to copy: whoever owns the directory that the target lies in. */
function newAccess(draft: Draft, entry: Entry, mode: number): Access {
  for (const ancestor of ancestorsOf(entry.target)) {
    const node = directoryAfter(draft, ancestor);
    if (node.kind === "directory") return { uid: node.uid, gid: node.gid, mode };
  }
  return { uid: 0, gid: 0, mode };
}
