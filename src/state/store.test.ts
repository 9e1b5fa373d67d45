import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { lacks, need } from "../../test/requirement.ts";
import { emptyIndex, type Generation, type Index } from "../model/generation.ts";
import { join } from "../model/path.ts";
import { exampleGeneration, inNewDirectory, problemOf } from "./example-state.fixture.ts";
import { withActive, withGeneration, withoutGenerations } from "./index-changes.ts";
import { commit, type LockedStore, readGeneration, readIndex, withLockedStore, withStore } from "./store.ts";
import { Unusable } from "./trouble.ts";

const isRoot = process.getuid?.() === 0;
const request = { waitMilliseconds: 0, command: "imp apply" };

function change<T>(path: string, action: (store: LockedStore) => T): Promise<T> {
  return withLockedStore({ path, trusted: null }, request, action);
}

function applyNext(store: LockedStore): Generation {
  const index = readIndex(store);
  const generation = exampleGeneration(index.next);
  expect(commit(store, withGeneration(index, generation, []), generation)).toEqual([]);
  return generation;
}

function stored(path: string): string[] {
  return readdirSync(join(path, "generations")).sort();
}

describe("a store", () => {
  test("is empty where nothing was ever kept, and looking leaves no trace", () =>
    inNewDirectory((base) =>
      withStore({ path: join(base, "state"), trusted: null }, (store) => {
        expect(readIndex(store)).toEqual(emptyIndex);
        expect(problemOf(() => readGeneration(store, 1)).message).toContain("nothing was ever applied");
        expect(existsSync(join(base, "state"))).toBe(false);
      }),
    ));

  test("gives back what was committed", () =>
    inNewDirectory(async (base) => {
      await change(base, (store) => [applyNext(store), applyNext(store), applyNext(store)]);
      await change(base, (store) => commit(store, withActive(readIndex(store), 1, [])));
      await withStore({ path: base, trusted: null }, (store) => {
        const index = readIndex(store);
        expect([index.active, index.previous, index.next]).toEqual([1, 3, 4]);
        expect(readGeneration(store, 2)).toEqual(exampleGeneration(2));
        expect(problemOf(() => readGeneration(store, 9)).message).toContain("generations/9.json is missing");
      });
    }));

  test("removes what is deleted, never uses its number again, and ends what a killed command began", () =>
    inNewDirectory(async (base) => {
      await change(base, (store) => [applyNext(store), applyNext(store), applyNext(store)]);
      await change(base, (store) => commit(store, withoutGenerations(readIndex(store), [2])));
      expect(stored(base)).toEqual(["1.json", "3.json"]);

      writeFileSync(join(base, "generations/2.json"), "deleted by a command that was killed");
      writeFileSync(join(base, "generations/4.json"), "applied by a command that was killed");
      writeFileSync(join(base, ".imp-generations.json.7.tmp"), "half");
      writeFileSync(join(base, "generations/.imp-4.json.7.tmp"), "half");
      expect((await change(base, applyNext)).number).toBe(4);
      expect(stored(base)).toEqual(["1.json", "3.json", "4.json"]);
      expect(readdirSync(base).sort()).toEqual(["generations", "generations.json", "lock"]);
    }));

  test("never changes a generation that is listed", () =>
    inNewDirectory(async (base) => {
      await change(base, (store) => {
        const generation = applyNext(store);
        const again = { ...generation, configText: "other" };
        expect(() => commit(store, readIndex(store), again)).toThrow("exists already");
        expect(readGeneration(store, 1)).toEqual(generation);
      });
    }));

  test("still shows generations beside a damaged index", () =>
    inNewDirectory(async (base) => {
      await change(base, applyNext);
      writeFileSync(join(base, "generations.json"), "{ half");
      await withStore({ path: base, trusted: null }, (store) => {
        expect(problemOf(() => readIndex(store)).help).toContain("imp show 1");
        expect(readGeneration(store, 1)).toEqual(exampleGeneration(1));
      });
    }));

  test("is free again after a command that failed", () =>
    inNewDirectory(async (base) => {
      const failing = change(base, () => {
        throw new Error("on purpose");
      });
      expect(failing).rejects.toThrow("on purpose");
      await failing.catch(() => null);
      await change(base, applyNext);
    }));

  test.skipIf(lacks(need(isRoot, "root: whom it trusts")))(
    "is not read by root if someone else can write one of its files",
    () =>
      inNewDirectory(async (base) => {
        await change(base, applyNext);
        const location = { path: base, trusted: { users: [0], groups: [0] } };
        await withStore(location, (store) => expect(readIndex(store).active).toBe(1));
        chmodSync(join(base, "generations.json"), 0o646);
        chownSync(join(base, "generations/1.json"), 4322, 4322);
        await withStore(location, (store) => {
          expect(problemOf(() => readIndex(store)).message).toContain(
            "generations.json cannot be trusted: everyone",
          );
          expect(problemOf(() => readGeneration(store, 1)).message).toContain(
            "1.json cannot be trusted: it belongs",
          );
        });
      }),
  );
});

describe("a store that the Rust imp kept", () => {
  const recorded = [1, 2].map((number) => ({
    number,
    created_at: "2025-11-05T12:00:00.123456789Z",
    config_path: "imp.toml",
    symlinks: [
      { source: "/mnt/persist/etc/x", target: "/etc/x", backup_path: number === 2 ? "/etc/x.backup" : null },
    ],
    active: number === 2,
  }));
  const text = JSON.stringify(recorded, null, 2);
  const rust = { kindOf: () => "linked-file" as const, configText: () => null };
  const inRustState = (action: (path: string) => Promise<void>) =>
    inNewDirectory(async (path) => {
      writeFileSync(join(path, "generations.json"), text);
      await action(path);
    });

  test("is read without a change", () =>
    inRustState(async (path) => {
      await withStore({ path, trusted: null, rust }, (store) => {
        expect(readIndex(store)).toMatchObject({ active: 2, previous: null, next: 3 });
        expect(readGeneration(store, 1)).toMatchObject({ number: 1, configPath: "imp.toml" });
        expect(problemOf(() => readGeneration(store, 3)).message).toContain("generation 3 cannot be read");
      });
      expect(readdirSync(path)).toEqual(["generations.json"]);
      expect(readFileSync(join(path, "generations.json"), "utf8")).toBe(text);
    }));

  test("is carried over by the first change, and its file kept", () =>
    inRustState(async (path) => {
      mkdirSync(join(path, "generations"));
      writeFileSync(join(path, "generations/1.json"), "left by a carrying over that was killed");
      const before: Index = await withLockedStore({ path, trusted: null, rust }, request, (store) => {
        const index = readIndex(store);
        const generation = exampleGeneration(3);
        commit(store, withGeneration(index, generation, index.effects), generation);
        return index;
      });
      expect(stored(path)).toEqual(["1.json", "2.json", "3.json"]);
      expect(readFileSync(join(path, "generations.json.rust"), "utf8")).toBe(text);
      await withStore({ path, trusted: null }, (store) => {
        expect(readIndex(store)).toMatchObject({
          active: 3,
          previous: 2,
          next: 4,
          effects: [{ kind: "backup", target: "/etc/x", backup: "/etc/x.backup" }],
        });
        expect(readIndex(store).generations.slice(0, 2)).toEqual([...before.generations]);
        expect(readGeneration(store, 1).manifest.entries[0]?.root).toBe("/mnt/persist");
      });
    }));

  test("is damaged like any other", () =>
    inRustState(async (path) => {
      writeFileSync(join(path, "generations.json"), text.slice(0, 99));
      await withStore({ path, trusted: null, rust }, (store) => {
        expect(() => readIndex(store)).toThrow(Unusable);
        expect(() => readGeneration(store, 1)).toThrow(Unusable);
      });
    }));
});
