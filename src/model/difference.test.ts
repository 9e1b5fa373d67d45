import { describe, expect, test } from "bun:test";
import { differencesBetween } from "./difference.ts";
import type { DirectoryEntry, Entry, LinkedFileEntry } from "./manifest.ts";

const base = {
  root: "/keep",
  backup: false,
  createParents: true,
  createSources: false,
};

function directory(target: string, more: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return {
    ...base,
    kind: "directory",
    target,
    source: `/keep${target}`,
    options: [],
    hidden: false,
    ...more,
  };
}

function link(target: string, more: Partial<LinkedFileEntry> = {}): LinkedFileEntry {
  return { ...base, kind: "linked-file", target, source: `/keep${target}`, ...more };
}

/** What changed from one entry to the other, as text. */
function changes(from: Entry, to: Entry): string[] {
  const [difference] = differencesBetween({ entries: [from] }, { entries: [to] });
  if (difference === undefined) return [];
  if (difference.kind !== "changed") throw new Error(difference.kind);
  return difference.changes.map((change) => `${change.aspect}: ${change.from} → ${change.to}`);
}

describe("differencesBetween", () => {
  test("finds none between a manifest and itself", () => {
    const manifest = { entries: [directory("/a"), link("/b")] };
    expect(differencesBetween(manifest, manifest)).toEqual([]);
  });

  test("tells what was added, removed and changed, ordered by target", () => {
    const from = { entries: [directory("/z"), directory("/b/c"), directory("/b")] };
    const to = { entries: [directory("/b", { options: ["ro"] }), directory("/z"), link("/a")] };
    const found = differencesBetween(from, to);
    expect(found.map((one) => [one.kind, one.kind === "changed" ? one.to.target : one.entry.target])).toEqual(
      [
        ["added", "/a"],
        ["changed", "/b"],
        ["removed", "/b/c"],
      ],
    );
  });

  test("does not care in which order entries stand in their file", () => {
    const from = { entries: [directory("/a"), directory("/b")] };
    expect(differencesBetween(from, { entries: [directory("/b"), directory("/a")] })).toEqual([]);
  });

  test("tells every aspect that changed", () => {
    const from = directory("/a");
    const to = directory("/a", {
      source: "/other/a",
      options: ["ro", "noexec"],
      hidden: true,
      user: { name: "colord", id: 998 },
      group: { name: "colord", id: 997 },
      mode: "0750",
      parentDirectory: { user: { name: "root", id: 0 }, group: { name: "root", id: 0 }, mode: "u=rwx" },
      backup: true,
      createParents: false,
      createSources: true,
    });
    expect(changes(from, to)).toEqual([
      "source: /keep/a → /other/a",
      "options: null → noexec,ro",
      "hideMounts: null → true",
      "user: null → colord",
      "group: null → colord",
      "mode: null → 0750",
      "parentDirectory.user: null → root",
      "parentDirectory.group: null → root",
      "parentDirectory.mode: null → u=rwx",
      "backup: false → true",
      "create_parents: true → false",
      "create_sources: false → true",
    ]);
  });

  test("tells of a symlink whether what replaces it is adopted", () => {
    expect(changes(link("/a"), link("/a", { adoptReplaced: true }))).toEqual(["adopt_replaced: null → true"]);
    expect(changes(link("/a"), link("/a", { adoptReplaced: false }))).toEqual([]);
  });

  test("tells how a file that was linked comes to be bound", () => {
    const bound: Entry = { ...directory("/a"), kind: "bound-file" };
    expect(changes(link("/a"), bound)).toEqual(["kind: linked-file → bound-file"]);
  });

  test("takes options in another order, and modes written otherwise, as the same", () => {
    expect(
      changes(directory("/a", { options: ["ro", "nodev"] }), directory("/a", { options: ["nodev", "ro"] })),
    ).toEqual([]);
    expect(changes(directory("/a", { mode: "750" }), directory("/a", { mode: "0750" }))).toEqual([]);
    expect(
      changes(directory("/a", { mode: "750" }), directory("/a", { mode: "u=rwx,g=rx,o=" })),
    ).toHaveLength(1);
  });

  test("notices a user name that came to mean somebody else", () => {
    const from = directory("/a", { user: { name: "eve", id: 1000 } });
    const to = directory("/a", { user: { name: "eve", id: 1001 } });
    expect(changes(from, to)).toEqual(["user: eve (1000) → eve (1001)"]);
    expect(changes(from, directory("/a", { user: { name: "adam", id: 1000 } }))).toEqual([]);
  });
});
