import { expect, test } from "bun:test";
import { isRoot } from "./machine/machine.ts";
import { runCampaign } from "./races/campaign.ts";
import { scenarios } from "./races/scenarios.ts";

/** For each kind of step, in milliseconds; `npm run test:races` takes more time. */
const duration = Number(process.env["RACE_MILLISECONDS"] ?? 300);
const entries = 40;

if (!isRoot) console.warn("SKIPPED: races with an attacker need root, whom an ordinary user attacks");

for (const scenario of scenarios) {
  test.skipIf(!isRoot)(
    `no swap of a user's directory for a link misleads root: ${scenario.name}`,
    async () => {
      const counts = await runCampaign(scenario, entries, duration);
      expect(counts.rounds).toBeGreaterThan(0);
      expect(counts.swaps).toBeGreaterThan(0);
    },
    duration + 120_000,
  );
}
