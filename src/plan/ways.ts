import type { Entry, LinkedFileEntry, MountedEntry } from "../model/manifest.ts";
import type { Mount, MountTable } from "../model/mount.ts";
import { mountsOnTheWay, visibleMount } from "../model/mount.ts";
import type { Node, Spot } from "../model/observation.ts";
import { isBelow, join, nameOf, parentOf, rebase } from "../model/path.ts";

/** A system of mounts and symlinks: what decides where paths lead. */
export interface Ground {
  readonly mounts: MountTable;
  /** The entry that is mounted at just this path (without symlinks). */
  entryAt(path: string): MountedEntry | undefined;
  /** The entry whose symlink is at just this path (without symlinks in its parents), now or later. */
  linkAt(path: string): LinkedFileEntry | undefined;
  /** True if the mount of that entry can be looked into now. */
  isInPlace(entry: MountedEntry): boolean;
  /** True if this mount, which is there now, is not part of the system in question. */
  isGone(mount: Mount): boolean;
  nodeAt(spot: Spot): Node;
}

/** Where a path leads. */
export interface Located {
  /** The path without symlinks in its parents. */
  readonly path: string;
  /** The entries whose mounts and links the way leads through. */
  readonly through: ReadonlySet<Entry>;
  /** The symlinks that the way follows; null stands for one that is still to come. */
  readonly links: readonly (Spot | null)[];
}

/**
 * Where paths lead in a system that need not exist yet, and where the objects at their ends can be seen now:
 * `/home/ada/notes` is really `/persist/home/ada/notes` if `/home/ada` will be mounted from there. Symlinks are
 * followed one by one, since what they lead through may not be mounted yet either.
 */
export interface Ways {
  locate(path: string): Located;
  /** Where the object of that name can be seen; the mount of an entry at this very path does not count. */
  placeOf(path: string): Spot;
  /** Where the object can be seen that `path` leads to, such a mount included. */
  objectAt(path: string): Spot;
  /** The path, free of symlinks, of the directory that `path` leads to; it need not be one. */
  directoryAt(path: string): string;
  /** The entry whose mount the object lies on that `path` leads to; null if it is none's. */
  holderOf(path: string): MountedEntry | null;
}

/** An entry, and the path without symlinks that it is mounted at. */
interface Mounted {
  readonly entry: MountedEntry;
  readonly at: string;
}

const nobody: ReadonlySet<Entry> = new Set();
const top: Located = { path: "/", through: nobody, links: [] };

/** The ways over this ground. Answers are kept, so what the ground says must not change. */
export function waysOver(ground: Ground): Ways {
  const locations = new Map<string, Located>();
  const directories = new Map<string, Located>();
  const followed = new Set<string>();
  const places = new Map<string, Spot>();
  const nearest = new Map<string, Mounted | null>();
  const opened = new Set<MountedEntry>();
  /** By the mounts on the way, which are one list for all paths that the same mounts lead to. */
  const gone = new Map<readonly Mount[], Mount | null>();

  function locate(path: string): Located {
    if (path === "/") return top;
    const known = locations.get(path);
    if (known !== undefined) return known;
    const above = parentOf(path);
    const parent = directoryAt(above);
    // Without a symlink on the way the path is its own place.
    const place = parent.path === above ? path : join(parent.path, nameOf(path));
    const located = { path: place, through: parent.through, links: parent.links };
    // While a symlink is followed, what lies behind it is not known for good.
    if (followed.size === 0) locations.set(path, located);
    return located;
  }

  /** The directory that `path` leads to; where it leads to none, the place where the way ends. */
  function directoryAt(path: string): Located {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const located = locate(path);
    // A symlink that leads to itself leads nowhere.
    if (path === "/" || followed.has(path)) return located;
    followed.add(path);
    const directory = enter(located);
    followed.delete(path);
    directories.set(path, directory);
    return directory;
  }

  function enter(located: Located): Located {
    const { path, through } = located;
    const entry = ground.entryAt(path);
    if (entry !== undefined) return { ...located, through: new Set([...through, entry]) };
    const link = ground.linkAt(path);
    if (link !== undefined) {
      return follow({ ...located, through: new Set([...through, link]) }, link.source, null);
    }
    const spot = placeAt(path);
    const node = ground.nodeAt(spot);
    return node.kind === "symlink" && node.astray !== true ? follow(located, node.text, spot) : located;
  }

  function follow(link: Located, text: string, spot: Spot | null): Located {
    let path = text.startsWith("/") ? "/" : parentOf(link.path);
    const through = new Set(link.through);
    const links = [...link.links, spot];
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

  /** The entry whose mount a directory (without symlinks) lies on or is. */
  function nearestEntry(directory: string): Mounted | null {
    const known = nearest.get(directory);
    if (known !== undefined) return known;
    const entry = ground.entryAt(directory);
    const above = directory === "/" ? null : nearestEntry(parentOf(directory));
    const found = entry === undefined ? above : { entry, at: directory };
    nearest.set(directory, found);
    return found;
  }

  function placeAt(path: string): Spot {
    const known = places.get(path);
    if (known !== undefined) return known;
    const spot = findPlace(path);
    places.set(path, spot);
    return spot;
  }

  function findPlace(path: string): Spot {
    const above = path === "/" ? null : nearestEntry(parentOf(path));
    if (above === null || ground.isInPlace(above.entry)) return { path, beneath: firstGone(path) };
    const source = objectOf(above.entry);
    const within = rebase(path, above.at, source.path);
    return { path: within, beneath: source.beneath ?? firstMountBelow(within, source.path) };
  }

  /** The first mount on the way to `path` that is gone: one to a directory above it, or else the one at `path` itself. */
  function firstGone(path: string): Mount | null {
    const way = mountsOnTheWay(ground.mounts, path);
    const known = gone.get(way);
    if (known !== undefined) return known;
    const above = path === "/" ? null : firstGone(parentOf(path));
    const last = way.at(-1);
    const found = above ?? (last !== undefined && ground.isGone(last) ? last : null);
    gone.set(way, found);
    return found;
  }

  /** A bind mount shows nothing of what is mounted below its source. */
  function firstMountBelow(path: string, source: string): Mount | null {
    const way = mountsOnTheWay(ground.mounts, path);
    return way.find((mount) => isBelow(mount.mountPoint, source)) ?? null;
  }

  function objectOf(entry: MountedEntry): Spot {
    // A circle of entries, each stored in the other; whoever plans them refuses.
    if (opened.has(entry)) return { path: entry.source, beneath: null };
    opened.add(entry);
    const spot = objectAt(entry.source);
    opened.delete(entry);
    return spot;
  }

  function objectAt(path: string): Spot {
    const { path: located } = locate(path);
    const entry = ground.entryAt(located);
    if (entry === undefined) return placeAt(located);
    return ground.isInPlace(entry) ? { path: located, beneath: null } : objectOf(entry);
  }

  return {
    locate,
    placeOf: (path) => placeAt(locate(path).path),
    objectAt,
    directoryAt: (path) => directoryAt(path).path,
    holderOf: (path) => nearestEntry(locate(path).path)?.entry ?? null,
  };
}

/** What a spot shows, told by its filesystem and its place in there: the same by whatever mounts one comes. */
export function keyOf(mounts: MountTable, spot: Spot): string {
  const known = mounts.keys.get(spot);
  if (known !== undefined) return known;
  const home = homeOf(mounts, spot);
  const key = `${home.device} ${rebase(spot.path, home.mountPoint, home.root)}`;
  mounts.keys.set(spot, key);
  return key;
}

/** The mount that a spot is seen through. */
export function homeOf(mounts: MountTable, { path, beneath }: Spot): Mount {
  return beneath === null ? visibleMount(mounts, path) : (mounts.byId.get(beneath.parent) ?? mounts.root);
}

/** True if what a mount shows has the spot's key. */
export function isShownBy(mounts: MountTable, mount: Mount, spot: Spot): boolean {
  const home = homeOf(mounts, spot);
  return home.device === mount.device && rebase(spot.path, home.mountPoint, home.root) === mount.root;
}

/** The keys of the directories that hold a place, on its own filesystem, nearest first. */
export function keysAbove(key: string): string[] {
  const root = key.indexOf(" ") + 2;
  const above: string[] = [];
  for (let end = key.length; end > root; ) {
    end = Math.max(key.lastIndexOf("/", end - 1), root);
    above.push(key.slice(0, end));
  }
  return above;
}
