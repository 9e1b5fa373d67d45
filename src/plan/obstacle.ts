import type { Entry } from "../model/manifest.ts";
import { visibleMount } from "../model/mount.ts";
import type { Node } from "../model/observation.ts";
import { join, nameOf, parentOf } from "../model/path.ts";
import { conflict, type Draft, finding, nodeAfter } from "./draft.ts";

const longestName = 255;

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
      return `not visible to this user (${node.at} may not be searched)`;
    case "unsafe":
      return `behind a symlink that is not safe to follow (${node.at})`;
  }
}

/** Reports what keeps a place from being looked at or reached at all. Returns true if something does. */
export function reportUnreachable(draft: Draft, entry: Entry, path: string, node: Node): boolean {
  switch (node.kind) {
    case "blocked":
      finding(draft, entry.target, "in-the-way", `${node.at} is not a directory`);
      conflict(draft, entry, `${path} can't exist: ${node.at} is not a directory`, `move ${node.at} away`);
      return true;
    case "unknown":
      finding(draft, entry.target, "unknown", `${path} can't be seen: ${node.at} may not be searched`);
      conflict(
        draft,
        entry,
        `${path} can't be seen: ${node.at} may not be searched`,
        "run the command with sudo",
      );
      return true;
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

/** Reports that `node` stands at the target and is not to be moved. */
export function reportObstacle(draft: Draft, entry: Entry, what: string): void {
  const name = nameOf(entry.target);
  finding(draft, entry.target, "in-the-way", `${entry.target} is ${what}`);
  conflict(
    draft,
    entry,
    `${entry.target} is in the way: ${what}`,
    `move it away, or set \`backup = true\` to keep it as ${name}.backup.…`,
  );
}

/** Reports somebody else's mount at the target. */
export function reportForeignMount(draft: Draft, entry: Entry, mountPoint: string): void {
  const mount = visibleMount(draft.request.observed.mounts, mountPoint);
  const what = `${mount.filesystem} from ${mount.from}${mount.root === "/" ? "" : ` (${mount.root})`}`;
  finding(draft, entry.target, "wrong-mount", `${what} is mounted at ${mountPoint}`);
  conflict(
    draft,
    entry,
    `${mountPoint} is in the way: ${what} is mounted there, and imp did not mount it`,
    `unmount it (umount '${mountPoint}'), or take the entry out of the configuration`,
  );
}

/**
 * A free name that what stands at the target can be kept under, or null (and a conflict) if the name would be too
 * long for a filesystem.
 */
export function freeBackupName(draft: Draft, entry: Entry): string | null {
  const base = `${nameOf(entry.target)}.backup.${draft.request.stamp}`;
  for (let number = 0; ; number += 1) {
    const name = number === 0 ? base : `${base}.${number}`;
    if (Buffer.byteLength(name) > longestName) {
      conflict(
        draft,
        entry,
        `${entry.target} is in the way, and its name is too long for a backup beside it`,
        "move it away",
      );
      return null;
    }
    const path = join(parentOf(entry.target), name);
    if (nodeAfter(draft, path).kind === "missing") return path;
  }
}
