import { isMounted, type MountedEntry } from "../../model/manifest.ts";
import { mountAt, mountsOn } from "../../model/mount.ts";
import { sortedDeepestFirst, sortedParentsFirst } from "../../model/path.ts";
import type { Step } from "../../model/plan.ts";
import { conflict, type Draft, notice } from "../draft.ts";
import { coversOwn } from "../mount-decisions.ts";
import { isHidden, optionsOf } from "../options.ts";
import { describeMount, reportMountsInside } from "../problems.ts";
import type { RequiredPaths } from "../required-paths.ts";
import type { PathResolution } from "../resolve/resolution.ts";
import { withdrawMovedBackups, withdrawUnwantedBackups } from "./backups.ts";
import { withdrawMade } from "./created.ts";
import { withdrawMovedLinks, withdrawUnwantedLinks } from "./links.ts";
import { newWithdrawal, type Removal, type Withdrawal, type WithdrawalRequest } from "./withdrawal.ts";

const rankOrder = { entry: 0, made: 1, backup: 2 } as const;

/**
 * Withdraws what stands at targets that are no longer wanted, or wanted as something else. Links and backups can be
 * part of the way to what is wanted, so this is known before anything else.
 */
export function withdrawUnwanted(request: WithdrawalRequest): Withdrawal {
  const withdrawal = newWithdrawal();
  withdrawUnwantedLinks(request, withdrawal);
  withdrawUnwantedBackups(request, withdrawal);
  return withdrawal;
}

/** Withdraws links and backups that the way to their target no longer leads to, and what no mount covers any more. */
export function withdrawMoved(
  request: WithdrawalRequest,
  withdrawal: Withdrawal,
  paths: PathResolution,
): void {
  withdrawMovedLinks(request, withdrawal, paths);
  withdrawMovedBackups(request, withdrawal, paths);
}

/** Plans what goes: mounts no longer wanted, those in the way of a change above them, and what was made for them. */
export function planRemovals(draft: Draft, required: RequiredPaths, withdrawal: Withdrawal): void {
  const { removals, uncovered } = withdrawal;
  for (const entry of draft.activeState.entries.values()) {
    if (!isMounted(entry) || staysMounted(draft, entry)) continue;
    const step = unmountStep(draft, entry);
    if (step === null) continue;
    removals.push({ path: draft.request.observed.real(entry.target), rank: "entry", step });
  }
  withdrawMade(draft, required, withdrawal);
  const byRank = (left: Removal, right: Removal) => rankOrder[left.rank] - rankOrder[right.rank];
  const going = sortedDeepestFirst(removals.toSorted(byRank), ({ path }) => path);
  const after = sortedParentsFirst(uncovered.toSorted(byRank), ({ path }) => path);
  for (const { step } of going) draft.removalSteps.push(step);
  for (const { step } of after) draft.removalSteps.push(step);
}

function staysMounted({ activeState, decisions }: Draft, entry: MountedEntry): boolean {
  const mount = activeState.mountOf(entry);
  return mount !== undefined && !decisions.isGoing(mount);
}

function unmountStep(draft: Draft, entry: MountedEntry): Step | null {
  const { activeState, decisions, request } = draft;
  const { mounts } = request.observed;
  const { target } = entry;
  const isWanted = decisions.wanted.has(target);
  const real = request.observed.real(target);
  const mount = mountAt(mounts, real);
  if (mount === null) {
    if (!isWanted) reportHidden(draft, entry, real);
    return null;
  }
  if (activeState.ownerOf(mount.id) === undefined) {
    if (!isWanted) reportLeft(draft, entry);
    return null;
  }
  if (coversOwn(activeState, request.observed, mount, entry)) {
    conflict(
      draft,
      decisions.wanted.get(target) ?? target,
      `${target} is mounted more than once`,
      `unmount the surplus: umount '${mount.mountPoint}'`,
    );
  }
  reportMountsInside(draft, decisions.wanted.get(target) ?? target, mountsOn(mounts, mount), "unmounted");
  const what = { source: entry.source, options: optionsOf(mount), hidden: isHidden(draft, mount) };
  return { kind: "unmount", serves: target, target, mountId: mount.id, ...what };
}

/** A mount of imp's may be there that no path leads to. */
function reportHidden(draft: Draft, { target, source }: MountedEntry, real: string): void {
  const { activeState, request } = draft;
  const shown = activeState.paths.follow(source);
  const hidden = request.observed.mounts.byMountPoint.get(real) ?? [];
  if (!hidden.some((mount) => activeState.shows(mount, shown) !== "other")) return;
  conflict(
    draft,
    target,
    `${target} is hidden by a later mount above it, so it can't be unmounted`,
    "see 'findmnt', unmount what hides it, and try again",
  );
}

/** What is mounted at the target is not imp's. */
function reportLeft(draft: Draft, entry: MountedEntry): void {
  const { activeState, request } = draft;
  const { target } = entry;
  const real = request.observed.real(target);
  const mount = mountAt(request.observed.mounts, real);
  if (mount === null) return;
  if (activeState.found.has(target)) {
    notice(draft, target, `${target} stays mounted: it was before imp came`);
  } else if (coversOwn(activeState, request.observed, mount, entry)) {
    conflict(
      draft,
      target,
      `somebody mounted ${describeMount(mount)} over ${target}`,
      `unmount that first: umount '${real}'`,
    );
  } else {
    notice(draft, target, `${target} is left as it is: what is mounted there is not imp's`);
  }
}
