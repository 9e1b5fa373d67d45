import type { Effect, Identity } from "../model/generation.ts";
import { type Entry, isMounted } from "../model/manifest.ts";
import { allMountsAt, type Mount, mountAt, mountsOn } from "../model/mount.ts";
import type { Access, Spot } from "../model/observation.ts";
import { ancestorsOf, parentsFirst } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { accessOf } from "./access.ts";
import { type Draft, notice } from "./draft.ts";
import { describeNode } from "./obstacle.ts";
import { optionsOf } from "./options.ts";
import type { Survey } from "./standing.ts";

/** A removal step with the place that decides its turn: what lies deepest goes first. */
interface Removal {
  readonly path: string;
  readonly rank: "entry" | "made" | "backup";
  readonly step: Step;
}

const rankOrder = { entry: 0, made: 1, backup: 2 } as const;

/** Plans what goes: entries no longer wanted, those in the way of a change above them, and what was made for them. */
export function planRemovals(draft: Draft, survey: Survey): void {
  const removals: Removal[] = [];
  for (const entry of survey.active.values()) {
    if (staysInPlace(entry, survey)) continue;
    const step = isMounted(entry) ? unmountStep(draft, entry, survey) : unlinkStep(draft, entry, survey);
    if (step !== null) removals.push({ path: entry.target, rank: "entry", step });
  }
  const neededPaths = new Set([...survey.wanted.keys()].flatMap((target) => ancestorsOf(target)));
  // What was made has to go before it is known whether a backup finds its place free.
  for (const effect of [...draft.request.effects].sort(
    (left, right) => backupsLast(left) - backupsLast(right),
  )) {
    const removal = withdraw(draft, survey, neededPaths, effect, removals);
    if (removal !== null) removals.push(removal);
  }
  removals.sort(
    (left, right) => parentsFirst(right.path, left.path) || rankOrder[left.rank] - rankOrder[right.rank],
  );
  const busyPlaces = new Set([
    ...survey.wanted.keys(),
    ...removals.filter(({ rank }) => rank === "backup").map(({ path }) => path),
  ]);
  for (const { step, path, rank } of removals) {
    const waits = rank === "made" && !busyPlaces.has(path) && !survey.liesOnMovingMount(path);
    (waits ? draft.tidyingSteps : draft.removalSteps).push(step);
  }
}

function backupsLast(effect: Effect): number {
  return effect.kind === "backup" ? 1 : 0;
}

/** True if what imp has at the entry's target may stay while the plan runs, changed in its place at most. */
function staysInPlace(entry: Entry, survey: Survey): boolean {
  const wanted = survey.wanted.get(entry.target);
  if (wanted === undefined || survey.liesOnMovingMount(entry.target)) return false;
  if (!isMounted(entry)) return wanted.kind === "linked-file";
  return isMounted(wanted) && survey.fate.get(entry.target) !== "again";
}

function wasFound(draft: Draft, target: string): boolean {
  return draft.request.effects.some((effect) => effect.kind === "found" && effect.target === target);
}

function unmountStep(draft: Draft, entry: Entry, survey: Survey): Step | null {
  const standing = survey.standing.get(entry.target);
  const { mounts } = draft.request.observed;
  const real = draft.request.observed.real(entry.target);
  if (standing === undefined || standing.kind === "nothing") {
    if (survey.wanted.has(entry.target) || allMountsAt(mounts, real).length === 0) return null;
    draft.conflicts.push({
      serves: entry.target,
      message: `${entry.target} is hidden by a later mount above it, so it can't be unmounted`,
      help: `see 'findmnt', unmount what hides it, and try again`,
    });
    return null;
  }
  if (standing.kind === "foreign") {
    if (standing.coversOurs) {
      draft.conflicts.push({
        serves: entry.target,
        message: `somebody mounted ${standing.mount.filesystem} from ${standing.mount.from} over ${entry.target}`,
        help: `unmount that first: umount '${real}'`,
      });
    } else {
      notice(draft, entry.target, `${entry.target} is left as it is: what is mounted there is not imp's`);
    }
    return null;
  }
  if (wasFound(draft, entry.target)) {
    notice(draft, entry.target, `${entry.target} stays mounted: it was before imp came`);
    return null;
  }
  for (const mount of mountsOn(mounts, standing.mount)) {
    if (draft.going.has(mount.id)) continue;
    draft.conflicts.push({
      serves: entry.target,
      message: `${entry.target} can't be unmounted: ${mount.filesystem} from ${mount.from} is mounted inside, at ${mount.mountPoint}`,
      help: `unmount that first: umount '${mount.mountPoint}'`,
    });
  }
  const source = survey.before.placeOf(entry.source);
  return {
    kind: "unmount",
    serves: entry.target,
    target: entry.target,
    source,
    options: optionsOf(standing.mount),
  };
}

function unlinkStep(draft: Draft, entry: Entry, survey: Survey): Step | null {
  const node = draft.request.observed.node({ path: entry.target, beneath: null });
  if (node.kind === "missing") return null;
  if (node.kind !== "symlink" || node.text !== entry.source) {
    if (!survey.wanted.has(entry.target)) {
      notice(
        draft,
        entry.target,
        `${entry.target} is left as it is: it is ${describeNode(node)} now, not imp's symlink`,
      );
    }
    return null;
  }
  if (wasFound(draft, entry.target)) {
    if (!survey.wanted.has(entry.target)) {
      notice(draft, entry.target, `${entry.target} stays a symlink: it was before imp came`);
    }
    return null;
  }
  draft.changed.set(draft.before.placeOf(entry.target), { kind: "missing" });
  return { kind: "unlink", serves: entry.target, path: entry.target, text: entry.source };
}

/** What an effect of an earlier command gives to remove or to put back, if its time has come. */
function withdraw(
  draft: Draft,
  survey: Survey,
  neededPaths: ReadonlySet<string>,
  effect: Effect,
  removals: readonly Removal[],
): Removal | null {
  switch (effect.kind) {
    case "found":
      if (!survey.wanted.has(effect.target)) draft.endedEffects.add(effect);
      return null;
    case "backup":
      return survey.wanted.has(effect.target) ? null : putBack(draft, effect, removals);
    case "created-directory":
    case "created-file":
      return removeMade(draft, survey, neededPaths, effect);
  }
}

type MadeEffect = Extract<Effect, { kind: "created-directory" | "created-file" }>;

/** True if the wanted entries use this path as what the effect says it is. */
function isUsed(survey: Survey, neededPaths: ReadonlySet<string>, effect: MadeEffect): boolean {
  const wanted = survey.wanted.get(effect.path);
  if (wanted !== undefined)
    return wanted.kind === (effect.kind === "created-directory" ? "directory" : "bound-file");
  return neededPaths.has(effect.path);
}

/**
 * An object that imp made is looked for where its path leads now and where it will lead: mounts may come or go above
 * it. It stays if it will be in use there, and goes if it would be left behind.
 */
function removeMade(
  draft: Draft,
  survey: Survey,
  neededPaths: ReadonlySet<string>,
  effect: MadeEffect,
): Removal | null {
  const used = isUsed(survey, neededPaths, effect);
  if (used && !survey.liesOnMovingMount(effect.path)) return null;
  const kind = effect.kind === "created-directory" ? "directory" : "file";
  const now = spotBefore(draft, effect.path);
  const then: Spot = { path: draft.after.placeOf(effect.path), beneath: null };
  const movesOn = then.path !== draft.before.placeOf(effect.path);
  const accessThen = movesOn ? ownAccess(draft, then, kind, effect.identity) : null;
  if (used && accessThen !== null) return null;
  const accessNow = ownAccess(draft, now, kind, effect.identity);
  const access = accessNow ?? accessThen;
  if (access === null) {
    if (!used) draft.endedEffects.add(effect);
    return null;
  }
  draft.endedEffects.add(effect);
  draft.changed.set(draft.before.placeOf(effect.path), { kind: "missing" });
  const path = accessNow === null ? then.path : now.path;
  const step = { serves: effect.path, path, identity: effect.identity, access };
  return {
    path: effect.path,
    rank: "made",
    step: kind === "directory" ? { kind: "remove-directory", ...step } : { kind: "remove-file", ...step },
  };
}

/** Owner and mode of what stands at the spot if it is the very object that imp made, else null. */
function ownAccess(draft: Draft, spot: Spot, kind: "directory" | "file", identity: Identity): Access | null {
  const node = draft.request.observed.node(spot);
  // Without the right to look under a mount, the step itself finds out whether it is still ours.
  if (node.kind === "unknown" && spot.beneath !== null) return { uid: 0, gid: 0, mode: 0o755 };
  if (node.kind !== kind) return null;
  const same = node.identity.inode === identity.inode && node.identity.birth === identity.birth;
  return same ? accessOf(node) : null;
}

type BackupEffect = Extract<Effect, { kind: "backup" }>;

function putBack(draft: Draft, effect: BackupEffect, removals: readonly Removal[]): Removal | null {
  draft.endedEffects.add(effect);
  const { observed, effects } = draft.request;
  const newer = effects
    .slice(effects.indexOf(effect) + 1)
    .some((other) => other.kind === "backup" && other.target === effect.target);
  if (newer) {
    notice(draft, effect.target, `the older backup ${effect.backup} stays where it is`);
    return null;
  }
  if (observed.node({ path: effect.backup, beneath: null }).kind === "missing") {
    notice(
      draft,
      effect.target,
      `the backup ${effect.backup} is gone, so nothing is put back at ${effect.target}`,
    );
    return null;
  }
  const vacated = removals.some(
    (removal) => removal.path === effect.target && removal.step.kind !== "unmount",
  );
  const below = observed.node(spotBefore(draft, effect.target));
  if (!vacated && below.kind !== "missing" && below.kind !== "unknown") {
    notice(
      draft,
      effect.target,
      `the backup ${effect.backup} stays where it is: ${effect.target} is ${describeNode(below)}`,
    );
    return null;
  }
  const step = {
    kind: "put-back",
    serves: effect.target,
    path: effect.target,
    backup: effect.backup,
  } as const;
  return { path: effect.target, rank: "backup", step };
}

/** Where to look for what is at `path` now, under its own mount if that one goes. */
function spotBefore(draft: Draft, path: string): Spot {
  const { observed } = draft.request;
  const mount: Mount | null = mountAt(observed.mounts, observed.real(path));
  return { path, beneath: mount !== null && draft.going.has(mount.id) ? mount : null };
}
