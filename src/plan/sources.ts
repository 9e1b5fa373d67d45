import type { Entry } from "../model/manifest.ts";
import type { Access } from "../model/object.ts";
import type { DirectoryNode, FileNode, Node } from "../model/observation.ts";
import { ancestorsOf } from "../model/path.ts";
import { accessOf, accessWith, hasAccess } from "./access.ts";
import { conflict, type Draft, directoryBehind, finding, nodeBehind, stepsFor } from "./draft.ts";
import { futureDirectory } from "./future-node.ts";
import { adjustAccess, ensureParents } from "./parents.ts";
import { type Original, originalOf, phaseFor } from "./phase.ts";
import type { Phase } from "./planned-tree.ts";
import { describeNode, reportReadOnly, reportUnreachable, reportUnsafe } from "./problems.ts";

/** A source that is there, or will be. */
export interface ReadySource {
  readonly access: Access;
  /** False if this user may not look at it: what is mounted at the target may be it, or not. */
  readonly isSeen: boolean;
  /** It is created as a copy of what stands at the target. */
  readonly copied: boolean;
}

/**
 * Plans that the entry's source exists, is of the right type, and has the owner and mode that the entry asks for.
 * @returns null if it can't be (a conflict says why)
 */
export function ensureSource(draft: Draft, entry: Entry): ReadySource | null {
  if (reportUnsafe(draft, entry, entry.source)) return null;
  const link = draft.decisions.linkAt(draft.decisions.paths.resolve(entry.source).path);
  if (link !== undefined) {
    reportWrongType(draft, entry, `the place of another entry's symlink, to ${link.source}`);
    return null;
  }
  const node = sourceNode(draft, entry);
  if (node.kind === "missing") return createSource(draft, entry);
  if (reportUnreachable(draft, entry, entry.source, node)) {
    // What cannot be seen of the source says nothing about the target, which is still worth a look.
    return node.kind === "unknown" ? unseenSource : null;
  }
  if (!isOfRightType(entry, node)) {
    reportWrongType(draft, entry, describeNode(node));
    return null;
  }
  const { home } = draft.decisions.paths.follow(entry.source);
  if (home.deleted) {
    const message = `${entry.source} lies in a directory that was deleted; only the mount at ${home.mountPoint} still shows it`;
    finding(draft, entry.target, "deleted-source", message);
    conflict(draft, entry, message, `unmount that first: umount '${home.mountPoint}'`);
    return null;
  }
  const isAdjustable = node.kind === "directory" || node.kind === "file";
  if ((isAdjustable && !hasAccess(entry, node)) || entry.parentDirectory !== undefined) {
    const phase = phaseFor(draft, entry, null);
    const view = draft.decisions.paths.follow(entry.source);
    if (isAdjustable && !adjustAccess(draft, entry, { path: entry.source, view, node, phase }, entry))
      return null;
    if (entry.parentDirectory !== undefined && !ensureParents(draft, entry, "source", phase)) return null;
  }
  return "uid" in node
    ? { access: accessWith(entry, accessOf(node), node.kind === "directory"), isSeen: true, copied: false }
    : null;
}

const unseenSource: ReadySource = { access: { uid: 0, gid: 0, mode: 0 }, isSeen: false, copied: false };

/** The source itself; where only root may look into the persistence root, a mount of it shows the same object. */
function sourceNode(draft: Draft, entry: Entry): Node {
  const node = nodeBehind(draft, entry.source);
  if (node.kind !== "unknown" || entry.kind === "linked-file") return node;
  if (draft.decisions.action(entry) !== "keep") return node;
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

function reportWrongType(draft: Draft, entry: Entry, what: string): void {
  const wanted = entry.kind === "directory" ? "a directory" : "a regular file";
  const message = `${entry.source} is ${what}, not ${wanted}`;
  finding(draft, entry.target, "wrong-source", `its source ${message}`);
  conflict(
    draft,
    entry,
    `the source ${message}`,
    entry.kind === "directory"
      ? "list it under `files`, or put a directory in its place"
      : "list it under `directories`, or put a regular file in its place",
  );
}

function createSource(draft: Draft, entry: Entry): ReadySource | null {
  finding(draft, entry.target, "missing-source", `its source ${entry.source} does not exist`);
  if (directoryBehind(draft, entry.root).kind === "missing") {
    conflict(
      draft,
      entry,
      `the persistence root ${entry.root} does not exist`,
      `mount the filesystem that holds it, or create it (mkdir -p '${entry.root}')`,
    );
    return null;
  }
  if (!mayCreate(draft, entry)) {
    conflict(draft, entry, `source path does not exist: ${entry.source}`, missingSourceHelp(draft, entry));
    return null;
  }
  const original = originalOf(draft, entry);
  const phase = phaseFor(draft, entry, original);
  if (!ensureParents(draft, entry, "source", phase)) return null;
  if (reportReadOnly(draft, entry, entry.source)) return null;
  return original === null ? createEmpty(draft, entry, phase) : createCopy(draft, entry, original, phase);
}

function mayCreate({ request }: Draft, entry: Entry): boolean {
  return request.createSources === "all" || (request.createSources === "asked" && entry.createSources);
}

function missingSourceHelp({ request }: Draft, { kind, source, createSources }: Entry): string {
  if (request.createSources === "none") {
    const creating = createSources ? "imp apply" : "imp apply --skip-validation";
    return (
      "it was there when the generation was made: see whether its filesystem is mounted; " +
      `\`${creating}\` creates it anew`
    );
  }
  const create = kind === "directory" ? "mkdir -p" : "touch";
  return (
    `create it (${create} '${source}'), set \`create_sources = true\`, or use --skip-validation; ` +
    "the last two start it off as a copy of what is at the target"
  );
}

function createEmpty(draft: Draft, entry: Entry, phase: Phase): ReadySource {
  const isDirectory = entry.kind === "directory";
  const access = accessWith(entry, newAccess(draft, entry), isDirectory);
  stepsFor(draft, phase).push({
    kind: isDirectory ? "create-directory" : "create-file",
    serves: entry.target,
    path: entry.source,
    access,
    role: "source",
  });
  draft.tree.set(draft.decisions.paths.noFollow(entry.source), futureNode(entry, access), phase);
  return { access, isSeen: true, copied: false };
}

/** A copy comes with the original's owner and mode; what the entry asks for is set afterwards. */
function createCopy(draft: Draft, entry: Entry, original: Original, phase: Phase): ReadySource | null {
  const { node, view: from } = original;
  stepsFor(draft, phase).push({
    kind: "copy-source",
    serves: entry.target,
    from: original.path,
    to: entry.source,
    what: node.kind,
  });
  const copied = accessOf(node);
  const future = futureNode(entry, copied);
  const view = draft.decisions.paths.noFollow(entry.source);
  if (node.kind === "directory") draft.tree.copy(view, from, future, phase);
  else draft.tree.set(view, future, phase);
  if (!adjustAccess(draft, entry, { path: entry.source, view, node: future, phase }, entry)) return null;
  return {
    access: accessWith(entry, copied, node.kind === "directory"),
    isSeen: true,
    copied: original.path === entry.target,
  };
}

function futureNode(entry: Entry, access: Access): DirectoryNode | FileNode {
  const node = futureDirectory(access);
  return entry.kind === "directory" ? node : { ...node, kind: "file", links: 1, size: 0, modified: "0" };
}

/** Owner and mode of a source that has nothing to copy: those of an empty target, else the owner of its folder. */
function newAccess(draft: Draft, entry: Entry): Access {
  const target = draft.tree.nodeAt(draft.decisions.paths.noFollow(entry.target));
  if (entry.kind === "directory" && target.kind === "directory") return accessOf(target);
  const mode = entry.kind === "directory" ? 0o755 : 0o644;
  for (const ancestor of ancestorsOf(entry.target)) {
    const node = directoryBehind(draft, ancestor);
    if (node.kind === "directory") return { uid: node.uid, gid: node.gid, mode };
  }
  return { uid: 0, gid: 0, mode };
}
