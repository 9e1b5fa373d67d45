import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { makeDirectory, makeLink } from "../../linux/directory-entries.ts";
import { createFile, Descriptor, openBelow, openHandle } from "../../linux/open.ts";
import { statAt } from "../../linux/stat.ts";
import {
  accessList,
  copyFolder,
  isRoot,
  lacking,
  nobody,
  openFolder,
  run,
  Scratch,
  setXattr,
  snapshot,
  xattrs,
} from "./tree.fixture.ts";
import { makeSample } from "./tree-sample.fixture.ts";

const list = accessList([1, 7, nobody], [2, 6, 1234], [4, 5, nobody], [16, 7, nobody], [32, 0, nobody]);

function sample(scratch: Scratch): string {
  mkdirSync(scratch.at("original"));
  makeSample(scratch.at("original"));
  return scratch.at("original");
}

describe("a copied tree", () => {
  test("has every kind of object with all its attributes, like what cp -a makes", async () => {
    using scratch = new Scratch();
    lacking("owners, devices, capabilities and trusted attributes: they need root", !isRoot);
    const original = sample(scratch);
    const result = await copyFolder(original, scratch.at("copy"));
    run("cp", "-a", original, scratch.at("copy of cp"));
    expect(snapshot(scratch.at("copy"))).toEqual(snapshot(original));
    expect(snapshot(scratch.at("copy"))).toEqual(snapshot(scratch.at("copy of cp")));
    expect(result).toMatchObject({ otherFilesystems: [], vanished: [], changed: [], lostAttributes: [] });
    expect(`${result.files}\n`).toBe(
      run("sh", "-c", `find "$1" ! -type d -print0 | tr -dc '\\0' | wc -c`, "", original),
    );
  });

  test("leaves the original as it was, access times included", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original/folder"), { recursive: true });
    writeFileSync(scratch.at("original/folder/file"), "text");
    const all = [scratch.at("original/folder/file"), scratch.at("original/folder"), scratch.at("original")];
    run("touch", "-d", "2001-02-03 04:05:06.789", ...all);
    await copyFolder(scratch.at("original"), scratch.at("copy"));
    for (const path of all)
      expect(lstatSync(path).atimeMs).toBe(new Date("2001-02-03 04:05:06.789").getTime());
  });

  test("keeps the holes of sparse files, at the beginning, in the middle and at the end", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original"));
    const file = openSync(scratch.at("original/sparse"), "w");
    using _file = new Descriptor(file);
    writeSync(file, "one", 50_000_000);
    writeSync(file, Buffer.alloc(1_000_000, "two"), 0, 1_000_000, 90_000_000);
    truncateSync(scratch.at("original/sparse"), 200_000_001);
    writeFileSync(scratch.at("original/hole"), "");
    truncateSync(scratch.at("original/hole"), 100_000_000);
    await copyFolder(scratch.at("original"), scratch.at("copy"));
    for (const name of ["sparse", "hole"]) {
      const [original, copy] = [lstatSync(scratch.at("original", name)), lstatSync(scratch.at("copy", name))];
      expect(copy.size).toBe(original.size);
      expect(copy.blocks).toBeLessThanOrEqual(original.blocks + 16);
      run("cmp", scratch.at("original", name), scratch.at("copy", name));
    }
  });

  test("has no access list that only its new folder would have given it", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original/folder"), { recursive: true });
    writeFileSync(scratch.at("original/folder/file"), "");
    mkdirSync(scratch.at("copy"));
    const kept = setXattr(scratch.at("copy"), "system.posix_acl_default", list);
    if (lacking("access lists: this filesystem keeps none", !kept)) return;
    await copyFolder(scratch.at("original"), scratch.at("copy"));
    for (const name of ["copy", "copy/folder", "copy/folder/file"]) {
      expect(Object.keys(xattrs(scratch.at(name)))).not.toContain("system.posix_acl_access");
      expect(Object.keys(xattrs(scratch.at(name)))).not.toContain("system.posix_acl_default");
    }
  });

  test("may be 200 levels deep with paths longer than PATH_MAX, and has hard links from top to bottom", async () => {
    using scratch = new Scratch();
    const names = Array.from({ length: 200 }, (_, level) => `${level} ${"x".repeat(200)}`);
    mkdirSync(scratch.at("original"));
    using top = new Descriptor(openFolder(scratch.at("original")));
    let bottom = new Descriptor(openHandle(top.number, "."));
    for (const name of names) {
      makeDirectory(bottom.number, name, 0o755);
      using above = bottom;
      bottom = new Descriptor(openHandle(above.number, name));
    }
    using original = bottom;
    using _file = new Descriptor(createFile(original.number, "file", 0o644));
    makeLink(original.number, "file", original.number, "twin");
    makeLink(original.number, "file", top.number, "at the top");
    await copyFolder(scratch.at("original"), scratch.at("copy"));
    using copyTop = new Descriptor(openFolder(scratch.at("copy")));
    using copyBottom = openBelow(copyTop.number, names.join("/"));
    const inodes = [statAt(copyBottom.number, "file"), statAt(copyTop.number, "at the top")];
    expect(inodes[0]?.links).toBe(3);
    expect(inodes[0]?.inode).toBe(inodes[1]?.inode ?? "none");
  });

  test("may have 2,000 small files; progress is told on the way and at the end", async () => {
    using scratch = new Scratch();
    for (let index = 0; index < 2000; index += 1) {
      const folder = scratch.at("original", String(index % 20));
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/${index}`, String(index).padStart(10));
    }
    const told: [number, number][] = [];
    const progress = (files: number, bytes: number): void => void told.push([files, bytes]);
    await copyFolder(scratch.at("original"), scratch.at("copy"), { progress });
    expect(snapshot(scratch.at("copy"))).toEqual(snapshot(scratch.at("original")));
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toEqual([2000, 20_000]);
  });
});

describe("a tree in use while it is copied", () => {
  test("lacks in the copy what vanished, which is told", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original/temporary folder"), { recursive: true });
    for (const name of ["temporary", "stays"]) writeFileSync(scratch.at("original", name), name);
    const removing = (): void => {
      rmSync(scratch.at("original/temporary"), { force: true });
      rmSync(scratch.at("original/temporary folder"), { force: true, recursive: true });
    };
    const result = await copyFolder(scratch.at("original"), scratch.at("copy"), { signal: removing });
    expect(result.vanished.toSorted()).toEqual(["temporary", "temporary folder"]);
    expect(Object.keys(snapshot(scratch.at("copy")))).toEqual(["", "/stays"]);
  });

  test("is named where it was written to, and copied up to where it was", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original"));
    writeFileSync(scratch.at("original/log"), Buffer.alloc(20_000_000, "line\n"));
    const size = (): number => lstatSync(scratch.at("original/log")).size;
    const signal = (): void =>
      void (size() < 20_000_020 && appendFileSync(scratch.at("original/log"), "more\n"));
    const result = await copyFolder(scratch.at("original"), scratch.at("copy"), { signal });
    expect(result.changed).toEqual(["log"]);
    expect(lstatSync(scratch.at("copy/log")).size).toBeLessThan(size());
  });

  test("ends where it was cut short, without anything made up", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original"));
    writeFileSync(scratch.at("original/log"), Buffer.alloc(20_000_000, "line\n"));
    let calls = 0;
    const signal = (): void => {
      calls += 1;
      if (calls === 2) truncateSync(scratch.at("original/log"), 9_000_000);
    };
    const result = await copyFolder(scratch.at("original"), scratch.at("copy"), { signal });
    expect(result.changed).toEqual(["log"]);
    // All of it where the filesystem shares content: that takes but an instant.
    const copy = readFileSync(scratch.at("copy/log"));
    expect(copy.length).toBeGreaterThanOrEqual(8_000_000);
    expect(copy.equals(Buffer.alloc(copy.length, "line\n"))).toBe(true);
  });
});
