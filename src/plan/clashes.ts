import { type Entry, isMounted } from "../model/manifest.ts";
import { ancestorsOf } from "../model/path.ts";
import { areOneObject } from "./active-state.ts";
import { conflict, type Draft, finding } from "./draft.ts";
import { isFuture } from "./future-node.ts";

/** Entries that can't be planned at all, for what they are to each other or to themselves. */

/** Entries whose target is the place of an earlier one, with that. */
export function sharedPlaces(draft: Draft): Map<Entry, Entry> {
  const { decisions } = draft;
  const shared = new Map<Entry, Entry>();
  const byPath = new Map<string, Entry>();
  const byKey = new Map<string, Entry>();
  for (const entry of decisions.wanted.values()) {
    const { path } = decisions.paths.resolve(entry.target);
    // A mount that stays shows its source, not the place that it is attached to.
    const isKept = isMounted(entry) && decisions.action(entry) === "keep";
    const key = isKept ? path : decisions.paths.noFollow(entry.target).key;
    const other = byPath.get(path) ?? byKey.get(key);
    if (other !== undefined) shared.set(entry, other);
    byPath.set(path, entry);
    byKey.set(key, entry);
  }
  return shared;
}

/**
 * True for a directory that already appears at its target as a part of an entry above it, of the same root: it is mounted
 * on itself, for the sake of its own options, and nothing is moved.
 */
export function liesInOwnRoot(draft: Draft, entry: Entry): boolean {
  // Through a symlink it may be a part of something else once that is copied or mounted.
  if (entry.kind !== "directory" || draft.request.observed.real(entry.target) !== entry.target) return false;
  const above = ancestorsOf(entry.target)
    .map((ancestor) => draft.decisions.wanted.get(ancestor))
    .find((other) => other?.kind === "directory");
  return above?.root === entry.root;
}

/** True if the entry's source is what stands at its target, or lies in it: nothing may be moved or replaced there. */
export function holdsOwnSource(draft: Draft, entry: Entry): boolean {
  const { decisions } = draft;
  if (isMounted(entry) && decisions.action(entry) === "keep") return false;
  const target = decisions.paths.noFollow(entry.target).key;
  const source = decisions.paths.follow(entry.source).key;
  return source === target || source.startsWith(`${target}/`) || isOneWithSource(draft, entry);
}

/** True if the entry's source is the very object that stands at its target. */
export function isOneWithSource(draft: Draft, entry: Entry): boolean {
  const { decisions, tree } = draft;
  const here = tree.nodeAt(decisions.paths.noFollow(entry.target));
  const stored = tree.nodeAt(decisions.paths.follow(entry.source));
  if (!("identity" in here) || !("identity" in stored) || isFuture(here)) return false;
  // One file may well have several names.
  if (here.kind !== "directory" && here.links > 1) return false;
  return areOneObject(here, stored);
}

export function refuseCircle(draft: Draft, entry: Entry): void {
  finding(draft, entry.target, "in-the-way", "it would be stored inside itself");
  conflict(
    draft,
    entry,
    `${entry.target} would be stored inside itself: the way to ${entry.source} leads through it`,
    "name the directory that really holds it as the persistence root",
  );
}

export function refuseSharedPlace(draft: Draft, entry: Entry, other: Entry): void {
  finding(draft, entry.target, "in-the-way", `it is the same place as ${other.target}`);
  conflict(
    draft,
    entry,
    `${entry.target} and ${other.target} are the same place, by different ways`,
    "keep one of the two entries",
  );
}

export function refuseOwnSource(draft: Draft, entry: Entry): void {
  finding(draft, entry.target, "wrong-source", `its source ${entry.source} is itself`);
  conflict(
    draft,
    entry,
    `${entry.source} is ${entry.target} itself or lies in it, by another way`,
    "keep what is to persist on another filesystem, or in another directory",
  );
}

/** Refuses entries that lead elsewhere once symlinks, or directories with symlinks in them, are moved or copied. */
export function refuseMovedPaths(draft: Draft): void {
  const { decisions, tree } = draft;
  if (!tree.movesLinks) return;
  const paths = decisions.resolveAnew();
  for (const entry of decisions.wanted.values()) {
    for (const path of [entry.target, entry.source]) {
      if (paths.resolve(path).path === decisions.paths.resolve(path).path) continue;
      finding(
        draft,
        entry.target,
        "in-the-way",
        `the way to ${path} leads through a symlink that is only now moved or copied`,
      );
      conflict(
        draft,
        entry,
        `the way to ${path} leads through a symlink that is only now moved or copied`,
        "apply without this entry first, and then with it",
      );
    }
  }
}
