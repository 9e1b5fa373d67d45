import type { Effect } from "../model/generation.ts";
import {
  type Entry,
  isMounted,
  type LinkedFileEntry,
  type Manifest,
  type MountedEntry,
} from "../model/manifest.ts";
import { type Mount, mountAt, unknownDevice } from "../model/mount.ts";
import type { Node, Observed } from "../model/observation.ts";
import { isShownBy, type KeyedView, viewOf } from "./resolve/keyed-view.ts";
import { type PathResolution, resolutionOver } from "./resolve/resolution.ts";

/** What there is of the active generation in the live system. */
export interface ActiveState {
  readonly entries: ReadonlyMap<string, Entry>;
  /** Targets of entries that stood there before imp came. */
  readonly found: ReadonlySet<string>;
  /** Where everything is if the whole generation is in place, whatever happened to its mounts since. */
  readonly paths: PathResolution;
  /** The active entry that a mount, by its id, was made for. */
  ownerOf(mountId: number): MountedEntry | undefined;
  /** The mount that was made for the active entry, if it is there. */
  mountOf(entry: MountedEntry): Mount | undefined;
  /** What a mount shows, as far as an entry is concerned whose source can be seen at `source`. */
  shows(mount: Mount, source: KeyedView): Shown;
}

export type Shown = "source" | "deleted-source" | "other";

export function activeStateOf(active: Manifest, effects: readonly Effect[], observed: Observed): ActiveState {
  const { mounts } = observed;
  const entries = new Map(active.entries.map((entry) => [entry.target, entry]));
  const found = new Set(effects.flatMap((effect) => (effect.kind === "found" ? effect.target : [])));
  const owners = new Map<number, MountedEntry>();
  const own = new Map<MountedEntry, Mount>();
  const layout = {
    mounts,
    entryAt: mountedEntries(entries, observed),
    linkAt: () => undefined,
    isInPlace: () => false,
    nodeAt: observed.node,
  };

  function shows(mount: Mount, source: KeyedView): Shown {
    const isSame =
      source.home.device === unknownDevice
        ? sameObject(observed, viewOf(mounts, mount.mountPoint, null), source)
        : isShownBy(mount, source);
    if (!isSame) return "other";
    return mount.deleted ? "deleted-source" : "source";
  }

  const pathsToSources = resolutionOver({ ...layout, isGone: () => false });
  for (const entry of active.entries) {
    if (!isMounted(entry) || found.has(entry.target)) continue;
    const mount = mountAt(mounts, observed.real(entry.target));
    if (mount === null || shows(mount, pathsToSources.follow(entry.source)) === "other") continue;
    owners.set(mount.id, entry);
    own.set(entry, mount);
  }
  // Now that they are known, the generation's own mounts don't hide what they lie on.
  const paths = resolutionOver({ ...layout, isGone: ({ id }) => owners.has(id) });
  return {
    entries,
    found,
    paths,
    shows,
    ownerOf: (mountId) => owners.get(mountId),
    mountOf: (entry) => own.get(entry),
  };
}

/** By target as it is written, and as it is reached now. */
function mountedEntries(
  entries: ReadonlyMap<string, Entry>,
  observed: Observed,
): (path: string) => MountedEntry | undefined {
  const byRealPath = new Map<string, MountedEntry>();
  for (const entry of entries.values()) {
    if (!isMounted(entry)) continue;
    const real = observed.real(entry.target);
    if (real !== entry.target) byRealPath.set(real, entry);
  }
  return (path) => {
    const entry = entries.get(path);
    return entry !== undefined && isMounted(entry) ? entry : byRealPath.get(path);
  };
}

/** True if both views show the very same object. */
function sameObject(observed: Observed, left: KeyedView, right: KeyedView): boolean {
  return areOneObject(observed.node(left), observed.node(right));
}

/** True if both nodes stand for the very same object. */
export function areOneObject(one: Node, other: Node): boolean {
  return (
    "identity" in one &&
    "identity" in other &&
    one.device === other.device &&
    one.identity.inode === other.identity.inode &&
    one.identity.birth === other.identity.birth
  );
}

/** Where the symlink of an active entry is, if it still is the one that imp made; null otherwise. */
export function ownLink(
  activeState: ActiveState,
  observed: Observed,
  entry: LinkedFileEntry,
): KeyedView | null {
  if (activeState.found.has(entry.target)) return null;
  const isOurs = (view: KeyedView) => {
    const node = observed.node(view);
    return node.kind === "symlink" && node.text === entry.source;
  };
  const now = viewOf(observed.mounts, observed.real(entry.target), null);
  if (isOurs(now)) return now;
  const then = activeState.paths.noFollow(entry.target);
  return isOurs(then) ? then : null;
}
