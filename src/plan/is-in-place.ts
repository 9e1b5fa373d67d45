import type { Effect } from "../model/generation.ts";
import type { Entry, LinkedFileEntry, MountedEntry } from "../model/manifest.ts";
import { coveredMount, mountAt } from "../model/mount.ts";
import type { Observed } from "../model/observation.ts";
import { parentOf } from "../model/path.ts";
import { hasAccess } from "./access.ts";
import type { PlanRequest } from "./draft.ts";
import { type EffectIndex, indexOf } from "./effects.ts";
import { whyStale } from "./mount-decisions.ts";
import { onTop, optionsOf, sameOptions } from "./options.ts";
import { withAncestors } from "./required-paths.ts";
import { viewOf } from "./resolve/keyed-view.ts";

/**
 * True if there is nothing to plan: the same entries are active and wanted, each is shown just as wanted, and all that imp
 * made for them is still needed. One look at each target and each source says so; false says that it takes the planner
 * to tell.
 */
export function isInPlace({ active, wanted, effects, observed }: PlanRequest): boolean {
  if (active.entries.length !== wanted.entries.length) return false;
  const before = new Map(active.entries.map((entry) => [entry.target, entry]));
  const isSame = (entry: Entry) => {
    const earlier = before.get(entry.target);
    // The owner of a directory that others lie in concerns them all.
    const isAlone = entry.parentDirectory === undefined;
    return isAlone && earlier?.kind === entry.kind && earlier.source === entry.source;
  };
  if (!wanted.entries.every(isSame)) return false;
  if (isStoredInTarget(before) || !areAllNeeded(effects, before)) return false;
  const index = indexOf(effects);
  return wanted.entries.every((entry) => {
    if (isBehindLinks(observed, entry)) return false;
    return entry.kind === "linked-file"
      ? isLinkInPlace(observed, index, entry)
      : isMountInPlace(observed, entry);
  });
}

function isBehindLinks(observed: Observed, { target, source }: Entry): boolean {
  return observed.real(target) !== target || observed.real(source) !== source;
}

function isMountInPlace(observed: Observed, entry: MountedEntry): boolean {
  const { mounts } = observed;
  const mount = mountAt(mounts, entry.target);
  if (mount === null || mount.deleted || coveredMount(mounts, mount) !== null) return false;
  const source = viewOf(mounts, entry.source, null);
  const target = viewOf(mounts, entry.target, null);
  if (source.key !== target.key || source.home.mountPoint === entry.source) return false;
  if (!sameOptions(optionsOf(mount), onTop(optionsOf(source.home), entry.options))) return false;
  if (observed.isHidden(mount) !== entry.hidden) return false;
  const [shown, stored] = [observed.node(target), observed.node(source)];
  if (stored.kind !== (entry.kind === "directory" ? "directory" : "file")) return false;
  return whyStale(shown, stored) === null && "identity" in shown && hasAccess(entry, stored);
}

function isLinkInPlace(observed: Observed, effects: EffectIndex, entry: LinkedFileEntry): boolean {
  const { mounts } = observed;
  if (mountAt(mounts, entry.target) !== null || mountAt(mounts, entry.source) !== null) return false;
  const link = observed.node(viewOf(mounts, entry.target, null));
  if (link.kind !== "symlink" || link.text !== entry.source) return false;
  const stored = observed.node(viewOf(mounts, entry.source, null));
  if (stored.kind !== "file" || !hasAccess(entry, stored)) return false;
  const folder = parentOf(entry.target);
  const holder = observed.node(viewOf(mounts, folder, null));
  if (holder.kind !== "directory") return false;
  return holder.identity.birth === null || effects.holdsLinks(folder, holder);
}

/** True if an entry is stored in what another one shows: their mounts have to do with each other. */
function isStoredInTarget(entries: ReadonlyMap<string, Entry>): boolean {
  const storage = withAncestors([...entries.values()].map(({ source }) => parentOf(source)));
  return storage.values().some((path) => entries.has(path));
}

/** True if all effects concern the entries, and none is on record twice. */
function areAllNeeded(effects: readonly Effect[], entries: ReadonlyMap<string, Entry>): boolean {
  const links = [...entries.values()].filter(({ kind }) => kind === "linked-file");
  const folders = new Set(links.map(({ target }) => parentOf(target)));
  const aboveTargets = withAncestors([...entries.keys()].map(parentOf));
  const isNeeded = (effect: Effect): boolean => {
    switch (effect.kind) {
      case "created-directory":
        return entries.get(effect.path)?.kind === "directory" || isOnlyAbove(effect.path);
      case "created-file":
        return entries.get(effect.path)?.kind === "bound-file";
      case "holds-links":
        return folders.delete(effect.path);
      case "backup":
        return entries.has(effect.target);
      case "replaced-file":
        return entries.get(effect.target)?.kind === "linked-file";
      case "found":
        return false;
    }
  };
  const isOnlyAbove = (path: string) => !entries.has(path) && aboveTargets.has(path);
  const ofTargets = effects
    .filter((effect) => "target" in effect)
    .map(({ kind, target }) => `${kind} ${target}`);
  const isOnce = new Set(ofTargets).size === ofTargets.length;
  return isOnce && effects.every(isNeeded);
}
