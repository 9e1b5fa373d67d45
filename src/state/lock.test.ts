import { describe, expect, test } from "bun:test";
import { chmodSync, linkSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { lacks, need } from "../../test/requirement.ts";
import { join } from "../model/path.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { inNewState } from "./example-state.fixture.ts";
import { acquireLock } from "./lock.ts";

const atOnce = { waitMilliseconds: 0, command: "imp apply" };

const source = import.meta.dir;

/** A process of its own that runs `body`, in which `directory` is the open state directory `path`. */
function spawnWithState(path: string, body: string) {
  const script = `
    import { acquireLock } from ${JSON.stringify(`${source}/lock.ts`)};
    import { createStateDirectory } from ${JSON.stringify(`${source}/create-directory.ts`)};
    import { readFileSync, writeFileSync } from "node:fs";
    const directory = createStateDirectory(${JSON.stringify(path)}, null);
    ${body}`;
  return Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit", stdin: "pipe" });
}

const holding = `
  await acquireLock(directory, { waitMilliseconds: 0, command: "imp switch 3" });
  console.log("held");
  await Bun.sleep(60_000);`;

async function firstWord(process: { readonly stdout: ReadableStream<Uint8Array> }): Promise<string> {
  const { value } = await process.stdout.getReader().read();
  return new TextDecoder().decode(value).trim();
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Failure && error.problems[0] !== undefined) return error.problems[0];
    throw error;
  }
  throw new Error("nothing failed");
}

describe("the lock", () => {
  test(
    "lets one command in at a time, whoever comes",
    () =>
      inNewState(async (directory) => {
        const counter = join(directory.path, "counter");
        writeFileSync(counter, "0");
        const body = `
        for (let turn = 0; turn < 25; turn += 1) {
          const release = await acquireLock(directory, { waitMilliseconds: 30_000, command: "imp apply" });
          const count = Number(readFileSync(${JSON.stringify(counter)}, "utf8"));
          await Bun.sleep(1);
          writeFileSync(${JSON.stringify(counter)}, String(count + 1));
          release();
        }`;
        const processes = [1, 2, 3].map(() => spawnWithState(directory.path, body));
        expect(await Promise.all(processes.map((process) => process.exited))).toEqual([0, 0, 0]);
        expect(readFileSync(counter, "utf8")).toBe("75");
      }),
    60_000,
  );

  test("names its holder to whoever does not get it", () =>
    inNewState(async (directory) => {
      const holder = spawnWithState(directory.path, holding);
      try {
        expect(await firstWord(holder)).toBe("held");
        const started = performance.now();
        const problem = await problemOf(acquireLock(directory, { ...atOnce, waitMilliseconds: 300 }));
        expect(performance.now() - started).toBeGreaterThanOrEqual(295);
        expect(problem.message).toBe(`another imp is at work: pid ${holder.pid} (imp switch 3)`);
        expect(problem.help).toContain("--wait SECONDS");
      } finally {
        holder.kill("SIGKILL");
        await holder.exited;
      }
    }));

  test("goes with a holder that was killed", () =>
    inNewState(async (directory) => {
      const holder = spawnWithState(directory.path, holding);
      expect(await firstWord(holder)).toBe("held");
      const waiting = acquireLock(directory, { ...atOnce, waitMilliseconds: 30_000 });
      holder.kill("SIGKILL");
      await holder.exited;
      (await waiting)();
    }));

  test("is not inherited by programs that the holder starts", () =>
    inNewState(async (directory) => {
      const release = await acquireLock(directory, atOnce);
      const child = Bun.spawn(["sleep", "60"]);
      release();
      (await acquireLock(directory, atOnce))();
      child.kill("SIGKILL");
      await child.exited;
    }));

  test("comes free with its release, and then names nobody", () =>
    inNewState(async (directory) => {
      for (let turn = 0; turn < 3; turn += 1) {
        const release = await acquireLock(directory, atOnce);
        expect((await problemOf(acquireLock(directory, atOnce))).message).toContain(
          `pid ${process.pid} (imp apply)`,
        );
        release();
        expect(readFileSync(join(directory.path, "lock"), "utf8")).toBe("");
      }
    }));

  test("names nobody rather than the wrong one", () =>
    inNewState(async (directory) => {
      const release = await acquireLock(directory, atOnce);
      for (const text of [
        "",
        "x",
        "1 1 imp apply\n",
        `${process.pid} 7 imp apply\n`,
        "\u001b[2J",
        "9".repeat(9999),
      ]) {
        writeFileSync(join(directory.path, "lock"), text);
        expect((await problemOf(acquireLock(directory, atOnce))).message).toBe("another imp is at work");
      }
      release();
    }));

  test("can be held only by those who own the state, or else anyone could keep imp from working", () =>
    inNewState(async (directory) => {
      const umask = process.umask(0);
      try {
        (await acquireLock(directory, atOnce))();
      } finally {
        process.umask(umask);
      }
      expect(statSync(join(directory.path, "lock")).mode & 0o777).toBe(0o600);
    }));

  test("is not taken on a file that someone exchanged", () =>
    inNewState(async (directory) => {
      const release = await acquireLock(directory, atOnce);
      rmSync(join(directory.path, "lock"));
      const again = await acquireLock(directory, atOnce);
      expect(await problemOf(acquireLock(directory, atOnce))).toBeDefined();
      again();
      release();
    }));

  test("is not taken through a symlink", () =>
    inNewState(async (directory) => {
      const elsewhere = join(directory.path, "elsewhere");
      writeFileSync(elsewhere, "precious");
      symlinkSync(elsewhere, join(directory.path, "lock"));
      expect((await problemOf(acquireLock(directory, atOnce))).message).toContain(
        `cannot lock ${directory.path}/lock`,
      );
      expect(readFileSync(elsewhere, "utf8")).toBe("precious");
    }));

  test("is not taken on a file that has another name, which stays as it is", () =>
    inNewState(async (directory) => {
      const elsewhere = join(directory.path, "elsewhere");
      writeFileSync(elsewhere, "precious", { mode: 0o640 });
      linkSync(elsewhere, join(directory.path, "lock"));
      const { message, help } = await problemOf(acquireLock(directory, atOnce));
      expect(message).toContain(`${directory.path}/lock is no lock of imp's`);
      expect(help).toContain("rm ");
      expect(readFileSync(elsewhere, "utf8")).toBe("precious");
      expect(statSync(elsewhere).mode & 0o777).toBe(0o640);
    }));

  test.skipIf(lacks(need(process.getuid?.() !== 0, "an ordinary user: root may write anywhere")))(
    "cannot be taken in a directory that may not be written",
    () =>
      inNewState(async (directory) => {
        chmodSync(directory.path, 0o500);
        expect((await problemOf(acquireLock(directory, atOnce))).help).toContain("sudo");
        chmodSync(directory.path, 0o700);
      }),
  );
});
