import { expect } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { serviceName } from "../../src/boot/service-unit.ts";
import { randomFrom } from "../fuzz/mutate.ts";
import { installService, keepAll, startOf } from "./kept.ts";
import type { VirtualMachine } from "./virtual-machine.ts";

/** A machine that can be started again and again, in one of the gears. */
export interface Startable {
  /** The directory with the files that are laid over its image at the next start. */
  readonly files: string;
  boot(): Promise<VirtualMachine>;
}

/** How long a shutdown may take: far less than what a unit that does not stop is waited for. */
const shutdownSeconds = 30;

/** What systemd says of a unit that it waits for in vain. */
const stuck = /timed out|State 'stop-sigterm'/;

/** From a first boot to the second: what imp keeps is there before all that needs it, and nothing else is. */
export async function survivesReboot(startable: Startable): Promise<void> {
  const before = await firstBoot(startable);

  await using machine = await startable.boot();
  expect(await machine.settled()).toBe("running");
  expect(await machine.sh("systemctl --failed --no-legend")).toBe("");
  expect(await machine.run("imp verify")).toMatchObject({ exitCode: 0 });
  expect(await machine.sh("ls /srv")).toBe("site\n");
  expect(await machine.sh(identity)).toBe(before);
  expect(await machine.sh("cat /srv/site/index.html /etc/proof/token")).toBe("first\nproof\n");
  // The first row, and the one of the unit at this boot.
  expect(await machine.sh("sqlite3 /var/lib/counter/rows.db 'select count(*) from boots'")).toBe("2\n");

  const boots = await machine.sh("journalctl --list-boots --quiet");
  expect(boots.trim().split("\n")).toHaveLength(2);
  const journal = await machine.sh("journalctl --boot=-1 --output=cat");
  expect(journal).toContain("written in the first boot");
  expect(journal).not.toMatch(stuck);

  const restored = await startOf(machine, serviceName);
  expect(restored.ended).toBeGreaterThan(restored.began);
  for (const unit of [
    "local-fs.target",
    "systemd-journal-flush.service",
    "proof.service",
    "counter.service",
  ]) {
    expect([unit, (await startOf(machine, unit)).began >= restored.ended]).toEqual([unit, true]);
  }
  expect(await machine.powerOff()).toBeLessThan(shutdownSeconds * 1000);
}

/** Keeps what there is, and installs imp's unit. Returns who the machine is. */
async function firstBoot(startable: Startable): Promise<string> {
  await using machine = await startable.boot();
  await machine.settled();
  await keepAll(machine);
  await machine.sh("systemctl restart ssh; echo written in the first boot | systemd-cat");
  const who = await machine.sh(identity);
  await installService(machine, startable.files);
  expect(await machine.powerOff()).toBeLessThan(shutdownSeconds * 1000);
  return who;
}

/** Its machine-id, and the SSH host key that it shows to the world. */
const identity = "systemd-id128 machine-id; ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null";

/**
 * A generation that was switched to is the one after the next boot, and so is the one that was rolled back to. Goes on
 * where {@link survivesReboot} ended.
 */
export async function followsSwitches({ boot }: Startable): Promise<void> {
  const expected = async (machine: VirtualMachine, generation: number, site: string) => {
    expect(await machine.sh("imp current | head -1; cat /srv/site/index.html; imp verify >/dev/null")).toBe(
      `Current generation: ${generation}\n${site}\n`,
    );
  };
  {
    await using machine = await boot();
    expect(await machine.settled()).toBe("running");
    // The shutdown before: journald let go of /var/log, so it could be unmounted.
    const journal = await machine.sh("journalctl --boot=-1 --output=cat");
    expect(journal).toContain("Stopping systemd-journal-flush.service");
    expect(journal).not.toMatch(stuck);
    expect(journal).not.toMatch(/target is busy|Failed unmounting/);
    await machine.sh("mkdir -p /persist/other/srv/site; echo second >/persist/other/srv/site/index.html");
    await machine.sh("imp apply --config /etc/imp/second.toml");
    await expected(machine, 2, "second");
    await machine.sh("imp switch 1");
    await expected(machine, 1, "first");
    await machine.sh("imp switch 2");
    await machine.powerOff();
  }
  {
    await using machine = await boot();
    expect(await machine.settled()).toBe("running");
    await expected(machine, 2, "second");
    await machine.sh("imp rollback");
    await expected(machine, 1, "first");
    await machine.powerOff();
  }
  await using machine = await boot();
  expect(await machine.settled()).toBe("running");
  await expected(machine, 1, "first");
}

const deleteInactive = `imp delete --force $(imp list | awk '$2 == "-" && !/active/ { print $1 }')`;

/**
 * Cuts the power so many times, each time at some moment of a command that goes from one configuration to another. The
 * next start has the old or the new one, whole.
 */
export async function survivesCuts(startable: Startable, cuts: number): Promise<void> {
  const random = randomFrom(cuts);
  let duration = 0;
  {
    await using machine = await startable.boot();
    await machine.settled();
    await machine.sh("mkdir -p /persist/other; imp apply --config /etc/imp/1.toml");
    await installService(machine, startable.files);
    const began = performance.now();
    await machine.sh("imp apply --config /etc/imp/2.toml");
    // Some cuts come after the end.
    duration = 1.3 * (performance.now() - began);
    await machine.powerOff();
  }
  let active = "2";
  let changes = 0;
  for (let cut = 0; cut <= cuts; cut += 1) {
    await using machine = await startable.boot();
    expect(await machine.settled()).toBe("running");
    expect(await machine.run("imp verify")).toMatchObject({ exitCode: 0 });
    // Where /srv/data comes from tells the one from the other.
    const root = await machine.sh("findmnt --noheadings --output=FSROOT /srv/data");
    const now = root.endsWith("/other/srv/data\n") ? "2" : "1";
    if (now !== active) changes += 1;
    active = now;
    const other = now === "1" ? "2" : "1";
    const commands = [`imp apply --config /etc/imp/${other}.toml`, "imp rollback", deleteInactive];
    machine.run(commands[cut % commands.length] ?? "").catch(() => "The cut comes before the answer.");
    await Bun.sleep(random() * duration);
    await machine.cut();
  }
  console.log(
    `${cuts} power cuts, the new generation after ${changes} of them, the old one after the others`,
  );
}

/**
 * The machine starts without the source of one entry, and without its disk, and says what is missing. Goes on where
 * {@link survivesReboot} ended.
 * @param withoutDisk the same machine, but its disk is gone
 */
export async function startsWithoutWhatItLost(startable: Startable, withoutDisk: Startable): Promise<void> {
  {
    await using machine = await startable.boot();
    await machine.settled();
    await machine.sh("rm -r /persist/system/srv/site");
    await machine.powerOff();
  }
  {
    await using machine = await startable.boot();
    expect(await machine.settled()).toBe("degraded");
    expect(await machine.sh("systemctl --failed --no-legend --plain")).toMatch(/^imp\.service [^\n]*\n$/);
    expect(await machine.sh("systemctl is-active multi-user.target proof.service counter.service")).toBe(
      "active\nactive\nactive\n",
    );
    expect(await machine.sh(`journalctl --boot --unit=${serviceName} --output=cat`)).toMatch(
      /error: .*\/srv\/site/,
    );
    await machine.powerOff();
  }
  await using machine = await withoutDisk.boot();
  await machine.settled();
  expect(await machine.sh("systemctl is-active multi-user.target")).toBe("active\n");
  expect(await machine.run("systemctl is-active emergency.target")).toMatchObject({ output: "inactive\n" });
  expect(await machine.sh(`journalctl --boot --unit=${serviceName} --output=cat`)).toContain(
    "there is no state directory /persist/imp",
  );
}

/** What a program put in the place of a symlink is adopted at shutdown, and mounts are hidden again after the boot. */
export async function adoptsAtShutdown(startable: Startable): Promise<void> {
  {
    await using machine = await startable.boot();
    await machine.settled();
    await machine.sh("imp apply --skip-validation");
    await installService(machine, startable.files);
    await machine.powerOff();
  }
  {
    await using machine = await startable.boot();
    expect(await machine.settled()).toBe("running");
    expect(await machine.sh("findmnt --mtab --noheadings --output=OPTIONS /srv/site")).toContain(
      "x-gvfs-hide",
    );
    await machine.sh("echo saved by a program >/etc/settings.new; mv /etc/settings.new /etc/settings");
    expect(await machine.powerOff()).toBeLessThan(shutdownSeconds * 1000);
    // Where the image has a file of its own, what was saved would be in its way.
    rmSync(join(startable.files, "etc/settings"));
  }
  await using machine = await startable.boot();
  expect(await machine.settled()).toBe("running");
  expect(
    await machine.sh("readlink /etc/settings; cat /etc/settings /persist/system/etc/settings.backup.*"),
  ).toBe("/persist/system/etc/settings\nsaved by a program\nof the image\n");
}
