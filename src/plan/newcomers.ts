import { type Effect, withLatestFolders } from "../model/generation.ts";
import { type Entry, isMounted } from "../model/manifest.ts";
import { type Mount, type MountTable, mountAt } from "../model/mount.ts";
import type { Access, Glimpse } from "../model/observation.ts";
import { ancestorsOf, isAtOrBelow, join, parentOf, sortedParentsFirst } from "../model/path.ts";
import type { Finding, Plan, Step } from "../model/plan.ts";
import { accessOf } from "./access.ts";
import type { PlanRequest } from "./draft.ts";
import { isMade } from "./effects.ts";
import { kernelPlaces } from "./obstacle.ts";
import { onTop } from "./options.ts";
import { pairUp } from "./pairs.ts";
import { hasAccess, isSamePlace, type Place, placesOf } from "./place.ts";

/** Where a target is to be: what there is of the way to it, and the directories that are missing, nearest first. */
interface Approach {
  readonly base: Place;
  readonly missing: readonly string[];
}

/**
 * The plan for a system where nothing of the wanted entries is in place yet and nothing is in their way, as after a start
 * with an empty root: each is mounted or linked where nothing is, or over an empty directory, and none has to do with
 * another. Null if that is not the case with every one of them.
 */
export function planNewcomers(request: PlanRequest): Plan | null {
  const { active, wanted, effects, observed } = request;
  if (isSomethingThere(request)) return null;
  const { before, gone } = pairUp(active.entries, wanted.entries);
  if (gone.length > 0) return null;
  const earlier = new Map<Entry, Entry | undefined>();
  for (const [index, entry] of wanted.entries.entries()) earlier.set(entry, before[index]);

  const placeAt = placesOf(observed, effects);
  const approaches = new Map<string, Approach | null>();
  const used = new Set<Place>();
  const occupied = occupiedBy(observed.mounts);
  const made = new Set<string>();
  const steps: Step[] = [];
  const findings: Finding[] = [];

  for (const entry of sortedParentsFirst(wanted.entries, ({ target }) => target)) {
    if (!plan(entry)) return null;
  }
  if (areRelated(wanted.entries) || areSeenTwice(used)) return null;
  const keptEffects = effectsKept(effects, wanted.entries, made);
  return keptEffects && { steps, afterwards: [], conflicts: [], notices: [], findings, keptEffects };

  /** False if the entry is no such newcomer. */
  function plan(entry: Entry): boolean {
    const past = earlier.get(entry);
    if (past !== undefined && (past.kind !== entry.kind || past.source !== entry.source)) return false;
    const { target } = entry;
    if (entry.parentDirectory !== undefined || occupied.has(target) || kernelPlaces.includes(target))
      return false;
    const source = placeAt(parentOf(entry.source));
    const approach = approachTo(parentOf(target));
    if (source === null || approach === null || isSamePlace(approach.base, source)) return false;
    const stored = sourceIn(source, entry);
    if (stored === null) return false;
    used.add(source).add(approach.base);

    const isFree = approach.missing.length > 0 || !hasRoom(entry, approach.base, past !== undefined);
    if (isFree && approach.base.options.includes("ro")) return false;
    if (isFree && approach.missing.length === 0 && !approach.base.folder.isFree(target)) return false;
    if (!makeParents(entry, approach.missing)) return false;
    if (entry.kind === "linked-file") {
      findings.push({ serves: target, kind: "not-linked", message: "its symlink is missing" });
      steps.push({ kind: "link", serves: target, path: target, text: entry.source });
      return true;
    }
    findings.push({ serves: target, kind: "not-mounted", message: "it is not mounted" });
    if (isFree)
      make(entry, target, accessOf(stored), entry.kind === "directory" ? "create-directory" : "create-file");
    const options = onTop(source.options, entry.options);
    steps.push({
      kind: "mount",
      serves: target,
      target,
      source: entry.source,
      options,
      hidden: entry.hidden,
    });
    return true;
  }

  function approachTo(path: string): Approach | null {
    const known = approaches.get(path);
    if (known !== undefined) return known;
    const approach = findApproach(path);
    approaches.set(path, approach);
    return approach;
  }

  function findApproach(path: string): Approach | null {
    const base = placeAt(path);
    if (base !== null) return { base, missing: [] };
    const above = path === "/" ? null : approachTo(parentOf(path));
    if (above === null) return null;
    if (above.missing.length === 0 && !above.base.folder.isFree(path)) return null;
    return { base: above.base, missing: [path, ...above.missing] };
  }

  /** Directories that are missing get owner and mode of the ones that they stand for in the persistence root. */
  function makeParents(entry: Entry, missing: readonly string[]): boolean {
    if (missing.length > 0 && !entry.createParents) return false;
    for (const path of missing.toReversed()) {
      if (made.has(path)) continue;
      const counterpart = placeAt(join(entry.root, path.slice(1)));
      if (counterpart === null) return false;
      make(entry, path, accessOf(counterpart.folder.node), "create-directory");
    }
    return true;
  }

  function make(
    { target: serves }: Entry,
    path: string,
    access: Access,
    kind: "create-directory" | "create-file",
  ): void {
    made.add(path);
    steps.push({ kind, serves, path, access, role: "target" });
  }
}

/** Tells at once that a system is not new: by the first entry that is mounted, or the first one at all. */
function isSomethingThere({ wanted, observed }: PlanRequest): boolean {
  const entry = wanted.entries.find(isMounted) ?? wanted.entries[0];
  if (entry === undefined || mountAt(observed.mounts, entry.target) !== null) return true;
  const folder = isMounted(entry) ? null : observed.folder(parentOf(entry.target));
  return folder !== null && !folder.isFree(entry.target);
}

/** The source, if it is there as the entry wants it. */
function sourceIn({ folder, attached }: Place, entry: Entry): Glimpse | null {
  if (attached.has(entry.source)) return null;
  const stored = folder.glance(entry.source, folder.mount);
  if (stored === null) return null;
  if (stored.type === "symlink") return entry.kind === "linked-file" ? stored : null;
  const isRight = stored.type === (entry.kind === "directory" ? "directory" : "file");
  return isRight && hasAccess(entry, stored) ? stored : null;
}

/** True if a directory can be mounted over one at its target, and hides nothing that anybody does not know of. */
function hasRoom(entry: Entry, { folder }: Place, isKnown: boolean): boolean {
  if (entry.kind !== "directory") return false;
  if (folder.glance(entry.target, folder.mount)?.type !== "directory") return false;
  return isKnown || folder.isEmpty(entry.target);
}

/** Mount points, and the directories above them. */
function occupiedBy({ mounts }: MountTable): ReadonlySet<string> {
  const occupied = new Set<string>();
  for (const { mountPoint } of mounts) {
    occupied.add(mountPoint);
    for (const above of ancestorsOf(mountPoint)) {
      if (occupied.has(above)) break;
      occupied.add(above);
    }
  }
  return occupied;
}

/** True if a target or source lies in another one, or is one. */
function areRelated(entries: readonly Entry[]): boolean {
  const paths = new Set<string>();
  const above = new Set<string>();
  for (const { target, source } of entries) {
    for (const path of [target, source]) {
      paths.add(path);
      for (const ancestor of ancestorsOf(path)) {
        if (above.has(ancestor)) break;
        above.add(ancestor);
      }
    }
  }
  return paths.size < 2 * entries.length || paths.intersection(above).size > 0;
}

/** True if the same directory may be reached by two ways, through several mounts of its filesystem. */
function areSeenTwice(places: ReadonlySet<Place>): boolean {
  const mounts = [...new Set([...places].map(({ folder }) => folder.mount))];
  const overlap = (one: Mount, other: Mount) =>
    one !== other && one.device === other.device && isAtOrBelow(one.root, other.root);
  return mounts.some((one) => mounts.some((other) => overlap(one, other)));
}

/** Earlier effects that stay in force; null if there are some that take a closer look. */
function effectsKept(
  effects: readonly Effect[],
  entries: readonly Entry[],
  made: ReadonlySet<string>,
): Effect[] | null {
  if (effects.length === 0) return [];
  const wanted = new Map(entries.map((entry) => [entry.target, entry]));
  const above = new Set(entries.flatMap(({ target }) => ancestorsOf(target)));
  const links = entries.filter(({ kind }) => kind === "linked-file");
  const folders = new Set(links.map(({ target }) => parentOf(target)));
  const kept: Effect[] = [];
  for (const effect of withLatestFolders(effects)) {
    switch (effect.kind) {
      case "found":
      case "replaced-file":
        return null;
      case "backup":
        if (!wanted.has(effect.target)) return null;
        kept.push(effect);
        break;
      case "holds-links":
        if (folders.has(effect.path)) kept.push(effect);
        break;
      case "created-directory":
      case "created-file": {
        const entry = wanted.get(effect.path);
        const isUsed =
          entry === undefined ? above.has(effect.path) && isDirectory(effect) : isFor(effect, entry);
        if (!isUsed) return null;
        // What has to be made anew is not what was made then.
        if (!made.has(effect.path)) kept.push(effect);
      }
    }
  }
  return kept;
}

function isDirectory(effect: Effect): boolean {
  return isMade(effect) && effect.kind === "created-directory";
}

function isFor(effect: Effect, { kind }: Entry): boolean {
  return kind === (isDirectory(effect) ? "directory" : "bound-file");
}
