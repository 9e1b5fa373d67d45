import type { Effect } from "../model/generation.ts";
import { isMounted } from "../model/manifest.ts";
import { parentsFirst } from "../model/path.ts";
import type { Plan } from "../model/plan.ts";
import type { Draft, PlanRequest } from "./draft.ts";
import { planLink } from "./linking.ts";
import { planMount } from "./mounting.ts";
import { planRemovals } from "./removal.ts";
import { ensureSource } from "./sources.ts";
import { survey } from "./standing.ts";

export type { PlanRequest } from "./draft.ts";

/**
 * The one planner behind every command: the ordered steps that bring the live system to the wanted manifest, or all
 * conflicts. It looks only through `request.observed` and changes nothing. An empty plan means that the live system
 * is as wanted.
 */
export function makePlan(request: PlanRequest): Plan {
  const surveyed = survey(request.active, request.wanted, request.observed);
  const draft: Draft = {
    request,
    before: surveyed.before,
    after: surveyed.after,
    going: surveyed.going,
    sourceSteps: [],
    removalSteps: [],
    additionSteps: [],
    afterwards: [],
    conflicts: [],
    notices: [],
    findings: [],
    found: [],
    endedEffects: new Set(),
    changed: new Map(),
    sourcesNeedRemovals: false,
    temporaryNames: 0,
  };

  planRemovals(draft, surveyed);
  // Parents first: a nested entry appears in what its parent's mount shows.
  for (const entry of [...request.wanted.entries].sort((left, right) =>
    parentsFirst(left.target, right.target),
  )) {
    const source = ensureSource(draft, surveyed, entry);
    if (source === null) continue;
    if (isMounted(entry)) planMount(draft, surveyed, entry, source);
    else planLink(draft, surveyed, entry, source);
  }

  // Copies take long, so they are made while everything is still in its place, unless they need what is beneath.
  const before = draft.sourcesNeedRemovals
    ? [...draft.removalSteps, ...draft.sourceSteps]
    : [...draft.sourceSteps, ...draft.removalSteps];
  return {
    steps: [...before, ...draft.additionSteps],
    // What lies deepest goes first: a directory has to be empty.
    afterwards: draft.afterwards.toSorted((left, right) => parentsFirst(right.path, left.path)),
    conflicts: draft.conflicts,
    notices: draft.notices,
    findings: draft.findings,
    keptEffects: effectsKept(draft),
  };
}

/** Earlier effects that stay in force, and what was found as wanted. What imp makes itself is no longer "found". */
function effectsKept(draft: Draft): Effect[] {
  const made = new Set(
    draft.additionSteps
      .filter((step) => step.kind === "mount" || step.kind === "link")
      .map((step) => step.serves),
  );
  const known = new Set<string>();
  return [...draft.request.effects, ...draft.found].filter((effect) => {
    if (draft.endedEffects.has(effect)) return false;
    if (effect.kind !== "found") return true;
    if (made.has(effect.target) || known.has(effect.target)) return false;
    known.add(effect.target);
    return true;
  });
}
