import { expect, setDefaultTimeout } from "bun:test";
import { apply } from "./machine/configure.ts";
import { isRoot, lackOfDisk, type Machine, startMachine } from "./machine/machine.ts";
import { describe, test } from "./machine/on-machine.ts";
import { hasSystemd, readBySystemd, valuesOf } from "./machine/systemd-reading.ts";
import { lacks, need } from "./requirement.ts";

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(30_000);

const unit = "/etc/systemd/system/imp.service";
const link = "/etc/systemd/system/local-fs.target.wants/imp.service";
const oracle = need(hasSystemd, "systemd");
const withoutDisk = lacks(lackOfDisk);

/** A machine with systemd's directories, a generation, and a systemctl that notes what it is asked. */
async function machineWithSystemd(): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine({ persist: "on disk" });
  await machine.sh(`
    mkdir -p /etc/systemd/system /etc/imp /persist/store/var/log /persist/store/etc /run/systemd/system /opt/bin
    echo one > /persist/store/etc/one
    printf '%s\\n' '#!/bin/sh' 'echo "$@" >> /run/asked' '[ ! -e /run/answer ] || cat /run/answer' > /opt/bin/systemctl
    chmod +x /opt/bin/systemctl
  `);
  await apply(machine, 'directories = ["/var/log"]\nfiles = ["/etc/one"]');
  return machine;
}

const withSystemctl = { environment: { PATH: "/opt/bin:/usr/bin:/bin" } };

function service(machine: Machine, ...words: readonly string[]) {
  return machine.run(["/imp/imp", "service", ...words], withSystemctl);
}

describe.skipIf(withoutDisk)("service install", () => {
  test("writes the unit, enables it, tells systemd, and says so; a second time there is nothing to do", async () => {
    await using machine = await machineWithSystemd();
    const printed = await service(machine, "print");
    const first = await service(machine, "install");
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toBe(`Wrote and enabled ${unit}.\n`);
    expect(await machine.read(unit)).toBe(printed.stdout);
    expect(await machine.sh(`readlink ${link}; stat -c '%U %a' ${unit}`)).toBe(`${unit}\nroot 644\n`);
    expect(await machine.sh("cat /run/asked")).toBe("--no-ask-password daemon-reload\n");

    const second = await service(machine, "install");
    expect(second.stdout).toBe(`${unit} is installed and enabled already.\n`);
    expect(await machine.sh("cat /run/asked; ls -A /etc/systemd/system")).toBe(
      "--no-ask-password daemon-reload\nimp.service\nlocal-fs.target.wants\n",
    );
  });

  test("writes it anew once the persistence roots are others, which status and apply tell", async () => {
    await using machine = await machineWithSystemd();
    await service(machine, "install");
    expect((await service(machine, "status")).exitCode).toBe(0);
    const hint = await apply(
      machine,
      'directories = ["/var/log"]\n[persistence."/persist/more"]\nfiles = []',
    );
    expect(hint).not.toContain("service install");
    await machine.sh("mkdir -p /persist/more/opt; echo two > /persist/more/opt/two");
    const later = await apply(
      machine,
      'directories = ["/var/log"]\n[persistence."/persist/more"]\nfiles = ["/opt/two"]',
    );
    expect(later).toContain(`warning: ${unit} is not up to date with generation 3\n`);
    expect(later).toContain("help: run `sudo imp service install`");
    const status = await service(machine, "status");
    expect(status.exitCode).toBe(1);
    expect(status.stdout).toContain("not up to date");
    const again = await service(machine, "install");
    expect(again.stdout).toBe(`Wrote and enabled ${unit}.\n`);
    expect(await machine.read(unit)).toContain("persist-more.mount");
    expect((await service(machine, "status")).exitCode).toBe(0);
  });

  test.each([
    ["a unit of somebody else", `echo '[Unit]' > ${unit}`, "a unit that imp did not write"],
    ["a mask", `ln -s /dev/null ${unit}`, "a symlink"],
    ["a directory", `mkdir ${unit}`, "a directory"],
  ])("refuses to overwrite %s", async (_, script, what) => {
    await using machine = await machineWithSystemd();
    await machine.sh(script);
    const before = await machine.sh(`ls -lR /etc/systemd`);
    for (const action of ["install", "uninstall"]) {
      const { exitCode, stderr } = await service(machine, action);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`error: ${unit} is in the way: ${what}\n`);
    }
    expect(await machine.sh(`ls -lR /etc/systemd`)).toBe(before);
    expect((await service(machine, "status")).exitCode).toBe(1);
  });

  test("works without systemd at work, and into another root", async () => {
    await using machine = await machineWithSystemd();
    await machine.sh("rm -r /run/systemd /opt/bin/systemctl; mkdir -p /image/etc/systemd/system");
    expect((await service(machine, "install", "--root", "/image/")).exitCode).toBe(0);
    expect(await machine.sh(`readlink /image${link}; ls -A /etc/systemd/system`)).toBe(`${unit}\n`);
    expect((await service(machine, "status", "--root=/image")).exitCode).toBe(0);
    expect((await service(machine, "install")).exitCode).toBe(0);
    expect(await machine.sh("ls /run")).not.toContain("asked");
    const { stdout } = await service(machine, "status");
    expect(stdout).toContain("last run: unknown");
  });

  test("says that a machine without systemd's directories has no use for it", async () => {
    await using machine = await machineWithSystemd();
    await machine.sh("rm -r /etc/systemd");
    const { exitCode, stderr } = await service(machine, "install");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("error: there is no directory /etc/systemd/system\n");
    expect(stderr).toContain("OpenRC");
  });

  test.each([
    ["below a home", "/home/user/imp", "below a home (/home)"],
    ["in root's home", "/root/.local/share/imp", "below a home (/root)"],
    ["in memory", "/run/imp", "on tmpfs at /run"],
    ["on a root in memory", "/var/lib/imp", "on tmpfs at /"],
  ])("refuses a state directory %s, and names the remedy", async (_, directory, reason) => {
    await using machine = await machineWithSystemd();
    const { exitCode, stderr } = await service(machine, "install", "--state-dir", directory);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error: the state directory ${directory} lies ${reason}`);
    expect(stderr).toContain('set `state_dir = "/persist/imp"`');
    expect(await machine.sh("ls -A /etc/systemd/system")).toBe("");
  });

  test("warns of an executable and of a unit that a reboot throws away", async () => {
    await using machine = await machineWithSystemd();
    await machine.sh("cp /imp/imp /opt/imp");
    const { exitCode, stderr } = await machine.run(["/opt/imp", "service", "install"], withSystemctl);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      "warning: the executable /opt/imp lies on tmpfs at /, which a reboot throws away\n",
    );
    expect(stderr).toContain(`warning: the unit ${unit} lies on tmpfs at /, which a reboot throws away\n`);
  });

  test("says that there is no generation yet", async () => {
    await using machine = await machineWithSystemd();
    const { exitCode, stderr } = await service(machine, "install", "--state-dir", "/persist/other");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("warning: no generation is active yet");
    expect(await machine.read(unit)).toContain("--state-dir=/persist/other\n");
  });

  test.skipIf(lacks(need(isRoot, "root: another user")))("needs root", async () => {
    await using machine = await machineWithSystemd();
    const { exitCode, stderr } = await machine.run(["/imp/imp", "service", "install"], { user: 1000 });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("sudo");
  });
});

describe.skipIf(withoutDisk)("service uninstall", () => {
  test("removes what install made, and nothing else", async () => {
    await using machine = await machineWithSystemd();
    const before = await machine.sh("ls -R /etc/systemd");
    await service(machine, "install");
    const removed = await service(machine, "uninstall");
    expect({ exitCode: removed.exitCode, stdout: removed.stdout }).toEqual({
      exitCode: 0,
      stdout: `Removed ${unit}.\n`,
    });
    expect(await machine.sh("ls -R /etc/systemd")).toBe(before);
    const again = await service(machine, "uninstall");
    expect({ exitCode: again.exitCode, stdout: again.stdout }).toEqual({
      exitCode: 0,
      stdout: "imp's unit is not installed.\n",
    });
    expect(await machine.sh("cat /run/asked")).toBe(
      "--no-ask-password daemon-reload\n--no-ask-password daemon-reload\n",
    );
  });
});

describe.skipIf(withoutDisk)("service status", () => {
  test.each([
    ["ActiveState=active\nResult=success\nExecMainStartTimestampMonotonic=17", 0, "succeeded", "succeeded"],
    [
      "ActiveState=failed\nResult=exit-code\nExecMainStartTimestampMonotonic=17",
      1,
      "failed",
      "failed (exit-code)",
    ],
    ["ActiveState=inactive\nResult=success\nExecMainStartTimestampMonotonic=0", 0, "none", "none since"],
    ["ActiveState=activating\nResult=success\nExecMainStartTimestampMonotonic=17", 0, "running", "at work"],
  ])("tells how the last run ended: %s", async (answer, code, kind, words) => {
    await using machine = await machineWithSystemd();
    await service(machine, "install");
    await machine.write("/run/answer", `${answer}\n`);
    const { exitCode, stdout } = await service(machine, "status");
    expect(stdout).toContain(`last run: ${words}`);
    expect(exitCode).toBe(code);
    const { lastRun, ok } = JSON.parse((await service(machine, "status", "--json")).stdout);
    expect({ kind: lastRun.kind, ok }).toEqual({ kind, ok: code === 0 });
  });

  test("tells that it is not enabled", async () => {
    await using machine = await machineWithSystemd();
    await service(machine, "install");
    await machine.sh(`rm ${link}`);
    const { exitCode, stdout } = await service(machine, "status");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("not enabled");
  });
});

describe.skipIf(lacks(oracle))("the unit, read by systemd itself,", () => {
  test("is understood, whatever the paths", async () => {
    await using machine = await startMachine();
    const odd = "/persist/a b%n$HOME \"c\" 'd' \\e f;g #ü";
    const { exitCode, stdout } = await machine.imp("service", "print", "--state-dir", `${odd}/imp`);
    expect(exitCode).toBe(0);
    const read = readBySystemd({ "imp.service": stdout }, "imp.service");
    expect(read.complaints).toEqual([]);
    expect(valuesOf(read, "Unit Load State")).toEqual(["loaded"]);
    // As a shell would write the words; `$$` is what becomes `$` when systemd runs it.
    const [line = ""] = valuesOf(read, "Command Line");
    const words = Bun.spawnSync(["sh", "-c", `printf '%s\\0' ${line}`])
      .stdout.toString()
      .split("\0");
    expect(words.map((word) => word.replaceAll("$$", "$"))).toEqual([
      "/imp/imp",
      "restore",
      "--best-effort",
      `--state-dir=${odd}/imp`,
      "",
    ]);
    const escaped = Bun.spawnSync(["systemd-escape", "--path", "--suffix=mount", odd])
      .stdout.toString()
      .trim();
    for (const key of ["Wants", "After"]) expect(valuesOf(read, key)).toContain(escaped);
  });

  test("may be about a state directory with a newline in its path", async () => {
    await using machine = await startMachine();
    const { stdout } = await machine.imp("service", "print", "--state-dir", "/persist/a\nb");
    const read = readBySystemd({ "imp.service": stdout }, "imp.service");
    expect(read.complaints).toEqual([]);
    expect(valuesOf(read, "Command Line")).toEqual([
      '/imp/imp restore --best-effort "--state-dir=/persist/a\\nb"',
    ]);
  });

  test("is wanted and not required, and comes before all that uses files", async () => {
    await using machine = await machineWithSystemd();
    const { stdout } = await service(machine, "print");
    const read = readBySystemd({ "imp.service": stdout }, "imp.service");
    expect(read.complaints).toEqual([]);
    // What systemd itself adds to every service.
    expect(valuesOf(read, "Requires").filter((name) => name !== "app.slice")).toEqual([]);
    expect(valuesOf(read, "BindsTo")).toEqual([]);
    expect(valuesOf(read, "DefaultDependencies")).toEqual(["no"]);
    expect(valuesOf(read, "Conflicts")).toEqual(["shutdown.target"]);
    expect(valuesOf(read, "Before")).toEqual(
      expect.arrayContaining(["local-fs.target", "sysinit.target", "systemd-journal-flush.service"]),
    );
    expect(valuesOf(read, "After")).toEqual(
      expect.arrayContaining(["persist.mount", "persist-store.mount", "etc.mount", "var.mount"]),
    );
    expect(valuesOf(read, "Wants")).toEqual(["persist-imp.mount", "persist-store.mount", "persist.mount"]);
  });
});

describe.skipIf(withoutDisk)("the unit for the shutdown", () => {
  const adoption = "/etc/systemd/system/imp-adopt.service";
  const adopting = 'directories = ["/var/log"]\nfiles = [{ file = "/etc/one", adopt_replaced = true }]';

  test("comes and goes with the entries that adopt, and apply tells when it is missing", async () => {
    await using machine = await machineWithSystemd();
    await service(machine, "install");
    expect(await machine.sh("ls /etc/systemd/system")).not.toContain("imp-adopt");
    expect(await apply(machine, adopting)).toContain("is not up to date with generation 2");
    const { stdout } = await service(machine, "install");
    expect(stdout).toContain(`Wrote and enabled ${adoption}.\n`);
    expect((await service(machine, "status")).exitCode).toBe(0);
    expect(await machine.sh("readlink /etc/systemd/system/local-fs.target.wants/imp-adopt.service")).toBe(
      `${adoption}\n`,
    );
    await apply(machine, 'directories = ["/var/log"]\nfiles = ["/etc/one"]');
    expect((await service(machine, "install")).stdout).toContain(`Removed ${adoption}.\n`);
    expect(await machine.sh("ls /etc/systemd/system/local-fs.target.wants")).toBe("imp.service\n");
    await service(machine, "uninstall");
    expect(await machine.sh("ls -A /etc/systemd/system")).toBe("");
  });

  test("keeps what a program saved, and mounts nothing again", async () => {
    await using machine = await machineWithSystemd();
    await apply(machine, adopting);
    await service(machine, "install");
    const text = await machine.read(adoption);
    const command = /^ExecStop=(.*)$/m.exec(text)?.[1] ?? "false";
    await machine.sh("echo two > /etc/new; mv /etc/new /etc/one; umount /var/log");
    expect(await machine.sh(command)).toStartWith("Generation 2 is active: ");
    expect(await machine.sh("cat /persist/store/etc/one; readlink /etc/one")).toBe(
      "two\n/persist/store/etc/one\n",
    );
    expect(await machine.sh("grep -c ' /var/log ' /proc/mounts || true")).toBe("0\n");
  });

  test.skipIf(lacks(oracle))("is read by systemd as it is meant", async () => {
    await using machine = await machineWithSystemd();
    await apply(machine, adopting);
    await service(machine, "install");
    const text = await machine.read(adoption);
    const read = readBySystemd({ "imp-adopt.service": text }, "imp-adopt.service");
    expect(read.complaints).toEqual([]);
    expect(valuesOf(read, "Unit Load State")).toEqual(["loaded"]);
    expect(valuesOf(read, "After")).toEqual(expect.arrayContaining(["imp.service", "persist.mount"]));
    expect(valuesOf(read, "Command Line")).toEqual([
      "/imp/imp restore --best-effort --state-dir=/persist/imp --files-only",
    ]);
  });
});
