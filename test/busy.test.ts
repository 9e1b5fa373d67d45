import { expect } from "bun:test";
import { copyFileSync } from "node:fs";
import { type BusyProcess, startWaiting } from "./machine/busy-process.ts";
import { apply, configure, state, store } from "./machine/configure.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { mountId, mountTable } from "./machine/mount-table.ts";
import { afterAll, beforeAll, beforeEach, describe, test } from "./machine/on-machine.ts";
import { snapshot } from "./machine/snapshot.ts";
import { lacks, need } from "./requirement.ts";

/** Mounts that programs use when they have to go. */

let machine: Machine & AsyncDisposable;

const entry = `directories = ["/srv/a"]`;
const elsewhere = `[persistence."/persist/other"]\n${entry}`;

beforeAll(async () => {
  machine = await startMachine();
  copyFileSync(process.execPath, machine.outside("/opt/bun"));
  await machine.sh(`
    chmod 755 /opt/bun
    mkdir -p ${store}/srv/a/folder /persist/other/srv/a
    echo old > ${store}/srv/a/file; echo new > /persist/other/srv/a/file
    cp /usr/bin/sleep ${store}/srv/a/program
  `);
});
afterAll(() => machine.stop());

/** The entry is in place, as generation 1, and has to go. */
beforeEach(async () => {
  await machine.sh(`umount /srv/a 2>/dev/null || true; rm -rf ${state}`);
  await apply(machine, entry);
  await configure(machine, "");
});

const shell = (script: string) => startWaiting(machine, ["sh", "-c", script], {});

/** By the test's own Bun: Debian has no command that does just this. */
const script = (code: string) =>
  startWaiting(machine, ["/opt/bun", "-e", `${code}; setInterval(() => 0, 1e9)`], {});

interface Use {
  readonly by: string;
  readonly path: string;
  readonly command: string;
  readonly start: () => Promise<BusyProcess>;
}

const uses: readonly Use[] = [
  {
    by: "working-directory",
    path: "/srv/a/folder",
    command: "sleep",
    start: () => shell("cd /srv/a/folder; echo ready; exec sleep infinity"),
  },
  {
    by: "open-file",
    path: "/srv/a/file",
    command: "sleep",
    start: () => shell("exec 3< /srv/a/file; echo ready; exec sleep infinity"),
  },
  {
    by: "mapped-file",
    path: "/srv/a/file",
    command: "bun",
    start: () => script(`globalThis.kept = Bun.mmap("/srv/a/file"); console.log("ready")`),
  },
  {
    by: "program",
    path: "/srv/a/program",
    command: "program",
    start: () => shell("echo ready; exec /srv/a/program infinity"),
  },
  {
    by: "root-directory",
    path: "/srv/a",
    command: "bun",
    start: () =>
      script(`
        const { dlopen } = require("bun:ffi");
        const name = require("node:fs").readFileSync("/proc/self/maps", "utf8").match(/\\S*libc[.]\\S*/)[0];
        const { chroot } = dlopen(name, { chroot: { args: ["buffer"], returns: "int" } }).symbols;
        console.log(chroot(Buffer.from("/srv/a\\0")) === 0 ? "ready" : "failed")`),
  },
];

/** Until the program is what it is going to be: what it says comes before it. */
async function settle({ command }: Use, { pid }: BusyProcess): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if ((await machine.sh(`cat /proc/${pid}/comm`)) === `${command}\n`) return;
    await Bun.sleep(10);
  }
  throw new Error(`it never became ${command}`);
}

const isSkipped = lacks(need(isRoot, "root: what a program maps, and what another user's program uses"));
const told = uses.filter(({ by }) => by !== "mapped-file" || !isSkipped);

describe("a mount that is in use and has to go", () => {
  test.each(told.map((use) => [use.by, use] as const))(
    "by its %s: the command refuses, names the program and what it holds, and changes nothing",
    async (by, use) => {
      await using program = await use.start();
      await settle(use, program);
      const before = await snapshot(machine);

      const { exitCode, stdout, stderr } = await machine.imp("apply");
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain("error: /srv/a is busy and can't be unmounted\n");
      const what = by.replace("-", " ");
      expect(stderr).toContain(`  help: ${use.command}[${program.pid}] holds ${use.path} (${what})\n`);
      expect(stderr).toContain("or use `--lazy`");

      const json = await machine.imp("apply", "--json");
      expect({ exitCode: json.exitCode, stderr: json.stderr }).toEqual({ exitCode: 1, stderr: "" });
      const [problem] = JSON.parse(json.stdout).error.problems;
      expect(problem.holders).toContainEqual({ pid: program.pid, command: use.command, by, path: use.path });

      expect(await snapshot(machine)).toBe(before);
      expect(program.isAlive()).toBe(true);
    },
  );

  test("by many programs: each is named once, up to eight, and all of them with --json", async () => {
    const programs = await Promise.all(
      Array.from({ length: 10 }, () => shell("cd /srv/a; exec 3< file; echo ready; exec sleep infinity")),
    );
    try {
      const { stderr } = await machine.imp("apply");
      expect(stderr.match(/holds \/srv\/a/g)).toHaveLength(8);
      expect(stderr).toContain("and 2 more\n");
      const holders: { pid: number; by: string }[] = JSON.parse((await machine.imp("apply", "--json")).stdout)
        .error.problems[0].holders;
      for (const { pid } of programs) {
        const ways = holders.filter((holder) => holder.pid === pid).map(({ by }) => by);
        expect(ways.sort()).toEqual(["open-file", "working-directory"]);
      }
    } finally {
      await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
    }
  });

  test.skipIf(isSkipped)("by another user's program is told by root", async () => {
    const command = ["sh", "-c", "echo ready; exec sleep infinity"];
    await using program = await startWaiting(machine, command, { user: 1000, cwd: "/srv/a" });
    const { stderr } = await machine.imp("apply");
    expect(stderr).toContain(`sleep[${program.pid}] holds /srv/a (working directory)`);
  });

  test.each(uses.map((use) => [use.by, use] as const))(
    "by its %s: goes at once with --lazy, and the program lives on",
    async (_, use) => {
      await using program = await use.start();
      await settle(use, program);
      expect(await machine.impOk("apply", "--lazy")).toStartWith("Generation 2 is active");
      expect((await mountTable(machine)).some(({ path }) => path === "/srv/a")).toBe(false);
      expect(program.isAlive()).toBe(true);
      expect(await machine.impOk("verify")).toContain("Generation 2");
    },
  );

  test("for another source is exchanged with --lazy: the program keeps the old one, all others see the new one", async () => {
    await configure(machine, "", elsewhere);
    await using program = await shell("cd /srv/a; echo ready; exec sleep infinity");
    const id = await mountId(machine, "/srv/a");
    const refused = await machine.imp("apply");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("sleep[");
    expect(await mountId(machine, "/srv/a")).toBe(id);

    await machine.impOk("apply", "--lazy");
    expect(await machine.read("/srv/a/file")).toBe("new\n");
    expect(await machine.sh(`cat /proc/${program.pid}/cwd/file`)).toBe("old\n");
    expect((await mountTable(machine)).filter(({ path }) => path === "/srv/a")).toHaveLength(1);
  });

  test.each(["switch 2", "rollback"])("is refused and detached alike by imp %s", async (line) => {
    const words = line.split(" ");
    await machine.impOk("apply");
    await machine.impOk("switch", "1");
    await using program = await shell("cd /srv/a; echo ready; exec sleep infinity");
    const refused = await machine.imp(...words);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`holds /srv/a (working directory)`);
    await machine.impOk(...words, "--lazy");
    expect((await mountTable(machine)).some(({ path }) => path === "/srv/a")).toBe(false);
    expect(program.isAlive()).toBe(true);
  });
});
