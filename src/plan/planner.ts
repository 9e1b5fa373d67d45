import { type Effect, withLatestFolders } from "../model/generation.ts";
import { type Entry, isMounted } from "../model/manifest.ts";
import { parentOf, sortedDeepestFirst } from "../model/path.ts";
import type { Plan, Step } from "../model/plan.ts";
import { activeStateOf } from "./active-state.ts";
import {
  holdsOwnSource,
  liesInOwnRoot,
  refuseCircle,
  refuseMovedPaths,
  refuseOwnSource,
  refuseSharedPlace,
  sharedPlaces,
} from "./clashes.ts";
import { type Draft, newDraft, type PlanRequest, temporaryNames } from "./draft.ts";
import { indexOf } from "./effects.ts";
import { isInPlace } from "./is-in-place.ts";
import { planLink } from "./link.ts";
import { planMount } from "./mount.ts";
import { decideMounts } from "./mount-decisions.ts";
import { neededIn, orderOf } from "./order.ts";
import { PlannedTree } from "./planned-tree.ts";
import { reportKernelPlace, reportUnsafe } from "./problems.ts";
import { planRemovals, withdrawMoved, withdrawUnwanted } from "./removal/removal.ts";
import type { Withdrawal } from "./removal/withdrawal.ts";
import { type RequiredPaths, requiredKeysOf, requiredPathsOf } from "./required-paths.ts";
import { mountsWithin } from "./resolve/mounts-within.ts";
import { ensureSource } from "./sources.ts";

export type { PlanRequest } from "./draft.ts";

/**
 * The one planner behind every command: the ordered steps that bring the live system to the wanted manifest, or all
 * conflicts. It looks only through `request.observed` and changes nothing. An empty plan means that the live system
 * is as wanted.
 */
export function makePlan(request: PlanRequest): Plan {
  return isInPlace(request) ? nothingToDo(request) : planAll(request);
}

function nothingToDo({ effects }: PlanRequest): Plan {
  return { steps: [], afterwards: [], conflicts: [], notices: [], findings: [], keptEffects: effects };
}

/** The same without a look first. */
export function planAll(request: PlanRequest): Plan {
  const { draft, required, withdrawal } = beginPlan(request);
  draft.conflicts.push(...withdrawal.conflicts);
  draft.notices.push(...withdrawal.notices);
  for (const effect of withdrawal.endedEffects) draft.endedEffects.add(effect);
  planRemovals(draft, required, withdrawal);
  planAdditions(draft);
  return {
    steps: [...draft.sourceSteps, ...draft.removalSteps, ...draft.additionSteps],
    // A directory has to be empty to go. It may go by several names, so its place counts.
    afterwards: sortedDeepestFirst(draft.afterwards, ({ path }) => draft.decisions.paths.resolve(path).path),
    conflicts: draft.conflicts,
    notices: draft.notices,
    findings: draft.findings,
    keptEffects: effectsKept(draft),
  };
}

/** The wanted entries that each wanted entry can't do without: it lies in them, or is stored in them. */
export function dependenciesOf(request: PlanRequest): (entry: Entry) => ReadonlySet<Entry> {
  return neededIn(beginPlan(request).draft.decisions);
}

interface BegunPlan {
  readonly draft: Draft;
  readonly required: RequiredPaths;
  readonly withdrawal: Withdrawal;
}

/** All that has to be known before the first step can be planned. */
function beginPlan(request: PlanRequest): BegunPlan {
  const { active, wanted, observed } = request;
  const effects = indexOf(request.effects);
  const tree = new PlannedTree(observed);
  const activeState = activeStateOf(active, request.effects, observed);
  const wantedEntries = new Map(wanted.entries.map((entry) => [entry.target, entry]));
  const required = requiredPathsOf(activeState.entries, wantedEntries);
  const within = mountsWithin(observed.mounts);
  const nameBeside = temporaryNames(request.token);

  const question = { activeState, observed, tree, effects, required, mountsWithin: within, nameBeside };
  const withdrawal = withdrawUnwanted(question);
  const decisions = decideMounts(wantedEntries, activeState, tree, observed);
  withdrawMoved(question, withdrawal, decisions.paths);

  const draft = newDraft({
    request,
    effects,
    activeState,
    decisions,
    tree,
    mountsWithin: within,
    nameBeside,
    requiredKeys: requiredKeysOf(decisions, required),
  });
  return { draft, required, withdrawal };
}

function planAdditions(draft: Draft): void {
  const { entries, circular } = orderOf(draft.decisions);
  const shared = sharedPlaces(draft);
  for (const entry of entries) {
    const other = shared.get(entry);
    if (circular.has(entry)) refuseCircle(draft, entry);
    else if (other !== undefined) refuseSharedPlace(draft, entry, other);
    else planEntry(draft, entry);
  }
  refuseMovedPaths(draft);
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

/** Steps after which what stands at a target is imp's, whatever stood there before. */
const appearances: ReadonlySet<Step["kind"]> = new Set([
  "mount",
  "link",
  "exchange-for-link",
  "replace-file",
]);

/** The directories that wanted symlinks are in. */
function linkFolders(draft: Draft): Set<string> {
  const linked = draft.request.wanted.entries.filter(({ kind }) => kind === "linked-file");
  return new Set(linked.map(({ target }) => parentOf(target)));
}

/** Earlier effects that stay in force, and what was found as wanted. */
function effectsKept(draft: Draft): Effect[] {
  const appeared = new Set(
    draft.additionSteps.filter((step) => appearances.has(step.kind)).map((step) => step.serves),
  );
  const known = new Set<string>();
  const folders = linkFolders(draft);
  return withLatestFolders([...draft.effects.all, ...draft.found]).filter((effect) => {
    if (draft.endedEffects.has(effect)) return false;
    if (effect.kind === "holds-links") return folders.has(effect.path);
    if (effect.kind !== "found" && effect.kind !== "replaced-file") return true;
    const key = `${effect.kind} ${effect.target}`;
    if (appeared.has(effect.target) || known.has(key)) return false;
    known.add(key);
    return true;
  });
}
