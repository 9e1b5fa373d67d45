import { type Entry, isMounted } from "../model/manifest.ts";
import { sortedDeepestFirst } from "../model/path.ts";
import type { Plan } from "../model/plan.ts";
import { setApart, willBeMoved } from "./apart.ts";
import { type Draft, newDraft, type PlanRequest } from "./draft.ts";
import { effectsKept, withWithheld } from "./effects.ts";
import { planLink } from "./linking.ts";
import { planMount } from "./mounting.ts";
import { TemporaryNames } from "./names.ts";
import { type Needs, needsOf } from "./needs.ts";
import { planNewcomers } from "./newcomers.ts";
import { reportKernelPlace, reportUnsafe } from "./obstacle.ts";
import { neededIn, orderOf } from "./order.ts";
import { Overlay } from "./overlay.ts";
import { presentState } from "./present.ts";
import { refuseCircle, refuseNewWays, refuseOwnSource, refuseSharedPlace } from "./refusals.ts";
import { planRemovals } from "./removal.ts";
import { holdsOwnSource, liesInOwnRoot, sharedPlaces } from "./sameness.ts";
import { ensureSource } from "./sources.ts";
import { survey } from "./survey.ts";
import { usesOf } from "./uses.ts";
import { newWithdrawal, type Withdrawal, withdrawMoved, withdrawUnwanted } from "./withdrawal.ts";

export type { PlanRequest } from "./draft.ts";

/**
 * The one planner behind every command: the ordered steps that bring the live system to the wanted manifest, or all
 * conflicts. It looks only through `request.observed` and changes nothing. An empty plan means that the live system
 * is as wanted.
 */
export function makePlan(request: PlanRequest): Plan {
  const fresh = planNewcomers(request);
  if (fresh !== null) return fresh;
  const apart = setApart(request);
  if (apart === null) return planWhole(request);
  const { plan, draft } = planAll(apart.request);
  // What is in the way of one entry may be in the way of others too.
  if (plan.conflicts.length > 0 || willBeMoved(draft)) return planWhole(request);
  return { ...plan, keptEffects: withWithheld(request.effects, apart.effects, plan.keptEffects) };
}

/** The same with all care, entry by entry: what {@link makePlan} has to agree with. */
export function planWhole(request: PlanRequest): Plan {
  return planAll(request).plan;
}

function planAll(request: PlanRequest): { readonly plan: Plan; readonly draft: Draft } {
  const { draft, needs, withdrawal } = beginPlan(request);
  draft.conflicts.push(...withdrawal.conflicts);
  draft.notices.push(...withdrawal.notices);
  for (const effect of withdrawal.endedEffects) draft.endedEffects.add(effect);
  planRemovals(draft, needs, withdrawal);
  planAdditions(draft);
  const plan = {
    steps: [...draft.sourceSteps, ...draft.removalSteps, ...draft.additionSteps],
    // A directory has to be empty to go. It may go by several names, so its place counts.
    afterwards: sortedDeepestFirst(draft.afterwards, ({ path }) => draft.survey.ways.locate(path).path),
    conflicts: draft.conflicts,
    notices: draft.notices,
    findings: draft.findings,
    keptEffects: effectsKept(draft),
  };
  return { plan, draft };
}

/** The wanted entries that each wanted entry can't do without: it lies in them, or is stored in them. */
export function dependenciesOf(request: PlanRequest): (entry: Entry) => ReadonlySet<Entry> {
  return neededIn(beginPlan(request).draft.survey);
}

interface BegunPlan {
  readonly draft: Draft;
  readonly needs: Needs;
  readonly withdrawal: Withdrawal;
}

/** All that has to be known before the first step can be planned. */
function beginPlan(request: PlanRequest): BegunPlan {
  const { active, wanted, effects, observed } = request;
  const overlay = new Overlay(observed);
  const present = presentState(active, effects, observed);
  const needs = needsOf(active, wanted);
  const names = new TemporaryNames(request.token);

  const withdrawal = newWithdrawal();
  const question = { present, observed, overlay, effects, needs, names };
  withdrawUnwanted(question, withdrawal);
  const surveyed = survey(wanted, present, overlay, observed);
  withdrawMoved(question, withdrawal, surveyed.ways);

  const draft = newDraft({
    request,
    present,
    survey: surveyed,
    overlay,
    names,
    uses: usesOf(observed.mounts, surveyed, needs),
  });
  return { draft, needs, withdrawal };
}

function planAdditions(draft: Draft): void {
  const { entries, circular } = orderOf(draft.survey);
  const shared = sharedPlaces(draft);
  for (const entry of entries) {
    const other = shared.get(entry);
    if (circular.has(entry)) refuseCircle(draft, entry);
    else if (other !== undefined) refuseSharedPlace(draft, entry, other);
    else planEntry(draft, entry);
  }
  refuseNewWays(draft);
}

function planEntry(draft: Draft, entry: Entry): void {
  if (reportKernelPlace(draft, entry)) return;
  if (holdsOwnSource(draft, entry) && !liesInOwnRoot(draft, entry)) {
    refuseOwnSource(draft, entry);
    return;
  }
  const isUnsafe = reportUnsafe(draft, entry, entry.target);
  const source = ensureSource(draft, entry);
  if (isUnsafe || source === null) return;
  if (isMounted(entry)) planMount(draft, entry, source);
  else planLink(draft, entry, source);
}
