import type { Case } from "./cases.ts";
import {
  type Complaints,
  judgeFailure,
  judgeNext,
  judgeReading,
  judgeSteadiness,
  judgeSystem,
  killed,
  type Outcome,
} from "./judge.ts";
import { linesOf, type Picture } from "./picture.ts";
import type { Stage, TracedResult } from "./stage.ts";
import { parseTrace, signature, strikesElsewhere } from "./trace.ts";
import { stateDirectory } from "./world.ts";

/** What runs without faults lead to, as lines of a picture. */
export interface Expected {
  readonly done: readonly string[];
}

export interface Verdict {
  readonly outcome: Outcome | "missed";
  readonly complaints: Complaints;
}

/** The runtime's own calls before imp's first one are not always as many, so a strike can miss. */
const mostAttempts = 5;

export async function runCase(stage: Stage, struck: Case, expected: Expected): Promise<Verdict> {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const before = await stage.prepare(struck.scenario);
    const result = await stage.strike(struck.scenario.command, struck.strikes);
    if (isHit(struck, result)) return await judge(stage, struck, expected, before, result);
  }
  return { outcome: "missed", complaints: ["the strike misses its call again and again"] };
}

function isHit({ strikes, victim }: Case, { exitCode, log }: TracedResult): boolean {
  if (strikesElsewhere(log) > 0) return false;
  const calls = parseTrace(log);
  const last = strikes.at(-1)?.effect === "SIGKILL" ? calls.at(-1) : calls.findLast(({ injected }) => injected);
  if (strikes.at(-1)?.effect === "SIGKILL" && exitCode !== killed) return false;
  return last !== undefined && (victim === null || signature(last) === victim);
}

async function judge(
  stage: Stage,
  struck: Case,
  { done }: Expected,
  before: Picture,
  result: TracedResult,
): Promise<Verdict> {
  const { scenario } = struck;
  const after = await stage.picture();
  const isKilled = result.exitCode === killed;
  const first = isKilled
    ? { outcome: "killed" as const, complaints: await judgeReadings(stage, after) }
    : judgeFailure(struck, result, before, after, done);
  const complaints = [...first.complaints, ...judgeSteadiness(after, before)];

  if (struck.laterStrikes.length > 0) await stage.strike(scenario.next, struck.laterStrikes);
  const hadJournal = (await stage.picture()).stateNames.includes("journal.json");
  complaints.push(...judgeNext(await stage.imp(scenario.next), hadJournal));
  const settled = await stage.picture();
  const isDone = after.index !== before.index || !scenario.hasGeneration;
  complaints.push(...judgeSystem(settled, before, isDone ? done : linesOf(before, before)));
  complaints.push(...judgeSteadiness(settled, before), ...(await judgeVerify(stage)));

  if (!isDone) {
    // Nothing that the struck command left disturbs the same command when it comes again.
    complaints.push(...judgeNext(await stage.imp(scenario.command), false));
    complaints.push(...judgeSystem(await stage.picture(), before, done), ...(await judgeVerify(stage)));
  }
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
