import type { Entry, LinkedFileEntry, MountedEntry } from "../model/manifest.ts";
import type { Observed } from "../model/observation.ts";
import { parentOf } from "../model/path.ts";
import type { PlanRequest } from "./draft.ts";
import { kernelPlaces } from "./obstacle.ts";
import { onTop, optionsOf, sameOptions } from "./options.ts";
import { pairUp } from "./pairs.ts";
import { asksForAccess, hasAccess, isSamePlace, type Place, placesOf, within } from "./place.ts";

/**
 * Entries that stay as they are: active and wanted alike, and the system shows them just as wanted. No plan does
 * anything for such an entry, so it is enough to know them; the others are planned with all care.
 */
export interface Settled {
  /** By target. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The persistence roots that they are stored in. */
  readonly roots: ReadonlySet<string>;
  /** The directories that hold their targets, of these the ones with links, and the directories that hold their sources. */
  readonly targets: ReadonlySet<Place>;
  readonly links: ReadonlySet<Place>;
  readonly sources: ReadonlySet<Place>;
  /** What is not settled of the active and the wanted entries. */
  readonly active: readonly Entry[];
  readonly wanted: readonly Entry[];
}

/** Finds the settled entries; null where looking for them is not worth while, since most are not. */
export function findSettled({ active, wanted, effects, observed }: PlanRequest): Settled | null {
  const most = wanted.entries.length / 2;
  if (most === 0 || active.entries.length < most) return null;
  const { before, gone } = pairUp(active.entries, wanted.entries);
  const placeAt = placesOf(observed, effects);
  const found = new Set(effects.flatMap((effect) => (effect.kind === "found" ? [effect.target] : [])));
  const entries = new Map<string, Entry>();
  const [roots, targets, links, sources] = [
    new Set<string>(),
    new Set<Place>(),
    new Set<Place>(),
    new Set<Place>(),
  ];
  const open = { active: [...gone], wanted: [] as Entry[] };

  for (let index = 0; index < wanted.entries.length; index += 1) {
    const entry = wanted.entries[index];
    const earlier = before[index];
    if (entry === undefined) continue;
    if (earlier !== undefined && isSettled(entry, earlier)) {
      entries.set(entry.target, entry);
      continue;
    }
    open.wanted.push(entry);
    if (earlier !== undefined) open.active.push(earlier);
    if (open.wanted.length + gone.length > most) return null;
  }
  return { entries, roots, targets, links, sources, ...open };

  function isSettled(entry: Entry, earlier: Entry): boolean {
    if (earlier.kind !== entry.kind || earlier.source !== entry.source) return false;
    if (entry.parentDirectory !== undefined || found.has(entry.target)) return false;
    const target = placeAt(parentOf(entry.target));
    const source = placeAt(parentOf(entry.source));
    if (target === null || source === null) return false;
    if (target.path === "/" && kernelPlaces.includes(entry.target)) return false;
    const isLink = entry.kind === "linked-file";
    const isRight = isLink
      ? isLinked(entry, target, source)
      : isMountedRight(observed, entry, target, source);
    if (!isRight) return false;
    if (isLink) links.add(target);
    targets.add(target);
    sources.add(source);
    roots.add(entry.root);
    return true;
  }
}

function isMountedRight(observed: Observed, entry: MountedEntry, target: Place, source: Place): boolean {
  const mount = target.attached.get(entry.target);
  if (mount === undefined || mount.deleted) return false;
  // Neither the mount nor the source may be covered by another one.
  if (observed.mounts.byAttachment.get(mount.id)?.has(entry.target) === true) return false;
  if (source.attached.has(entry.source) || mount.device !== source.folder.mount.device) return false;
  if (mount.root !== within(source, entry.source)) return false;
  if (!sameOptions(optionsOf(mount), onTop(source.options, entry.options))) return false;
  if (observed.isHidden(mount) !== entry.hidden) return false;
  const shown = target.folder.glance(entry.target, mount);
  if (shown === null || shown.type !== (entry.kind === "directory" ? "directory" : "file")) return false;
  if (!asksForAccess(entry)) return true;
  // A mount may show its objects as somebody else's.
  const stored = source.folder.glance(entry.source, source.folder.mount);
  return stored !== null && hasAccess(entry, stored);
}

function isLinked(entry: LinkedFileEntry, target: Place, source: Place): boolean {
  if (!target.recordsLinks() || isSamePlace(target, source)) return false;
  if (target.attached.has(entry.target) || source.attached.has(entry.source)) return false;
  if (target.folder.linkText(entry.target) !== entry.source) return false;
  const stored = source.folder.glance(entry.source, source.folder.mount);
  if (stored === null) return false;
  return stored.type === "symlink" || (stored.type === "file" && hasAccess(entry, stored));
}
