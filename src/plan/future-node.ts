import type { Access, Identity } from "../model/object.ts";
import type { DirectoryNode, Node } from "../model/observation.ts";

/** A node for a directory that a step will have created: its identity is not known yet, and nothing is in it. */
export function futureDirectory({ uid, gid, mode }: Access): DirectoryNode {
  return { kind: "directory", uid, gid, mode, identity: unborn, links: 2, device: "" };
}

/** True for what does not exist yet. */
export function isFuture(node: Node): boolean {
  return "identity" in node && (node.identity === unborn || node.identity === copied);
}

/** True for a directory that may hold what it holds now; a new one is empty. */
export function isOldDirectory(node: Node): boolean {
  return node.kind === "directory" && node.identity !== unborn;
}

const unborn: Identity = { inode: "", birth: null };
export const copied: Identity = { inode: "", birth: null };
