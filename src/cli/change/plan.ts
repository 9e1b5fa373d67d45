import type { Plan } from "../../model/plan.ts";
import { observeLiveSystem } from "../../observe/live.ts";
import { Exchanged } from "../../observe/race-check.ts";
import { makePlan, type PlanRequest } from "../../plan/planner.ts";

/** What is asked of the planner about the live system. */
export type LiveRequest = Omit<PlanRequest, "observed" | "stamp" | "token">;

/** The plan from the live system to a manifest. */
export function planAgainstLiveSystem(request: LiveRequest): Plan {
  return observing(request, makePlan);
}

/** Milliseconds for which imp looks anew: at shutdown, mounts go one after the other. */
const patience = 1000;

/**
 * Lets `plan` look at the live system as it is at this moment, and anew if something was exchanged under its eyes.
 * @throws Exchanged if another process does that again and again
 */
export function observing<T>(request: LiveRequest, plan: (request: PlanRequest) => T): T {
  for (const end = performance.now() + patience; ; ) {
    try {
      return observingOnce(request, plan);
    } catch (error) {
      if (!(error instanceof Exchanged) || performance.now() > end) throw error;
    }
  }
}

function observingOnce<T>(request: LiveRequest, plan: (request: PlanRequest) => T): T {
  const observed = observeLiveSystem();
  try {
    const token = crypto.randomUUID().slice(0, 8);
    return plan({ ...request, observed, stamp: timeStamp(new Date()), token });
  } finally {
    observed.close();
  }
}

/** `YYYYMMDD_HHMMSS` in UTC, as in the names of backups. */
function timeStamp(time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:]/g, "");
  return `${digits.slice(0, 8)}_${digits.slice(9, 15)}`;
}
