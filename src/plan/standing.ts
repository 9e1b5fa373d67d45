import { type Entry, isMounted, type Manifest, type MountedEntry } from "../model/manifest.ts";
import { coveredMount, type Mount, mountAt, whatMountShows } from "../model/mount.ts";
import type { Observed } from "../model/observation.ts";
import { ancestorsOf } from "../model/path.ts";
import { type Layout, layoutOf } from "./layout.ts";

/** What is mounted at a target now, in the light of the active and the wanted entry. */
export type Standing =
  | { readonly kind: "nothing" }
  /** The wanted entry's source. */
  | { readonly kind: "wanted"; readonly mount: Mount }
  /** The active entry's source, which is another than the wanted one's. */
  | { readonly kind: "active"; readonly mount: Mount; readonly deleted: boolean }
  | { readonly kind: "foreign"; readonly mount: Mount; readonly coversOurs: boolean };

/** What happens to the mount of a wanted entry. */
export type Fate =
  | "keep"
  /** Mount it; nothing of ours is there. */
  | "add"
  /** Exchange the source under the eyes of its users. */
  | "replace"
  /** Take it away and mount it again, for it lies on a mount that changes, or its source was deleted. */
  | "again"
  | "conflict";

/** All that has to be known of every target before the first step is planned. */
export interface Survey {
  readonly before: Layout;
  readonly after: Layout;
  readonly active: ReadonlyMap<string, Entry>;
  readonly wanted: ReadonlyMap<string, Entry>;
  readonly standing: ReadonlyMap<string, Standing>;
  /** The fate of the mounts of wanted entries, by target. */
  readonly fate: ReadonlyMap<string, Fate>;
  /** Ids of the mounts that go, for good or to come again. */
  readonly going: ReadonlySet<number>;
  /** True if a mount strictly above `path` comes, goes or changes, so that what is at `path` becomes another. */
  liesOnMovingMount(path: string): boolean;
}

export function survey(active: Manifest, wanted: Manifest, observed: Observed): Survey {
  const activeEntries = new Map(active.entries.map((entry) => [entry.target, entry]));
  const wantedEntries = new Map(wanted.entries.map((entry) => [entry.target, entry]));
  const activeLayout = layoutOf(activeEntries.values());
  const after = layoutOf(wantedEntries.values());

  const standing = new Map<string, Standing>();
  for (const target of new Set([...activeEntries.keys(), ...wantedEntries.keys()])) {
    const [activeEntry, wantedEntry] = [activeEntries.get(target), wantedEntries.get(target)];
    standing.set(target, standingAt(observed, target, activeEntry, activeLayout, wantedEntry, after));
  }

  const fate = new Map<string, Fate>();
  for (const entry of wantedEntries.values()) {
    if (isMounted(entry)) fate.set(entry.target, fateOf(entry, activeEntries.get(entry.target), standing));
  }

  const moving = movingMounts(activeEntries, wantedEntries, standing, fate);
  const liesOnMovingMount = (path: string) => ancestorsOf(path).some((ancestor) => moving.has(ancestor));
  for (const [target, current] of fate) {
    if ((current === "keep" || current === "replace") && liesOnMovingMount(target)) fate.set(target, "again");
  }

  const going = new Set<number>();
  for (const [target, current] of standing) {
    const goes = wantedGoes(wantedEntries.get(target), fate.get(target));
    const ours = current.kind === "active" || (current.kind === "wanted" && activeEntries.has(target));
    if (ours && goes) going.add(current.mount.id);
  }

  const present = [...activeEntries.values()].filter((entry) => {
    const current = standing.get(entry.target);
    return current?.kind === "active" || current?.kind === "wanted";
  });
  return {
    before: layoutOf(present),
    after,
    active: activeEntries,
    wanted: wantedEntries,
    standing,
    fate,
    going,
    liesOnMovingMount,
  };
}

function standingAt(
  observed: Observed,
  target: string,
  active: Entry | undefined,
  activeLayout: Layout,
  wanted: Entry | undefined,
  wantedLayout: Layout,
): Standing {
  const mount = mountAt(observed.mounts, observed.real(target));
  if (mount === null) return { kind: "nothing" };
  const showsWanted = shows(observed, mount, wanted, wantedLayout);
  if (showsWanted === "source") return { kind: "wanted", mount };
  const showsActive = shows(observed, mount, active, activeLayout);
  if (showsActive !== "other") return { kind: "active", mount, deleted: showsActive === "deleted-source" };
  const below = coveredMount(observed.mounts, mount);
  const coversOurs =
    below !== null &&
    (shows(observed, below, wanted, wantedLayout) !== "other" ||
      shows(observed, below, active, activeLayout) !== "other");
  return { kind: "foreign", mount, coversOurs };
}

/** Whether a mount is the one that this entry makes. */
function shows(
  observed: Observed,
  mount: Mount,
  entry: Entry | undefined,
  layout: Layout,
): "source" | "deleted-source" | "other" {
  if (entry === undefined || !isMounted(entry)) return "other";
  const source = layout.placeOf(entry.source);
  const answer = whatMountShows(observed.mounts, mount, observed.real(source));
  if (answer !== "unknown") return answer;
  const shown = observed.node({ path: entry.target, beneath: null });
  const stored = observed.node({ path: source, beneath: null });
  const same =
    "identity" in shown &&
    "identity" in stored &&
    shown.device === stored.device &&
    shown.identity.inode === stored.identity.inode;
  return same ? "source" : "other";
}

function fateOf(
  entry: MountedEntry,
  active: Entry | undefined,
  standing: ReadonlyMap<string, Standing>,
): Fate {
  const current = standing.get(entry.target);
  switch (current?.kind) {
    case undefined:
    case "nothing":
      return "add";
    case "wanted":
      return "keep";
    case "active":
      return active?.kind === entry.kind && !current.deleted ? "replace" : "again";
    case "foreign":
      return "conflict";
  }
}

/** Targets of the directories whose mount comes, goes or changes. */
function movingMounts(
  active: ReadonlyMap<string, Entry>,
  wanted: ReadonlyMap<string, Entry>,
  standing: ReadonlyMap<string, Standing>,
  fate: ReadonlyMap<string, Fate>,
): Set<string> {
  const moving = new Set<string>();
  for (const entry of wanted.values()) {
    if (entry.kind === "directory" && fate.get(entry.target) !== "keep") moving.add(entry.target);
  }
  for (const entry of active.values()) {
    const stays = wanted.get(entry.target)?.kind === "directory";
    if (entry.kind === "directory" && !stays && standing.get(entry.target)?.kind !== "nothing") {
      moving.add(entry.target);
    }
  }
  return moving;
}

function wantedGoes(wanted: Entry | undefined, fate: Fate | undefined): boolean {
  return wanted === undefined || !isMounted(wanted) || fate === "again";
}
