import { afterAll, describe, expect, test } from "bun:test";
import { fuzzExecutable } from "./fuzz/executable.ts";
import { fuzzConfigurations, fuzzState } from "./fuzz/in-process.ts";
import type { FuzzCounts } from "./fuzz/outcome.ts";
import { isRoot, lackOfMachines } from "./machine/machine.ts";
import { markdownTable } from "./machine/table.ts";
import { lacks, need } from "./requirement.ts";

/** `npm run test:fuzz` tries many more files than all tests together do. `IMP_FUZZ_SEED` makes them other ones. */
const isFull = process.env["IMP_FUZZ"] === "full";
const seed = Number(process.env["IMP_FUZZ_SEED"] ?? 1);
const readCases = isFull ? 20_000 : 500;
const executedCases = isFull ? 2_500 : 100;
const timeout = isFull ? 300_000 : 60_000;

const all: FuzzCounts[] = [];

/** Some damage is none; where nothing or all is accepted, no reader was put to the test. */
function expectBoth(counts: FuzzCounts, cases: number): void {
  all.push(counts);
  expect(counts.cases).toBe(cases);
  expect(counts.accepted).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(counts.accepted);
}

afterAll(() => {
  if (!isFull) return;
  const head = ["damaged files", "cases", "refused with a message", "still good", "slowest, ms"];
  const rows = all.map(({ what, cases, refused, accepted, slowest }) => [
    what,
    cases,
    refused,
    accepted,
    Math.round(slowest),
  ]);
  console.log(`\n${markdownTable(head, rows).join("\n")}\n\nseed ${seed}\n`);
});

describe("a damaged file is read, or refused with a message; there is no crash and no end of waiting", () => {
  test("configurations", () => expectBoth(fuzzConfigurations(readCases, seed), readCases), timeout);

  test(
    "indexes, those of the Rust imp, generations and journals, which stay as they are",
    () => {
      for (const counts of fuzzState(readCases, seed)) expectBoth(counts, readCases);
    },
    timeout,
  );

  test.skipIf(
    lacks(
      lackOfMachines,
      need(isRoot, "root: damaged journals are settled on a machine that can't reach the host"),
    ),
  )(
    "all of them, by the executable itself",
    async () => expectBoth(await fuzzExecutable(executedCases, seed), executedCases),
    timeout,
  );
});
