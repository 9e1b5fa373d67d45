import { describe, expect, test } from "bun:test";
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CopyError } from "./session.ts";
import { copyFolder, freezeAccessTimes, isRoot, lacking, run, Scratch, snapshot } from "./tree.fixture.ts";

/** Starts a process that exchanges `name` and `other` in a folder for as long as the test goes on. */
async function startExchanging(folder: string, name: string, other: string): Promise<AsyncDisposable> {
  const script = `
    import { openSync } from "node:fs";
    import { exchange } from ${JSON.stringify(join(import.meta.dir, "../../linux/directory-entries.ts"))};
    const folder = openSync(process.argv[1], "r");
    process.stdout.write("ready");
    for (;;) exchange(folder, process.argv[2], process.argv[3]);
  `;
  const attacker = Bun.spawn([process.execPath, "-e", script, folder, name, other], { stdout: "pipe" });
  await attacker.stdout.getReader().read();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      attacker.kill("SIGKILL");
      await attacker.exited;
    },
  };
}

/** All that can be read in a tree without following a link. */
function textsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) return textsIn(path);
    return stat.isFile() ? [readFileSync(path, "utf8")] : [];
  });
}

describe("an attacker who owns the original", () => {
  test("gets nothing from outside by exchanging a folder and a symlink while root copies, 200 times", async () => {
    using scratch = new Scratch();
    for (const folder of ["decoy/deep", "original/victim/deep"])
      mkdirSync(scratch.at(folder), { recursive: true });
    for (let index = 0; index < 20; index += 1) {
      writeFileSync(scratch.at(`decoy/deep/${index}`), "secret");
      writeFileSync(scratch.at(`original/victim/deep/${index}`), "own");
    }
    symlinkSync(scratch.at("decoy"), scratch.at("original/link"));
    await using _attacker = await startExchanging(scratch.at("original"), "victim", "link");
    const seen = { directory: 0, link: 0 };
    for (let round = 0; round < 200; round += 1) {
      const copy = scratch.at(`copy ${round}`);
      await copyFolder(scratch.at("original"), copy);
      expect(textsIn(copy)).not.toContain("secret");
      seen[lstatSync(join(copy, "victim")).isDirectory() ? "directory" : "link"] += 1;
    }
    // Otherwise the exchanges did not meet the copies, and this test would prove nothing.
    expect(Math.min(seen.directory, seen.link)).toBeGreaterThan(0);
  }, 60_000);

  test("gets nothing from outside by exchanging a file and a symlink, nor stops root by a FIFO", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original"));
    writeFileSync(scratch.at("secret"), "secret");
    writeFileSync(scratch.at("original/victim"), "own");
    writeFileSync(scratch.at("original/other"), "own");
    symlinkSync(scratch.at("secret"), scratch.at("original/link"));
    run("mkfifo", scratch.at("original/fifo"));
    await using _attacker = await startExchanging(scratch.at("original"), "victim", "link");
    await using _other = await startExchanging(scratch.at("original"), "other", "fifo");
    for (let round = 0; round < 200; round += 1) {
      await copyFolder(scratch.at("original"), scratch.at(`copy ${round}`));
      expect(textsIn(scratch.at(`copy ${round}`))).not.toContain("secret");
    }
  }, 60_000);

  test("gets a hard link to somebody else's file as a copy that is still the other's", async () => {
    using scratch = new Scratch();
    if (lacking("files of two owners: they need root", !isRoot)) return;
    mkdirSync(scratch.at("original"));
    writeFileSync(scratch.at("secret"), "secret", { mode: 0o600 });
    linkSync(scratch.at("secret"), scratch.at("original/mine"));
    run("chown", "1234:1234", scratch.at("original"));
    await copyFolder(scratch.at("original"), scratch.at("copy"));
    expect(lstatSync(scratch.at("copy/mine"))).toMatchObject({ uid: 0, gid: 0, mode: 0o100600, nlink: 1 });
  });
});

describe("a copy that is not finished", () => {
  test("can be entered by nobody else, whatever its directory allowed before", async () => {
    using scratch = new Scratch();
    for (const name of ["original", "copy"]) mkdirSync(scratch.at(name), { mode: 0o777 });
    if (isRoot) run("chown", "1234:1234", scratch.at("original"), scratch.at("copy"));
    writeFileSync(scratch.at("original/file"), "");
    const uids: number[] = [];
    const modes: number[] = [];
    const signal = (): void => {
      const { uid, mode } = lstatSync(scratch.at("copy"));
      uids.push(uid);
      modes.push(mode & 0o777);
    };
    await copyFolder(scratch.at("original"), scratch.at("copy"), { signal });
    expect(new Set(uids)).toEqual(new Set([process.geteuid?.() ?? -1]));
    expect(new Set(modes)).toEqual(new Set([0o700]));
    expect(lstatSync(scratch.at("copy")).uid).toBe(isRoot ? 1234 : (process.geteuid?.() ?? -1));
  });

  test("is taken back when the signal callback throws, at whatever point", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original/a/b"), { recursive: true });
    for (let index = 0; index < 30; index += 1) writeFileSync(scratch.at("original/a/b", `${index}`), "text");
    writeFileSync(scratch.at("original/large"), Buffer.alloc(20_000_000, 1));
    freezeAccessTimes(scratch.at("original"));
    const before = snapshot(scratch.at("original"));
    for (let stopAt = 1; stopAt <= 36; stopAt += 5) {
      let calls = 0;
      const signal = (): void => {
        calls += 1;
        if (calls === stopAt) throw new Error("interrupted");
      };
      const copying = copyFolder(scratch.at("original"), scratch.at("copy"), { signal });
      await expect(copying).rejects.toThrow("interrupted");
      expect(readdirSync(scratch.at("copy"))).toEqual([]);
    }
    expect(snapshot(scratch.at("original"))).toEqual(before);
  });

  test("lets the handlers of signals run, in the middle of a large file too", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original"));
    writeFileSync(scratch.at("original/large"), Buffer.alloc(200_000_000, 1));
    let asked = false;
    process.once("SIGUSR2", () => {
      asked = true;
    });
    setTimeout(() => process.kill(process.pid, "SIGUSR2"), 15);
    const signal = (): void => {
      if (asked) throw new Error("asked to stop");
    };
    await expect(copyFolder(scratch.at("original"), scratch.at("copy"), { signal })).rejects.toThrow(
      "asked to stop",
    );
  });
});

describe("a copy is refused", () => {
  test("into a directory that has content, which then stays as it is", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original"));
    mkdirSync(scratch.at("copy/precious"), { recursive: true, mode: 0o755 });
    freezeAccessTimes(scratch.at("copy"));
    const before = snapshot(scratch.at("copy"));
    await expect(copyFolder(scratch.at("original"), scratch.at("copy"))).rejects.toMatchObject({
      code: "ENOTEMPTY",
    });
    expect(snapshot(scratch.at("copy"))).toEqual(before);
  });

  test("into a directory of the original itself", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original/a/copy"), { recursive: true });
    const copying = copyFolder(scratch.at("original"), scratch.at("original/a/copy"));
    await expect(copying).rejects.toThrow(/^a\/copy: copy into itself/);
  });

  test("with the path of what cannot be read", async () => {
    using scratch = new Scratch();
    if (lacking("unreadable files: root can read them all", isRoot)) return;
    mkdirSync(scratch.at("original/folder"), { recursive: true });
    writeFileSync(scratch.at("original/folder/private"), "", { mode: 0 });
    const copying = copyFolder(scratch.at("original"), scratch.at("copy"));
    await expect(copying).rejects.toThrow(CopyError);
    await expect(copying).rejects.toMatchObject({ path: "folder/private", code: "EACCES" });
  });
});
