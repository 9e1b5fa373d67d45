import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Entry } from "../../src/model/manifest.ts";
import { isInPlace } from "../../src/plan/is-in-place.ts";
import { drifts, machines, manifests } from "./arbitrary.ts";
import { directory, file } from "./build.ts";
import { calmMachines, calmManifests, changingManifests, emptyMachines } from "./calm.ts";
import {
  beginStory,
  carryOut,
  command,
  letHappen,
  type PlanWishes,
  planFor,
  requestFor,
  type Story,
} from "./story.ts";

/** More runs, or other ones: `RUNS=20000 SEED=7 bun test test/model`. */
const runs = Number(process.env["RUNS"] ?? 1000);
/** Milliseconds. */
const patience = 60_000 * Math.ceil(runs / 1000);
const seed = Number(process.env["SEED"] ?? 20_261_123);

const events = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("apply" as const),
      manifest: manifests,
      createSources: fc.constantFrom("asked", "all"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restore" as const), adoptReplaced: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("drift" as const), drift: drifts }) },
);

test(
  "whatever happened before, a plan that is carried out ends as wanted, undone it leads back, and nothing of the user's is lost",
  () => {
    fc.assert(
      fc.property(machines, fc.array(events, { maxLength: 6 }), (machine, list) => {
        const story = beginStory(machine);
        for (const event of list) {
          if (event.kind === "apply") command(story, event.manifest, { createSources: event.createSources });
          else if (event.kind === "restore")
            command(story, story.active, { createSources: "none", adoptReplaced: event.adoptReplaced });
          else letHappen(story, event.drift);
        }
      }),
      { numRuns: runs, seed, includeErrorInReport: true },
    );
  },
  patience,
);

const happenings = fc.oneof(fc.constant(null), fc.constant({ kind: "reboot" } as const), drifts);

/** What an entry wants to show is there already. */
function store(story: Story, { kind, source }: Entry): void {
  letHappen(story, { kind: "put", object: kind === "directory" ? directory(source) : file(source, "y") });
}

test(
  "where a look says that all is in place, the planner has nothing to do",
  () => {
    let inPlace = 0;
    fc.assert(
      fc.property(
        fc.oneof(emptyMachines, calmMachines),
        changingManifests,
        fc.boolean(),
        fc.array(happenings, { minLength: 4, maxLength: 4 }),
        (machine, manifests, isStored, happened) => {
          const story = beginStory(machine);
          if (isStored) for (const entry of manifests[0]?.entries ?? []) store(story, entry);
          for (const [index, manifest] of manifests.entries()) {
            const happening = happened[index] ?? null;
            if (happening !== null) letHappen(story, happening);
            if (isInPlace(requestFor(story, manifest))) inPlace += 1;
            story.commands += 1;
            // It is held against the plan for all entries there.
            const plan = planFor(story, manifest);
            if (plan.conflicts.length > 0) continue;
            try {
              carryOut(story, manifest, plan);
            } catch {
              // The model's kernel refuses what would be undone then: no matter here.
              return;
            }
          }
        },
      ),
      { numRuns: runs, seed, includeErrorInReport: true },
    );
    expect(inPlace).toBeGreaterThan(runs / 10);
  },
  patience,
);

/** Programs save, and save again; now and then the machine is started anew. */
const savings = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("save-over-link" as const),
      which: fc.nat(5),
      bytes: fc.constantFrom("", "x", "y", "z"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "reboot" } as const) },
);

test(
  "files that programs put in the place of links are adopted, and the old sources kept",
  () => {
    let adopted = 0;
    fc.assert(
      fc.property(
        calmMachines,
        calmManifests,
        fc.array(savings, { maxLength: 4 }),
        (machine, manifest, list) => {
          const story = beginStory(machine);
          command(story, manifest);
          for (const event of list) {
            letHappen(story, event);
            adopted += stepsOf(story, { adoptReplaced: true }).filter(
              ({ kind }) => kind === "adopt-file",
            ).length;
            command(story, story.active, { adoptReplaced: true });
          }
        },
      ),
      { numRuns: runs, seed, includeErrorInReport: true },
    );
    expect(adopted).toBeGreaterThan(runs / 10);
  },
  patience,
);

function stepsOf(story: Story, wishes: PlanWishes) {
  return planFor(story, story.active, wishes).steps;
}
