import { describe, expect, test } from "bun:test";
import { onlyHelp, refusals } from "./reading.fixture.ts";

const root = '[persistence."/p"]\n';

describe("an unknown key", () => {
  test("is refused at its place, with the key that was probably meant", () => {
    expect(refusals("bakcup = true")).toEqual(["1:1+6 unknown key `bakcup`"]);
    expect(onlyHelp("bakcup = true")).toBe("did you mean `backup`?");
    expect(onlyHelp(`${root}hide_mounts = true`)).toBe("did you mean `hideMounts`?");
    expect(onlyHelp(`${root}files = [{ file = "/a", usr = "root" }]`)).toBe("did you mean `user`?");
    expect(onlyHelp(`${root}files = [{ file = "/a", parentDirectory = { mod = "0700" } }]`)).toBe(
      "did you mean `mode`?",
    );
  });

  test("that belongs to another table says to which", () => {
    expect(onlyHelp(`${root}state_dir = "/s"`)).toContain("at the top of the file");
    expect(onlyHelp("hideMounts = true")).toContain('[persistence."/mnt/persist"]');
    expect(onlyHelp(`${root}directories = [{ directory = "/a", method = "bind" }]`)).toContain(
      "[persistence",
    );
  });

  test("that resembles none lists the keys there are", () => {
    expect(onlyHelp("colour = true")).toBe(
      "the keys here are state_dir, backup, create_parents, create_sources, adopt_replaced, persistence",
    );
  });

  test("stands for the missing one", () => {
    expect(refusals(`${root}directories = [{ path = "/a" }]`)).toEqual(["2:18+4 unknown key `path`"]);
    expect(refusals(`${root}directories = [{ file = "/a" }]`)).toEqual(["2:18+4 unknown key `file`"]);
  });

  test("is found even if JavaScript knows it", () => {
    for (const name of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
      expect(refusals(`${name} = 1`)).toEqual([`1:1+${name.length} unknown key \`${name}\``]);
      expect(refusals(`[persistence."/p".${name}]\nx = 1`)).toHaveLength(1);
    }
  });

  test("does not hide the others", () => {
    expect(refusals(`a = 1\nb = 2\n${root}c = 3\ndirectories = [{ directory = "x", d = 4 }]`)).toEqual([
      "1:1+1 unknown key `a`",
      "2:1+1 unknown key `b`",
      "4:1+1 unknown key `c`",
      "5:30+3 `x` is not an absolute path",
      "5:35+1 unknown key `d`",
    ]);
  });
});

describe("a value of the wrong type", () => {
  test("is refused at its place, with what is expected and what was found", () => {
    expect(refusals('backup = "yes"')).toEqual(['1:10+5 `backup` must be true or false, not the text "yes"']);
    expect(refusals("state_dir = 5")).toEqual(["1:13+1 `state_dir` must be a path, not the number 5"]);
    expect(refusals("state_dir = 1.5")).toEqual(["1:13+3 `state_dir` must be a path, not the number 1.5"]);
    expect(refusals("state_dir = 2025-01-01")).toEqual([
      "1:13+10 `state_dir` must be a path, not the date 2025-01-01",
    ]);
    expect(refusals("backup = []")).toEqual(["1:10+2 `backup` must be true or false, not an array"]);
    expect(refusals('persistence = "/p"')).toEqual([
      '1:15+4 `persistence` must be a table, not the text "/p"',
    ]);
    expect(refusals(`${root}directories = "/a"`)).toEqual([
      '2:15+4 `directories` must be an array, not the text "/a"',
    ]);
    expect(refusals(`${root}files = [true]`)).toEqual([
      "2:10+4 an entry of `files` must be a path or a table, not true",
    ]);
    expect(refusals(`${root}files = [["/a"]]`)).toEqual([
      "2:10+6 an entry of `files` must be a path or a table, not an array",
    ]);
    expect(refusals(`${root}files = [{ file = "/a", parentDirectory = [] }]`)).toEqual([
      "2:43+2 `parentDirectory` must be a table, not an array",
    ]);
    expect(refusals(`${root}files = [{ file = "/a", user = 1.5 }]`)).toEqual([
      "2:32+3 `user` must be a name or a number, not the number 1.5",
    ]);
  });

  test("may be a table in the place of a root", () => {
    expect(refusals('[persistence]\ndirectories = ["/a"]')).toEqual([
      '2:15+6 persistence."directories" must be a table, not an array',
    ]);
    expect(refusals('[[persistence."/p"]]\ndirectories = ["/a"]')).toEqual([
      '1:3+16 persistence."/p" must be a table, not an array',
    ]);
  });

  test("may be a mode without quotes, which the help puts right", () => {
    const text = `${root}directories = [{ directory = "/a", mode = 750 }]`;
    expect(refusals(text)).toEqual(["2:43+3 `mode` must be text in quotes, not the number 750"]);
    expect(onlyHelp(text)).toContain('mode = "0750"');
  });

  test("may be a word that is not in the list", () => {
    const text = `${root}directories = [{ directory = "/a", options = ["noexce", "ro"] }]`;
    expect(refusals(text)[0]).toStartWith("2:47+8 an entry of `options` must be one of ro, nosuid, ");
    expect(onlyHelp(text)).toBe("did you mean `noexec`?");
    expect(refusals(`${root}method = "copy"`)).toEqual([
      '2:10+6 `method` must be one of symlink, bind, not the text "copy"',
    ]);
  });
});

test("an entry without its path is refused", () => {
  expect(refusals(`${root}directories = [{ mode = "0700" }]`)).toEqual([
    "2:16+17 the entry has no `directory`",
  ]);
  expect(refusals(`${root}files = [{}]`)).toEqual(["2:10+2 the entry has no `file`"]);
  expect(refusals(`[[persistence."/p".files]]\nuser = "root"`)).toEqual(["1:3+22 the entry has no `file`"]);
});

test("what does not fit does not keep the rest from being checked", () => {
  const text = `${root}directories = ["var", 5, { directory = "etc", mode = 750, user = "nobody-here" }, "/a", "/a"]`;
  expect(refusals(text).map((line) => line.replace(/.* (?:`|an|the|there)/, ""))).toHaveLength(6);
});
