import type { Entry } from "../model/manifest.ts";
import type { Mount } from "../model/mount.ts";
import type { Identity } from "../model/object.ts";
import type { Node } from "../model/observation.ts";
import { ancestorsOf, join, longestName, nameOf, parentOf } from "../model/path.ts";
import { conflict, type Draft, finding, nodeUnder } from "./draft.ts";
import { isFuture } from "./future-node.ts";
import { isReadOnly } from "./options.ts";
import type { KeyedView } from "./resolve/keyed-view.ts";

/** `an object of what kind` for a sentence. */
export function describeNode(node: Node): string {
  switch (node.kind) {
    case "missing":
      return "nothing";
    case "directory":
      return "a directory";
    case "file":
      return "a regular file";
    case "symlink":
      return `a symlink to ${node.text}`;
    case "special":
      return `a ${node.what}`;
    case "blocked":
      return `not reachable: ${node.at} is not a directory`;
    case "unknown":
      return node.reason === undefined
        ? `not visible to this user (${node.at} may not be searched)`
        : `not readable (${node.reason})`;
    case "unsafe":
      return `behind a symlink that is not safe to follow (${node.at})`;
  }
}

/** `ext4 from /dev/sda1 (/data)` for a sentence. */
export function describeMount(mount: Mount): string {
  return `${mount.filesystem} from ${mount.from}${mount.root === "/" ? "" : ` (${mount.root})`}`;
}

/** Reports what keeps a place from being looked at or reached at all. Returns true if something does. */
export function reportUnreachable(draft: Draft, entry: Entry, path: string, node: Node): boolean {
  switch (node.kind) {
    case "blocked":
      finding(draft, entry.target, "in-the-way", `${node.at} is not a directory`);
      conflict(draft, entry, `${path} can't exist: ${node.at} is not a directory`, `move ${node.at} away`);
      return true;
    case "unknown": {
      const { at, reason = `${at} may not be searched` } = node;
      finding(draft, entry.target, "unknown", `${path} can't be seen: ${reason}`);
      const help =
        node.reason === undefined
          ? "run the command with sudo"
          : "see the kernel's messages (dmesg) about the disk";
      conflict(draft, entry, `${path} can't be seen: ${reason}`, help);
      return true;
    }
    case "unsafe":
      finding(draft, entry.target, "in-the-way", `the way to ${path} is not safe`);
      conflict(
        draft,
        entry,
        `unsafe path: ${path} leads through the symlink ${node.at}, which user ${node.owner} could change`,
        "name the place that the symlink leads to, or make the symlink and its folder root's",
      );
      return true;
    default:
      return false;
  }
}

/**
 * Reports a symlink on the way to `path` that another user could bend. Where it leads is found out link by link,
 * which says nothing of who made them; the system's own walk does.
 */
export function reportUnsafe(draft: Draft, entry: Entry, path: string): boolean {
  if (draft.decisions.paths.resolve(path).path === path) return false;
  const node = draft.request.observed.node({ path, beneath: null });
  return node.kind === "unsafe" && reportUnreachable(draft, entry, path, node);
}

/**
 * Reports that `path` can't be made or changed since it lies on a read-only mount.
 * @param changed the object that would change: for a new name, the directory that it comes into
 */
export function reportReadOnly(draft: Draft, entry: Entry, path: string, changed = parentOf(path)): boolean {
  if (!isReadOnly(draft, changed)) return false;
  finding(draft, entry.target, "in-the-way", `${changed} is read-only`);
  conflict(
    draft,
    entry,
    `${path} can't be made or changed: it lies on a mount that is read-only`,
    "mount that writable, or take `ro` out of the options of the entry that it belongs to",
  );
  return true;
}

/**
 * Reports that `node` stands at the target and is not to be moved.
 * @param remedy the first thing that a person can do about it
 */
export function reportObstacle(draft: Draft, entry: Entry, what: string, remedy = "move it away"): void {
  const name = nameOf(entry.target);
  finding(draft, entry.target, "in-the-way", `${entry.target} is ${what}`);
  conflict(
    draft,
    entry,
    `${entry.target} is in the way: ${what}`,
    `${remedy}, or set \`backup = true\` to keep it as ${name}.backup.…`,
  );
}

/** Reports that what stands at the target can't be renamed, for what is mounted there or stored in it. */
export function reportHeld(draft: Draft, entry: Entry): boolean {
  const view = draft.decisions.paths.noFollow(entry.target);
  if (draft.requiredKeys().storage.has(view.key)) {
    finding(draft, entry.target, "in-the-way", "what stands there holds the source of an entry");
    conflict(
      draft,
      entry,
      `${entry.target} is in the way, and can't be moved: it holds the source of an entry, by another way`,
      "keep what is to persist in another directory",
    );
    return true;
  }
  const beyond = targetBeyond(draft, entry, view);
  if (beyond !== null) {
    finding(draft, entry.target, "in-the-way", `the way to ${beyond} leads through what stands there`);
    conflict(
      draft,
      entry,
      `${entry.target} is in the way, and can't be moved: the way to ${beyond} leads through it`,
      "move it away, or take an entry out",
    );
    return true;
  }
  const staying = draft.mountsWithin.upon(view).filter((mount) => !draft.decisions.isGoing(mount));
  for (const mount of staying) {
    finding(draft, entry.target, "in-the-way", `${describeMount(mount)} is mounted at ${mount.mountPoint}`);
  }
  reportMountsInside(draft, entry, staying, "moved");
  return staying.length > 0;
}

/** A wanted target whose way leads through what is at the view, and not by the entry's own path; null if there is none. */
function targetBeyond(draft: Draft, entry: Entry, view: KeyedView): string | null {
  if (!draft.requiredKeys().aboveTargets.has(view.key)) return null;
  const { paths, wanted } = draft.decisions;
  const own = paths.resolve(entry.target).path;
  const isOther = (above: string) =>
    paths.noFollow(above).key === view.key && paths.resolve(above).path !== own;
  return wanted.keys().find((target) => ancestorsOf(target).some(isOther)) ?? null;
}

/**
 * The identity of what stands at the target and has to move; null (and a conflict) if it does not exist yet, for it is
 * only now copied, with the source of the entry around it.
 */
export function identityToMove(draft: Draft, entry: Entry, node: Node): Identity | null {
  if ("identity" in node && !isFuture(node)) return node.identity;
  finding(draft, entry.target, "in-the-way", `${entry.target} is only now copied to its place`);
  conflict(
    draft,
    entry,
    `${entry.target} is in the way: it is only now copied, together with the directory around it`,
    "apply without this entry first, and then with it",
  );
  return null;
}

/** Reports a foreign mount at the target. */
export function reportForeignMount(draft: Draft, entry: Entry, mount: Mount): void {
  const what = describeMount(mount);
  finding(draft, entry.target, "wrong-mount", `${what} is mounted at ${mount.mountPoint}`);
  conflict(
    draft,
    entry,
    `${mount.mountPoint} is in the way: ${what} is mounted there, and imp did not mount it`,
    `unmount it (umount '${mount.mountPoint}'), or take the entry out of the configuration`,
  );
}

/** Reports mounts that would vanish together with the mount or directory that they lie in, or under a new mount. */
export function reportMountsInside(
  draft: Draft,
  entry: Entry | string,
  inside: readonly Mount[],
  what: "mounted" | "unmounted" | "moved",
): void {
  const target = typeof entry === "string" ? entry : entry.target;
  for (const mount of inside) {
    if (draft.decisions.isGoing(mount)) continue;
    conflict(
      draft,
      entry,
      `${target} can't be ${what}: ${describeMount(mount)} is mounted inside, at ${mount.mountPoint}`,
      `unmount that first: umount '${mount.mountPoint}'`,
    );
  }
}

/**
 * A free name that what stands at the target (or elsewhere, if `kept` says so) can be kept under, or null (and a conflict) if the name would be too
 * long for a filesystem.
 */
export function freeBackupName(draft: Draft, entry: Entry, kept = entry.target): string | null {
  const base = `${nameOf(kept)}.backup.${draft.request.stamp}`;
  for (let number = 0; ; number += 1) {
    const name = number === 0 ? base : `${base}.${number}`;
    if (Buffer.byteLength(name) > longestName) {
      conflict(
        draft,
        entry,
        `${kept} has to be kept as a backup, and its name is too long for one beside it`,
        "move it away",
      );
      return null;
    }
    const path = join(parentOf(kept), name);
    if (!("identity" in nodeUnder(draft, path))) return path;
  }
}

/** Places that belong to the kernel; the configuration refuses them by name, and here they are found behind symlinks. */
const kernelPlaces: ReadonlySet<string> = new Set(["/proc", "/sys", "/dev"]);

/** Reports a target that leads to the kernel's own directories. Returns true if it does. */
export function reportKernelPlace(draft: Draft, entry: Entry): boolean {
  const { path } = draft.decisions.paths.resolve(entry.target);
  const end = path.indexOf("/", 1);
  if (!kernelPlaces.has(end < 0 ? path : path.slice(0, end))) return false;
  finding(draft, entry.target, "in-the-way", `it leads to ${path}, which belongs to the kernel`);
  conflict(
    draft,
    entry,
    `${entry.target} leads to ${path}, which belongs to the kernel`,
    "take the entry out, or the symlink on the way",
  );
  return true;
}
