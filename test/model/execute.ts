import { type Effect, withLatestFolders } from "../../src/model/generation.ts";
import { parentOf } from "../../src/model/path.ts";
import type { Plan, Step } from "../../src/model/plan.ts";
import { perform, tidy } from "./perform.ts";
import { type Done, revert } from "./revert.ts";
import { walk } from "./walk.ts";
import type { World } from "./world.ts";

/** Carries out a plan as `execute/execute.ts` does. Throws at the first step that is refused. */
export function carryOut(world: World, plan: Plan): { effects: readonly Effect[]; done: readonly Done[] } {
  const done = plan.steps.map((step) => carryOutStep(world, step));
  finish(world, plan);
  return { effects: effectsOf(world, plan, done), done };
}

export function carryOutStep(world: World, step: Step): Done {
  try {
    return { step, outcome: perform(world, step) };
  } catch (error) {
    // A property test prints the message of an error, and not its cause.
    throw new Error(`a step was refused: ${JSON.stringify(step)}: ${error}`, { cause: error });
  }
}

/** The effects in force once the plan is carried out. */
export function effectsOf(world: World, plan: Plan, done: readonly Done[]): Effect[] {
  const made = done.flatMap(({ outcome }) => outcome.made ?? []);
  return withLatestFolders([...plan.keptEffects, ...made, ...linkFolders(world, plan)]);
}

/** As `execute/execute.ts` has it. */
function linkFolders(world: World, plan: Plan): Effect[] {
  return plan.steps.flatMap((step): Effect[] => {
    if (!["link", "replace-link", "exchange-for-link", "replace-file"].includes(step.kind)) return [];
    if (!("path" in step)) return [];
    const path = parentOf(step.path);
    const folder = walk(world, path);
    if (folder.kind !== "open") return [];
    return [{ kind: "holds-links", path, identity: folder.position.dentry.inode.identity }];
  });
}

/** What waits until the command is on record. */
export function finish(world: World, { afterwards }: Plan): void {
  for (const tidying of afterwards) tidy(world, tidying);
}

export function takeBack(world: World, done: readonly Done[]): void {
  for (const past of [...done].reverse()) revert(world, past);
}
