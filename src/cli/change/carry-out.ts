import { execute, type Recorder } from "../../execute/execute.ts";
import type { Watch } from "../../execute/step-context.ts";
import type { Conflict, Plan } from "../../model/plan.ts";
import { Failure, type Problem } from "../../model/problem.ts";
import { EntriesRefused, type Refusal } from "../../model/special-failure.ts";
import type { PartialPlan } from "../../plan/extras/best-effort.ts";
import { type Journal, removeJournal, writeJournal } from "../../state/journal.ts";
import { commit, type LockedStore } from "../../state/store.ts";
import { conflictProblems, noticeProblems } from "./problems.ts";
import { type Aim, type ChangeRequest, planFor } from "./request.ts";

/** What was done, and what a person should know of it. */
export interface CarriedOut extends PartialPlan {
  readonly warnings: readonly Problem[];
}

/**
 * Plans, carries out and records. With best effort an entry that the kernel refuses is left out: everything is as it was
 * then, so the rest is planned and carried out anew.
 * @param planned a plan that was made just now, if there is one
 * @throws Failure with all that is in the way; nothing has changed then
 */
export async function carryOut(
  request: ChangeRequest,
  store: LockedStore,
  aim: Aim,
  watch: Watch,
  planned: PartialPlan | null,
): Promise<CarriedOut> {
  const refused: Conflict[] = [];
  const warnings: Problem[] = [];
  for (;;) {
    const part = (refused.length === 0 ? planned : null) ?? planFor(request, aim, refused);
    try {
      return {
        ...part,
        warnings: [...warnings, ...(await bringIntoBeing(request, store, aim, part.plan, watch))],
      };
    } catch (error) {
      if (!(error instanceof EntriesRefused) || request.scope?.bestEffort !== true) throw error;
      const known = new Set(refused.map(({ serves }) => serves));
      if (error.refusals.some(({ serves }) => known.has(serves))) throw error;
      refused.push(...error.refusals.map((refusal) => asConflict(aim, refusal)));
      warnings.push(...error.problems.filter(({ severity }) => severity === "warning"));
    }
  }
}

async function bringIntoBeing(
  request: ChangeRequest,
  store: LockedStore,
  aim: Aim,
  plan: Plan,
  watch: Watch,
): Promise<readonly Problem[]> {
  await refuseConflicts(aim, plan);
  const warnings = noticeProblems(plan);
  if (changesNothing(aim, plan)) return warnings;
  let startedAt: string | null = null;
  const recorder: Recorder = {
    begin: (begun) => {
      startedAt ??= new Date().toISOString();
      writeJournal(store, journalOf(request, aim, startedAt, begun));
    },
    commit: (effects) => {
      const { index, generation } = aim.goal.record(effects);
      warnings.push(...commit(store, index, generation));
    },
    end: () => removeJournal(store),
  };
  const notices = await execute(plan, recorder, request.lazy, watch);
  return [...warnings, ...notices.map((message): Problem => ({ severity: "warning", message }))];
}

export async function refuseConflicts({ goal }: Aim, { conflicts }: Plan): Promise<void> {
  if (conflicts.length > 0) throw new Failure(1, await conflictProblems(goal.config, conflicts));
}

/** True if neither the system nor the record would be another: then even a read-only state will do. */
function changesNothing({ index, goal }: Aim, { steps, afterwards, keptEffects }: Plan): boolean {
  if (steps.length + afterwards.length > 0) return false;
  const next = goal.record(keptEffects);
  return next.generation === undefined && Bun.deepEquals(next.index, index);
}

function journalOf(
  request: ChangeRequest,
  { index }: Aim,
  startedAt: string,
  { steps, afterwards }: Plan,
): Journal {
  return {
    serial: index.serial + 1,
    command: `imp ${request.command}`,
    startedAt,
    steps,
    afterwards,
  };
}

function asConflict({ goal }: Aim, { serves, problem }: Refusal): Conflict {
  const entry = goal.manifest.entries.find(({ target }) => target === serves);
  const { message, help } = problem;
  return {
    serves,
    message,
    ...(entry === undefined ? {} : { entry }),
    ...(help === undefined ? {} : { help }),
  };
}
