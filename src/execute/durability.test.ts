import { expect, test } from "bun:test";
import { mkdirSync, readdirSync } from "node:fs";
import { Scratch } from "./copy-tree.fixture.ts";
import { syncChanges, syncDirectories } from "./durability.ts";

const access = { uid: 0, gid: 0, mode: 0o755 };

function createDirectory(path: string) {
  return { kind: "create-directory", serves: path, path, access, role: "target" } as const;
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

test.each([1, 8, 9, 40])("nothing stays open after %d directories are on the disk", (count) => {
  using scratch = new Scratch();
  const paths = Array.from({ length: count }, (_, index) => scratch.at(`d-${index}`));
  for (const path of paths) mkdirSync(`${path}/inside`, { recursive: true });
  const before = openDescriptors();
  syncChanges(paths.flatMap((path) => [createDirectory(path), createDirectory(`${path}/inside`)]));
  syncDirectories([...paths, scratch.at("gone"), scratch.at("gone/too")]);
  // The runtime may close one of its own meanwhile.
  expect(openDescriptors()).toBeLessThanOrEqual(before);
});
