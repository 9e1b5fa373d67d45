import { type Entry, isMounted, type LinkedFileEntry, type MountedEntry } from "../model/manifest.ts";
import { coveredMount, type Mount, mountAt, mountsOnTheWay } from "../model/mount.ts";
import type { Node, Observed } from "../model/observation.ts";
import { ancestorsOf, parentOf } from "../model/path.ts";
import type { ActiveState } from "./active-state.ts";
import type { PlannedTree } from "./planned-tree.ts";
import { type KeyedView, viewOf } from "./resolve/keyed-view.ts";
import { type PathResolution, resolutionOver } from "./resolve/resolution.ts";

/** What is mounted at a wanted entry's target now. */
export type MountedNow =
  | { readonly kind: "nothing" }
  /** The entry's source. */
  | { readonly kind: "wanted"; readonly mount: Mount }
  /** The source that the active entry has: another one, or an object that no longer is where it was. */
  | { readonly kind: "active"; readonly mount: Mount; readonly stale: Stale | null }
  | { readonly kind: "foreign"; readonly mount: Mount };

/** Why a mount does not show its source as that is now; `idmapped`: it shows the object, with other owners. */
export type Stale = "deleted" | "exchanged" | "idmapped";

/** What happens to the mount of a wanted entry. */
export type MountAction =
  | "keep"
  /** Mount it; nothing of ours is there. */
  | "add"
  /** Exchange the source under the eyes of its users. */
  | "replace"
  /** Take it away and mount it again: it lies on a mount that changes, or shows what its source no longer is. */
  | "remount"
  /** A foreign mount is there. */
  | "conflict"
  /** Its source lies in what is mounted at its own target, perhaps by way of other entries. */
  | "circle";

/** All that has to be known of every target before the first step is planned. */
export interface MountDecisions {
  readonly wanted: ReadonlyMap<string, Entry>;
  /** Where paths lead once the plan is carried out. */
  readonly paths: PathResolution;
  /** The same, found anew: what was planned since may have changed them. */
  resolveAnew(): PathResolution;
  /** False if symlinks lead targets from one entry to the next without end. */
  readonly isSettled: boolean;
  /** The entry whose symlink will be at just this path (without symlinks in its parents). */
  linkAt(path: string): LinkedFileEntry | undefined;
  current(entry: MountedEntry): MountedNow;
  action(entry: MountedEntry): MountAction;
  /** True if the plan takes this mount away, for good or to come again. */
  isGoing(mount: Mount): boolean;
  /** True if no mount comes, goes or changes above `path` (without symlinks): it leads where it leads now. */
  isSteady(path: string): boolean;
}

/** How often symlinks may lead from one entry to the next before it is taken for a circle. */
const mostRounds = 4;

export function decideMounts(
  wanted: ReadonlyMap<string, Entry>,
  activeState: ActiveState,
  tree: PlannedTree,
  observed: Observed,
): MountDecisions {
  // Symlinks in a target's parents are found on paths that lead through other entries, so their own places are
  // needed first: as they are written, to begin with.
  const entries = [...wanted.values()];
  let places = new Map(entries.map((entry) => [entry, entry.target]));
  for (let round = 1; ; round += 1) {
    const result = decideWith(places, wanted, activeState, tree, observed);
    const found = new Map(entries.map((entry) => [entry, result.paths.resolve(entry.target).path]));
    const settled = entries.every((entry) => found.get(entry) === places.get(entry));
    if (settled || round === mostRounds) return { ...result, isSettled: settled };
    places = found;
  }
}

function decideWith(
  places: ReadonlyMap<Entry, string>,
  wanted: ReadonlyMap<string, Entry>,
  activeState: ActiveState,
  tree: PlannedTree,
  observed: Observed,
): MountDecisions {
  const { mounts } = observed;
  const mountedAt = new Map<string, MountedEntry>();
  const links = new Map<string, LinkedFileEntry>();
  for (const [entry, path] of places) {
    if (isMounted(entry)) mountedAt.set(path, entry);
    else links.set(path, entry);
  }
  const actions = new Map<MountedEntry, MountAction | "unsettled">();
  const mountedNow = new Map<MountedEntry, MountedNow | "unsettled">();

  const paths = resolveAnew();

  function resolveAnew(): PathResolution {
    return resolutionOver({
      mounts,
      entryAt: (path) => mountedAt.get(path),
      linkAt,
      isInPlace: (entry) => action(entry) === "keep",
      isGone: isGoing,
      nodeAt: (view) => tree.nodeAt(view),
    });
  }

  function linkAt(path: string): LinkedFileEntry | undefined {
    return links.get(path);
  }

  function isGoing(mount: Mount): boolean {
    const owner = activeState.ownerOf(mount.id);
    if (owner === undefined) return false;
    const entry = wanted.get(owner.target);
    if (entry === undefined || !isMounted(entry)) return true;
    const mounted = current(entry);
    return mounted.kind === "nothing" || mounted.mount !== mount || action(entry) === "remount";
  }

  /** Directories that are where they are: all that is right in them is steady. */
  const steadyDirectories = new Set<string>();

  function isSteady(path: string): boolean {
    if (path === "/" || steadyDirectories.has(parentOf(path))) return true;
    for (const above of ancestorsOf(path)) {
      const entry = mountedAt.get(above);
      if (entry !== undefined && action(entry) !== "keep") return false;
    }
    if (mountsOnTheWay(mounts, parentOf(path)).some(isGoing)) return false;
    steadyDirectories.add(parentOf(path));
    return true;
  }

  function current(entry: MountedEntry): MountedNow {
    const known = mountedNow.get(entry);
    if (known === "unsettled") {
      // Its source is where its mount is now: whether that stays decides whether it may.
      actions.set(entry, "circle");
      return { kind: "nothing" };
    }
    if (known !== undefined) return known;
    mountedNow.set(entry, "unsettled");
    const mounted = findMounted(entry);
    mountedNow.set(entry, mounted);
    return mounted;
  }

  function findMounted(entry: MountedEntry): MountedNow {
    const path = places.get(entry) ?? entry.target;
    // Who may not search the way to it can know the place all the same.
    const mount = mountAt(mounts, isSteady(path) ? path : observed.real(entry.target));
    if (mount === null) return { kind: "nothing" };
    const source = paths.follow(entry.source);
    const isSource = activeState.shows(mount, source) === "source";
    const stale = mount.deleted ? "deleted" : isSource ? staleness(observed, mount, source) : null;
    if (isSource && stale === null) return { kind: "wanted", mount };
    if (activeState.ownerOf(mount.id)?.target !== entry.target) return { kind: "foreign", mount };
    return { kind: "active", mount, stale };
  }

  function action(entry: MountedEntry): MountAction {
    const known = actions.get(entry);
    if (known === "unsettled") {
      actions.set(entry, "circle");
      return "circle";
    }
    if (known !== undefined) return known;
    actions.set(entry, "unsettled");
    const action = findAction(entry);
    if (actions.get(entry) === "unsettled") actions.set(entry, action);
    return actions.get(entry) === "circle" ? "circle" : action;
  }

  function findAction(entry: MountedEntry): MountAction {
    const mounted = current(entry);
    if (mounted.kind === "nothing") return "add";
    const { mount } = mounted;
    const isOurs = activeState.ownerOf(mount.id)?.target === entry.target;
    if (!isSteady(places.get(entry) ?? entry.target)) return isOurs ? "remount" : "conflict";
    switch (mounted.kind) {
      case "wanted":
        return "keep";
      case "active": {
        const sameType = activeState.entries.get(entry.target)?.kind === entry.kind;
        return sameType && mounted.stale === null ? "replace" : "remount";
      }
      case "foreign":
        return "conflict";
    }
  }

  return {
    wanted,
    paths,
    resolveAnew,
    isSettled: true,
    linkAt,
    current,
    action,
    isGoing,
    isSteady,
  };
}

/** Why the mount, which is on top and shows its source by the path, does not show what is there. */
function staleness(observed: Observed, mount: Mount, source: KeyedView): Stale | null {
  if (source.beneath !== null) return null;
  return whyStale(observed.node(viewOf(observed.mounts, mount.mountPoint, null)), observed.node(source));
}

/**
 * Why what a mount shows is not what is stored; null if it is, and where that can't be told. On network and FUSE filesystems
 * a path may lead to another object than before while a mount keeps the old one.
 */
export function whyStale(shown: Node, stored: Node): Stale | null {
  if (!("identity" in shown && "identity" in stored)) return null;
  if (shown.device !== stored.device || shown.identity.inode !== stored.identity.inode) return "exchanged";
  return shown.uid === stored.uid && shown.gid === stored.gid ? null : "idmapped";
}

/** True if a mount that was made for this active entry lies right below `mount`, which covers it. */
export function coversOwn(
  activeState: ActiveState,
  observed: Observed,
  mount: Mount,
  entry: MountedEntry,
): boolean {
  const below = coveredMount(observed.mounts, mount);
  return below !== null && activeState.shows(below, activeState.paths.follow(entry.source)) !== "other";
}
