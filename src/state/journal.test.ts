import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StateDirectory } from "./directory.ts";
import { exampleJournal } from "./example-journal.fixture.ts";
import { inNewState, problemOf } from "./example-state.fixture.ts";
import { readJournal, removeJournal, writeJournal } from "./journal.ts";
import type { LockedStore } from "./store.ts";

/** Nothing of the journal depends on who was the Rust imp, or on a lock that is held. */
function storeIn(directory: StateDirectory): LockedStore {
  return { directory, rust: { kindOf: () => "directory", configText: () => null }, locked: true };
}

const pathIn = (directory: StateDirectory) => join(directory.path, "journal.json");

function inNewStore(action: (store: LockedStore, path: string) => void): Promise<void> {
  return inNewState((directory) => action(storeIn(directory), pathIn(directory)));
}

describe("the journal", () => {
  test("brings back every kind of step as it was", () =>
    inNewStore((store) => {
      writeJournal(store, exampleJournal);
      expect(readJournal(store)).toEqual(exampleJournal);
    }));

  test("is none before the first step and after the last", () =>
    inNewStore((store, path) => {
      expect(readJournal(store)).toBeNull();
      writeJournal(store, exampleJournal);
      removeJournal(store);
      removeJournal(store);
      expect(readJournal(store)).toBeNull();
      expect(existsSync(path)).toBe(false);
    }));

  test("that lacks any one thing, or has one too many, is damaged and stays as it is", () =>
    inNewStore((store, path) => {
      for (const damaged of damagedOnes()) {
        const text = JSON.stringify(damaged);
        writeFileSync(path, text);
        const { message, help } = problemOf(() => readJournal(store));
        expect(message).toStartWith(`${path} is damaged: `);
        expect(help).toContain("run `imp restore`");
        expect(readFileSync(path, "utf8")).toBe(text);
      }
    }));
});

/** The example without each of its keys in turn, and with one more in each place. */
function* damagedOnes(): Generator<unknown> {
  const example = { format: 2, ...exampleJournal };
  const paths = [[], ...exampleJournal.steps.map((_, at) => ["steps", at]), ["afterwards", 0]];
  for (const path of paths) {
    for (const key of [...Object.keys(at(structuredClone(example), path)), "more"]) {
      const journal = structuredClone(example);
      const place = at(journal, path);
      if (key === "more") place[key] = 1;
      else delete place[key];
      yield journal;
    }
  }
}

function at(value: unknown, path: readonly (string | number)[]): Record<string, unknown> {
  let found = value;
  for (const key of path) found = Object(found)[key];
  return Object(found);
}
