import { settle } from "../../execute/undo.ts";
import { isSystemError } from "../../linux/ffi.ts";
import { tracePath } from "../../linux/path-walk.ts";
import { effectiveUser } from "../../linux/users.ts";
import type { Index } from "../../model/generation.ts";
import { isMounted } from "../../model/manifest.ts";
import { isAtOrBelow } from "../../model/path.ts";
import { Failure, failure, type Problem } from "../../model/problem.ts";
import type { PartialPlan } from "../../plan/extras/best-effort.ts";
import { type Journal, readJournal, removeJournal } from "../../state/journal.ts";
import { type LockedStore, readIndex, type Store, withLockedStore, withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { type ChangeReport, changeJson, changeLines } from "../render/change.ts";
import { waitingWatcher, watcher } from "../render/progress.ts";
import { lookIntoState } from "../state-reading.ts";
import { carryOut, refuseConflicts } from "./carry-out.ts";
import { conflictProblems, noticeProblems } from "./problems.ts";
import { type Aim, aimAt, type ChangeRequest, planFor } from "./request.ts";

/** The one way in which commands change the system: observe, plan, refuse or execute, record, render. */
export async function bringAbout(context: CommandContext, request: ChangeRequest): Promise<CommandResult> {
  if (request.dryRun) {
    return lookIntoState(context, request.location, (store) => showPlan(context, request, store));
  }
  const early = await withStore(request.location, (store) => refuseEarly(context, request, store));
  const lock = {
    waitMilliseconds: context.global.wait * 1000,
    command: `imp ${request.command}`,
    whileWaiting: waitingWatcher(context),
  };
  return withLockedStore(request.location, lock, async (store): Promise<CommandResult> => {
    const settled = settleKilledCommand(store);
    context.report(settled);
    const aim = aimAt(request, store);
    const isStill = settled.length === 0 && early !== null && holdsStill(early, aim, store);
    const done = await carryOut(request, store, aim, watcher(context), isStill ? early.part : null);
    const stale = await staleUnit(request, aim);
    const leftOut = await conflictProblems(aim.goal.config, done.leftOut);
    context.report([...done.warnings, ...stale, ...leftOut]);
    tell(context, reportOf(request, aim, done, aim.goal.number));
    return done.leftOut.length === 0 ? 0 : 1;
  });
}

/** What has to be done for the next boot; `restore` changes nothing that would matter to it. */
async function staleUnit({ command, location }: ChangeRequest, { goal }: Aim): Promise<Problem[]> {
  if (command === "restore") return [];
  try {
    if (tracePath("/etc/systemd/system/imp.service").end !== "found") return [];
    // Loaded only where there is a unit.
    const { staleUnitProblems } = await import("../service/status.ts");
    return staleUnitProblems(location.path, goal.manifest, goal.number);
  } catch (error) {
    // The command has done its work: that a hint could not be looked for is no reason to call it failed.
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** A plan that was made before there was a state directory. */
interface EarlyPlan {
  readonly aim: Aim;
  readonly part: PartialPlan;
}

/** What can be refused before anything is written, be it only the state directory or its lock. */
async function refuseEarly(
  context: CommandContext,
  request: ChangeRequest,
  store: Store,
): Promise<EarlyPlan | null> {
  const isRoot = effectiveUser() === 0;
  if (isRoot && store.directory !== null) return null;
  const aim = aimAt(request, store);
  if (!isRoot) refuseWithoutRoot(context, request, aim);
  if (store.directory !== null) return null;
  const part = planFor(request, aim);
  await refuseConflicts(aim, part.plan);
  return { aim, part };
}

/**
 * True if no other command came in between, and if the plan would create nothing of the way to the state directory,
 * which exists by now.
 */
function holdsStill({ aim: before, part }: EarlyPlan, aim: Aim, { directory }: LockedStore): boolean {
  if (aim.index.serial !== before.index.serial || aim.goal.manifest !== before.goal.manifest) return false;
  return part.plan.steps.every((step) => {
    const made = step.kind === "copy-source" ? step.to : step.kind === "create-directory" ? step.path : null;
    return made === null || !isAtOrBelow(directory.path, made);
  });
}

async function showPlan(
  context: CommandContext,
  request: ChangeRequest,
  store: Store,
): Promise<CommandResult> {
  const aim = aimAt(request, store);
  const part = planFor(request, aim);
  const { plan, leftOut } = part;
  const isRecorded = aim.index.generations.some(({ number }) => number === aim.goal.number);
  const conflicts = await conflictProblems(aim.goal.config, [...plan.conflicts, ...leftOut]);
  context.report([...noticeProblems(plan), ...conflicts]);
  tell(context, reportOf(request, aim, part, isRecorded ? aim.goal.number : null));
  return conflicts.length === 0 ? 0 : 1;
}

function reportOf(
  { command, dryRun }: ChangeRequest,
  { index }: Aim,
  { plan, wanted, leftOut }: PartialPlan,
  generation: number | null,
): ChangeReport {
  return { command, dryRun, generation, previous: index.active, wanted, plan, leftOut };
}

function tell(context: CommandContext, report: ChangeReport): void {
  context.out(changeLines(report, context.paint, context.global));
  context.json(() => changeJson(report));
}

/** Symlinks in a person's own home need no root; mounts do. */
function refuseWithoutRoot(
  context: CommandContext,
  { command, scope }: ChangeRequest,
  { active, goal }: Aim,
): void {
  if (scope?.filesOnly === true) return;
  if (![...active.entries, ...goal.manifest.entries].some(isMounted)) return;
  const words = context.words.map((word) =>
    /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  );
  throw failure(
    1,
    `imp ${command} needs root here: only root may mount and unmount`,
    `run: sudo imp ${words.join(" ")}`,
  );
}

/**
 * Undoes or finishes a command that was killed, before anything else is changed.
 * @returns what a person should know of it
 * @throws Failure (1) if that is not possible now
 */
export function settleKilledCommand(store: LockedStore): Problem[] {
  const journal = readJournal(store);
  if (journal === null) return [];
  const isCommitted = wasCommitted(journal, readIndex(store));
  const problems = settle(journal, isCommitted);
  if (problems.some(({ severity }) => severity === "error")) {
    const message = `an \`${journal.command}\` was killed, and what it left can't be ${isCommitted ? "finished" : "undone"} now`;
    throw new Failure(1, [
      { severity: "error", message, help: "run `sudo imp restore` once that is put right" },
      ...problems,
    ]);
  }
  removeJournal(store);
  const message = `an \`${journal.command}\` was killed at its work (begun ${journal.startedAt}); ${
    isCommitted ? "it is finished now" : "it is undone now"
  }`;
  return [{ severity: "warning", message }, ...problems];
}

function wasCommitted(journal: Journal, index: Index): boolean {
  return index.serial >= journal.serial;
}
