import { describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { isRoot, lacking, run, Scratch } from "./copy/tree.fixture.ts";
import { HeldFolder, HeldFolders } from "./held-folders.ts";

const canMount = isRoot && Bun.spawnSync(["unshare", "-m", "true"]).success;

/**
 * What a script with a held folder says, in a mount namespace of its own: in `folder` is a directory `a`, which was
 * worked in twice.
 */
function sayInNamespace(scratch: Scratch, script: string): unknown {
  const module = (path: string) => JSON.stringify(join(import.meta.dir, path));
  const whole = `
    import { run } from ${module("copy/tree.fixture.ts")};
    import { HeldFolder } from ${module("held-folders.ts")};
    import { isBusyMount, unmount } from ${module("../linux/mounts.ts")};
    import { statAt } from ${module("../linux/stat.ts")};
    const folder = process.argv[1];
    const mountOn = (path) => run("mount", "-n", "-t", "tmpfs", "none", path);
    const held = new HeldFolder();
    held.around(folder + "/a/one");
    const { descriptor } = held.around(folder + "/a/two");
    const ending = (action) => { try { action(); return "ended"; } catch (error) { return error.code ?? error.message; } };
    let said;
    ${script}
    process.stdout.write(JSON.stringify(said));
  `;
  const unshare = ["unshare", "-m", "--propagation", "private"];
  return JSON.parse(run(...unshare, process.execPath, "-e", whole, scratch.path));
}

function scratchWithFolder(): Scratch {
  const scratch = new Scratch();
  mkdirSync(scratch.at("a"));
  return scratch;
}

describe("a held folder", () => {
  test("is the same as long as paths are in it, and another one for other paths", () => {
    using scratch = scratchWithFolder();
    const held = new HeldFolder();
    const first = held.around(scratch.at("a/one"));
    expect(held.around(scratch.at("a/two"))).toBe(first);
    expect(held.around(scratch.at("three")).path).not.toBe(first.path);
    held.letGo();
  });

  test("may be moved, or exchanged for a symlink, by who owns it: what was done in it is in it still", () => {
    using scratch = scratchWithFolder();
    const held = new HeldFolder();
    held.around(scratch.at("a/one"));
    held.around(scratch.at("a/two"));
    renameSync(scratch.at("a"), scratch.at("b"));
    symlinkSync("b", scratch.at("a"));
    expect(() => held.letGo()).not.toThrow();
  });

  test("is missed if nothing is at its path when it is given back", () => {
    using scratch = scratchWithFolder();
    const held = new HeldFolder();
    held.around(scratch.at("a/one"));
    held.around(scratch.at("a/two"));
    renameSync(scratch.at("a"), scratch.at("b"));
    expect(() => held.letGo()).toThrow("does not exist");
    expect(() => held.letGo()).not.toThrow();
  });

  test("is closed by a mount of ours over it or above it, and by no other", () => {
    using scratch = scratchWithFolder();
    const held = new HeldFolder();
    const first = held.around(scratch.at("a/one"));
    held.closeIfCovered(join(first.path, "one"));
    held.closeIfCovered(`${first.path}b`);
    expect(held.around(scratch.at("a/one"))).toBe(first);
    held.closeIfCovered(first.path);
    const second = held.around(scratch.at("a/one"));
    expect(second).not.toBe(first);
    held.close();
  });

  test.skipIf(lacking("mounts over a held folder: they need root", !canMount))(
    "is missed if something was mounted over it or above it, and not if that was in it",
    () => {
      using scratch = scratchWithFolder();
      mkdirSync(scratch.at("a/one"));
      const giveBack = "said = ending(() => held.letGo());";
      expect(sayInNamespace(scratch, `mountOn(folder + "/a/one"); ${giveBack}`)).toBe("ended");
      expect(sayInNamespace(scratch, `mountOn(folder + "/a"); ${giveBack}`)).toBe("ESTALE");
      expect(sayInNamespace(scratch, `mountOn(folder); ${giveBack}`)).toContain("does not exist");
    },
  );
});

test("folders stay from step to step while what is created or mounted is in them", () => {
  using scratch = scratchWithFolder();
  mkdirSync(scratch.at("b"));
  const access = { uid: 0, gid: 0, mode: 0o755 };
  const create = (path: string, role: "source" | "target") =>
    ({ kind: "create-directory", serves: path, path: scratch.at(path), access, role }) as const;
  const [target, source] = [scratch.at("a/one"), scratch.at("b/one")];
  const mount = { kind: "mount", serves: target, target, source, options: [], hidden: false } as const;
  const identity = { inode: "1", birth: null };
  const backUp = {
    kind: "back-up",
    serves: target,
    path: target,
    backup: `${target}.backup`,
    identity,
  } as const;
  const folders = new HeldFolders();
  const held = () => [folders.target.around(target), folders.source.around(source)];
  folders.turnTo(mount);
  const first = held();
  for (const step of [create("a/two", "target"), create("b/two", "source"), mount]) {
    folders.turnTo(step);
    expect(held().every((folder, index) => folder === first[index])).toBe(true);
  }
  folders.turnTo(create("three", "target"));
  expect(folders.source.around(source)).toBe(first[1] as never);
  expect(folders.target.around(target)).not.toBe(first[0] as never);
  folders.turnTo(backUp);
  expect(folders.source.around(source)).not.toBe(first[1] as never);
  folders.close();
});

test.skipIf(lacking("the question whether a mount is in use: it needs root", !canMount))(
  "asking whether a mount is in use does not take it away, however often it is asked",
  () => {
    using scratch = scratchWithFolder();
    mkdirSync(scratch.at("a/one"));
    const said = sayInNamespace(
      scratch,
      `
      const ask = () => isBusyMount(descriptor, "one");
      const before = ask();
      mountOn(folder + "/a/one");
      const free = [ask(), ask(), ask()];
      const inside = new HeldFolder();
      inside.around(folder + "/a/one/x");
      const used = [ask(), ask()];
      inside.close();
      const after = [ask(), ask(), statAt(descriptor, "one").mountRoot];
      unmount(descriptor, "one");
      said = { before, free, used, after, end: ask() };
      `,
    );
    expect(said).toEqual({
      before: false,
      free: [false, false, false],
      used: [true, true],
      after: [false, false, true],
      end: false,
    });
  },
);
