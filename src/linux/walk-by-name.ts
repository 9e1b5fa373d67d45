import { join, nameOf, parentOf } from "../model/path.ts";
import { readLink } from "./directory-entries.ts";
import { isSystemError } from "./ffi.ts";
import { areHardLinksProtected } from "./hard-links.ts";
import { closeDescriptor, openHandle, openRoot, withDescriptor } from "./open.ts";
import { type Stat, statDescriptor } from "./stat.ts";
import { effectiveUser } from "./users.ts";
import type { FollowedLink, Walk } from "./walk.ts";

/**
 * Walks by one name at a time, each relative to the directory before it. A symlink is followed if only root could have
 * put it there; any other one taints the rest of the way: the directory at its end must then belong to who could have
 * put it there, a place where that user could have acted anyway ("unsafe path transition", as in systemd's chase.c).
 */

const mostLinks = 40;

interface Position {
  readonly descriptor: number;
  readonly path: string;
  readonly stat: Stat;
  /** Who besides root could have decided that it is this object which is found here; 0 if nobody. */
  readonly author: number;
}

/** A symlink on the way that somebody besides root could have put there. */
interface Taint {
  readonly author: number;
  readonly at: string;
}

/** A symlink as it was found, and whether it may be followed. */
export interface Link {
  readonly text: string;
  /** True if a user could have put it there, and it leads to what is not theirs. */
  readonly astray: boolean;
}

/** Opens the directory `path`. The caller closes the descriptor. */
export function walkByName(path: string): Walk {
  const walker = new Walker();
  return walker.finish(walker.follow(namesOf(path)));
}

/** Reads the symlink at `path`, whose parents have none, and finds out where that very text leads; null as above. */
export function followLinkAt(path: string): (Link & { readonly followed: readonly FollowedLink[] }) | null {
  const walker = new Walker();
  const parent = walker.follow(namesOf(parentOf(path)));
  const text = parent === null ? walker.enterLink(nameOf(path)) : null;
  const result = walker.finish(text === null ? null : walker.follow(namesOf(text)));
  if (result.kind === "open") closeDescriptor(result.descriptor);
  return text === null ? null : { text, astray: result.kind === "unsafe", followed: result.followed ?? [] };
}

/** Reads the symlink in an open directory; null if none is there. Where it leads from there can't be told. */
export function readLinkIn(directory: number, name: string): Link | null {
  return withDescriptor(openHandle(directory, name), (handle) => {
    const stat = statDescriptor(handle);
    if (stat.type !== "symlink") return null;
    const author = authorIn(statDescriptor(directory), stat);
    return { text: readLink(handle, ""), astray: author !== 0 && effectiveUser() === 0 };
  });
}

type Stop = Exclude<Walk, { kind: "open" }>;

class Walker {
  #position = rootPosition();
  readonly #open = [this.#position.descriptor];
  #taint: Taint | null = null;
  readonly #followed: FollowedLink[] = [];

  /** Goes on by these names; returns what stopped the walk, or null. */
  follow(path: readonly string[]): Stop | null {
    for (let names = path; names.length > 0; ) {
      const [name = "", ...rest] = names;
      const next = this.#step(name);
      if (!("stat" in next)) return next;
      names = rest;
      if (next.stat.type === "symlink") {
        if (this.#followed.length === mostLinks) return { kind: "blocked", at: next.path };
        names = [...namesOf(this.#enter(next)), ...rest];
      } else if (next.stat.type === "directory") {
        this.#position = next;
      } else {
        return { kind: "blocked", at: next.path };
      }
    }
    return null;
  }

  /** The text of the symlink `name`, from which the walk then goes on; null if there is none. */
  enterLink(name: string): string | null {
    const next = this.#step(name);
    return "stat" in next && next.stat.type === "symlink" ? this.#enter(next) : null;
  }

  /** Gives the directory to the caller, if the walk is not stopped, and closes all else. */
  finish(stop: Stop | null): Walk {
    const { descriptor, path } = this.#position;
    const result = this.#judge(stop ?? { kind: "open", descriptor, path });
    for (const opened of this.#open) {
      if (result.kind !== "open" || opened !== result.descriptor) closeDescriptor(opened);
    }
    return { ...result, followed: this.#followed };
  }

  /** What does not exist behind a user's link could come to exist anywhere: not safe to create. Only root has to mind. */
  #judge(result: Walk): Walk {
    const taint = this.#taint;
    const isEnd = result.kind === "open" || result.kind === "missing";
    if (!isEnd || taint === null || this.#position.stat.uid === taint.author) return result;
    return effectiveUser() === 0 ? { kind: "unsafe", at: taint.at, owner: taint.author } : result;
  }

  #enter(link: Position): string {
    if (link.author !== 0) {
      this.#taint = {
        author: together(this.#taint?.author ?? 0, link.author),
        at: this.#taint?.at ?? link.path,
      };
    }
    const text = readLink(link.descriptor, "");
    this.#followed.push({ at: link.path, text });
    if (text.startsWith("/")) {
      this.#position = rootPosition();
      this.#open.push(this.#position.descriptor);
    }
    return text;
  }

  #step(name: string): Position | Stop {
    const from = this.#position;
    const path = name === ".." ? parentOf(from.path) : join(from.path, name);
    try {
      const descriptor = openHandle(from.descriptor, name);
      this.#open.push(descriptor);
      const stat = statDescriptor(descriptor);
      // Nobody can make `..` of a directory something else; only that directory itself can be another.
      const author = name === ".." ? from.author : together(from.author, authorIn(from.stat, stat));
      return { descriptor, path, stat, author };
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return { kind: "missing", at: path };
      if (isSystemError(error, "EACCES")) return { kind: "denied", at: path };
      throw error;
    }
  }
}

function rootPosition(): Position {
  const descriptor = openRoot();
  return { descriptor, path: "/", stat: statDescriptor(descriptor), author: 0 };
}

/** Who besides root could have put this object into this folder; 0 if nobody. */
function authorIn(folder: Stat, found: Stat): number {
  const isShared = (folder.mode & sharing(folder)) !== 0;
  if (isShared && !isGuarded(folder, found)) return severalUsers;
  // Who owns a symlink has made it, or in a sticky folder can make it anew.
  const isOwners = isShared || found.type === "symlink";
  return together(folder.uid, isOwners ? found.uid : 0);
}

/** The bits that let others than the owner write. A user's group is mostly their own, and else those they trust. */
function sharing({ uid }: Stat): number {
  return uid === 0 ? 0o022 : 0o002;
}

/**
 * In a sticky directory that many may write, nobody can rename or replace what others own (inode(7)). But where hard
 * links are not protected, anybody can bring somebody else's symlink there, though no directory.
 */
function isGuarded(folder: Stat, found: Stat): boolean {
  return (folder.mode & 0o1000) !== 0 && (found.type === "directory" || areHardLinksProtected());
}

/** The author of what two have a hand in. */
function together(left: number, right: number): number {
  if (left === 0 || right === 0) return left + right;
  return left === right ? left : severalUsers;
}

/** Stands for more than one user; owns nothing. */
export const severalUsers = 0xffffffff;

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
