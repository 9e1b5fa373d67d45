import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeDescriptor } from "../linux/open.ts";
import { openDirectory } from "../linux/open-directory.ts";
import { isOurLink, nameAside, removeIf } from "./conditional-rename.ts";

let folder = "";
let parent = -1;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imp-rename-"));
  const result = openDirectory(folder);
  if (result.kind !== "open") throw new Error(`it is ${result.kind}`);
  parent = result.descriptor;
});
afterEach(() => {
  closeDescriptor(parent);
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const aside = nameAside("name");
const remove = () => removeIf(parent, "name", isOurLink(parent, "/ours"));

describe("a link that is removed", () => {
  test("goes if it is ours, and nothing is left beside", () => {
    symlinkSync("/ours", at("name"));
    expect(remove()).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("stays if it is another one, or no link", () => {
    symlinkSync("/theirs", at("name"));
    expect(remove()).toBe(false);
    expect(lstatSync(at("name")).isSymbolicLink()).toBe(true);
    rmSync(at("name"));
    writeFileSync(at("name"), "theirs");
    expect(remove()).toBe(false);
    expect(readFileSync(at("name"), "utf8")).toBe("theirs");
  });

  test("goes, and what a killed process left of it", () => {
    symlinkSync("/ours", at(aside));
    expect(remove()).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
    symlinkSync("/ours", at(aside));
    symlinkSync("/ours", at("name"));
    expect(remove()).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("stays where somebody else's object has the name beside", () => {
    writeFileSync(at(aside), "theirs");
    symlinkSync("/ours", at("name"));
    expect(remove).toThrow("exists");
    expect(readdirSync(folder).sort()).toEqual([aside, "name"].sort());
    expect(readFileSync(at(aside), "utf8")).toBe("theirs");
  });
});
