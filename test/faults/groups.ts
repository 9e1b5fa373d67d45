import { type Case, nameOf } from "./cases.ts";
import { type Expected, expectationOf } from "./expected.ts";
import {
  everyKillWithReboot,
  everyStrike,
  failingLooks,
  lastingStrikes,
  strikesInSettling,
  strikesInUndo,
  strikesWithout,
} from "./matrix.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import type { Stage } from "./stage.ts";

/** Cases that show the same thing, of one scenario. */
export interface Group {
  readonly title: string;
  readonly expected: Expected;
  readonly cases: readonly Case[];
}

export const titles = {
  single: "one call fails, or the command is killed before it",
  lasting: "a call goes on failing, in the undo too",
  undo: "something fails, or a kill comes, in the undo",
  settling: "something fails, or a kill comes, while a killed command is settled",
  reboot: "a kill, and the root is thrown away",
  without: "an older kernel or another filesystem, and then something fails or a kill comes",
  looking: "a call that only looks fails",
} as const;

/** All cases that there are; each group takes some runs to find out what there is to strike. */
export async function allGroups(stage: Stage): Promise<Group[]> {
  const groups: Group[] = [];
  for (const scenario of scenarios) groups.push(...(await groupsOf(stage, scenario)));
  return groups.filter(({ cases }) => cases.length > 0);
}

/** Of the calls that only look, one of so many fails: most of them are alike. */
const looksPassedOver = 5;

/** At how many places a command is killed whose settling is then struck in every call. */
const killsSettled = 2;

export async function groupsOf(stage: Stage, scenario: Scenario): Promise<Group[]> {
  const expected = await expectationOf(stage, scenario);
  const group = (title: string, cases: readonly Case[]): Group => ({ title, expected, cases });
  return [
    group(titles.single, everyStrike(scenario, expected)),
    group(titles.lasting, lastingStrikes(scenario, expected)),
    group(titles.undo, await strikesInUndo(stage, scenario, expected)),
    group(titles.settling, await strikesInSettling(stage, scenario, expected, killsSettled)),
    group(titles.reboot, everyKillWithReboot(scenario, expected)),
    group(titles.without, await strikesWithout(stage, scenario, expected)),
    group(titles.looking, failingLooks(scenario, expected, looksPassedOver)),
  ];
}

/** One case of each call and effect, not always the first. */
export function oneOfEachKind(cases: readonly Case[]): Case[] {
  const kinds = Map.groupBy(cases, (candidate) => nameOf(candidate).replaceAll(/\d+/g, ""));
  return [...kinds.values()].flatMap((alike, kind) => alike[(kind * largePrime) % alike.length] ?? []);
}

const largePrime = 7919;

export function everyNth(cases: readonly Case[], every: number): Case[] {
  return cases.filter((_case, index) => index % every === every - 1);
}
