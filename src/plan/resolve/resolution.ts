import type { Entry, LinkedFileEntry, MountedEntry } from "../../model/manifest.ts";
import { type Mount, type MountTable, visibleMount } from "../../model/mount.ts";
import type { Node } from "../../model/observation.ts";
import { join, nameOf, parentOf } from "../../model/path.ts";
import { type KeyedView, viewOf, viewWithin } from "./keyed-view.ts";

/** A system of mounts and symlinks: what decides where paths lead. */
export interface Layout {
  readonly mounts: MountTable;
  /** The entry that is mounted at just this path (without symlinks). */
  entryAt(path: string): MountedEntry | undefined;
  /** The entry whose symlink is at just this path (without symlinks in its parents), now or later. */
  linkAt(path: string): LinkedFileEntry | undefined;
  /** True if the mount of that entry can be looked into now. */
  isInPlace(entry: MountedEntry): boolean;
  /** True if this mount, which is there now, is not part of the system in question. */
  isGone(mount: Mount): boolean;
  nodeAt(view: KeyedView): Node;
}

/** Where a path leads. */
export interface ResolvedPath {
  /** The path without symlinks in its parents. */
  readonly path: string;
  /** The entries whose mounts and links the way leads through. */
  readonly through: ReadonlySet<Entry>;
  /** The symlinks that the way follows; null stands for one that is still to come. */
  readonly links: readonly (KeyedView | null)[];
}

/**
 * Where paths lead in a system that need not exist yet, and where the objects at their ends can be seen now:
 * `/home/ada/notes` is really `/persist/home/ada/notes` if `/home/ada` will be mounted from there. Symlinks are
 * followed one by one, since what they lead through may not be mounted yet either.
 */
export interface PathResolution {
  resolve(path: string): ResolvedPath;
  /** Where the object of that name can be seen; the mount of an entry at this very path does not count. */
  noFollow(path: string): KeyedView;
  /** Where the object can be seen that `path` leads to, such a mount included. */
  follow(path: string): KeyedView;
  /** The path, free of symlinks, of the directory that `path` leads to; it need not be one. */
  directoryAt(path: string): string;
  /** The entry whose mount the object lies on that `path` leads to; null if it is none's. */
  holderOf(path: string): MountedEntry | null;
}

/** A directory, or what else is at a path, with the mount of an entry there looked through. */
interface Seen {
  readonly view: KeyedView;
  /** True if it is looked at where it is stored, for the mount that will show it is not in place. */
  readonly isStored: boolean;
}

const noEntry: ReadonlySet<Entry> = new Set();
const top: ResolvedPath = { path: "/", through: noEntry, links: [] };

/** The path resolution of this layout. Answers are kept, so what the layout says must not change. */
export function resolutionOver(layout: Layout): PathResolution {
  const { mounts } = layout;
  const resolvedPaths = new Map<string, ResolvedPath>();
  const directories = new Map<string, ResolvedPath>();
  const followed = new Set<string>();
  const views = new Map<string, KeyedView>();
  const objects = new Map<string, Seen>();
  const nearest = new Map<string, MountedEntry | null>();
  const opened = new Set<MountedEntry>();

  function resolve(path: string): ResolvedPath {
    if (path === "/") return top;
    const known = resolvedPaths.get(path);
    if (known !== undefined) return known;
    const above = parentOf(path);
    const parent = directoryAt(above);
    // Without a symlink on the way the path is its own place.
    const place = parent.path === above ? path : join(parent.path, nameOf(path));
    const resolved = { path: place, through: parent.through, links: parent.links };
    // While a symlink is followed, what lies behind it is not known for good.
    if (followed.size === 0) resolvedPaths.set(path, resolved);
    return resolved;
  }

  /** The directory that `path` leads to; where it leads to none, the place where the way ends. */
  function directoryAt(path: string): ResolvedPath {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const resolved = resolve(path);
    // A symlink that leads to itself leads nowhere.
    if (path === "/" || followed.has(path)) return resolved;
    followed.add(path);
    const directory = enter(resolved);
    followed.delete(path);
    directories.set(path, directory);
    return directory;
  }

  function enter(resolved: ResolvedPath): ResolvedPath {
    const { path, through } = resolved;
    const entry = layout.entryAt(path);
    if (entry !== undefined) return { ...resolved, through: new Set([...through, entry]) };
    const link = layout.linkAt(path);
    if (link !== undefined) {
      return follow({ ...resolved, through: new Set([...through, link]) }, link.source, null);
    }
    const view = viewAt(path);
    const node = layout.nodeAt(view);
    return node.kind === "symlink" && node.astray !== true ? follow(resolved, node.text, view) : resolved;
  }

  function follow(link: ResolvedPath, text: string, view: KeyedView | null): ResolvedPath {
    let path = text.startsWith("/") ? "/" : parentOf(link.path);
    const through = new Set(link.through);
    const links = [...link.links, view];
    for (const name of text.split("/")) {
      if (name === "" || name === ".") continue;
      if (name === "..") {
        path = parentOf(path);
        continue;
      }
      const next = directoryAt(join(path, name));
      path = next.path;
      for (const entry of next.through) through.add(entry);
      links.push(...next.links);
    }
    return { path, through, links };
  }

  /** What is at a path (without symlinks), under the mount of an entry at this very path. */
  function viewAt(path: string): KeyedView {
    const known = views.get(path);
    if (known !== undefined) return known;
    const view = path === "/" ? viewThrough("/") : viewIn(objectOn(parentOf(path)), path);
    views.set(path, view);
    return view;
  }

  function viewIn({ view, isStored }: Seen, path: string): KeyedView {
    const now = isStored ? join(view.path, nameOf(path)) : path;
    const isMountPoint = view.beneath === null && mounts.byAttachment.get(view.home.id)?.has(now) === true;
    if (!isMountPoint) return viewWithin(view, nameOf(path));
    // A bind mount shows nothing of what is mounted below its source.
    return isStored ? viewOf(mounts, now, visibleMount(mounts, now)) : viewThrough(path);
  }

  /** Through the mount that is at the path now, unless that is gone. */
  function viewThrough(path: string): KeyedView {
    const mount = visibleMount(mounts, path);
    return viewOf(mounts, path, layout.isGone(mount) ? mount : null);
  }

  /** What is at a path (without symlinks), through the mount of an entry at this very path. */
  function objectOn(path: string): Seen {
    const known = objects.get(path);
    if (known !== undefined) return known;
    const object = findObject(path);
    objects.set(path, object);
    return object;
  }

  function findObject(path: string): Seen {
    const entry = layout.entryAt(path);
    if (entry === undefined) {
      return { view: viewAt(path), isStored: path !== "/" && objectOn(parentOf(path)).isStored };
    }
    if (layout.isInPlace(entry)) return { view: viewOf(mounts, path, null), isStored: false };
    return { view: sourceOf(entry), isStored: true };
  }

  function sourceOf(entry: MountedEntry): KeyedView {
    // A circle of entries, each stored in the other; whoever plans them refuses.
    if (opened.has(entry)) return viewOf(mounts, entry.source, null);
    opened.add(entry);
    const { view } = objectOn(resolve(entry.source).path);
    opened.delete(entry);
    return view;
  }

  /** The entry whose mount a directory (without symlinks) lies on or is. */
  function nearestEntry(directory: string): MountedEntry | null {
    const known = nearest.get(directory);
    if (known !== undefined) return known;
    const above = directory === "/" ? null : nearestEntry(parentOf(directory));
    const entry = layout.entryAt(directory) ?? above;
    nearest.set(directory, entry);
    return entry;
  }

  return {
    resolve,
    noFollow: (path) => viewAt(resolve(path).path),
    follow: (path) => objectOn(resolve(path).path).view,
    directoryAt: (path) => directoryAt(path).path,
    holderOf: (path) => nearestEntry(resolve(path).path),
  };
}
