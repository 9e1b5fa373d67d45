import type { MountedEntry } from "../model/manifest.ts";
import type { Mount, MountTable } from "../model/mount.ts";
import { mountsOnTheWay, visibleMount } from "../model/mount.ts";
import type { Node, Spot } from "../model/observation.ts";
import { isBelow, join, nameOf, parentOf, rebase } from "../model/path.ts";

/** A system of mounts and symlinks: what decides where paths lead. */
export interface Ground {
  readonly mounts: MountTable;
  /** The entry that is mounted at just this path (without symlinks). */
  entryAt(path: string): MountedEntry | undefined;
  /** The text of a symlink that is not there yet, but will be. */
  linkAt(path: string): string | undefined;
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
  /** The entries whose mounts the way leads through. */
  readonly through: ReadonlySet<MountedEntry>;
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

const nobody: ReadonlySet<MountedEntry> = new Set();
const top: Located = { path: "/", through: nobody };

/** The ways over this ground. Answers are kept, so what the ground says must not change. */
export function waysOver(ground: Ground): Ways {
  const directories = new Map<string, Located>();
  const followed = new Set<string>();
  const places = new Map<string, Spot>();
  const nearest = new Map<string, Mounted | null>();
  const opened = new Set<MountedEntry>();

  function locate(path: string): Located {
    if (path === "/") return top;
    const parent = directoryAt(parentOf(path));
    return { path: join(parent.path, nameOf(path)), through: parent.through };
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
    if (entry !== undefined) return { path, through: new Set([...through, entry]) };
    const text = ground.linkAt(path);
    if (text !== undefined) return follow(located, text);
    const node = ground.nodeAt(placeAt(path));
    return node.kind === "symlink" ? follow(located, node.text) : located;
  }

  function follow(link: Located, text: string): Located {
    let here = text.startsWith("/") ? top : { path: parentOf(link.path), through: link.through };
    for (const name of text.split("/")) {
      if (name === "" || name === ".") continue;
      if (name === "..") {
        here = { path: parentOf(here.path), through: here.through };
        continue;
      }
      const next = directoryAt(join(here.path, name));
      here = { path: next.path, through: new Set([...here.through, ...next.through]) };
    }
    return { path: here.path, through: new Set([...link.through, ...here.through]) };
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

  function firstGone(path: string): Mount | null {
    return mountsOnTheWay(ground.mounts, path).find((mount) => ground.isGone(mount)) ?? null;
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
  const home = homeOf(mounts, spot);
  return placeKey(home.device, rebase(spot.path, home.mountPoint, home.root));
}

/** The mount that a spot is seen through. */
export function homeOf(mounts: MountTable, { path, beneath }: Spot): Mount {
  return beneath === null ? visibleMount(mounts, path) : (mounts.byId.get(beneath.parent) ?? mounts.root);
}

/** The key of what a mount shows. */
export function keyOfMount(mount: Mount): string {
  return placeKey(mount.device, mount.root);
}

function placeKey(device: string, path: string): string {
  return `${device} ${path}`;
}

/** The keys of the directories that hold a place, on its own filesystem, nearest first. */
export function keysAbove(key: string): string[] {
  const space = key.indexOf(" ");
  const [device, path] = [key.slice(0, space), key.slice(space + 1)];
  const above: string[] = [];
  for (let current = path; current !== "/"; ) {
    current = parentOf(current);
    above.push(`${device} ${current}`);
  }
  return above;
}
