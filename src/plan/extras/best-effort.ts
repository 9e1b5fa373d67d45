import type { Effect } from "../../model/generation.ts";
import { type Entry, isMounted, type Manifest } from "../../model/manifest.ts";
import { isAtOrBelow, parentOf } from "../../model/path.ts";
import type { Conflict, Plan } from "../../model/plan.ts";
import { withWithheld } from "../effects.ts";
import { dependenciesOf, makePlan, type PlanRequest } from "../planner.ts";

/** How much of a manifest is to be brought about. */
export interface Scope {
  /** Leave out what conflicts, and what can't be without it, instead of refusing everything. */
  readonly bestEffort: boolean;
  /** Change nothing for entries that are mounted. */
  readonly filesOnly: boolean;
}

/** A plan for a part of the wanted manifest. */
export interface PartialPlan {
  readonly plan: Plan;
  /** What the plan is for. */
  readonly wanted: Manifest;
  /** Entries that it leaves as they are, each with the reason. */
  readonly leftOut: readonly Conflict[];
}

/**
 * Plans what is possible of a manifest. What can't be is left as it is, together with all that lies in it or is stored
 * in it: for the rest, it is planned as if those entries had never been asked for. The effects of what is left out
 * stay on record, so that a later plan can finish it.
 * @param refused entries that are known to fail
 */
export function planPartly(request: PlanRequest, scope: Scope, refused: readonly Conflict[]): PartialPlan {
  const leftOut: Conflict[] = [...refused];
  const left = new Set(refused.map(({ serves }) => serves));
  const entries = new Map(request.wanted.entries.map((entry) => [entry.target, entry]));
  const isOpen = (serves: string) => !left.has(serves);
  for (;;) {
    if (left.size > 0) leaveDependents(request, scope, left, leftOut);
    const part = leavingAlone(request, left);
    const plan = makePlan(part);
    const strays = scope.filesOnly ? mountedIn(plan, entries).filter(isOpen) : [];
    const conflicts = scope.bestEffort && strays.length === 0 ? plan.conflicts : [];
    const failed = conflicts.filter(({ serves }) => isOpen(serves));
    if (strays.length + failed.length === 0) {
      const keptEffects = withWithheld(request.effects, new Set(part.effects), plan.keptEffects);
      const whole = { ...plan, keptEffects };
      if (scope.bestEffort) return { plan: whole, wanted: part.wanted, leftOut };
      return {
        plan: { ...whole, conflicts: [...plan.conflicts, ...leftOut] },
        wanted: part.wanted,
        leftOut: [],
      };
    }
    leftOut.push(...failed);
    for (const serves of [...strays, ...failed.map((conflict) => conflict.serves)]) left.add(serves);
  }
}

function leaveDependents(request: PlanRequest, scope: Scope, left: Set<string>, leftOut: Conflict[]): void {
  const neededBy = dependenciesOf(request);
  const needed = request.wanted.entries.map((entry) => ({ entry, others: [...neededBy(entry)] }));
  // Each round finds those that need what the round before found.
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const { entry, others } of needed) {
      const missing = left.has(entry.target) ? undefined : others.find(({ target }) => left.has(target));
      if (missing === undefined) continue;
      left.add(entry.target);
      if (!scope.filesOnly || !isMounted(entry)) leftOut.push(dependence(entry, missing));
    }
  }
}

function dependence(entry: Entry, missing: Entry): Conflict {
  const message = `${entry.target} can't be without ${missing.target}, which is not there`;
  return { serves: entry.target, entry, message };
}

/** The targets of mounted entries that a plan would do something for. */
function mountedIn(plan: Plan, entries: ReadonlyMap<string, Entry>): string[] {
  const served = [...plan.steps, ...plan.conflicts].map(({ serves }) => serves);
  return served.filter((target) => {
    const entry = entries.get(target);
    return entry !== undefined && isMounted(entry);
  });
}

/** The same request as if these entries did not exist: they are neither brought about nor taken away. */
function leavingAlone(request: PlanRequest, left: ReadonlySet<string>): PlanRequest {
  if (left.size === 0) return request;
  const rest = ({ entries }: Manifest) => ({ entries: entries.filter(({ target }) => !left.has(target)) });
  const wanted = rest(request.wanted);
  const effects = request.effects.filter((effect) => !belongsToLeft(effect, left, wanted));
  return { ...request, active: rest(request.active), wanted, effects };
}

/** True if an effect concerns what is left out and nothing else. */
function belongsToLeft(effect: Effect, left: ReadonlySet<string>, wanted: Manifest): boolean {
  const targets = [...left];
  if (!("path" in effect)) return targets.some((target) => isAtOrBelow(effect.target, target));
  const { path } = effect;
  if (targets.some((target) => isAtOrBelow(path, target))) return true;
  if (effect.kind === "holds-links") {
    const links = wanted.entries.filter((entry) => !isMounted(entry));
    const isIn = (target: string) => parentOf(target) === path;
    return targets.some(isIn) && !links.some(({ target }) => isIn(target));
  }
  const holds = (target: string) => isAtOrBelow(target, path);
  return targets.some(holds) && !wanted.entries.some(({ target }) => holds(target));
}
