import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRoot, lacking, run, Scratch } from "./tree.fixture.ts";

const canMount = isRoot && Bun.spawnSync(["unshare", "-m", "true"]).success;
const hasFuse = canMount && existsSync("/dev/fuse");
const hasBtrfs = canMount && existsSync("/dev/loop-control") && Bun.which("mkfs.btrfs") !== null;

/**
 * Runs a script in a mount namespace of its own: `folder` is the scratch folder, and what it assigns to `result` comes
 * back.
 */
function inNamespace(scratch: Scratch, script: string): unknown {
  const fixture = JSON.stringify(join(import.meta.dir, "tree.fixture.ts"));
  const copyTree = JSON.stringify(join(import.meta.dir, "tree.ts"));
  const whole = `
    import { lstatSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
    import { copyFolder, mountFuse, openFolder, run, setXattr, snapshot } from ${fixture};
    import { removeCopy } from ${copyTree};
    const folder = process.argv[1];
    let result;
    ${script}
    process.stdout.write(JSON.stringify(result));
  `;
  const unshare = ["unshare", "-m", "--propagation", "private"];
  return JSON.parse(run(...unshare, process.execPath, "-e", whole, scratch.path));
}

describe("a tree with mounts in it", () => {
  test.skipIf(lacking("mounts inside a tree: they need root", !canMount))(
    "is copied with an empty directory for each, which is told; and the undo leaves those alone",
    () => {
      using scratch = new Scratch();
      mkdirSync(scratch.at("original/a/tmpfs"), { recursive: true });
      for (const name of ["original/bound", "original/a/own", "elsewhere"]) mkdirSync(scratch.at(name));
      writeFileSync(scratch.at("original/a/own/file"), "");
      writeFileSync(scratch.at("elsewhere/outside"), "");
      const result = inNamespace(
        scratch,
        `
        run("mount", "-n", "-t", "tmpfs", "-o", "mode=0750,uid=1234", "none", folder + "/original/a/tmpfs");
        writeFileSync(folder + "/original/a/tmpfs/inside", "");
        run("mount", "-n", "--bind", folder + "/elsewhere", folder + "/original/bound");
        const { otherFilesystems, files } = await copyFolder(folder + "/original", folder + "/copy");
        const names = Object.keys(snapshot(folder + "/copy"));
        const { uid, mode } = lstatSync(folder + "/copy/a/tmpfs");
        writeFileSync(folder + "/copy/a/tmpfs/inside", "");
        const undone = removeCopy(openFolder(folder + "/original"), openFolder(folder + "/copy"));
        result = { otherFilesystems: otherFilesystems.sort(), files, names, uid, mode: mode & 0o7777, undone };
        `,
      );
      expect(result).toEqual({
        otherFilesystems: ["a/tmpfs", "bound"],
        files: 1,
        names: ["", "/a", "/a/own", "/a/own/file", "/a/tmpfs", "/bound"],
        uid: 1234,
        mode: 0o750,
        undone: { removed: false, kept: ["a/tmpfs"] },
      });
    },
  );

  test.skipIf(lacking("the FUSE mount of a user: it needs root and /dev/fuse", !hasFuse))(
    "is copied although one of them is a user's own, which even root may not look at",
    () => {
      using scratch = new Scratch();
      mkdirSync(scratch.at("original/fuse"), { recursive: true });
      run("chown", "1234:1234", scratch.at("original"));
      const result = inNamespace(
        scratch,
        `
        mountFuse(folder + "/original/fuse");
        const { otherFilesystems } = await copyFolder(folder + "/original", folder + "/copy");
        const { uid, mode } = lstatSync(folder + "/copy/fuse");
        const undone = removeCopy(openFolder(folder + "/original"), openFolder(folder + "/copy"));
        result = { otherFilesystems, uid, mode: mode & 0o7777, undone };
        `,
      );
      const undone = { removed: true, kept: [] };
      expect(result).toEqual({ otherFilesystems: ["fuse"], uid: 1234, mode: 0o700, undone });
    },
  );

  test.skipIf(lacking("an unfinished copy with a mount in it: it needs root", !canMount))(
    "is not emptied through a mount point when an unfinished copy is taken back",
    () => {
      using scratch = new Scratch();
      for (const name of ["original", "copy/mounted", "elsewhere"])
        mkdirSync(scratch.at(name), { recursive: true });
      writeFileSync(scratch.at("elsewhere/precious"), "");
      chmodSync(scratch.at("copy"), 0o1700);
      const result = inNamespace(
        scratch,
        `
        run("mount", "-n", "--bind", folder + "/elsewhere", folder + "/copy/mounted");
        try {
          removeCopy(openFolder(folder + "/original"), openFolder(folder + "/copy"));
        } catch (error) {
          result = { code: error.code, left: readdirSync(folder + "/elsewhere") };
        }
        `,
      );
      expect(result).toEqual({ code: "EBUSY", left: ["precious"] });
    },
  );

  test.skipIf(lacking("a copy below its own original: it needs root", !canMount))(
    "does not lead into the copy, not even through a bind mount",
    () => {
      using scratch = new Scratch();
      mkdirSync(scratch.at("original/loop"), { recursive: true });
      mkdirSync(scratch.at("elsewhere/copy"), { recursive: true });
      const result = inNamespace(
        scratch,
        `
        run("mount", "-n", "--bind", folder + "/elsewhere", folder + "/original/loop");
        result = (await copyFolder(folder + "/original", folder + "/elsewhere/copy")).otherFilesystems;
        `,
      );
      expect(result).toEqual(["loop"]);
    },
  );
});

describe("a filesystem that keeps less than the original's", () => {
  test.skipIf(lacking("a filesystem without attributes: it needs root to mount one", !canMount))(
    "makes the copy fail aloud where an attribute or an access list would be lost, and is left empty",
    () => {
      using scratch = new Scratch();
      mkdirSync(scratch.at("original/folder"), { recursive: true });
      writeFileSync(scratch.at("original/folder/file"), "");
      mkdirSync(scratch.at("ramfs"));
      const result = inNamespace(
        scratch,
        `
        run("mount", "-n", "-t", "ramfs", "none", folder + "/ramfs");
        mkdirSync(folder + "/ramfs/plain");
        mkdirSync(folder + "/ramfs/copy");
        await copyFolder(folder + "/original", folder + "/ramfs/plain");
        setXattr(folder + "/original/folder/file", "user.comment", Buffer.from("x"));
        const error = await copyFolder(folder + "/original", folder + "/ramfs/copy").catch((error) => error);
        const [plain, copy] = [readdirSync(folder + "/ramfs/plain"), readdirSync(folder + "/ramfs/copy")];
        result = { message: error.message, code: error.code, plain, copy };
        `,
      );
      expect(result).toEqual({
        message: "folder/file: setxattr user.comment: Operation not supported",
        code: "EOPNOTSUPP",
        plain: ["folder"],
        copy: [],
      });
    },
  );
});

describe("a filesystem that shares content between files", () => {
  test.skipIf(lacking("reflinks and subvolumes: they need root, a loop device and mkfs.btrfs", !hasBtrfs))(
    "makes a copy that takes no space of its own; subvolumes are other filesystems",
    () => {
      using scratch = new Scratch();
      run("truncate", "-s", "256M", scratch.at("image"));
      run("mkfs.btrfs", "-q", scratch.at("image"));
      mkdirSync(scratch.at("btrfs"));
      const result = inNamespace(
        scratch,
        `
        const top = folder + "/btrfs";
        run("mount", "-n", "-o", "loop", folder + "/image", top);
        mkdirSync(top + "/original");
        run("btrfs", "subvolume", "create", top + "/original/subvolume");
        const file = top + "/original/large";
        writeFileSync(file, Buffer.alloc(100_000_000, Math.random().toString()));
        run("sync", "-f", top);
        const before = statfsSync(top);
        const { otherFilesystems, files, bytes } = await copyFolder(top + "/original", top + "/copy");
        run("cmp", file, top + "/copy/large");
        const after = statfsSync(top);
        const tookSpace = (before.bfree - after.bfree) * before.bsize > 10_000_000;
        result = { otherFilesystems, files, bytes, tookSpace };
        `,
      );
      expect(result).toMatchObject({ otherFilesystems: ["subvolume"], files: 1, bytes: 100_000_000 });
      expect(result).toHaveProperty("tookSpace", false);
    },
  );
});
