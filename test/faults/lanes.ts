import type { Case } from "./cases.ts";
import type { Expected } from "./expected.ts";
import { runCase, type Verdict } from "./run-case.ts";
import { Stage } from "./stage.ts";

export interface Task {
  readonly title: string;
  readonly struck: Case;
  readonly expected: Expected;
}

export interface Finished extends Task {
  readonly verdict: Verdict;
}

/** Runs the cases, some at a time, each on a machine that no case before it left in disorder. */
export async function runAll(
  tasks: readonly Task[],
  lanes: number,
  report: (finished: Finished) => void,
): Promise<void> {
  const waiting = [...tasks].reverse();
  async function runLane(): Promise<void> {
    let stage: Stage | null = null;
    for (let task = waiting.pop(); task !== undefined; task = waiting.pop()) {
      stage ??= await Stage.start();
      const verdict = await tryCase(stage, task);
      report({ ...task, verdict });
      if (verdict.complaints.length === 0) continue;
      await stage[Symbol.asyncDispose]();
      stage = null;
    }
    await stage?.[Symbol.asyncDispose]();
  }
  await Promise.all(Array.from({ length: lanes }, runLane));
}

async function tryCase(stage: Stage, { struck, expected }: Task): Promise<Verdict> {
  try {
    return await runCase(stage, struck, expected);
  } catch (error) {
    return { outcome: "missed", complaints: [`the test itself failed: ${error}`] };
  }
}
