import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readlinkSync } from "node:fs";
import { Scratch } from "./copy/tree.fixture.ts";
import { syncChanges, syncDirectories } from "./durability.ts";

const access = { uid: 0, gid: 0, mode: 0o755 };

function createDirectory(path: string) {
  return { kind: "create-directory", serves: path, path, access, role: "target" } as const;
}

/** What of a directory this process holds open. */
function openBelow(path: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${name}`);
      return target.startsWith(path) ? [target] : [];
    } catch {
      // Closed meanwhile: the runtime has descriptors of its own.
      return [];
    }
  });
}

test.each([1, 8, 9, 40])("nothing stays open after %d directories are on the disk", (count) => {
  using scratch = new Scratch();
  const paths = Array.from({ length: count }, (_, index) => scratch.at(`d-${index}`));
  for (const path of paths) mkdirSync(`${path}/inside`, { recursive: true });
  syncChanges(paths.flatMap((path) => [createDirectory(path), createDirectory(`${path}/inside`)]));
  syncDirectories([...paths, scratch.at("gone"), scratch.at("gone/too")]);
  expect(openBelow(scratch.path)).toEqual([]);
});
