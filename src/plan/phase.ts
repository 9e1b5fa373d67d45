import { type Entry, isMounted } from "../model/manifest.ts";
import { mountAt } from "../model/mount.ts";
import type { DirectoryNode, FileNode } from "../model/observation.ts";
import { ownLink } from "./active-state.ts";
import type { Draft } from "./draft.ts";
import type { Phase } from "./planned-tree.ts";
import type { KeyedView } from "./resolve/keyed-view.ts";

/** What a missing source is copied from. */
export interface Original {
  readonly path: string;
  readonly view: KeyedView;
  readonly node: DirectoryNode | FileNode;
}

/** What is seen at the target, if it has content that a new source should start with. */
export function originalOf(draft: Draft, entry: Entry): Original | null {
  const { decisions, activeState } = draft;
  const active = activeState.entries.get(entry.target);
  // What imp shows there is what it is stored as, not what lies under the mount or behind the name of the link.
  const shown =
    active !== undefined && isPresent(draft, active) ? originalAt(draft, entry, active.source) : null;
  if (shown !== null) return shown;
  return originalWithin(draft, entry, entry.target, decisions.paths.noFollow(entry.target));
}

function originalAt(draft: Draft, entry: Entry, path: string): Original | null {
  const { paths } = draft.decisions;
  const view = paths.follow(path);
  // The mounts that the path leads through may go now, and come again only after the entry.
  const isStored = view.beneath === null && paths.follow(view.path).key === view.key;
  return originalWithin(draft, entry, isStored ? view.path : path, view);
}

function originalWithin(draft: Draft, entry: Entry, path: string, view: KeyedView): Original | null {
  const node = draft.tree.nodeAt(view);
  if (entry.kind !== "directory") return node.kind === "file" ? { path, view, node } : null;
  if (node.kind !== "directory") return null;
  const names = draft.tree.countNames(view);
  return names > 0 ? { path, view, node } : null;
}

function isPresent({ activeState, request }: Draft, active: Entry): boolean {
  const { observed } = request;
  if (!isMounted(active)) return ownLink(activeState, observed, active) !== null;
  const mount = mountAt(observed.mounts, observed.real(active.target));
  return mount !== null && activeState.ownerOf(mount.id) === active;
}

/**
 * Sources are made or changed while everything is still in its place, since copies take long, unless the way to them
 * (or to the original) leads through something that is still to come or to go.
 */
export function phaseFor(draft: Draft, entry: Entry, original: Original | null): Phase {
  const isEarly = leadsThereNow(draft, entry.source) && (original === null || isWholeNow(draft, original));
  return isEarly ? "early" : "late";
}

function leadsThereNow(draft: Draft, path: string): boolean {
  const { paths } = draft.decisions;
  const resolved = paths.resolve(path);
  const view = paths.follow(path);
  if (view.beneath !== null || view.path !== resolved.path || draft.tree.isLate(view)) return false;
  if ([...resolved.through].some((entry) => !isMounted(entry) || draft.decisions.action(entry) !== "keep")) {
    return false;
  }
  return resolved.links.every((link) => link !== null && !draft.tree.isLate(link));
}

function isWholeNow(draft: Draft, original: Original): boolean {
  const { path } = draft.decisions.paths.resolve(original.path);
  return (
    leadsThereNow(draft, original.path) &&
    !draft.tree.holdsLate(original.view) &&
    !draft.mountsWithin.below(path).some((mount) => draft.decisions.isGoing(mount))
  );
}
