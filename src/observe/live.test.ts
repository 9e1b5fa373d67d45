import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { observeLiveSystem } from "./live.ts";

test("where a symlink leads is refused if it is another one by the time it is asked", () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "imp-live-")));
  const observed = observeLiveSystem();
  try {
    const path = join(directory, "link");
    symlinkSync("/usr", path);
    const node = observed.node({ path, beneath: null });
    if (node.kind !== "symlink") throw new Error(`it is ${node.kind}`);
    unlinkSync(path);
    symlinkSync("/etc", path);
    expect(node.text).toBe("/usr");
    expect(() => node.astray).toThrow("was exchanged for something else");
  } finally {
    observed.close();
    rmSync(directory, { recursive: true });
  }
});

test("a symlink that a way has led through may not have become another one by the time it is read", () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "imp-live-")));
  const observed = observeLiveSystem();
  try {
    mkdirSync(join(directory, "one"));
    mkdirSync(join(directory, "other"));
    const path = join(directory, "link");
    symlinkSync("one", path);
    expect(observed.real(join(path, "f"))).toBe(join(directory, "one", "f"));
    unlinkSync(path);
    symlinkSync("other", path);
    expect(() => observed.node({ path, beneath: null })).toThrow("was exchanged for something else");
  } finally {
    observed.close();
    rmSync(directory, { recursive: true });
  }
});
