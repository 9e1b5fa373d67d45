import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lacks, need } from "../../test/requirement.ts";
import { closeDescriptor } from "./open.ts";
import { inParentOf, openDirectory, PathError } from "./open-directory.ts";
import type { OpenResult } from "./path-walk.ts";
import { statDescriptor } from "./stat.ts";

const isRoot = process.getuid?.() === 0;

let folder = "";

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "imp-walk-")));
  chmodSync(folder, 0o755);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Where a openDirectory ends; closes what it opened. */
function end(result: OpenResult): string {
  if (result.kind !== "open") return `${result.kind} at ${result.at}`;
  closeDescriptor(result.descriptor);
  return result.path;
}

/** A home: a directory of user 1000. */
function makeHome(): string {
  const home = join(folder, "home");
  mkdirSync(join(home, "real"), { recursive: true });
  for (const path of [home, join(home, "real")]) lchownSync(path, 1000, 1000);
  return home;
}

function link(path: string, text: string, uid: number): void {
  symlinkSync(text, path);
  lchownSync(path, uid, uid);
}

describe("a walk", () => {
  test("without symlinks leads where the path says", () => {
    mkdirSync(join(folder, "a/b"), { recursive: true });
    expect(end(openDirectory(`${folder}/a/b`))).toBe(`${folder}/a/b`);
    expect(end(openDirectory("/"))).toBe("/");
  });

  test("names the first thing that is missing or is no directory", () => {
    writeFileSync(join(folder, "file"), "");
    expect(end(openDirectory(`${folder}/a/b`))).toBe(`missing at ${folder}/a`);
    expect(end(openDirectory(`${folder}/file/b`))).toBe(`blocked at ${folder}/file`);
    expect(end(openDirectory(`${folder}/file`))).toBe(`blocked at ${folder}/file`);
  });

  test("follows links with absolute and relative texts and .., and tells the real path", () => {
    mkdirSync(join(folder, "a/b"), { recursive: true });
    mkdirSync(join(folder, "links"));
    symlinkSync(`${folder}/a`, join(folder, "links/absolute"));
    symlinkSync("../a/./b", join(folder, "links/relative"));
    symlinkSync("absolute/..", join(folder, "links/up"));
    expect(end(openDirectory(`${folder}/links/absolute/b`))).toBe(`${folder}/a/b`);
    expect(end(openDirectory(`${folder}/links/relative`))).toBe(`${folder}/a/b`);
    expect(end(openDirectory(`${folder}/links/up/a`))).toBe(`${folder}/a`);
  });

  test("does not go round in circles", () => {
    symlinkSync("loop", join(folder, "loop"));
    expect(end(openDirectory(`${folder}/loop/x`))).toBe(`blocked at ${folder}/loop`);
  });

  test("of names in a directory passes by what is missing at the end", () => {
    expect(() => inParentOf(`${folder}/none/x`, () => undefined)).toThrow(PathError);
    expect(inParentOf(`${folder}/x`, (_, name, real) => [name, real])).toEqual(["x", folder]);
  });
});

describe.skipIf(lacks(need(isRoot, "root: who owns a symlink matters to root alone")))(
  "a walk as root",
  () => {
    test("follows a link of root's in a folder of root's, wherever that leads", () => {
      const home = makeHome();
      link(join(folder, "to-home"), home, 0);
      expect(end(openDirectory(`${folder}/to-home/real`))).toBe(`${home}/real`);
    });

    test("follows a user's link to what is the user's own", () => {
      const home = makeHome();
      link(join(home, "relative"), "real", 1000);
      link(join(home, "absolute"), `${home}/real`, 1000);
      expect(end(openDirectory(`${home}/relative`))).toBe(`${home}/real`);
      expect(end(openDirectory(`${home}/absolute`))).toBe(`${home}/real`);
    });

    test("refuses a user's link to what is root's or somebody else's", () => {
      const home = makeHome();
      mkdirSync(join(folder, "decoy"));
      mkdirSync(join(folder, "other"));
      lchownSync(join(folder, "other"), 1001, 1001);
      link(join(home, "to-root"), `${folder}/decoy`, 1000);
      link(join(home, "to-other"), "../other", 1000);
      link(join(home, "to-nothing"), `${folder}/decoy/new`, 1000);
      expect(end(openDirectory(`${home}/to-root`))).toBe(`unsafe at ${home}/to-root`);
      expect(end(openDirectory(`${home}/to-other`))).toBe(`unsafe at ${home}/to-other`);
      expect(end(openDirectory(`${home}/to-nothing/x`))).toBe(`unsafe at ${home}/to-nothing`);
    });

    test("refuses even root's own link if it stands in a user's folder and leads out of there", () => {
      const home = makeHome();
      mkdirSync(join(folder, "decoy"));
      link(join(home, "roots"), `${folder}/decoy`, 0);
      expect(end(openDirectory(`${home}/roots`))).toBe(`unsafe at ${home}/roots`);
    });

    test("refuses a link in a folder of root's that anybody may write to, unless the sticky bit guards it", () => {
      mkdirSync(join(folder, "open"));
      mkdirSync(join(folder, "decoy"));
      link(join(folder, "open/link"), `${folder}/decoy`, 0);
      chmodSync(join(folder, "open"), 0o777);
      expect(end(openDirectory(`${folder}/open/link`))).toBe(`unsafe at ${folder}/open/link`);
      chmodSync(join(folder, "open"), 0o1777);
      expect(end(openDirectory(`${folder}/open/link`))).toBe(`${folder}/decoy`);
    });

    test("refuses a chain of links of two users, even to what is the second one's", () => {
      const home = makeHome();
      mkdirSync(join(folder, "other/real"), { recursive: true });
      for (const path of ["other", "other/real"]) lchownSync(join(folder, path), 1001, 1001);
      link(join(folder, "other/second"), "real", 1001);
      link(join(home, "first"), `${folder}/other/second`, 1000);
      expect(end(openDirectory(`${home}/first`))).toBe(`unsafe at ${home}/first`);
    });

    test("gives a handle of the directory itself", () => {
      const home = makeHome();
      const result = openDirectory(`${home}/real`);
      if (result.kind !== "open") throw new Error(result.kind);
      expect(statDescriptor(result.descriptor)).toMatchObject({ type: "directory", uid: 1000 });
      closeDescriptor(result.descriptor);
    });
  },
);
