import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { visibleMount } from "../model/mount.ts";
import { openFolder } from "./folder.ts";
import { type LiveSystem, observeLiveSystem } from "./live.ts";

let directory = "";
let observed: LiveSystem = observeLiveSystem();

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "imp-folder-")));
  mkdirSync(join(directory, "empty"), { mode: 0o750 });
  mkdirSync(join(directory, "full"));
  writeFileSync(join(directory, "full", "f"), "x");
  writeFileSync(join(directory, "file"), "x", { mode: 0o640 });
  symlinkSync("full", join(directory, "link"));
  observed = observeLiveSystem();
});

afterEach(() => {
  observed.close();
  rmSync(directory, { recursive: true });
});

function folder() {
  const found = observed.folder(directory);
  if (found === null) throw new Error("no folder");
  return found;
}

test("a glance tells what a look with care tells", () => {
  const { glance, mount } = folder();
  for (const name of ["empty", "full", "file", "link"]) {
    const path = join(directory, name);
    const node = observed.node({ path, beneath: null });
    if (!("uid" in node)) throw new Error(`${name} is ${node.kind}`);
    const { uid, gid, mode, kind } = node;
    expect(glance(path, mount)).toMatchObject({ uid, gid, mode, type: kind });
  }
  expect(glance(join(directory, "nothing"), mount)).toBeNull();
});

test("an object on another mount than was asked for is not seen", () => {
  const { glance } = folder();
  const other = { ...visibleMount(observed.mounts, "/"), id: 1 << 30 };
  expect(glance(join(directory, "file"), other)).toBeNull();
  const processes = observed.folder("/");
  const root = visibleMount(observed.mounts, "/");
  expect(processes?.glance("/proc", visibleMount(observed.mounts, "/proc"))?.type).toBe("directory");
  expect(processes?.glance("/proc", root)).toBeNull();
});

test("a name is free, and a directory empty, only if that is certain", () => {
  const { isFree, isEmpty } = folder();
  const at = (name: string) => join(directory, name);
  expect(["nothing", "empty", "file", "link"].map((name) => isFree(at(name)))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  const names = ["empty", "full", "file", "link", "nothing"];
  expect(names.map((name) => isEmpty(at(name)))).toEqual([true, false, false, false, false]);
});

test("only a symlink has a text", () => {
  const { linkText } = folder();
  const texts = ["link", "file", "nothing"].map((name) => linkText(join(directory, name)));
  expect(texts).toEqual(["full", null, null]);
});

test("there is no folder behind a symlink, where none is, or in the place of a file", () => {
  for (const name of ["link", "nothing", "file"]) {
    expect(observed.folder(join(directory, name))).toBeNull();
  }
});

test("a closed folder is opened anew when it is asked again", () => {
  const held = openFolder(observed.mounts, directory);
  if (held === null) throw new Error("no folder");
  held.close();
  expect(held.linkText(join(directory, "link"))).toBe("full");
  held.close();
  rmSync(join(directory, "link"));
  expect(held.isFree(join(directory, "link"))).toBe(true);
  held.close();
});

test("hundreds of folders are looked into, and few held open", () => {
  const folders = Array.from({ length: 400 }, (_, index) => join(directory, "full", String(index)));
  for (const path of folders) mkdirSync(path);
  const found = folders.map((path) => observed.folder(path));
  expect(found.every((one, index) => one?.isFree(`${folders[index]}/x`))).toBe(true);
});
