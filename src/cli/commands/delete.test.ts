import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inNewPlace, type Place, record } from "./commands.fixture.ts";

/** Runs `action` where generations 1, 2 and 4 are recorded; 4 is active, and 1 was before. */
async function withGenerations(action: (place: Place) => Promise<void>): Promise<void> {
  await inNewPlace(async (place) => {
    await record(place.state, [1, 2, 4]);
    await action({
      ...place,
      imp: (words, settings) => place.imp([...words, "--state-dir", place.state], settings),
    });
  });
}

function numbersIn(state: string): number[] {
  const index = JSON.parse(readFileSync(join(state, "generations.json"), "utf8"));
  return index.generations.map(({ number }: { number: number }) => number);
}

const terminals = ["in", "out", "err"] as const;

describe("delete", () => {
  test("forgets a generation after a yes", async () => {
    await withGenerations(async ({ state, imp }) => {
      for (const [number, answer] of [
        [2, "y"],
        [1, " YES "],
      ] as const) {
        const { out, err, exitCode } = await imp(["delete", String(number)], {
          terminals,
          answers: [answer],
          environment: { NO_COLOR: "1" },
        });
        expect({ out, err, exitCode }).toEqual({
          out: `Deleted generation ${number}.\n`,
          err: `Delete generation ${number}? [y/N] `,
          exitCode: 0,
        });
        expect(existsSync(join(state, `generations/${number}.json`))).toBe(false);
      }
      expect(numbersIn(state)).toEqual([4]);
    });
  });

  test("does nothing after anything else", async () => {
    await withGenerations(async ({ state, imp }) => {
      for (const answers of [["n"], [""], ["yess"], []]) {
        const { out, exitCode } = await imp(["delete", "2"], { terminals: ["in"], answers });
        expect({ out, exitCode }).toEqual({ out: "Aborted.\n", exitCode: 1 });
      }
      expect(numbersIn(state)).toEqual([1, 2, 4]);
    });
  });

  test("refuses if there is nobody to ask", async () => {
    await withGenerations(async ({ state, imp }) => {
      const { err, exitCode } = await imp(["delete", "1", "2"]);
      expect(exitCode).toBe(1);
      expect(err).toContain("Delete generations 1 and 2?");
      expect(err).toContain("--force");
      expect(numbersIn(state)).toEqual([1, 2, 4]);
    });
  });

  test("does not ask with --force, and says nothing with --quiet", async () => {
    await withGenerations(async ({ state, imp }) => {
      expect(await imp(["delete", "2", "1", "--force", "-q"])).toEqual({ out: "", err: "", exitCode: 0 });
      expect(numbersIn(state)).toEqual([4]);
      const index = JSON.parse(readFileSync(join(state, "generations.json"), "utf8"));
      expect(index).toMatchObject({ active: 4, previous: null, next: 5 });
    });
  });

  test("checks all numbers first, and names each that is wrong", async () => {
    await withGenerations(async ({ state, imp }) => {
      const { err, exitCode } = await imp(["delete", "2", "3", "4", "9", "--force"]);
      expect(exitCode).toBe(1);
      expect(err.match(/^error: .*/gm)).toEqual([
        "error: there is no generation 3",
        "error: Cannot delete active generation 4",
        "error: there is no generation 9",
      ]);
      expect(numbersIn(state)).toEqual([1, 2, 4]);
    });
  });

  test("tells in JSON what it deleted", async () => {
    await withGenerations(async ({ imp }) => {
      const aborted = await imp(["delete", "2", "--json"], { terminals: ["in"], answers: ["n"] });
      expect(JSON.parse(aborted.out)).toEqual({ ok: false, command: "delete", deleted: [], warnings: [] });
      const { out, err } = await imp(["delete", "2", "1", "--json", "--force"]);
      expect(JSON.parse(out)).toEqual({ ok: true, command: "delete", deleted: [2, 1], warnings: [] });
      expect(err).toBe("");
    });
  });
});
