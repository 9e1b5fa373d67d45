import { type Entry, isMounted } from "../model/manifest.ts";
import { ancestorsOf } from "../model/path.ts";
import { areOneObject } from "./active-state.ts";
import type { Draft } from "./draft.ts";
import { isFuture } from "./planned-tree.ts";

/** Entries whose target is the place of an earlier one, with that. */
export function sharedPlaces(draft: Draft): Map<Entry, Entry> {
  const { survey } = draft;
  const shared = new Map<Entry, Entry>();
  const byPath = new Map<string, Entry>();
  const byKey = new Map<string, Entry>();
  for (const entry of survey.wanted.values()) {
    const { path } = survey.ways.locate(entry.target);
    // A mount that stays shows its source, not the place that it is attached to.
    const isKept = isMounted(entry) && survey.fateOf(entry) === "keep";
    const key = isKept ? path : survey.ways.placeOf(entry.target).key;
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
    .map((ancestor) => draft.survey.wanted.get(ancestor))
    .find((other) => other?.kind === "directory");
  return above?.root === entry.root;
}

/** True if the entry's source is what stands at its target, or lies in it: nothing may be moved or replaced there. */
export function holdsOwnSource(draft: Draft, entry: Entry): boolean {
  const { survey } = draft;
  if (isMounted(entry) && survey.fateOf(entry) === "keep") return false;
  const target = survey.ways.placeOf(entry.target).key;
  const source = survey.ways.objectAt(entry.source).key;
  return source === target || source.startsWith(`${target}/`) || isOneWithSource(draft, entry);
}

/** True if the entry's source is the very object that stands at its target. */
export function isOneWithSource(draft: Draft, entry: Entry): boolean {
  const { survey, overlay } = draft;
  const here = overlay.nodeAt(survey.ways.placeOf(entry.target));
  const stored = overlay.nodeAt(survey.ways.objectAt(entry.source));
  if (!("identity" in here) || !("identity" in stored) || isFuture(here)) return false;
  // One file may well have several names.
  if (here.kind !== "directory" && here.links > 1) return false;
  return areOneObject(here, stored);
}
