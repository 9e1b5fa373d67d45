import { linesOf, persistentPart } from "./picture.ts";
import type { Scenario } from "./scenarios.ts";
import type { Stage } from "./stage.ts";
import { ownWork, parseTrace, type TracedCall } from "./trace.ts";

/** What a scenario leads to without faults. Pictures are lines, see `picture.ts`. */
export interface Expected {
  /** The command did its work. */
  readonly done: readonly string[];
  /** The root was thrown away before the command, or after it, and the next one came. */
  readonly rebootedBefore: readonly string[];
  readonly rebootedAfter: readonly string[];
  /** imp's calls in the command's work: those that change something, and openat(2). */
  readonly work: readonly TracedCall[];
  /** All of them. */
  readonly looks: readonly TracedCall[];
}

/** Runs the scenario without faults. */
export async function expectationOf(stage: Stage, scenario: Scenario): Promise<Expected> {
  const before = await stage.prepare(scenario);
  const { log } = await succeed(stage, scenario.command);
  const done = linesOf(await stage.picture(), before);

  const rebooted = async (words: readonly string[] | null) => {
    const origin = persistentPart(await stage.prepare(scenario));
    if (words !== null) await succeed(stage, words);
    await stage.reboot();
    await succeed(stage, scenario.next);
    return linesOf(await stage.picture(), origin);
  };
  await stage.prepare(scenario);
  const looks = await stage.strike(scenario.command, [], { looks: true });
  return {
    done,
    rebootedBefore: await rebooted(null),
    rebootedAfter: await rebooted(scenario.command),
    work: ownWork(parseTrace(log)),
    looks: ownWork(parseTrace(looks.log)),
  };
}

async function succeed(stage: Stage, words: readonly string[]) {
  const result = await stage.strike(words, []);
  if (result.exitCode === 0) return result;
  throw new Error(`imp ${words.join(" ")}: exit code ${result.exitCode}\n${result.stdout}${result.stderr}`);
}
