import { aimAgain, isHit } from "./aim.ts";
import type { Case } from "./cases.ts";
import type { Expected } from "./expected.ts";
import {
  type Complaints,
  judgeFailure,
  judgeNext,
  judgeReading,
  judgeRemains,
  judgeSteadiness,
  judgeSystem,
  killed,
  type Outcome,
} from "./judge.ts";
import { linesOf, type Picture, persistentPart } from "./picture.ts";
import type { Stage, TracedResult } from "./stage.ts";
import { stateDirectory } from "./world.ts";

export interface Verdict {
  readonly outcome: Outcome | "missed";
  readonly complaints: Complaints;
}

/** On a busy machine the runtime makes a call more or less in many runs. */
const mostAttempts = 20;

export async function runCase(stage: Stage, struck: Case, expected: Expected): Promise<Verdict> {
  let strikes = struck.strikes;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const before = await stage.prepare(struck.scenario);
    const result = await stage.strike(struck.scenario.command, strikes);
    if (isHit(strikes, result)) return await judge(stage, struck, expected, before, result);
    strikes = aimAgain(strikes, result);
  }
  return { outcome: "missed", complaints: ["the strike misses its call again and again"] };
}

async function judge(
  stage: Stage,
  struck: Case,
  expected: Expected,
  before: Picture,
  result: TracedResult,
): Promise<Verdict> {
  const { scenario, reboot } = struck;
  const after = await stage.picture();
  const first =
    result.exitCode === killed
      ? { outcome: "killed" as const, complaints: await judgeReadings(stage, after) }
      : judgeFailure(struck, result, before, after, expected.done);
  const complaints = [...first.complaints, ...judgeSteadiness(after, before)];

  if (reboot) await stage.reboot();
  if (struck.laterStrikes.length > 0) await stage.strike(scenario.next, struck.laterStrikes);
  const hadJournal = (await stage.picture()).stateNames.includes("journal.json");
  complaints.push(...judgeNext(await stage.imp(scenario.next), hadJournal));
  const settled = await stage.picture();

  const isDone = after.index !== before.index;
  const old = scenario.nextWorksToo ? expected.done : linesOf(before, before);
  if (reboot) {
    const wanted = isDone ? expected.rebootedAfter : expected.rebootedBefore;
    complaints.push(...judgeSystem(linesOf(settled, persistentPart(before)), wanted, reboot));
  } else {
    complaints.push(...judgeSystem(linesOf(settled, before), isDone ? expected.done : old, reboot));
    complaints.push(...judgeSteadiness(settled, before));
  }
  complaints.push(...judgeRemains(settled), ...(await judgeVerify(stage)));
  if (complaints.length === 0 && !isDone && !reboot && !scenario.nextWorksToo) stage.keep(scenario);
  return { outcome: first.outcome, complaints };
}

async function judgeReadings(stage: Stage, after: Picture): Promise<Complaints> {
  const isPending = after.stateNames.includes("journal.json");
  const complaints: string[] = [];
  for (const words of ["list", "current", "verify"]) {
    const result = await stage.imp(["--state-dir", stateDirectory, words]);
    complaints.push(...judgeReading(words, result, isPending));
  }
  return complaints;
}

async function judgeVerify(stage: Stage): Promise<Complaints> {
  const { exitCode, stdout, stderr } = await stage.imp(["--state-dir", stateDirectory, "verify"]);
  return exitCode === 0 ? [] : [`verify ends with ${exitCode}: ${stdout}${stderr}`];
}
