import type { Mount, MountTable } from "./mount.ts";
import type { Access, Identity } from "./object.ts";

interface ObjectNode extends Access {
  readonly identity: Identity;
  /** Number of hard links. */
  readonly links: number;
  /** `major:minor` of the filesystem. */
  readonly device: string;
}

export interface DirectoryNode extends ObjectNode {
  readonly kind: "directory";
}

export interface FileNode extends ObjectNode {
  readonly kind: "file";
  /** Bytes. */
  readonly size: number;
  /** When its content was written: nanoseconds since the epoch as a decimal string. */
  readonly modified: string;
}

export interface SymlinkNode extends ObjectNode {
  readonly kind: "symlink";
  readonly text: string;
  /** True if a user could have put it there, and it leads to what is not theirs: no way leads through it. */
  readonly astray?: boolean;
}

/** What was found at one path, links in the last name not followed. */
export type Node =
  | { readonly kind: "missing" }
  | DirectoryNode
  | FileNode
  | SymlinkNode
  /** A socket, FIFO or device. */
  | (ObjectNode & { readonly kind: "special"; readonly what: string })
  /** A parent is no directory. */
  | { readonly kind: "blocked"; readonly at: string }
  /** May not be looked at by this user; or could not be, for another reason. */
  | { readonly kind: "unknown"; readonly at: string; readonly reason?: string }
  /** A symlink on the way that a user could bend. */
  | { readonly kind: "unsafe"; readonly at: string; readonly owner: number };

/**
 * What is seen at a path: `path` as it is now or, with `beneath`, as it would be without that mount and all that is
 * mounted on it.
 */
export interface PathView {
  readonly path: string;
  readonly beneath: Mount | null;
}

/**
 * The system as it is, asked question by question. Answers do not change during one command: each is read once.
 * The mount table is one read for the whole command.
 */
export interface Observed {
  readonly mounts: MountTable;
  node(view: PathView): Node;
  /** `path` without symlinks in its parents; `path` itself where that can't be found out. */
  real(path: string): string;
  /** How many names the directory holds; 0 where that can't be found out. */
  countNames(view: PathView): number;
  /** True if file managers are asked not to show the mount; null if that can't be found out. */
  isHidden(mount: Mount): boolean | null;
  /** True if both are regular files with the same bytes. */
  sameBytes(left: PathView, right: PathView): boolean;
}
