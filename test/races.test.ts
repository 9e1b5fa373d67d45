import { afterAll, describe, expect, test } from "bun:test";
import { isRoot } from "./machine/machine.ts";
import { lacks, need } from "./machine/requirement.ts";
import { runCampaign } from "./races/campaign.ts";
import type { Counts } from "./races/counts.ts";
import { usesUntilAstray } from "./races/plain-paths.ts";
import { runSaving, type SavingCounts, savings } from "./races/saving.ts";
import { scenarios } from "./races/scenarios.ts";
import { countTables } from "./races/table.ts";
import { tricks } from "./races/tricks.ts";

/** `npm run test:races` attacks for minutes; as a part of all tests, each scenario has a fraction of a second. */
const isFull = process.env["IMP_RACES"] === "full";
const entries = isFull ? 60 : 12;
const milliseconds = isFull ? 9_000 : 120;
const timeout = isFull ? 120_000 : 60_000;

/** As the issue has it, for an attack by exchanges alone, on a machine with nothing else to do. */
const slowestAttack = 100_000;

const campaigns: Counts[] = [];
const saved: SavingCounts[] = [];

afterAll(() => {
  if (isFull) console.log(`\n${countTables(campaigns, saved)}\n`);
});

describe.skipIf(lacks(need(isRoot, "root: attacks of one user on another's commands")))(
  "under attack",
  () => {
    test(
      "a program that uses plain paths goes astray, so the attack is one",
      async () => {
        expect(await usesUntilAstray(30_000)).not.toBeNull();
      },
      timeout,
    );

    for (const scenario of [...scenarios, ...tricks]) {
      test(
        `nothing of root's changes, and each command is whole: ${scenario.name}`,
        async () => {
          const counts = await runCampaign(scenario, entries, milliseconds);
          campaigns.push(counts);
          expect(counts.swaps).toBeGreaterThan(0);
          if (isFull && scenario.attacker === undefined) {
            expect((counts.swaps / counts.milliseconds) * 1000).toBeGreaterThan(slowestAttack);
          }
        },
        timeout,
      );
    }

    for (const saving of savings) {
      test(
        `nothing that a program saves is lost: ${saving.name}`,
        async () => {
          saved.push(await runSaving(saving, entries, milliseconds));
        },
        timeout,
      );
    }
  },
);
