import { expect, setDefaultTimeout } from "bun:test";
import { apply, state } from "./machine/configure.ts";
import { injecting } from "./machine/injection.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { describe, test } from "./machine/on-machine.ts";
import { lacks, need, program } from "./requirement.ts";

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(30_000);

const restore = ["restore", "--state-dir", state] as const;
const bestEffort = [...restore, "--best-effort"] as const;
const strace = program("strace");

/** A machine whose generation 1 has three directories, one of them within another, and two files; after a boot. */
async function booted(): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  await machine.sh(`
    cd /persist; mkdir -p store/var/log/app store/var/lib/db store/etc/app
    echo old > store/var/log/syslog; echo deep > store/var/log/app/log; echo rows > store/var/lib/db/data
    echo one > store/etc/app/one; echo two > store/etc/app/two
  `);
  await apply(
    machine,
    `directories = ["/var/log", { directory = "/var/log/app", options = ["noexec"] }, "/var/lib/db"]
     files = ["/etc/app/one", "/etc/app/two"]`,
  );
  await machine.reboot();
  return machine;
}

/** What is there of the five entries. */
async function present(machine: Machine): Promise<string[]> {
  const paths = ["/var/log/syslog", "/var/log/app/log", "/var/lib/db/data", "/etc/app/one", "/etc/app/two"];
  const script = paths.map((path) => `cat ${path} 2>/dev/null || true`).join("\n");
  return (await machine.sh(script)).split("\n").filter((line) => line !== "");
}

async function verified(machine: Machine): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.imp("verify", "--state-dir", state);
  expect(stderr).toBe("");
  return `${exitCode} ${stdout}`;
}

describe("restore --best-effort", () => {
  test("brings up all but what is in the way, says what that is, and a later restore completes it", async () => {
    await using machine = await booted();
    await machine.sh("mkdir -p /etc/app /var/lib; echo other > /etc/app/one; echo file > /var/lib/db");

    const refused = await machine.imp(...restore);
    expect(refused.exitCode).toBe(1);
    expect(await present(machine)).toEqual(["other"]);

    const { exitCode, stdout, stderr } = await machine.imp(...bestEffort);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "error: /etc/app/one is in the way: a regular file, and not the same as the source\n",
    );
    expect(stderr).toContain("error: /var/lib/db is in the way: a regular file\n");
    expect(stdout).toBe("Generation 1 is active: 2 mounted, 1 linked, 1 created, 2 left out\n");
    expect(await present(machine)).toEqual(["old", "deep", "other", "two"]);
    const verdict = await verified(machine);
    expect(verdict).toStartWith("1 ");
    expect(verdict).toEndWith("Generation 1: 2 of 5 entries differ\n");

    await machine.sh("rm /etc/app/one /var/lib/db");
    expect(await machine.impOk(...restore)).toStartWith("Generation 1 is active: 1 mounted, 1 linked");
    expect(await present(machine)).toEqual(["old", "deep", "rows", "one", "two"]);
    expect(await verified(machine)).toStartWith("0 ");
  });

  test("leaves out what lies in an entry that fails, and says so", async () => {
    await using machine = await booted();
    await machine.sh("mkdir -p /var; echo file > /var/log");
    const { exitCode, stdout, stderr } = await machine.imp(...bestEffort);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("error: /var/log is in the way: a regular file\n");
    expect(stderr).toContain("error: /var/log/app can't be without /var/log, which is not there\n");
    expect(stdout).toContain("1 mounted, 2 linked, ");
    expect(stdout).toEndWith(", 2 left out\n");
    expect(await present(machine)).toEqual(["rows", "one", "two"]);
    expect(await machine.read("/var/log")).toBe("file\n");
  });

  test("tells all that in one JSON object", async () => {
    await using machine = await booted();
    await machine.sh("rm -r /persist/store/var/log");
    const { exitCode, stdout, stderr } = await machine.imp(...bestEffort, "--json");
    const { ok, generation, leftOut, conflicts, steps } = JSON.parse(stdout);
    expect({ exitCode, stderr, ok, generation, conflicts }).toEqual({
      exitCode: 1,
      stderr: "",
      ok: false,
      generation: 1,
      conflicts: [],
    });
    expect(leftOut.map(({ entry }: { entry: string }) => entry)).toEqual(["/var/log", "/var/log/app"]);
    expect(steps.map(({ entry }: { entry: string }) => entry)).not.toContain("/var/log");
  });

  test("with --dry-run shows the same, and changes nothing", async () => {
    await using machine = await booted();
    await machine.sh("rm -r /persist/store/var/log");
    const { exitCode, stdout, stderr } = await machine.imp(...bestEffort, "--dry-run");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("source path does not exist");
    expect(stdout).toContain("mount             /var/lib/db");
    expect(stdout).toEndWith("2 left out\n");
    expect(await present(machine)).toEqual([]);
  });

  test("ends with 0 if nothing was left out", async () => {
    await using machine = await booted();
    await machine.impOk(...bestEffort);
    expect(await verified(machine)).toStartWith("0 ");
    expect(await machine.impOk(...bestEffort)).toBe("Generation 1 is active: 5 unchanged\n");
  });

  test("leaves what it did not bring up as it is, be it there already", async () => {
    await using machine = await booted();
    await machine.impOk(...bestEffort);
    // The mount of /var/log is imp's; it is in place, and becomes a conflict by what lies on top of it.
    await machine.sh("mount --bind /persist/store/var/lib/db /var/log; umount /var/lib/db");
    const { exitCode, stderr } = await machine.imp(...bestEffort);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("/var/log");
    expect(await machine.sh("cat /var/lib/db/data")).toBe("rows\n");
    await machine.sh("umount /var/log");
    expect(await machine.sh("cat /var/log/syslog /var/log/app/log")).toBe("old\ndeep\n");
    await machine.impOk(...restore);
    expect(await verified(machine)).toStartWith("0 ");
    // Nothing that imp made was forgotten: without the entries, all of it goes.
    await apply(machine, 'files = ["/etc/app/two"]');
    expect(await machine.sh("ls /var/lib /var")).toBe("/var:\nlib\ntmp\n\n/var/lib:\n");
  });
});

describe.skipIf(lacks(strace))("restore --best-effort under a kernel that refuses", () => {
  test("undoes the one entry and goes on with the others", async () => {
    await using machine = await booted();
    const command = [...injecting("move_mount:error=EPERM:when=1"), "/imp/imp", ...bestEffort];
    const { exitCode, stdout, stderr } = await machine.run(command);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("error: Failed to create mount at ");
    expect(stderr).not.toContain("nothing changed");
    expect(stdout).toContain("left out");
    const there = await present(machine);
    expect(there).toContain("one");
    expect(there).toContain("two");
    expect(await machine.sh(`ls ${state}`)).not.toContain("journal");
    expect(await verified(machine)).toStartWith("1 ");
    await machine.impOk(...restore);
    expect(await present(machine)).toEqual(["old", "deep", "rows", "one", "two"]);
    expect(await verified(machine)).toStartWith("0 ");
  });

  test("refuses all by hand, and undoes what was done", async () => {
    await using machine = await booted();
    const { exitCode, stderr } = await machine.run([
      ...injecting("move_mount:error=EPERM:when=2"),
      "/imp/imp",
      ...restore,
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("nothing changed: every step before it was undone");
    expect(await present(machine)).toEqual([]);
  });

  test("ends even if every mount is refused, and links the files", async () => {
    await using machine = await booted();
    const { exitCode, stdout } = await machine.run([
      ...injecting("move_mount:error=EPERM:when=1+"),
      "/imp/imp",
      ...bestEffort,
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("2 linked");
    expect(stdout).toContain("3 left out");
    expect(await present(machine)).toEqual(["one", "two"]);
  });
});

describe("restore --files-only", () => {
  test("links files, and mounts nothing", async () => {
    await using machine = await booted();
    expect(await machine.impOk(...restore, "--files-only")).toStartWith("Generation 1 is active: 2 linked");
    expect(await present(machine)).toEqual(["one", "two"]);
  });

  test("leaves a mount alone that is in the way or was taken away", async () => {
    await using machine = await booted();
    await machine.impOk(...restore);
    await machine.sh("rm /etc/app/one; umount /var/lib/db; rmdir /var/lib/db; echo file > /var/lib/db");
    await machine.impOk(...restore, "--files-only");
    expect(await machine.sh("cat /etc/app/one /var/lib/db")).toBe("one\nfile\n");
  });

  test("refuses by hand what is in the way of a file, and with best effort goes on", async () => {
    await using machine = await booted();
    await machine.sh("mkdir -p /etc/app; echo other > /etc/app/one");
    const refused = await machine.imp(...restore, "--files-only");
    expect(refused.exitCode).toBe(1);
    expect(await present(machine)).toEqual(["other"]);
    const { exitCode, stdout } = await machine.imp(...bestEffort, "--files-only");
    expect(exitCode).toBe(1);
    expect(stdout).toEndWith("1 linked, 1 left out\n");
    expect(await present(machine)).toEqual(["other", "two"]);
  });
});

describe("at boot", () => {
  test("a missing state directory is named, and not made", async () => {
    await using machine = await startMachine();
    const { exitCode, stderr } = await machine.imp(...bestEffort);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error: No active generation: there is no state directory ${state}\n`);
    expect(await machine.sh("ls /persist")).toBe("");
  });

  test.skipIf(lacks(need(isRoot, "root: chroot")))(
    "restore needs no /tmp, no home, no accounts, and no other program; the root may be an initrd's",
    async () => {
      await using machine = await booted();
      // Another root, which has nothing but the executable, the C library, the state, the sources and /proc.
      await machine.sh(`
        mkdir /bare; mount -t tmpfs -o size=1m bare /bare; cd /bare; mkdir proc persist imp usr
        mkdir usr/lib usr/lib64; mount --rbind /usr/lib usr/lib
        [ ! -e /usr/lib64 ] || mount --rbind /usr/lib64 usr/lib64
        ln -s usr/lib lib; ln -s usr/lib64 lib64
        touch imp/imp; mount --bind /imp/imp imp/imp; mount --rbind /persist persist; mount --rbind /proc proc
      `);
      const { exitCode, stdout, stderr } = await machine.run([
        "/usr/sbin/chroot",
        "/bare",
        "/imp/imp",
        ...bestEffort,
      ]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toStartWith("Generation 1 is active: 3 mounted, 2 linked");
      expect(
        await machine.sh("cat /bare/var/log/syslog /bare/var/log/app/log; readlink /bare/etc/app/one"),
      ).toBe("old\ndeep\n/persist/store/etc/app/one\n");
    },
  );
});
