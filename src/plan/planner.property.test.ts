import { test } from "bun:test";
import fc from "fast-check";
import { drifts, machines, manifests } from "./model-world/arbitrary.ts";
import { beginStory, command, letHappen } from "./model-world/story.ts";

/** More runs, or other ones: `RUNS=20000 SEED=7 bun test src/plan`. */
const runs = Number(process.env["RUNS"] ?? 1000);
const seed = Number(process.env["SEED"] ?? 20_261_123);

const events = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("apply" as const),
      manifest: manifests,
      createSources: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restore" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("drift" as const), drift: drifts }) },
);

test("whatever happened before, a plan that is carried out ends as wanted, undone it leads back, and nothing of the user's is lost", () => {
  fc.assert(
    fc.property(machines, fc.array(events, { maxLength: 6 }), (machine, list) => {
      const story = beginStory(machine);
      for (const event of list) {
        if (event.kind === "apply") command(story, event.manifest, event.createSources);
        else if (event.kind === "restore") command(story, story.active);
        else letHappen(story, event.drift);
      }
    }),
    { numRuns: runs, seed },
  );
}, 60_000);
