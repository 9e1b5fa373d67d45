import type { Effect } from "../../model/generation.ts";
import { isMounted } from "../../model/manifest.ts";
import { nameOf } from "../../model/path.ts";
import type { Conflict, Notice, Step } from "../../model/plan.ts";
import { ownLink } from "../active-state.ts";
import { type BackupEffect, backupsOf } from "../effects.ts";
import type { TemporaryNames } from "../names.ts";
import type { Ways } from "../resolve/resolution.ts";
import {
  type BackupFate,
  type BackupQuestion,
  fateOfBackup,
  givenUp,
  presentSeat,
  type Seat,
  uncoveredSeat,
} from "./backups.ts";
import { withdrawLink } from "./links.ts";

/** A step that takes something away or puts it back, with the place that decides its turn. */
export interface Removal {
  /** Without symlinks. */
  readonly path: string;
  readonly rank: "entry" | "made" | "backup";
  readonly step: Step;
}

export interface WithdrawalRequest extends BackupQuestion {
  readonly names: TemporaryNames;
}

/** Symlinks that go and backups that come back. */
export interface Withdrawal {
  /** What lies deepest goes first. */
  readonly removals: Removal[];
  /** Only once the mounts have gone that lie over it; what lies deepest comes last. */
  readonly uncovered: Removal[];
  readonly conflicts: Conflict[];
  readonly notices: Notice[];
  readonly endedEffects: Set<Effect>;
  /** Keys of the places that backups come back to. */
  readonly vacated: Set<string>;
}

export function newWithdrawal(): Withdrawal {
  return {
    removals: [],
    uncovered: [],
    conflicts: [],
    notices: [],
    endedEffects: new Set(),
    vacated: new Set(),
  };
}

/**
 * Withdraws what stands at targets that are no longer wanted, or wanted as something else. Links and backups can be
 * part of the way to what is wanted, so this is known before anything else.
 */
export function withdrawUnwanted(request: WithdrawalRequest, withdrawal: Withdrawal): void {
  const { present, needs, effects } = request;
  for (const entry of present.entries.values()) {
    const wanted = needs.wanted.get(entry.target);
    if (!isMounted(entry) && wanted?.kind !== "linked-file") withdrawLink(request, withdrawal, entry);
  }
  for (const effect of effects) {
    if (effect.kind === "found" && !needs.wanted.has(effect.target)) withdrawal.endedEffects.add(effect);
    if (effect.kind === "replaced-file" && needs.wanted.get(effect.target)?.kind !== "linked-file")
      withdrawal.endedEffects.add(effect);
    if (effect.kind !== "backup" || needs.wanted.has(effect.target)) continue;
    if (!isFromNow(request, effect)) continue;
    const seat = presentSeat(request, effect);
    if (seat === null || isCovered(request, effect, seat)) continue;
    withdrawBackup(request, withdrawal, effect, seat);
  }
}

/** Withdraws links and backups that the way to their target no longer leads to, and what no mount covers any more. */
export function withdrawMoved(request: WithdrawalRequest, withdrawal: Withdrawal, ways: Ways): void {
  const { present, needs, observed, effects } = request;
  const key = (path: string, over: Ways) => over.placeOf(path).key;
  for (const entry of present.entries.values()) {
    if (isMounted(entry) || needs.wanted.get(entry.target)?.kind !== "linked-file") continue;
    const spot = ownLink(present, observed, entry);
    const hasMoved = spot !== null && spot.key !== key(entry.target, ways);
    if (hasMoved) withdrawLink(request, withdrawal, entry);
  }
  for (const effect of effects) {
    if (effect.kind !== "backup" || withdrawal.endedEffects.has(effect)) continue;
    const { target } = effect;
    const seat = isFromNow(request, effect) ? presentSeat(request, effect) : null;
    if (!needs.wanted.has(target)) {
      if (seat === null) withdrawUncovered(request, withdrawal, effect, ways);
    } else if (seat !== null && key(target, present.ways) !== key(target, ways)) {
      if (!isCovered(request, effect, seat)) withdrawBackup(request, withdrawal, effect, seat);
    }
  }
}

/** True if the effect is one of the active generation, not of one before that a mount came over. */
function isFromNow({ present }: WithdrawalRequest, { target }: BackupEffect): boolean {
  return present.entries.has(target);
}

/** True if a mount comes over both: what imp made at the target could not be removed then. */
function isCovered({ needs, overlay }: WithdrawalRequest, { target }: BackupEffect, seat: Seat): boolean {
  return needs.isCovered(target) && overlay.nodeAt(seat.target).kind !== "missing";
}

/** What could not be reached before may be uncovered by the plan, or gone. */
function withdrawUncovered(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  effect: BackupEffect,
  ways: Ways,
): void {
  const { target, backup } = effect;
  if (request.needs.staysCovered(target) || request.needs.isCovered(target)) return;
  const seat = uncoveredSeat(request, ways, effect);
  if (seat === null) {
    const message = `the backup ${backup} is gone, so nothing is put back at ${target}`;
    settle(request, withdrawal, effect, givenUp(target, message), withdrawal.uncovered);
  } else if (!request.needs.aboveTargets.has(target)) {
    settle(request, withdrawal, effect, fateOfBackup(request, effect, seat), withdrawal.uncovered);
  }
}

function withdrawBackup(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  effect: BackupEffect,
  seat: Seat,
): void {
  settle(request, withdrawal, effect, fateOf(request, effect, seat), withdrawal.removals);
}

/** Of several backups that were made in one place, the last one comes back. */
function fateOf(request: WithdrawalRequest, effect: BackupEffect, seat: Seat): BackupFate {
  const key = ({ target }: Seat) => target.key;
  const backups = backupsOf(request.effects, effect.target);
  const isOlder = backups.slice(backups.indexOf(effect) + 1).some((other) => {
    const newer = presentSeat(request, other);
    return newer !== null && key(newer) === key(seat);
  });
  if (isOlder) return givenUp(effect.target, `the older backup ${effect.backup} stays where it is`);
  return fateOfBackup(request, effect, seat);
}

function settle(
  { observed, overlay }: WithdrawalRequest,
  withdrawal: Withdrawal,
  effect: BackupEffect,
  fate: BackupFate,
  removals: Removal[],
): void {
  if (fate.kind === "kept") return;
  withdrawal.endedEffects.add(effect);
  if (fate.kind === "given-up") {
    withdrawal.notices.push(fate.notice);
    return;
  }
  withdrawal.vacated.add(fate.seat.target.key);
  overlay.rename(fate.seat.target, nameOf(effect.backup));
  removals.push({ path: observed.real(effect.target), rank: "backup", step: fate.step });
}
