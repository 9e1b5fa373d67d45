import { type Entry, isMounted } from "../model/manifest.ts";
import { mountAt } from "../model/mount.ts";
import type { DirectoryNode, FileNode } from "../model/observation.ts";
import { ownLink } from "./active-state.ts";
import type { Draft } from "./draft.ts";
import type { Turn } from "./planned-tree.ts";
import type { KeyedView } from "./resolve/keyed-view.ts";
import { mountsInside } from "./resolve/mounts-within.ts";

/** What a missing source is copied from. */
export interface Original {
  readonly path: string;
  readonly spot: KeyedView;
  readonly node: DirectoryNode | FileNode;
}

/** What is seen at the target, if it has content that a new source should start with. */
export function originalOf(draft: Draft, entry: Entry): Original | null {
  const { survey, present } = draft;
  const active = present.entries.get(entry.target);
  // What imp shows there is what it is stored as, not what lies under the mount or behind the name of the link.
  const shown =
    active !== undefined && isPresent(draft, active) ? originalAt(draft, entry, active.source) : null;
  if (shown !== null) return shown;
  return originalWithin(draft, entry, entry.target, survey.ways.placeOf(entry.target));
}

function originalAt(draft: Draft, entry: Entry, path: string): Original | null {
  return originalWithin(draft, entry, path, draft.survey.ways.objectAt(path));
}

function originalWithin(draft: Draft, entry: Entry, path: string, spot: KeyedView): Original | null {
  const node = draft.overlay.nodeAt(spot);
  if (entry.kind !== "directory") return node.kind === "file" ? { path, spot, node } : null;
  if (node.kind !== "directory") return null;
  const names = draft.overlay.countNames(spot);
  return names > 0 ? { path, spot, node } : null;
}

function isPresent({ present, request }: Draft, active: Entry): boolean {
  const { observed } = request;
  if (!isMounted(active)) return ownLink(present, observed, active) !== null;
  const mount = mountAt(observed.mounts, observed.real(active.target));
  return mount !== null && present.ownerOf(mount.id) === active;
}

/**
 * Sources are made or changed while everything is still in its place, since copies take long, unless the way to them
 * (or to the original) leads through something that is still to come or to go.
 */
export function turnFor(draft: Draft, entry: Entry, original: Original | null): Turn {
  const isEarly = leadsThereNow(draft, entry.source) && (original === null || isWholeNow(draft, original));
  return isEarly ? "early" : "late";
}

function leadsThereNow(draft: Draft, path: string): boolean {
  const { ways } = draft.survey;
  const located = ways.locate(path);
  const spot = ways.objectAt(path);
  if (spot.beneath !== null || spot.path !== located.path || draft.overlay.isLate(spot)) return false;
  if ([...located.through].some((entry) => !isMounted(entry) || draft.survey.fateOf(entry) !== "keep")) {
    return false;
  }
  return located.links.every((link) => link !== null && !draft.overlay.isLate(link));
}

function isWholeNow(draft: Draft, original: Original): boolean {
  const { path } = draft.survey.ways.locate(original.path);
  return (
    leadsThereNow(draft, original.path) &&
    !draft.overlay.holdsLate(original.spot) &&
    !mountsInside(draft.request.observed.mounts, path).some((mount) => draft.survey.isGoing(mount))
  );
}
