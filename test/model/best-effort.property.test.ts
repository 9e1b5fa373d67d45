import { expect, test } from "bun:test";
import fc from "fast-check";
import { planPartly } from "../../src/plan/extras/best-effort.ts";
import { drifts } from "./arbitrary.ts";
import { emptyMachines, strictManifests } from "./calm.ts";
import { restorePartly } from "./restore-partly.ts";
import { beginStory, command, letHappen, planFor, requestFor } from "./story.ts";

/** More runs, or other ones: `RUNS=20000 SEED=7 bun test test/model`. */
const runs = Number(process.env["RUNS"] ?? 300);
/** Milliseconds. */
const patience = 60_000 * Math.ceil(runs / 300);
const seed = Number(process.env["SEED"] ?? 20_261_124);

const bestEffort = { bestEffort: true, filesOnly: false };
const restoring = { createSources: "none" } as const;
const events = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("apply" as const), manifest: strictManifests }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("drift" as const), drift: drifts }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("restore" as const), filesOnly: fc.boolean() }) },
);

test(
  "best effort brings about all but what it leaves out, and touches that as little as any other thing",
  () => {
    let [restored, partly] = [0, 0];
    fc.assert(
      fc.property(
        emptyMachines,
        strictManifests,
        fc.array(events, { maxLength: 8 }),
        (machine, first, list) => {
          const story = beginStory(machine);
          command(story, first, { createSources: "all" });
          for (const event of list) {
            if (event.kind === "apply") command(story, event.manifest, { createSources: "all" });
            else if (event.kind === "drift") letHappen(story, event.drift);
            else {
              const { leftOut, wanted } = restorePartly(story, { ...bestEffort, filesOnly: event.filesOnly });
              restored += 1;
              if (leftOut.length > 0 && wanted.entries.length > 0) partly += 1;
            }
          }
        },
      ),
      { numRuns: runs, seed, includeErrorInReport: true },
    );
    expect(restored).toBeGreaterThan(runs / 4);
    expect(partly).toBeGreaterThan(runs / 100);
  },
  patience,
);

test(
  "without conflicts, best effort is the very same plan, and leaves nothing out",
  () => {
    fc.assert(
      fc.property(
        emptyMachines,
        strictManifests,
        fc.array(drifts, { maxLength: 2 }),
        (machine, manifest, list) => {
          const story = beginStory(machine);
          command(story, manifest, { createSources: "all" });
          for (const drift of list) letHappen(story, drift);
          const whole = planFor(story, story.active, restoring);
          const part = planPartly(requestFor(story, story.active, restoring), bestEffort, []);
          if (whole.conflicts.length > 0) expect(part.leftOut.length).toBeGreaterThan(0);
          else expect({ plan: part.plan, leftOut: part.leftOut }).toEqual({ plan: whole, leftOut: [] });
        },
      ),
      { numRuns: runs, seed, includeErrorInReport: true },
    );
  },
  patience,
);
