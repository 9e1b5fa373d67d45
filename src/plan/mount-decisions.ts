import { type Entry, isMounted, type LinkedFileEntry, type MountedEntry } from "../model/manifest.ts";
import { coveredMount, type Mount, mountAt, mountsOnTheWay } from "../model/mount.ts";
import type { Observed } from "../model/observation.ts";
import { ancestorsOf, parentOf } from "../model/path.ts";
import type { Present } from "./active-state.ts";
import type { Overlay } from "./planned-tree.ts";
import { type KeyedView, viewOf } from "./resolve/keyed-view.ts";
import { type Ways, waysOver } from "./resolve/resolution.ts";

/** What is mounted at a wanted entry's target now. */
export type Standing =
  | { readonly kind: "nothing" }
  /** The entry's source. */
  | { readonly kind: "wanted"; readonly mount: Mount }
  /** The source that the active entry has: another one, or an object that no longer is where it was. */
  | { readonly kind: "active"; readonly mount: Mount; readonly stale: Stale | null }
  | { readonly kind: "foreign"; readonly mount: Mount };

/** Why a mount shows another object than its source is now. */
export type Stale = "deleted" | "exchanged";

/** What happens to the mount of a wanted entry. */
export type Fate =
  | "keep"
  /** Mount it; nothing of ours is there. */
  | "add"
  /** Exchange the source under the eyes of its users. */
  | "replace"
  /** Take it away and mount it again, for it lies on a mount that changes, or its source was deleted. */
  | "again"
  /** Somebody else's mount is there. */
  | "conflict"
  /** Its source lies in what is mounted at its own target, perhaps by way of other entries. */
  | "circle";

/** All that has to be known of every target before the first step is planned. */
export interface Survey {
  readonly wanted: ReadonlyMap<string, Entry>;
  /** Where paths lead once the plan is carried out. */
  readonly ways: Ways;
  /** The same, found anew: what was planned since may have changed them. */
  findWays(): Ways;
  /** False if symlinks lead targets from one entry to the next without end. */
  readonly isSettled: boolean;
  /** The entry whose symlink will be at just this path (without symlinks in its parents). */
  linkAt(path: string): LinkedFileEntry | undefined;
  standingOf(entry: MountedEntry): Standing;
  fateOf(entry: MountedEntry): Fate;
  /** True if the plan takes this mount away, for good or to come again. */
  isGoing(mount: Mount): boolean;
  /** True if no mount comes, goes or changes above `path` (without symlinks): it leads where it leads now. */
  isSteady(path: string): boolean;
}

/** How often symlinks may lead from one entry to the next before it is taken for a circle. */
const mostRounds = 4;

export function survey(
  wanted: ReadonlyMap<string, Entry>,
  present: Present,
  overlay: Overlay,
  observed: Observed,
): Survey {
  // Symlinks in a target's parents are found on ways that lead through other entries, so their own places are
  // needed first: as they are written, to begin with.
  const entries = [...wanted.values()];
  let places = new Map(entries.map((entry) => [entry, entry.target]));
  for (let round = 1; ; round += 1) {
    const result = surveyWith(places, wanted, present, overlay, observed);
    const found = new Map(entries.map((entry) => [entry, result.ways.locate(entry.target).path]));
    const settled = entries.every((entry) => found.get(entry) === places.get(entry));
    if (settled || round === mostRounds) return { ...result, isSettled: settled };
    places = found;
  }
}

function surveyWith(
  places: ReadonlyMap<Entry, string>,
  wanted: ReadonlyMap<string, Entry>,
  present: Present,
  overlay: Overlay,
  observed: Observed,
): Survey {
  const { mounts } = observed;
  const mounted = new Map<string, MountedEntry>();
  const links = new Map<string, LinkedFileEntry>();
  for (const [entry, path] of places) {
    if (isMounted(entry)) mounted.set(path, entry);
    else links.set(path, entry);
  }
  const fates = new Map<MountedEntry, Fate | "unsettled">();
  const standings = new Map<MountedEntry, Standing | "unsettled">();

  const ways = findWays();

  function findWays(): Ways {
    return waysOver({
      mounts,
      entryAt: (path) => mounted.get(path),
      linkAt,
      isInPlace: (entry) => fateOf(entry) === "keep",
      isGone: isGoing,
      nodeAt: (view) => overlay.nodeAt(view),
    });
  }

  function linkAt(path: string): LinkedFileEntry | undefined {
    return links.get(path);
  }

  function isGoing(mount: Mount): boolean {
    const owner = present.ownerOf(mount.id);
    if (owner === undefined) return false;
    const entry = wanted.get(owner.target);
    if (entry === undefined || !isMounted(entry)) return true;
    const standing = standingOf(entry);
    return standing.kind === "nothing" || standing.mount !== mount || fateOf(entry) === "again";
  }

  /** Directories that are where they are: all that is right in them is steady. */
  const steadyDirectories = new Set<string>();

  function isSteady(path: string): boolean {
    if (path === "/" || steadyDirectories.has(parentOf(path))) return true;
    for (const above of ancestorsOf(path)) {
      const entry = mounted.get(above);
      if (entry !== undefined && fateOf(entry) !== "keep") return false;
    }
    if (mountsOnTheWay(mounts, parentOf(path)).some(isGoing)) return false;
    steadyDirectories.add(parentOf(path));
    return true;
  }

  function standingOf(entry: MountedEntry): Standing {
    const known = standings.get(entry);
    if (known === "unsettled") {
      // Its source is where its mount is now: whether that stays decides whether it may.
      fates.set(entry, "circle");
      return { kind: "nothing" };
    }
    if (known !== undefined) return known;
    standings.set(entry, "unsettled");
    const standing = standingAt(entry);
    standings.set(entry, standing);
    return standing;
  }

  function standingAt(entry: MountedEntry): Standing {
    const path = places.get(entry) ?? entry.target;
    // Who may not search the way to it can know the place all the same.
    const mount = mountAt(mounts, isSteady(path) ? path : observed.real(entry.target));
    if (mount === null) return { kind: "nothing" };
    const source = ways.objectAt(entry.source);
    const isSource = present.shows(mount, source) === "source";
    const isExchanged = isSource && showsAnother(observed, mount, source);
    if (isSource && !isExchanged) return { kind: "wanted", mount };
    if (present.ownerOf(mount.id)?.target !== entry.target) return { kind: "foreign", mount };
    return { kind: "active", mount, stale: isExchanged ? "exchanged" : mount.deleted ? "deleted" : null };
  }

  function fateOf(entry: MountedEntry): Fate {
    const known = fates.get(entry);
    if (known === "unsettled") {
      fates.set(entry, "circle");
      return "circle";
    }
    if (known !== undefined) return known;
    fates.set(entry, "unsettled");
    const fate = findFate(entry);
    if (fates.get(entry) === "unsettled") fates.set(entry, fate);
    return fates.get(entry) === "circle" ? "circle" : fate;
  }

  function findFate(entry: MountedEntry): Fate {
    const standing = standingOf(entry);
    if (standing.kind === "nothing") return "add";
    const { mount } = standing;
    const isOurs = present.ownerOf(mount.id)?.target === entry.target;
    if (!isSteady(places.get(entry) ?? entry.target)) return isOurs ? "again" : "conflict";
    switch (standing.kind) {
      case "wanted":
        return "keep";
      case "active": {
        const sameType = present.entries.get(entry.target)?.kind === entry.kind;
        return sameType && standing.stale === null ? "replace" : "again";
      }
      case "foreign":
        return "conflict";
    }
  }

  return {
    wanted,
    ways,
    findWays,
    isSettled: true,
    linkAt,
    standingOf,
    fateOf,
    isGoing,
    isSteady,
  };
}

/**
 * True if the mount, which is on top, shows another object than the source is, though the paths agree: on network and
 * FUSE filesystems a path may lead to another object than before while a mount keeps the old one.
 */
function showsAnother(observed: Observed, mount: Mount, source: KeyedView): boolean {
  if (source.beneath !== null) return false;
  const shown = observed.node(viewOf(observed.mounts, mount.mountPoint, null));
  const stored = observed.node(source);
  if (!("identity" in shown && "identity" in stored)) return false;
  return shown.device !== stored.device || shown.identity.inode !== stored.identity.inode;
}

/** True if a mount that was made for this active entry lies right below `mount`, which covers it. */
export function coversOwn(present: Present, observed: Observed, mount: Mount, entry: MountedEntry): boolean {
  const below = coveredMount(observed.mounts, mount);
  return below !== null && present.shows(below, present.ways.objectAt(entry.source)) !== "other";
}
