import { type Case, caseOf, effects, errors, lastingStrikeAt, strikeAt } from "./cases.ts";
import type { Expected } from "./expected.ts";
import type { Scenario } from "./scenarios.ts";
import type { Stage, Strike } from "./stage.ts";
import { isChanging, ownWork, parseTrace, type TracedCall } from "./trace.ts";

/** Each changing call fails with each error, and is once the call before which the command is killed. */
export function everyStrike(scenario: Scenario, { work }: Expected): Case[] {
  return changing(work).flatMap(({ call, place }) =>
    effects.map((effect) => caseOf(scenario, strikeAt(call, place, effect))),
  );
}

/** The command is killed before each changing call, and then the root is thrown away. */
export function everyKillWithReboot(scenario: Scenario, { work }: Expected): Case[] {
  return changing(work).map(({ call, place }) => ({
    ...caseOf(scenario, strikeAt(call, place, "SIGKILL")),
    reboot: true,
  }));
}

/** A call goes on failing from its first, a middle or its last turn on, as on a full or broken disk: also in the undo. */
export function lastingStrikes(scenario: Scenario, { work }: Expected): Case[] {
  const byName = Object.groupBy(work.filter(isChanging), ({ name }) => name);
  return Object.values(byName).flatMap((calls = []) => {
    const turns = new Set([calls[0], calls[Math.floor(calls.length / 2)], calls.at(-1)]);
    return [...turns].flatMap((call) =>
      call === undefined ? [] : errors.map((error) => caseOf(scenario, lastingStrikeAt(call, error))),
    );
  });
}

/** Calls that only look fail. @param every how many of them are passed over for each one */
export function failingLooks(scenario: Scenario, { looks }: Expected, every: number): Case[] {
  return looks
    .filter((call, index) => !isChanging(call) && index % every === 0)
    .map(({ name, turn }) =>
      caseOf(scenario, { call: name, when: String(turn), effect: "EIO", victim: null }),
    );
}

/** The last write fails, and then something in the undo of all that was done before. */
export async function strikesInUndo(stage: Stage, scenario: Scenario, { work }: Expected): Promise<Case[]> {
  const base = lastIndexWrite(work);
  if (base === null) return [];
  await stage.prepare(scenario);
  const { log } = await stage.strike(scenario.command, [base]);
  const calls = changing(ownWork(parseTrace(log)));
  const failed = calls.findIndex(({ call }) => call.injected);
  return calls
    .slice(failed + 1)
    .filter(({ call }) => call.name !== base.call)
    .flatMap(({ call, place }) =>
      ["EIO", "SIGKILL"].map((effect) => caseOf(scenario, base, strikeAt(call, place, effect))),
    );
}

/** The write of the new index, to fail. */
export function lastIndexWrite(work: readonly TracedCall[]): Strike | null {
  const calls = changing(work);
  const end = calls.findLastIndex(
    ({ call }) => call.name === "renameat2" && /"generations\.json"/.test(call.text),
  );
  const write = calls.slice(0, Math.max(end, 0)).findLast(({ call }) => call.name === "write");
  return write === undefined ? null : strikeAt(write.call, write.place, "EIO");
}

/**
 * The command is killed, and the next one, which settles that, is killed too, or something fails in it.
 * @param parts at how many places of the command, evenly spread, it is killed
 */
export async function strikesInSettling(
  stage: Stage,
  scenario: Scenario,
  { work }: Expected,
  parts: number,
): Promise<Case[]> {
  const places = changing(work);
  const cases: Case[] = [];
  for (let part = 1; part <= parts; part += 1) {
    const at = places[Math.floor((part * places.length) / (parts + 1))];
    if (at === undefined) continue;
    const kill = caseOf(scenario, strikeAt(at.call, at.place, "SIGKILL"));
    await stage.prepare(scenario);
    await stage.strike(scenario.command, kill.strikes);
    const { log } = await stage.strike(scenario.next, []);
    for (const { call } of untilSettled(changing(ownWork(parseTrace(log))))) {
      for (const effect of ["EIO", "SIGKILL"]) {
        cases.push({
          ...kill,
          laterStrikes: [{ call: call.name, when: String(call.turn), effect, victim: null }],
        });
      }
    }
  }
  return cases;
}

function untilSettled(calls: readonly PlacedCall[]): readonly PlacedCall[] {
  const end = calls.findIndex(({ call }) => call.name === "unlinkat" && /"journal\.json"/.test(call.text));
  return end < 0 ? calls : calls.slice(0, end + 2);
}

/**
 * As on an older kernel or another filesystem: no mounts beneath others, no files without a name. The calls that then
 * come instead are struck.
 */
export async function strikesWithout(stage: Stage, scenario: Scenario, { work }: Expected): Promise<Case[]> {
  const cases: Case[] = [];
  for (const { call, place } of changing(work)) {
    const error = lacking(call);
    if (error === null) continue;
    const base = strikeAt(call, place, error);
    await stage.prepare(scenario);
    const { log } = await stage.strike(scenario.command, [base]);
    for (const next of changing(ownWork(parseTrace(log))).slice(place + 1, place + 1 + longestDetour)) {
      if (next.call.name === base.call) continue;
      for (const effect of ["EIO", "SIGKILL"]) {
        cases.push(caseOf(scenario, base, strikeAt(next.call, next.place, effect)));
      }
    }
  }
  return cases;
}

/** How many calls the other way takes, at most. */
const longestDetour = 10;

function lacking({ name, text }: TracedCall): string | null {
  if (name === "move_mount" && text.includes("BENEATH")) return "EINVAL";
  if (name === "openat" && text.includes("O_TMPFILE")) return "EOPNOTSUPP";
  return null;
}

interface PlacedCall {
  readonly call: TracedCall;
  readonly place: number;
}

function changing(work: readonly TracedCall[]): PlacedCall[] {
  return work.filter(isChanging).map((call, place) => ({ call, place }));
}
