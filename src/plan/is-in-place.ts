import { type Entry, isMounted, type LinkedFileEntry, type MountedEntry } from "../model/manifest.ts";
import { coveredMount, mountAt } from "../model/mount.ts";
import { hasAccess } from "./access.ts";
import { type Draft, nodeBehind, nodeUnder } from "./draft.ts";
import { noteFolder } from "./link.ts";
import { optionsFor, optionsOf, sameOptions } from "./options.ts";

/** Tells whether there is nothing to plan for an entry. */
export type Look = (draft: Draft, entry: Entry) => boolean;

/**
 * True for an entry that is active already and shown just as wanted, where nothing that is planned so far changes that:
 * one look at its target and one at its source say so. What is less simple is for the planner to find out with care.
 */
export function isInPlace(draft: Draft, entry: Entry): boolean {
  const { activeState, decisions } = draft;
  const { target, source } = entry;
  const active = activeState.entries.get(target);
  if (active?.kind !== entry.kind || active.source !== source || activeState.found.has(target)) return false;
  if (entry.parentDirectory !== undefined) return false;
  const { paths } = decisions;
  if (paths.resolve(target).path !== target || paths.resolve(source).path !== source) return false;
  if (decisions.linkAt(source) !== undefined) return false;
  return isMounted(entry) ? isMountInPlace(draft, entry) : isLinkInPlace(draft, entry);
}

function isMountInPlace(draft: Draft, entry: MountedEntry): boolean {
  const { decisions, activeState, request } = draft;
  const { observed } = request;
  if (decisions.action(entry) !== "keep") return false;
  const mounted = decisions.current(entry);
  if (mounted.kind !== "wanted" || activeState.ownerOf(mounted.mount.id) === undefined) return false;
  const { mount } = mounted;
  if (coveredMount(observed.mounts, mount) !== null || observed.isHidden(mount) !== entry.hidden)
    return false;
  if (!sameOptions(optionsOf(mount), optionsFor(draft, entry))) return false;
  if (!("identity" in nodeUnder(draft, entry.target))) return false;
  const stored = nodeBehind(draft, entry.source);
  return stored.kind === (entry.kind === "directory" ? "directory" : "file") && hasAccess(entry, stored);
}

function isLinkInPlace(draft: Draft, entry: LinkedFileEntry): boolean {
  const { decisions, request } = draft;
  if (!decisions.isSteady(entry.target) || mountAt(request.observed.mounts, entry.target) !== null)
    return false;
  const link = nodeUnder(draft, entry.target);
  if (link.kind !== "symlink" || link.text !== entry.source) return false;
  const stored = nodeBehind(draft, entry.source);
  if (stored.kind !== "file" || !hasAccess(entry, stored)) return false;
  noteFolder(draft, entry);
  return true;
}
