import type { Effect } from "../../src/model/generation.ts";
import { emptyManifest, type Manifest } from "../../src/model/manifest.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { PlanRequest, SourceCreation } from "../../src/plan/draft.ts";
import { makePlan, planAll } from "../../src/plan/planner.ts";
import { complaints } from "./appearance.ts";
import { type Machine, startMachine } from "./build.ts";
import {
  checkEmpty,
  checkFindings,
  checkLimitedView,
  checkSamePlan,
  checkSayings,
  checkUndoing,
  expectNone,
} from "./checks.ts";
import { type Drift, drift } from "./drift.ts";
import { carryOutStep, effectsOf, finish } from "./execute.ts";
import { losses, noteTouched, type Touched, takeInventory } from "./losses.ts";
import { observe } from "./observe.ts";
import { checkQuiet, quietEntries } from "./quiet.ts";
import type { Viewer } from "./walk.ts";
import type { World } from "./world.ts";

/** A machine with imp on it, from its first start on. */
export interface Story {
  readonly machine: Machine;
  world: World;
  active: Manifest;
  effects: readonly Effect[];
  /** Ids of the mounts that imp made. */
  readonly ownMounts: Set<number>;
  commands: number;
}

export function beginStory(machine: Machine): Story {
  return {
    machine,
    world: startMachine(machine),
    active: emptyManifest,
    effects: [],
    ownMounts: new Set(),
    commands: 0,
  };
}

export interface PlanWishes {
  readonly createSources?: SourceCreation;
  /** As with `--adopt-replaced`. */
  readonly adoptReplaced?: boolean;
  readonly viewer?: Viewer;
}

export function planFor(story: Story, wanted: Manifest, wishes: PlanWishes = {}): Plan {
  const request = requestFor(story, wanted, wishes);
  const plan = makePlan(request);
  checkSamePlan(plan, planAll(request));
  return plan;
}

export function requestFor(story: Story, wanted: Manifest, wishes: PlanWishes = {}): PlanRequest {
  return {
    active: story.active,
    effects: story.effects,
    wanted,
    observed: observe(story.world, wishes.viewer ?? 0),
    createSources: wishes.createSources ?? "asked",
    adoptReplaced: wishes.adoptReplaced ?? false,
    stamp: `20250102_03${String(Math.floor(story.commands / 60)).padStart(2, "0")}${String(story.commands % 60).padStart(2, "0")}`,
    token: `t${story.commands}`,
  };
}

export function letHappen(story: Story, event: Drift): void {
  drift(story.world, story.machine, event);
}

const ordinaryUser: Viewer = 1000;

/**
 * Runs a command as a person would, and checks all that imp promises of it.
 * @returns false if it was refused because of conflicts
 */
export function command(story: Story, wanted: Manifest, wishes: Omit<PlanWishes, "viewer"> = {}): boolean {
  story.commands += 1;
  const { world, active } = story;
  const plan = planFor(story, wanted, wishes);
  const targets = new Set(wanted.entries.map(({ target }) => target));
  checkSayings(plan, new Set([...targets, ...active.entries.map(({ target }) => target)]));
  checkLimitedView(planFor(story, wanted, { ...wishes, viewer: ordinaryUser }), plan);
  if (plan.conflicts.length > 0) return false;

  checkFindings(plan, targets);
  checkUndoing(world, plan);
  carryOutChecked(story, wanted, plan);
  expectNone("it does not look as wanted", complaints(world, wanted), plan);
  checkEmpty(planFor(story, wanted), plan);
  return true;
}

export function carryOutChecked(story: Story, wanted: Manifest, plan: Plan): void {
  const { world, active, effects, ownMounts } = story;
  const before = takeInventory(world);
  const quiet = quietEntries(world, active, wanted);
  const touched: Touched = { access: new Set(), renamed: new Set(), replaced: new Map() };
  const done = plan.steps.map((step) => {
    noteTouched(world, step, touched);
    return carryOutStep(world, step);
  });
  finish(world, plan);
  const lost = losses(before, world, { active, wanted, effects, touched, ownMounts });
  expectNone("something was lost", lost, plan);
  checkQuiet(world, quiet, plan);
  for (const mount of world.mounts) if (!before.mounts.has(mount)) ownMounts.add(mount.id);
  story.active = wanted;
  story.effects = effectsOf(world, plan, done);
}

/** Carries a plan out, and leaves the checks to others. */
export function carryOut(story: Story, wanted: Manifest, plan: Plan): void {
  const done = plan.steps.map((step) => carryOutStep(story.world, step));
  finish(story.world, plan);
  story.active = wanted;
  story.effects = effectsOf(story.world, plan, done);
}
