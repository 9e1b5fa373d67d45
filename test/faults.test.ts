import { beforeAll, describe, expect, test } from "bun:test";
import { type Case, nameOf } from "./faults/cases.ts";
import { breachesOf } from "./faults/durability.ts";
import { everyNth, type Group, groupsOf, oneOfEachKind, titles } from "./faults/groups.ts";
import { runAll } from "./faults/lanes.ts";
import { lastIndexWrite } from "./faults/matrix.ts";
import { missing } from "./faults/requirements.ts";
import { scenarios } from "./faults/scenarios.ts";
import { Stage } from "./faults/stage.ts";
import { lacks } from "./requirement.ts";

/**
 * A sample of what `npm run test:faults` runs in full: the built executable applies a configuration that differs from
 * the one before in every way that there is, while system calls fail and the process is killed.
 */

const lanes = 2;
/** Milliseconds, also for a machine that does many other things. */
const patience = 180_000;

describe.skipIf(lacks(...missing))("a command that something happens to", () => {
  let groups: readonly Group[] = [];

  beforeAll(async () => {
    await using stage = await Stage.start();
    const [apply] = scenarios;
    if (apply !== undefined) groups = await groupsOf(stage, apply);
  }, patience);

  /** The cases that go wrong, with what is wrong about them. */
  async function wrongOnes(title: string, choose: (cases: readonly Case[]) => Case[]): Promise<string[]> {
    const group = groups.find((candidate) => candidate.title === title);
    if (group === undefined) throw new Error(`there are no cases of: ${title}`);
    const { expected } = group;
    const wrong: string[] = [];
    await runAll(
      choose(group.cases).map((struck) => ({ title, expected, struck })),
      lanes,
      ({ struck, verdict }) => {
        if (verdict.complaints.length > 0) wrong.push(`${nameOf(struck)}\n${verdict.complaints.join("\n")}`);
      },
    );
    return wrong;
  }

  function holds(sentence: string, title: string, choose: (cases: readonly Case[]) => Case[]): void {
    test(sentence, async () => expect(await wrongOnes(title, choose)).toEqual([]), patience);
  }

  holds(
    "changes nothing and says why if a call fails; if it is killed, the next command settles that",
    titles.single,
    oneOfEachKind,
  );
  holds("leaves the rest to the next command if a call goes on failing", titles.lasting, (cases) =>
    everyNth(cases, 40),
  );
  holds("is undone by the next command if its own undo fails or is killed", titles.undo, (cases) =>
    everyNth(cases, 20),
  );
  holds("is settled in the end, though settling fails or is killed too", titles.settling, (cases) =>
    everyNth(cases, 40),
  );
  holds("is settled on a new root after a kill and a reboot", titles.reboot, (cases) => everyNth(cases, 40));
  test(
    "has everything on the disk before the record that relies on it, and so has its undo",
    async () => {
      await using stage = await Stage.start();
      for (const scenario of scenarios) {
        await stage.prepare(scenario);
        const { log } = await stage.strike(scenario.command, [], { paths: true });
        expect({ scenario: scenario.name, breaches: breachesOf(log) }).toEqual({
          scenario: scenario.name,
          breaches: [],
        });
      }
      const [apply] = scenarios;
      const failing = lastIndexWrite(groups[0]?.expected.work ?? []);
      if (apply === undefined || failing === null) throw new Error("there is nothing to undo");
      await stage.prepare(apply);
      const { exitCode, log } = await stage.strike(apply.command, [failing], { paths: true });
      expect(exitCode).toBe(1);
      expect(breachesOf(log)).toEqual([]);
    },
    patience,
  );
  holds("is undone too where the kernel or the filesystem cannot do all", titles.without, (cases) =>
    everyNth(cases, 8),
  );
});
