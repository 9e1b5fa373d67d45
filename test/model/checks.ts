import { isDeepStrictEqual } from "node:util";
import type { Conflict, Finding, Plan } from "../../src/model/plan.ts";
import { carryOutStep } from "./execute.ts";
import { type Done, revert } from "./revert.ts";
import { differencesBetween, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { copyWorld, type World } from "./world.ts";

/** What every plan must fulfil. Each check throws an error that shows the plan. */

export function expectNone(what: string, list: readonly unknown[], plan: Plan): void {
  if (list.length === 0) return;
  const lines = list.map((item) => `  ${typeof item === "string" ? item : JSON.stringify(item)}`);
  throw new Error(`${what}:\n${lines.join("\n")}\n${showPlan(plan)}`);
}

function showPlan(plan: Plan): string {
  const actions = [...plan.steps, ...plan.afterwards];
  return `the plan was:\n${actions.map((action) => `  ${JSON.stringify(action)}`).join("\n")}`;
}

/** Conflicts and findings are about entries, and none is said twice. */
export function checkSayings(plan: Plan, targets: ReadonlySet<string>): void {
  const said = new Set<string>();
  const isWrong = (saying: Conflict | Finding) => {
    const text = JSON.stringify([saying.serves, saying.message, "kind" in saying]);
    const isRepeated = said.has(text);
    said.add(text);
    return isRepeated || !targets.has(saying.serves);
  };
  expectNone("conflicts about nothing, or said twice", plan.conflicts.filter(isWrong), plan);
  expectNone("findings about nothing, or said twice", plan.findings.filter(isWrong), plan);
}

/** What is found wrong with an entry is what the plan changes, and the other way round. */
export function checkFindings(plan: Plan, wanted: ReadonlySet<string>): void {
  const found = new Set(plan.findings.map(({ serves }) => serves));
  const acted = new Set([...plan.steps, ...plan.afterwards].map(({ serves }) => serves));
  const idle = plan.findings.filter(({ serves }) => !acted.has(serves));
  expectNone("findings that nothing is done about", idle, plan);
  // Making room, and tidying up, also serves what is not there any more.
  const unexplained = plan.steps.filter(
    ({ serves, kind }) => wanted.has(serves) && !found.has(serves) && !makesRoom.has(kind),
  );
  expectNone("steps without a finding", unexplained, plan);
}

const makesRoom: ReadonlySet<string> = new Set(["set-aside", "put-back", "unlink"]);

export function checkEmpty(plan: Plan, made: Plan): void {
  expectNone("verify finds something", plan.findings, made);
  expectNone("verify would refuse", plan.conflicts, made);
  expectNone("verify plans something", [...plan.steps, ...plan.afterwards], made);
}

/** Who may not see everything finds nothing wrong that is right, and nothing right that is wrong. */
export function checkLimitedView(limited: Plan, full: Plan): void {
  const wrong = new Set(full.findings.map(({ serves }) => serves));
  const accused = limited.findings.filter(({ serves, kind }) => kind !== "unknown" && !wrong.has(serves));
  expectNone("wrong to a person who may not see everything", accused, full);
  const doubted = new Set(limited.findings.map(({ serves }) => serves));
  const overlooked = full.findings.filter(({ serves }) => !doubted.has(serves));
  expectNone("right to a person who may not see everything", overlooked, full);
}

/** In a copy of the world: whatever prefix of the plan was carried out, undoing it leads back. */
export function checkUndoing(original: World, plan: Plan): void {
  const world = copyWorld(original);
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
      const what = `undoing was refused: ${JSON.stringify(past.step)}: ${error}`;
      throw new Error(`${what}\n${showPlan(plan)}`, { cause: error });
    }
    const expected = snapshots.pop();
    if (expected !== undefined) {
      const differences = differencesBetween(expected, takeSnapshot(world));
      expectNone(`undoing ${JSON.stringify(past.step)} does not lead back`, differences, plan);
    }
  }
}

/** What is planned with a look at what is in place is what is planned for all entries with care. */
export function checkSamePlan(plan: Plan, whole: Plan): void {
  if (isDeepStrictEqual(plan, whole)) return;
  expectNone("the plan with care is another", [whole], plan);
}
