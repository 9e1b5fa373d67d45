import { execute, type Recorder } from "../execute/execute.ts";
import { effectiveUser } from "../linux/process.ts";
import type { Effect, Generation, Index } from "../model/generation.ts";
import { emptyManifest, isMounted, type Manifest } from "../model/manifest.ts";
import type { Plan } from "../model/plan.ts";
import { Failure, failure, type Problem } from "../model/problem.ts";
import { observeLiveSystem } from "../observe/live.ts";
import { makePlan } from "../plan/planner.ts";
import { type Journal, removeJournal, writeJournal } from "../state/journal.ts";
import {
  commit,
  readGeneration,
  readIndex,
  type Store,
  type StoreLocation,
  withLockedStore,
  withStore,
} from "../state/store.ts";
import type { CommandContext, CommandResult } from "./context.ts";
import { lookIntoState } from "./pending.ts";
import { type ConfigText, conflictProblems, noticeProblems } from "./plan-problems.ts";
import { type ChangeReport, changeJson, changeLines } from "./render/change.ts";
import { settleKilledCommand } from "./settle.ts";

/** What a command wants the system to become. */
export interface Goal {
  readonly manifest: Manifest;
  /** The configuration that the manifest came from: conflicts point into it. */
  readonly config: ConfigText;
  /** The generation that will be active. */
  readonly number: number;
  /** The index once that is so, and the generation if it is a new one. */
  readonly record: (effects: readonly Effect[]) => {
    readonly index: Index;
    readonly generation?: Generation;
  };
}

export interface ChangeRequest {
  readonly command: ChangeReport["command"];
  readonly location: StoreLocation;
  readonly dryRun: boolean;
  /** Detach mounts that are in use instead of refusing. */
  readonly lazy: boolean;
  /** Create missing sources, whatever the entries say. */
  readonly createSources: boolean;
  /** Looks into the state for what is wanted; called under the lock, unless nothing is to change. */
  readonly chooseGoal: (store: Store, index: Index, active: Generation | null) => Goal;
}

/** The one way in which commands change the system: observe, plan, refuse or execute, record, render. */
export async function bringAbout(context: CommandContext, request: ChangeRequest): Promise<CommandResult> {
  if (request.dryRun) {
    return lookIntoState(context, request.location, (store) => showPlan(context, request, store));
  }
  await withStore(request.location, (store) => refuseEarly(request, store));
  const lock = { waitMilliseconds: context.global.wait * 1000, command: `imp ${request.command}` };
  return withLockedStore(request.location, lock, async (store): Promise<CommandResult> => {
    context.report(settleKilledCommand(store));
    const aim = aimAt(request, store);
    const plan = planFor(request, aim);
    refuseConflicts(aim, plan);
    const warnings = noticeProblems(plan);
    if (changesNothing(aim, plan)) return finish(context, request, aim, plan, warnings);
    const recorder: Recorder = {
      begin: (begun) => writeJournal(store, journalOf(request, aim, begun)),
      commit: (effects) => {
        const { index, generation } = aim.goal.record(effects);
        warnings.push(...commit(store, index, generation));
      },
      end: () => removeJournal(store),
    };
    const notices = await execute(plan, recorder, request.lazy);
    warnings.push(...notices.map((message): Problem => ({ severity: "warning", message })));
    return finish(context, request, aim, plan, warnings);
  });
}

/** True if neither the system nor the record would be another: then even a read-only state will do. */
function changesNothing({ index, goal }: Aim, { steps, afterwards, keptEffects }: Plan): boolean {
  if (steps.length + afterwards.length > 0) return false;
  const next = goal.record(keptEffects);
  return next.generation === undefined && JSON.stringify(next.index) === JSON.stringify(index);
}

function finish(
  context: CommandContext,
  request: ChangeRequest,
  aim: Aim,
  plan: Plan,
  warnings: readonly Problem[],
): CommandResult {
  context.report(warnings);
  tell(context, reportOf(request, aim, plan, aim.goal.number));
  return 0;
}

/** What can be refused before anything is written, be it only the state directory or its lock. */
function refuseEarly(request: ChangeRequest, store: Store): void {
  const isRoot = effectiveUser() === 0;
  if (isRoot && store.directory !== null) return;
  const aim = aimAt(request, store);
  if (!isRoot) refuseWithoutRoot(request.command, aim);
  if (store.directory === null) refuseConflicts(aim, planFor(request, aim));
}

function refuseConflicts({ goal }: Aim, plan: Plan): void {
  if (plan.conflicts.length > 0) throw new Failure(1, conflictProblems(goal.config, plan));
}

function journalOf(request: ChangeRequest, { index }: Aim, { steps, afterwards }: Plan): Journal {
  return {
    format: 1,
    serial: index.serial + 1,
    command: `imp ${request.command}`,
    startedAt: new Date().toISOString(),
    steps,
    afterwards,
  };
}

function showPlan(context: CommandContext, request: ChangeRequest, store: Store): CommandResult {
  const aim = aimAt(request, store);
  const plan = planFor(request, aim);
  const notices = noticeProblems(plan);
  const isRecorded = aim.index.generations.some(({ number }) => number === aim.goal.number);
  context.report([...notices, ...conflictProblems(aim.goal.config, plan)]);
  tell(context, reportOf(request, aim, plan, isRecorded ? aim.goal.number : null));
  return plan.conflicts.length === 0 ? 0 : 1;
}

function reportOf(request: ChangeRequest, aim: Aim, plan: Plan, generation: number | null): ChangeReport {
  return {
    command: request.command,
    dryRun: request.dryRun,
    generation,
    previous: aim.index.active,
    wanted: aim.goal.manifest,
    plan,
  };
}

function tell(context: CommandContext, report: ChangeReport): void {
  context.out(changeLines(report, context.paint, context.global));
  context.json(changeJson(report));
}

interface Aim {
  readonly index: Index;
  readonly active: Manifest;
  readonly goal: Goal;
}

function aimAt(request: ChangeRequest, store: Store): Aim {
  const index = readIndex(store);
  const active = index.active === null ? null : readGeneration(store, index.active);
  return { index, active: active?.manifest ?? emptyManifest, goal: request.chooseGoal(store, index, active) };
}

function planFor(request: ChangeRequest, { active, index, goal }: Aim): Plan {
  return planAgainstLiveSystem(active, index.effects, goal.manifest, request.createSources);
}

/** The plan from the live system to a manifest. */
export function planAgainstLiveSystem(
  active: Manifest,
  effects: readonly Effect[],
  wanted: Manifest,
  createSources: boolean,
): Plan {
  const observed = observeLiveSystem();
  try {
    const token = crypto.randomUUID().slice(0, 8);
    return makePlan({
      active,
      effects,
      wanted,
      observed,
      createSources,
      stamp: timeStamp(new Date()),
      token,
    });
  } finally {
    observed.close();
  }
}

/** `YYYYMMDD_HHMMSS` in UTC, as in the names of backups. */
function timeStamp(time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:]/g, "");
  return `${digits.slice(0, 8)}_${digits.slice(9, 15)}`;
}

/** Symlinks in a person's own home need no root; mounts do. */
function refuseWithoutRoot(command: ChangeReport["command"], { active, goal }: Aim): void {
  if (![...active.entries, ...goal.manifest.entries].some(isMounted)) return;
  const words = process.argv
    .slice(2)
    .map((word) => (/^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`));
  throw failure(
    1,
    `imp ${command} needs root here: only root may mount and unmount`,
    `run: sudo imp ${words.join(" ")}`,
  );
}
