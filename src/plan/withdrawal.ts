import type { Effect, Identity } from "../model/generation.ts";
import { type Mount, mountAt } from "../model/mount.ts";
import type { Spot } from "../model/observation.ts";
import { ancestorsOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";
import { type Draft, firstGoing, notice, spotAfter, temporaryBeside } from "./draft.ts";
import { describeNode } from "./obstacle.ts";
import type { Survey } from "./standing.ts";

/** A step that takes an effect back, with the place that decides its turn. */
export interface Withdrawal {
  readonly path: string;
  readonly rank: "made" | "backup";
  readonly step: Step;
}

type BackupEffect = Extract<Effect, { kind: "backup" }>;
type MadeEffect = Extract<Effect, { kind: "created-directory" | "created-file" }>;

/**
 * Plans what becomes of the effects of earlier commands: what imp made goes when nothing uses it any more, and a backup
 * comes back when its entry goes. What a mount of the plan will cover stays on record until that goes.
 * @param leaving the targets that an entry leaves
 */
export function planWithdrawals(draft: Draft, survey: Survey, leaving: ReadonlySet<string>): Withdrawal[] {
  const inUse = new Set([...survey.wanted.keys()].flatMap((target) => ancestorsOf(target)));
  const backups = draft.request.effects.filter((effect) => effect.kind === "backup");
  const returning = new Map(
    backups.filter(({ target }) => !survey.wanted.has(target)).map((effect) => [effect.target, effect]),
  );
  const withdrawals: Withdrawal[] = [];
  const vacated = new Set(leaving);
  for (const effect of draft.request.effects) {
    if (effect.kind === "found" && !survey.wanted.has(effect.target)) draft.endedEffects.add(effect);
    if (effect.kind !== "created-directory" && effect.kind !== "created-file") continue;
    const step = withdrawMade(draft, survey, inUse, effect, returning.has(effect.path));
    if (step === null) continue;
    vacated.add(effect.path);
    withdrawals.push({ path: effect.path, rank: "made", step });
  }
  for (const effect of backups) {
    if (survey.wanted.has(effect.target) || isCovered(draft, effect.target)) continue;
    draft.endedEffects.add(effect);
    if (returning.get(effect.target) !== effect) {
      notice(draft, effect.target, `the older backup ${effect.backup} stays where it is`);
      continue;
    }
    const step = putBack(draft, effect, vacated);
    if (step === null) continue;
    if (isUncovered(draft, effect.target)) draft.additionSteps.push(step);
    else withdrawals.push({ path: effect.target, rank: "backup", step });
  }
  return withdrawals;
}

/** True if what stands at `path` now will lie under a mount of the plan. */
function isCovered(draft: Draft, path: string): boolean {
  const place = draft.before.placeOf(path);
  return draft.after.placeOf(place) !== place;
}

/** True if what will stand at `path` lies under a mount that goes, so that it can't be reached before. */
function isUncovered(draft: Draft, path: string): boolean {
  const going = firstGoing(draft, path);
  return going !== null && going.mountPoint !== draft.request.observed.real(path);
}

/**
 * An object that imp made is looked for where its path leads now and where it will lead: mounts may come or go above
 * it. It stays if it will be in use, and goes if it would be left behind.
 * @returns a step only if its place is needed at once; otherwise it goes after the command is on record
 */
function withdrawMade(
  draft: Draft,
  survey: Survey,
  inUse: ReadonlySet<string>,
  effect: MadeEffect,
  backupReturns: boolean,
): Step | null {
  const used = isUsed(survey, inUse, effect);
  const moving = survey.liesOnMovingMount(effect.path);
  if (used && !moving) return null;
  const placeNow = draft.before.placeOf(effect.path);
  const then = spotAfter(draft, effect.path);
  const isThen = (moving || then.beneath !== null) && isOurs(draft, then, effect);
  if (used && isThen) return null;
  const isNow = isOurs(draft, spotNow(draft, effect.path), effect);
  if (isNow && isCovered(draft, effect.path)) return null;
  if (!isNow && !isThen) {
    if (!used) draft.endedEffects.add(effect);
    return null;
  }
  draft.endedEffects.add(effect);
  const path = isNow ? placeNow : then.path;
  const { identity } = effect;
  const what = effect.kind === "created-directory" ? "directory" : "file";
  const needed = backupReturns || survey.wanted.has(effect.path);
  if (isNow) draft.changed.set(placeNow, { kind: "missing" });
  if (!needed || !isNow) {
    draft.afterwards.push({ kind: `remove-${what}`, serves: effect.path, path, identity });
    return null;
  }
  const aside = temporaryBeside(draft, path);
  draft.afterwards.push({ kind: `remove-${what}`, serves: effect.path, path: aside, identity });
  return { kind: "set-aside", serves: effect.path, what, path, aside, identity };
}

/** True if the wanted entries use this path as what the effect says it is. */
function isUsed(survey: Survey, inUse: ReadonlySet<string>, effect: MadeEffect): boolean {
  const wanted = survey.wanted.get(effect.path);
  if (wanted !== undefined)
    return wanted.kind === (effect.kind === "created-directory" ? "directory" : "bound-file");
  return inUse.has(effect.path);
}

/** Where to look for what is at `path` now, under its own mount if that one goes. */
function spotNow(draft: Draft, path: string): Spot {
  const { observed } = draft.request;
  const mount: Mount | null = mountAt(observed.mounts, observed.real(path));
  return { path, beneath: mount !== null && draft.going.has(mount.id) ? mount : null };
}

/** True if the very object that imp made stands at the spot. */
function isOurs(draft: Draft, spot: Spot, { kind, identity }: MadeEffect): boolean {
  const node = draft.request.observed.node(spot);
  // Without the right to look under a mount, the step itself finds out whether it is still ours.
  if (node.kind === "unknown" && spot.beneath !== null) return true;
  if (node.kind !== (kind === "created-directory" ? "directory" : "file")) return false;
  return sameIdentity(node.identity, identity);
}

function sameIdentity(left: Identity, right: Identity): boolean {
  return left.inode === right.inode && left.birth === right.birth;
}

function putBack(draft: Draft, effect: BackupEffect, vacated: ReadonlySet<string>): Step | null {
  const { observed } = draft.request;
  const { target, backup } = effect;
  const kept = observed.node({ path: backup, beneath: spotAfter(draft, backup).beneath });
  if (!("identity" in kept)) {
    notice(draft, target, `the backup ${backup} is gone, so nothing is put back at ${target}`);
    return null;
  }
  const below = observed.node(spotNow(draft, target));
  if (!vacated.has(target) && below.kind !== "missing" && below.kind !== "unknown") {
    notice(draft, target, `the backup ${backup} stays where it is: ${target} is ${describeNode(below)}`);
    return null;
  }
  return { kind: "put-back", serves: target, path: target, backup, identity: kept.identity };
}
