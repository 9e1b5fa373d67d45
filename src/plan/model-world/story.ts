import type { Effect } from "../../model/generation.ts";
import { emptyManifest, type Manifest } from "../../model/manifest.ts";
import type { Plan } from "../../model/plan.ts";
import { makePlan } from "../planner.ts";
import { complaints } from "./appearance.ts";
import { type Machine, startMachine } from "./build.ts";
import { type Drift, drift } from "./drift.ts";
import { carryOutStep, effectsOf, finish } from "./execute.ts";
import { losses, noteTouched, type Touched, takeInventory } from "./losses.ts";
import { observe } from "./observe.ts";
import { type Done, revert } from "./revert.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import { copyWorld, type World } from "./world.ts";

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

export function planFor(story: Story, wanted: Manifest, createSources = false): Plan {
  return makePlan({
    active: story.active,
    effects: story.effects,
    wanted,
    observed: observe(story.world),
    createSources,
    stamp: `20250102_0304${String(story.commands % 60).padStart(2, "0")}`,
    token: `t${story.commands}`,
  });
}

export function letHappen(story: Story, event: Drift): void {
  drift(story.world, story.machine, event);
}

/**
 * Runs a command as a person would, and checks all that imp promises of it.
 * @returns false if it was refused because of conflicts
 */
export function command(story: Story, wanted: Manifest, createSources = false): boolean {
  story.commands += 1;
  const plan = planFor(story, wanted, createSources);
  checkConflicts(story, wanted, plan);
  if (plan.conflicts.length > 0) return false;

  checkUndoing(story, plan);
  const before = takeInventory(story.world);
  const touched: Touched = { access: new Set(), renamed: new Set(), replaced: new Map() };
  const done = plan.steps.map((step) => {
    noteTouched(story.world, step, touched);
    return carryOutStep(story.world, step);
  });
  finish(story.world, plan);
  const permission = { active: story.active, wanted, effects: story.effects, steps: plan.steps, touched };
  expectNone(
    "something was lost",
    losses(before, story.world, { ...permission, ownMounts: story.ownMounts }),
    plan,
  );
  for (const mount of story.world.mounts) if (!before.mounts.has(mount)) story.ownMounts.add(mount.id);

  story.active = wanted;
  story.effects = effectsOf(plan, done);
  expectNone("it does not look as wanted", complaints(story.world, wanted), plan);
  checkEmpty(planFor(story, wanted), plan);
  return true;
}

/** Every conflict is about an entry, and none is said twice. */
function checkConflicts(story: Story, wanted: Manifest, plan: Plan): void {
  const targets = new Set([...story.active.entries, ...wanted.entries].map(({ target }) => target));
  const said = new Set<string>();
  for (const conflict of plan.conflicts) {
    const text = `${conflict.serves}: ${conflict.message}`;
    if (!targets.has(conflict.serves)) throw new Error(`a conflict about no entry: ${text}`);
    if (said.has(text)) throw new Error(`a conflict is said twice: ${text}`);
    said.add(text);
  }
}

function checkEmpty(plan: Plan, made: Plan): void {
  expectNone("verify finds something", plan.findings, made);
  expectNone("verify would refuse", plan.conflicts, made);
  expectNone("verify plans something", [...plan.steps, ...plan.afterwards], made);
}

/** In a copy of the world: whatever prefix of the plan was carried out, undoing it leads back. */
function checkUndoing(story: Story, plan: Plan): void {
  const world = copyWorld(story.world);
  const snapshots: Snapshot[] = [];
  const done: Done[] = [];
  for (const step of plan.steps) {
    snapshots.push(takeSnapshot(world));
    done.push(carryOutStep(world, step));
  }
  for (const past of done.reverse()) {
    try {
      revert(world, past);
    } catch (error) {
      throw new Error(`undoing was refused: ${JSON.stringify(past.step)}\n${showPlan(plan)}`, {
        cause: error,
      });
    }
    const expected = snapshots.pop();
    if (expected !== undefined) {
      const differences = differencesBetween(expected, takeSnapshot(world));
      expectNone(`undoing ${JSON.stringify(past.step)} does not lead back`, differences, plan);
    }
  }
}

/**
 * What differs between two snapshots. One symlink is as good as another with the same text.
 */
export function differencesBetween(left: Snapshot, right: Snapshot): string[] {
  const places = new Set([...left.objects.keys(), ...right.objects.keys()]);
  const differences: string[] = [];
  for (const place of places) {
    const [before, after] = [left.objects.get(place), right.objects.get(place)];
    if (before?.text !== after?.text) differences.push(`${place}: ${before?.text} became ${after?.text}`);
    else if (before?.identity.birth !== after?.identity.birth) {
      if (before?.text.startsWith("symlink") !== true) differences.push(`${place}: is another`);
    }
  }
  const mounts = [left.mounts, right.mounts].map((list) => list.join("\n"));
  if (mounts[0] !== mounts[1]) differences.push(`mounts:\n${mounts[0]}\nbecame\n${mounts[1]}`);
  return differences;
}

function expectNone(what: string, list: readonly unknown[], plan: Plan): void {
  if (list.length === 0) return;
  const lines = list.map((item) => `  ${typeof item === "string" ? item : JSON.stringify(item)}`);
  throw new Error(`${what}:\n${lines.join("\n")}\n${showPlan(plan)}`);
}

function showPlan(plan: Plan): string {
  return `the plan was:\n${plan.steps.map((step) => `  ${JSON.stringify(step)}`).join("\n")}`;
}
