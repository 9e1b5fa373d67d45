import type { Effect, Generation, Index } from "../../model/generation.ts";
import { emptyManifest, type Manifest } from "../../model/manifest.ts";
import type { Conflict } from "../../model/plan.ts";
import { tolerant } from "../../observe/tolerant.ts";
import type { SourceCreation } from "../../plan/draft.ts";
import { type PartialPlan, planPartly, type Scope } from "../../plan/extras/best-effort.ts";
import { makePlan } from "../../plan/planner.ts";
import { withActive } from "../../state/index-changes.ts";
import { readGeneration, readIndex, type Store, type StoreLocation } from "../../state/store.ts";
import type { ChangeReport } from "../render/change.ts";
import { observing } from "./plan.ts";
import type { ConfigText } from "./problems.ts";

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
  readonly createSources: SourceCreation;
  /** Adopt what programs put in the place of symlinks, whatever the entries say. */
  readonly adoptReplaced: boolean;
  /** How much of what is wanted is to be brought about; absent: all of it, or nothing. */
  readonly scope?: Scope;
  /** Looks into the state for what is wanted; called under the lock, unless nothing is to change. */
  readonly chooseGoal: (store: Store, index: Index, active: Generation | null) => Goal;
}

/** From where to where a command goes. */
export interface Aim {
  readonly index: Index;
  readonly active: Manifest;
  readonly goal: Goal;
}

export function aimAt(request: ChangeRequest, store: Store): Aim {
  const index = readIndex(store);
  const active = index.active === null ? null : readGeneration(store, index.active);
  return { index, active: active?.manifest ?? emptyManifest, goal: request.chooseGoal(store, index, active) };
}

/** @param refused what is known to fail, for a command that leaves such things out */
export function planFor(
  { scope, createSources, adoptReplaced }: ChangeRequest,
  { active, index, goal }: Aim,
  refused: readonly Conflict[] = [],
): PartialPlan {
  const wanted = goal.manifest;
  const request = { active, effects: index.effects, wanted, createSources, adoptReplaced };
  return observing(request, (asked) => {
    if (scope === undefined) return { plan: makePlan(asked), wanted, leftOut: [] };
    const observed = scope.bestEffort ? tolerant(asked.observed) : asked.observed;
    return planPartly({ ...asked, observed }, scope, refused);
  });
}

/** The goal of being as a recorded generation has it: another one, or the active one again. */
export function recordedGoal(index: Index, generation: Generation): Goal {
  const { number, manifest, configPath, configText } = generation;
  return {
    manifest,
    config: { path: configPath, text: configText, generation: number },
    number,
    record: (effects) => ({ index: withActive(index, number, effects) }),
  };
}
