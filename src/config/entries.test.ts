import { describe, expect, test } from "bun:test";
import { entryPlaces } from "./read-placed.ts";
import { onlyEntry, onlyHelp, problemsOf, read, refusals } from "./reading.fixture.ts";

const root = '[persistence."/p"]\n';

describe("an entry", () => {
  test("knows root, target, source and its settings", () => {
    expect(onlyEntry(`${root}directories = ["/var/log"]`)).toEqual({
      kind: "directory",
      root: "/p",
      target: "/var/log",
      source: "/p/var/log",
      backup: false,
      createParents: true,
      createSources: false,
      options: [],
      hidden: false,
    });
    expect(onlyEntry(`${root}files = ["/etc/machine-id"]`)).toEqual({
      kind: "linked-file",
      root: "/p",
      target: "/etc/machine-id",
      source: "/p/etc/machine-id",
      backup: false,
      createParents: true,
      createSources: false,
    });
  });

  test("has its place at the path, alone or in detail", () => {
    const text = `${root}files = ["/b"]\ndirectories = [\n  { user = "root", directory = "/a/" },\n]`;
    const [first, second] = read(text).manifest.entries;
    if (first === undefined || second === undefined) throw new Error("not two entries");
    expect(first.target).toBe("/a");
    const placeOf = entryPlaces(text, "f");
    expect(placeOf(first)).toEqual({
      place: { file: "f", line: 4, column: 32, length: 5 },
      excerpt: '  { user = "root", directory = "/a/" },',
    });
    expect(placeOf(second)?.place).toEqual({ file: "f", line: 2, column: 10, length: 4 });
  });

  test("has no place in a text that does not name it, or is none", () => {
    const entry = onlyEntry(`${root}files = ["/b"]`);
    expect(entryPlaces(`${root}files = ["/c"]`, "f")(entry)).toBeNull();
    expect(entryPlaces("no toml", "f")(entry)).toBeNull();
  });

  test("may be written as an array of tables, or with dotted keys", () => {
    const entries = read(`[[persistence."/p".files]]\nfile = "/a"\nparentDirectory.mode = "0700"\n
      [[persistence."/p".files]]\nfile = "/b"`).manifest.entries;
    expect(entries.map(({ target }) => target)).toEqual(["/a", "/b"]);
    expect(entries[0]?.parentDirectory).toEqual({ mode: "0700" });
  });

  test("has the owner and mode that it asks for", () => {
    const entry = onlyEntry(`${root}files = [{ file = "/a", user = "colord", group = "1000", mode = "0640",
      parentDirectory = { user = 0, group = "colord", mode = "u=rwx,g=,o=" } }]`);
    expect(entry.user).toEqual({ name: "colord", id: 107 });
    expect(entry.group).toEqual({ name: "1000", id: 1000 });
    expect(entry.mode).toBe("0640");
    expect(entry.parentDirectory).toEqual({
      user: { name: "0", id: 0 },
      group: { name: "colord", id: 107 },
      mode: "u=rwx,g=,o=",
    });
  });

  test("of a directory may have a parentDirectory, too", () => {
    expect(
      onlyEntry(`${root}directories = [{ directory = "/a/b", parentDirectory = { mode = "0700" } }]`)
        .parentDirectory,
    ).toEqual({ mode: "0700" });
  });
});

describe("settings", () => {
  test("are taken over from the nearest table that has them", () => {
    const { entries } = read(`
      backup = true
      create_parents = false
      [persistence."/p"]
      backup = false
      create_sources = true
      files = ["/a", { file = "/b", backup = true, create_parents = true, create_sources = false }]
      [persistence."/q"]
      files = ["/c"]
    `).manifest;
    const settings = entries.map(({ target, backup, createParents, createSources }) => [
      target,
      backup,
      createParents,
      createSources,
    ]);
    expect(settings).toEqual([
      ["/a", false, false, true],
      ["/b", true, true, false],
      ["/c", true, false, false],
    ]);
  });

  test("adopt_replaced is taken over by symlinks, and refused on a mount", () => {
    const { entries } = read(`
      adopt_replaced = true
      [persistence."/p"]
      directories = ["/a"]
      files = ["/b", { file = "/c", adopt_replaced = false }, { file = "/d", method = "bind" }]
      [persistence."/q"]
      adopt_replaced = false
      files = ["/e", { file = "/f", adopt_replaced = true }]
    `).manifest;
    const adopting = entries.filter((entry) => entry.kind === "linked-file" && entry.adoptReplaced === true);
    expect(adopting.map(({ target }) => target)).toEqual(["/b", "/f"]);
    expect(() =>
      read(`[persistence."/p"]\nfiles = [{ file = "/b", method = "bind", adopt_replaced = true }]`),
    ).toThrow("/b appears as a mount, which no program can replace");
  });

  test("hideMounts hides all mounts of its root", () => {
    const { entries } = read(`[persistence."/p"]\nhideMounts = true\ndirectories = ["/a"]
      files = [{ file = "/b", method = "bind" }, "/c"]`).manifest;
    expect(entries.map((entry) => (entry.kind === "linked-file" ? null : entry.hidden))).toEqual([
      true,
      true,
      null,
    ]);
  });

  test("method and options of the root count for its entries, and the entry's own replace them", () => {
    const { entries } = read(`[persistence."/p"]
      method = "bind"
      options = ["ro", "noexec", "ro"]
      directories = ["/a", { directory = "/b", options = [] }]
      files = ["/c", { file = "/d", options = ["nodev", "nodev"] }, { file = "/e", method = "symlink" }]`).manifest;
    expect(
      entries.map((entry) => [entry.target, entry.kind, "options" in entry ? entry.options : null]),
    ).toEqual([
      ["/a", "directory", ["ro", "noexec"]],
      ["/b", "directory", []],
      ["/c", "bound-file", ["ro", "noexec"]],
      ["/d", "bound-file", ["nodev"]],
      ["/e", "linked-file", null],
    ]);
  });
});

describe("options", () => {
  test("on a symlink are refused", () => {
    const text = `${root}files = [{ file = "/a", options = ["ro"] }]`;
    expect(refusals(text)).toEqual(["2:25+7 /a appears as a symlink, which cannot have mount options"]);
    expect(onlyHelp(text)).toContain('method = "bind"');
    expect(
      problemsOf(
        `[persistence."/p"]\nmethod = "bind"\nfiles = [{ file = "/a", method = "symlink", options = ["ro"] }]`,
      ),
    ).toHaveLength(1);
  });

  test("that contradict each other are refused, at the root and at the entry", () => {
    const text = `${root}directories = [{ directory = "/a", options = ["noatime", "ro", "relatime"] }]`;
    expect(refusals(text)).toEqual(["2:64+10 the options `noatime` and `relatime` contradict each other"]);
    expect(refusals(`${root}options = ["strictatime", "noatime"]`)).toHaveLength(1);
    expect(read(`${root}options = ["noatime", "nodiratime", "noatime"]`).warnings).toHaveLength(1);
  });
});

describe("owners and modes", () => {
  test("that do not exist are all refused", () => {
    const text = `${root}files = [{ file = "/a", user = "nobdy", group = "users2", mode = "u=rwz",
      parentDirectory = { user = "x", mode = "0999" } }]`;
    expect(refusals(text)).toEqual([
      "2:32+7 there is no user `nobdy` on this system",
      "2:49+8 there is no group `users2` on this system",
      "2:66+7 `u=rwz` is not a mode: `z` is not one of r, w, x, X, s, t",
      "3:34+3 there is no user `x` on this system",
      "3:46+6 `0999` is not a mode: a number is one to four octal digits",
    ]);
  });

  test("may be numbers, up to the largest that the kernel knows", () => {
    const owner = (user: string) => `${root}files = [{ file = "/a", user = ${user} }]`;
    expect(onlyEntry(owner("4294967294")).user).toEqual({ name: "4294967294", id: 4294967294 });
    expect(onlyEntry(owner('"007"')).user).toEqual({ name: "007", id: 7 });
    for (const user of ["4294967295", "-1", '"-1"', '"99999999999999999999999"', "9223372036854775807"]) {
      expect(refusals(owner(user))[0]).toContain("cannot be the number of a user");
    }
    expect(refusals(owner('""'))[0]).toContain("there is no user");
  });

  test("that would never settle are refused", () => {
    expect(refusals(`${root}files = [{ file = "/a", mode = "g=u,u=o" }]`)[0]).toContain("once more");
  });
});
