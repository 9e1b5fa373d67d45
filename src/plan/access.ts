import type { Ownership } from "../model/manifest.ts";
import { applyMode, parseMode } from "../model/mode.ts";
import type { Access } from "../model/object.ts";
import type { Node } from "../model/observation.ts";

/** What `current` becomes under the owner and mode that an entry asks for. */
export function accessWith(ownership: Ownership | undefined, current: Access, isDirectory: boolean): Access {
  if (ownership === undefined) return current;
  return {
    uid: ownership.user?.id ?? current.uid,
    gid: ownership.group?.id ?? current.gid,
    mode: ownership.mode === undefined ? current.mode : modeWith(ownership.mode, current.mode, isDirectory),
  };
}

function modeWith(text: string, current: number, isDirectory: boolean): number {
  const parsed = parseMode(text);
  // The configuration and the state are checked when they are read; a mode that is none changes nothing.
  return parsed.kind === "invalid" ? current : applyMode(parsed, current, isDirectory);
}

/** True if the object has the owner and mode that are asked for. */
export function hasAccess(
  ownership: Ownership,
  node: Extract<Node, { kind: "directory" | "file" }>,
): boolean {
  const { user, group, mode } = ownership;
  if (user === undefined && group === undefined && mode === undefined) return true;
  return sameAccess(accessWith(ownership, node, node.kind === "directory"), node);
}

export function sameAccess(left: Access, right: Access): boolean {
  return left.uid === right.uid && left.gid === right.gid && left.mode === right.mode;
}

/**
 * Owner and mode for a directory that has no counterpart to take them from: those of the directory that it comes to
 * lie in, less set-id and sticky bits and less what lets others write.
 */
export function inheritedAccess(parent: Access): Access {
  return { uid: parent.uid, gid: parent.gid, mode: parent.mode & 0o755 };
}

export function accessOf(node: Access): Access {
  return { uid: node.uid, gid: node.gid, mode: node.mode };
}
