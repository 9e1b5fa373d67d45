import type { Effect } from "../model/generation.ts";
import type { Entry, LinkedFileEntry, MountedEntry } from "../model/manifest.ts";
import { type Mount, unknownDevice } from "../model/mount.ts";
import type { Folder, Glimpse, Observed } from "../model/observation.ts";
import { isAtOrBelow, parentOf, rebase } from "../model/path.ts";
import type { MountOptions } from "../model/plan.ts";
import { accessWith, sameAccess } from "./access.ts";
import type { PlanRequest } from "./draft.ts";
import { holdsLinks } from "./effects.ts";
import { kernelPlaces } from "./obstacle.ts";
import { onTop, optionsOf, sameOptions } from "./options.ts";
import { pairUp } from "./pairs.ts";

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

/** A directory that holds targets or sources; no symlink is on the way to it. */
export interface Place {
  readonly path: string;
  readonly folder: Folder;
  /** Its path within its filesystem. */
  readonly within: string;
  /** The mounts that are attached to the mount it lies on, by their mount points. */
  readonly attached: ReadonlyMap<string, Mount>;
  /** What is mounted from it inherits these. */
  readonly options: MountOptions;
  /** True if links of imp's in it are on record as such. */
  readonly recordsLinks: boolean;
}

/** Finds the settled entries; null where looking for them is not worth while, since most are not. */
export function findSettled({ active, wanted, effects, observed }: PlanRequest): Settled | null {
  const most = wanted.entries.length / 2;
  if (most === 0 || active.entries.length < most) return null;
  const { before, gone } = pairUp(active.entries, wanted.entries);
  const folders = new Map<string, Place | null>();
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

  function placeAt(path: string): Place | null {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const place = lookAtPlace(observed, effects, path);
    folders.set(path, place);
    return place;
  }
}

function lookAtPlace(observed: Observed, effects: readonly Effect[], path: string): Place | null {
  if (kernelPlaces.some((place) => isAtOrBelow(path, place))) return null;
  const folder = observed.folder(path);
  if (folder === null || folder.mount.device === unknownDevice) return null;
  const { mount, node } = folder;
  return {
    path,
    folder,
    within: rebase(path, mount.mountPoint, mount.root),
    attached: observed.mounts.byAttachment.get(mount.id) ?? new Map(),
    options: optionsOf(mount),
    recordsLinks: node.identity.birth === null || holdsLinks(effects, path, node),
  };
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
  if (!target.recordsLinks || isSamePlace(target, source)) return false;
  if (target.attached.has(entry.target) || source.attached.has(entry.source)) return false;
  if (target.folder.linkText(entry.target) !== entry.source) return false;
  const stored = source.folder.glance(entry.source, source.folder.mount);
  if (stored === null) return false;
  return stored.type === "symlink" || (stored.type === "file" && hasAccess(entry, stored));
}

/** The path within its filesystem of what lies right in the place. */
function within({ path, within: own }: Place, inside: string): string {
  const name = inside.slice(path === "/" ? 0 : path.length);
  return own === "/" ? name : own + name;
}

/** True if both are the very same directory. */
function isSamePlace(one: Place, other: Place): boolean {
  return one.within === other.within && one.folder.mount.device === other.folder.mount.device;
}

function asksForAccess({ user, group, mode }: Entry): boolean {
  return user !== undefined || group !== undefined || mode !== undefined;
}

function hasAccess(entry: Entry, now: Glimpse): boolean {
  return !asksForAccess(entry) || sameAccess(accessWith(entry, now, now.type === "directory"), now);
}
