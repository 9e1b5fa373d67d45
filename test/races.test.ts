import { afterAll, describe, expect, test } from "bun:test";
import { isRoot, lackOfMachines } from "./machine/machine.ts";
import { runCampaign } from "./races/campaign.ts";
import type { Counts } from "./races/counts.ts";
import { usesUntilAstray } from "./races/plain-paths.ts";
import { runSaving, type SavingCounts, savings } from "./races/saving.ts";
import { scenarios } from "./races/scenarios.ts";
import { countTables } from "./races/table.ts";
import { tricks } from "./races/tricks.ts";
import { lacks, need } from "./requirement.ts";

/** `npm run test:races` gives each scenario that many seconds; as a part of all tests it has a fraction of one. */
const seconds = Number(process.env["IMP_RACES"] ?? 0);
const isFull = seconds > 0;
const entries = isFull ? 60 : 12;
const milliseconds = isFull ? seconds * 1000 : 120;
const timeout = milliseconds + 120_000;

/** Exchanges in a second, of an attack that only exchanges; on a machine that does other things too. */
const slowestAttack = 20_000;

const campaigns: Counts[] = [];
const saved: SavingCounts[] = [];

afterAll(() => {
  if (isFull) console.log(`\n${countTables(campaigns, saved)}\n`);
});

describe.skipIf(lacks(lackOfMachines, need(isRoot, "root: attacks of one user on another's commands")))(
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
