import { join, nameOf, parentOf } from "../../src/model/path.ts";
import { namesIn } from "./filesystem.ts";
import { cross, type Position, Refusal, type World } from "./world.ts";

/** Who looks: user 0 may search every directory. */
export type Viewer = number;

/** The way to a directory, as `linux/walk.ts` tells it. */
export type Walk =
  | { readonly kind: "open"; readonly position: Position; readonly path: string }
  | { readonly kind: "missing"; readonly at: string }
  | { readonly kind: "blocked"; readonly at: string }
  | { readonly kind: "denied"; readonly at: string };

const mostLinks = 40;

/** Follows `path` to a directory, symlinks included. */
export function walk(world: World, path: string, viewer: Viewer = 0): Walk {
  const start = cross({ mount: world.root, dentry: world.root.root });
  let here: { position: Position; path: string } = { position: start, path: "/" };
  let names = namesOf(path);
  let links = 0;
  while (names.length > 0) {
    const [name = "", ...rest] = names;
    names = rest;
    if (name === "..") {
      const above = walk(world, parentOf(here.path), viewer);
      if (above.kind !== "open") return above;
      here = above;
      continue;
    }
    const at = join(here.path, name);
    if (!maySearch(here.position, viewer)) return { kind: "denied", at };
    const next = childOf(here.position, name);
    if (next === null) return { kind: "missing", at };
    const { content } = next.dentry.inode;
    if (content.kind === "symlink") {
      links += 1;
      if (links > mostLinks) return { kind: "blocked", at };
      names = [...namesOf(content.text), ...rest];
      if (content.text.startsWith("/")) here = { position: start, path: "/" };
      continue;
    }
    if (content.kind !== "directory") return { kind: "blocked", at };
    here = { position: next, path: at };
  }
  return { kind: "open", ...here };
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** What a name in a directory leads to, on top of all mounts; a symlink is not followed. */
export function childOf(directory: Position, name: string): Position | null {
  if (name === "" || name === ".") return directory;
  const dentry = namesIn(directory.dentry).get(name);
  return dentry === undefined ? null : cross({ mount: directory.mount, dentry });
}

export function maySearch({ dentry }: Position, viewer: Viewer): boolean {
  const { uid, mode } = dentry.inode.access;
  return viewer === 0 || (mode & (uid === viewer ? 0o100 : 0o001)) !== 0;
}

/** The directory that holds `path`, for a change. */
export function parentAt(world: World, path: string): Position {
  const found = walk(world, parentOf(path));
  if (found.kind === "open") return found.position;
  throw new Refusal(found.kind === "missing" ? "ENOENT" : "ENOTDIR", `${found.at}, on the way to ${path}`);
}

/** What is at `path`, on top of all mounts; null if nothing is. */
export function lookUp(world: World, path: string): Position | null {
  const found = walk(world, parentOf(path));
  return found.kind === "open" ? childOf(found.position, nameOf(path)) : null;
}

/** What is at `path`, symlinks followed to the end; null if nothing is. */
export function lookUpFollowing(world: World, path: string): Position | null {
  const directory = walk(world, path);
  if (directory.kind === "open") return directory.position;
  const found = lookUp(world, path);
  if (found === null || found.dentry.inode.content.kind !== "symlink") return found;
  const { text } = found.dentry.inode.content;
  return text === path
    ? null
    : lookUpFollowing(world, text.startsWith("/") ? text : join(parentOf(path), text));
}

/** The object at a path, crossed mounts and all. */
export function follow(world: World, path: string): Position {
  const found = childOf(parentAt(world, path), nameOf(path));
  if (found === null) throw new Refusal("ENOENT", path);
  return found;
}
