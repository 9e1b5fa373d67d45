import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import fc from "fast-check";
import { lacks, need } from "../../test/requirement.ts";
import type { Index } from "../model/generation.ts";
import { join } from "../model/path.ts";
import type { Trusted } from "./caller.ts";
import { exampleIndex, inNewDirectory } from "./example-state.ts";
import { indexName, journalName } from "./file-names.ts";
import { indexAtGlance } from "./glance.ts";
import { readIndex, withStore } from "./store.ts";
import { judgeWay } from "./trust.ts";
import { isBeyondReach } from "./trusted-place.ts";

const isRoot = process.getuid?.() === 0;
const caller = 4321;
const stranger = 4322;
const trusted: Trusted = { users: [0, caller], groups: [0, caller] };

const exampleText = JSON.stringify(exampleIndex, null, 2);

/** Runs `action` with the path of a state that has the index. */
function inState(action: (path: string) => void | Promise<void>): Promise<void> {
  return inNewDirectory((base) => {
    const path = join(base, "state");
    mkdirSync(path);
    chmodSync(path, 0o755);
    writeFileSync(join(path, indexName), exampleText);
    chmodSync(join(path, indexName), 0o644);
    return action(path);
  });
}

/** What the long way makes of it; null if it fails. */
async function looked(path: string): Promise<Index | null> {
  try {
    return await withStore({ path, trusted: null }, readIndex);
  } catch {
    return null;
  }
}

const fields = [
  ...Object.keys(exampleIndex),
  ...[
    "number",
    "createdAt",
    "configPath",
    "entries",
    "label",
    "kind",
    "path",
    "identity",
    "target",
    "backup",
  ],
  ...["inode", "birth", "__proto__"],
];
const values = fc.oneof(
  fc.constantFrom<unknown>(0, 1, 2, 3, 5, -1, 1.5, 2 ** 31, 2 ** 53, null, "", "/", "/a/", "/a/../b", "/a\0"),
  fc.constantFrom<unknown>("/etc/hosts", "found", "12x", "-5", "\ud800", "2025-02-30T00:00:00Z", [], {}),
  fc.jsonValue(),
);
const change = fc.record({
  where: fc.nat({ max: 12 }),
  field: fc.constantFrom(...fields),
  value: fc.oneof(values, fc.constant("taken out")),
});

/** All objects in the value, from the outermost on. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}

describe("a glance at the index", () => {
  test("says the same as the long way, or nothing", () =>
    inState(async (path) => {
      let said = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 3 }), fc.nat({ max: 20 }), async (changes, cut) => {
          const value: unknown = JSON.parse(exampleText);
          for (const { where, field, value: given } of changes) {
            const objects = objectsIn(value);
            const object = objects[where % objects.length] ?? {};
            if (given === "taken out") delete object[field];
            else {
              // Its own, lest the same value twice becomes part of itself.
              const value = structuredClone(given);
              Object.defineProperty(object, field, { value, enumerable: true, configurable: true });
            }
          }
          writeFileSync(join(path, indexName), JSON.stringify(value));
          if (cut === 0) truncateSync(join(path, indexName), 200);
          const index = indexAtGlance(path, null);
          if (index === null) return;
          said += 1;
          expect(await looked(path)).toEqual(index);
        }),
        { numRuns: 2_000 },
      );
      expect(said).toBeGreaterThan(100);
    }));

  test("tells of every kind of effect that imp makes", () =>
    inState((path) => {
      expect(indexAtGlance(path, null)).toEqual(exampleIndex);
      const folders = [{ kind: "holds-links", path: "/", identity: { inode: "2", birth: null } }] as const;
      const index: Index = { ...exampleIndex, effects: folders };
      writeFileSync(join(path, indexName), JSON.stringify(index));
      expect(indexAtGlance(path, null)).toEqual(index);
    }));

  test("says nothing while a command is at work, and where there is no index", () =>
    inState((path) => {
      writeFileSync(join(path, journalName), "{}");
      expect(indexAtGlance(path, null)).toBeNull();
      expect(indexAtGlance(`${path}/missing`, null)).toBeNull();
      expect(indexAtGlance(join(path, indexName), null)).toBeNull();
    }));
});

describe.skipIf(lacks(need(isRoot, "root: whom it trusts")))("a glance by root", () => {
  test("tells of a state that is root's or the caller's, below a sticky directory too", () =>
    inState((path) => {
      expect(indexAtGlance(path, trusted)).toEqual(exampleIndex);
      chownSync(path, caller, caller);
      chownSync(join(path, indexName), caller, caller);
      expect(indexAtGlance(path, trusted)).toEqual(exampleIndex);
    }));

  test.each<[string, (path: string) => void]>([
    ["everyone can write to the directory", (path) => chmodSync(path, 0o777)],
    ["a group can write to the directory", (path) => chmodSync(path, 0o775)],
    ["the directory itself is sticky and open to all", (path) => chmodSync(path, 0o1777)],
    ["the directory is someone else's", (path) => chownSync(path, stranger, 0)],
    ["the index is someone else's", (path) => chownSync(join(path, indexName), stranger, 0)],
    ["everyone can write the index", (path) => chmodSync(join(path, indexName), 0o666)],
    ["everyone can write above", (path) => chmodSync(join(path, ".."), 0o777)],
    [
      "the directory is a symlink",
      (path) => {
        renameSync(path, `${path}.real`);
        symlinkSync(`${path}.real`, path);
      },
    ],
    [
      "the index is a symlink",
      (path) => {
        renameSync(join(path, indexName), join(path, "real"));
        symlinkSync("real", join(path, indexName));
      },
    ],
  ])("says nothing if %s", (_, spoil) =>
    inState((path) => {
      spoil(path);
      expect(indexAtGlance(path, trusted)).toBeNull();
    }),
  );
});

test("what is beyond reach is what root trusts", () => {
  const object = fc.record({
    uid: fc.constantFrom(0, caller, stranger),
    gid: fc.constantFrom(0, caller, stranger),
    mode: fc.nat({ max: 0o7777 }),
  });
  let beyond = 0;
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 4 }), fc.boolean(), (objects, accessList) => {
      const last = objects.length - 1;
      if (!objects.every((each, index) => isBeyondReach(each, trusted, index < last))) return;
      beyond += 1;
      const passed = objects.map((each, index) => ({
        path: `/${"d/".repeat(index)}`,
        stat: { ...stat, ...each },
        accessList,
      }));
      expect(judgeWay("/d", { passed, end: "found" }, trusted)).toEqual([]);
    }),
    { numRuns: 5_000 },
  );
  expect(beyond).toBeGreaterThan(100);
});

const stat = {
  type: "directory",
  links: 1,
  size: 0,
  device: "0:1",
  inode: "1",
  mountId: 1,
  mountRoot: false,
  accessed: "0",
  modified: "0",
  birth: null,
} as const;
