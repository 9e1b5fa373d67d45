import { expect, setDefaultTimeout } from "bun:test";
import { apply, configure, store } from "./machine/configure.ts";
import { lackOfDesktop, shownMounts } from "./machine/desktop.ts";
import { ext4, LoopFilesystems, lackFor, mountIn } from "./machine/loop-filesystem.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { mountId, mountPointsIn } from "./machine/mount-table.ts";
import { describe, test } from "./machine/on-machine.ts";
import { lacks, program } from "./requirement.ts";

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(60_000);

const utab = "/run/mount/utab";
const shown = `directories = ["/srv/a b", "/srv/two"]\nfiles = [{ file = "/etc/bound", method = "bind" }]`;
const hidden = `hideMounts = true\n${shown}`;
const targets = ["/etc/bound", "/srv/a b", "/srv/two"];

/** Without root, a machine has no other user than the one that is root in it. */
const ordinaryUser = isRoot ? { user: 1000 } : {};

async function startWithSources(): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  await machine.sh(
    `mkdir -p '${store}/srv/a b' ${store}/srv/two ${store}/etc; echo bound > ${store}/etc/bound`,
  );
  return machine;
}

/** What findmnt(8) says of a mount, with what libmount knows. */
async function optionsOf(machine: Machine, target: string): Promise<string[]> {
  return (await machine.sh(`findmnt --mtab --noheadings --output OPTIONS '${target}'`)).trim().split(",");
}

async function hiddenTargets(machine: Machine): Promise<string[]> {
  const list = await Promise.all(
    targets.map(async (target) => [target, await optionsOf(machine, target)] as const),
  );
  return list.filter(([, options]) => options.includes("x-gvfs-hide")).map(([target]) => target);
}

const linesOf = async (machine: Machine) =>
  (await machine.sh(`cat ${utab}`)).split("\n").filter((line) => line !== "");

describe.skipIf(lacks(program("findmnt")))("hideMounts", () => {
  test("hides every mount of the root, strange names too, and shows them again with the next generation", async () => {
    await using machine = await startWithSources();
    await apply(machine, hidden);
    expect(await hiddenTargets(machine)).toEqual(targets);
    expect(await machine.impOk("verify")).toContain("3 entries verified");
    expect(await machine.sh("stat -c %a:%U /run/mount/utab")).toBe("644:root\n");

    const ids = await Promise.all(targets.map((target) => mountId(machine, target)));
    expect(await apply(machine, shown)).toContain("3 changed");
    expect(await hiddenTargets(machine)).toEqual([]);
    expect(await linesOf(machine)).toEqual([]);
    await machine.impOk("rollback");
    expect(await hiddenTargets(machine)).toEqual(targets);
    expect(await Promise.all(targets.map((target) => mountId(machine, target)))).toEqual(ids);
  });

  test("a dry run says which mounts will be hidden, and hides none", async () => {
    await using machine = await startWithSources();
    await configure(machine, hidden);
    expect(await machine.impOk("apply", "--dry-run")).toContain("/srv/two ← /persist/store/srv/two (hidden)");
    expect(await machine.sh("ls -A /run/mount")).toBe("");
  });

  test("without it, nothing is made in /run/mount", async () => {
    await using machine = await startWithSources();
    await apply(machine, shown);
    expect(await machine.sh("ls -A /run/mount")).toBe("");
  });

  test("its lines go with the mounts, and those of others stay to the letter", async () => {
    await using machine = await startWithSources();
    await machine.sh(
      "mkdir -p /srv/from /srv/foreign; mount --bind -o x-gvfs-hide,x-other /srv/from /srv/foreign",
    );
    const [foreign] = await linesOf(machine);
    await apply(machine, hidden);
    expect(await linesOf(machine)).toHaveLength(4);
    await apply(machine, `hideMounts = true\ndirectories = ["/srv/two"]`);
    expect(await linesOf(machine)).toHaveLength(2);
    await apply(machine, "");
    expect(await linesOf(machine)).toEqual([foreign ?? "no line"]);
    await machine.sh("umount /srv/foreign");
    expect(await linesOf(machine)).toEqual([]);
  });

  test("mount(8) and umount(8) go on before, between and after", async () => {
    await using machine = await startWithSources();
    await apply(machine, hidden);
    await machine.sh("mkdir -p /srv/from /srv/foreign; mount --bind -o x-other /srv/from /srv/foreign");
    expect(await hiddenTargets(machine)).toEqual(targets);
    await machine.sh("umount /srv/two");
    expect(await linesOf(machine)).toHaveLength(3);
    await machine.impOk("restore");
    expect(await hiddenTargets(machine)).toEqual(targets);
    expect(await optionsOf(machine, "/srv/foreign")).toContain("x-other");
    await machine.sh("umount /srv/foreign");
    expect(await hiddenTargets(machine)).toEqual(targets);
  });

  test("verify tells an ordinary user of a mount that is not hidden, and restore hides it", async () => {
    await using machine = await startWithSources();
    await apply(machine, hidden);
    await machine.sh(`sed -i /two/d ${utab}`);
    const { exitCode, stdout } = await machine.run(["/imp/imp", "verify"], ordinaryUser);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("/srv/two: file managers show its mount");
    expect(stdout).toContain("restore would: hide /srv/two");
    const json = JSON.parse((await machine.imp("verify", "--json")).stdout);
    expect(json.findings).toEqual([
      { entry: "/srv/two", kind: "wrong-visibility", message: "file managers show its mount" },
    ]);
    expect(json.steps).toMatchObject([{ kind: "set-hidden", path: "/srv/two", hidden: true }]);
    await machine.impOk("restore");
    expect(await hiddenTargets(machine)).toEqual(targets);
  });

  test("verify tells of a mount that somebody hid, and restore leaves the other options of the line", async () => {
    await using machine = await startWithSources();
    await apply(machine, shown);
    await machine.sh("mount -o remount,bind,x-gvfs-hide,x-other /srv/two");
    expect((await machine.imp("verify")).stdout).toContain(
      "/srv/two: its mount is hidden from file managers",
    );
    await machine.impOk("restore");
    expect(await optionsOf(machine, "/srv/two")).toContain("x-other");
    expect(await hiddenTargets(machine)).toEqual([]);
    await apply(machine, hidden);
    expect(await optionsOf(machine, "/srv/two")).toEqual(expect.arrayContaining(["x-gvfs-hide", "x-other"]));
  });

  test("somebody else's mount at the place of a hidden one is not hidden, and not taken for it", async () => {
    await using machine = await startWithSources();
    await apply(machine, hidden);
    // Past libmount, so its line stays.
    await machine.sh(`cp ${utab} /tmp/utab; umount /srv/two; cp /tmp/utab ${utab}`);
    await machine.sh("mkdir /srv/from; mount --bind /srv/from /srv/two");
    expect(await optionsOf(machine, "/srv/two")).not.toContain("x-gvfs-hide");
    await apply(machine, shown.replace(', "/srv/two"', ""));
    expect(await mountPointsIn(machine, "/srv/two")).toEqual(["/srv/two"]);
  });

  test("a source that is exchanged takes the line along", async () => {
    await using machine = await startWithSources();
    await machine.sh("mkdir -p /persist/other/srv/two");
    await apply(machine, `hideMounts = true\ndirectories = ["/srv/two"]`);
    await configure(
      machine,
      "",
      `[persistence."/persist/other"]\nhideMounts = true\ndirectories = ["/srv/two"]`,
    );
    await machine.impOk("apply");
    expect(await linesOf(machine)).toEqual([expect.stringContaining("BINDSRC=/persist/other/srv/two")]);
    expect(await optionsOf(machine, "/srv/two")).toContain("x-gvfs-hide");
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("after a reboot, restore hides what it mounts", async () => {
    await using machine = await startWithSources();
    await apply(machine, hidden);
    await machine.reboot();
    await machine.sh("rmdir /run/mount");
    await machine.impOk("restore", "--state-dir", "/persist/imp");
    expect(await hiddenTargets(machine)).toEqual(targets);
  });

  test("a command that fails leaves the lines as they were", async () => {
    await using machine = await startWithSources();
    await apply(machine, hidden);
    const before = await linesOf(machine);
    await configure(machine, shown.replace('"/srv/two"', '"/srv/late"'));
    // The record is the last thing: all else was done by then.
    const index = "/persist/imp/generations.json";
    await machine.sh(`mkdir ${store}/srv/late; mount --bind ${index} ${index}`);
    const { exitCode, stderr } = await machine.imp("apply");
    expect(stderr).toContain(index);
    expect(exitCode).toBe(1);
    expect((await linesOf(machine)).sort()).toEqual(before.sort());
  });

  test("a file that can't be written is a warning, and the mounts are there", async () => {
    await using machine = await startWithSources();
    await machine.sh("mount -t tmpfs -o ro none /run/mount");
    await configure(machine, hidden);
    const { exitCode, stderr } = await machine.imp("apply");
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      "warning: what file managers show could not be changed: /run/mount/utab: Read-only file system",
    );
    expect((await machine.imp("verify")).exitCode).toBe(1);
    await machine.sh("umount /run/mount");
    await machine.impOk("restore");
    expect(await hiddenTargets(machine)).toEqual(targets);
  });

  test.skipIf(lacks(program("flock")))(
    "somebody who holds the lock can't keep imp from mounting",
    async () => {
      await using machine = await startWithSources();
      await machine.sh(`touch ${utab}.lock; chmod 644 ${utab}.lock`);
      const script = `exec 9< ${utab}.lock; flock 9; echo held; exec sleep infinity`;
      const holder = machine.start(["sh", "-c", script], ordinaryUser);
      for await (const _held of holder.stdout) break;
      expect(await apply(machine, hidden)).toContain("somebody holds its lock");
      expect(await mountPointsIn(machine, "/srv/two")).toEqual(["/srv/two"]);
      holder.kill();
      await holder.exited;
    },
  );

  test("two at once lose no line of each other", async () => {
    await using machine = await startWithSources();
    await configure(machine, hidden);
    await machine.sh("mkdir -p /srv/from; for number in $(seq 30); do mkdir /srv/f$number; done");
    await machine.sh(`
      (for number in $(seq 30); do mount --bind -o x-other /srv/from /srv/f$number; done) &
      /imp/imp apply
      wait`);
    const lines = await linesOf(machine);
    expect(lines.filter((line) => line.includes("x-other"))).toHaveLength(30);
    expect(await hiddenTargets(machine)).toEqual(targets);
  });
});

const cannotList = lacks(lackFor(ext4), lackOfDesktop);

test.skipIf(cannotList)("gio lists a mount, but not a hidden one", async () => {
  const disks = new LoopFilesystems();
  try {
    await using machine = await startMachine();
    // gio lists the first mount of a disk, and only if that shows all of it: it is made imp's.
    const source = `${store}/media/documents`;
    await mountIn(machine, disks.make(ext4), source);
    await apply(machine, `hideMounts = true\ndirectories = ["/media/documents"]`);
    await machine.sh(`umount -l ${source}`);
    expect(await shownMounts(machine)).toBe("");
    await machine.sh(`sed -i s/x-gvfs-hide/x-other/ ${utab}`);
    expect(await shownMounts(machine)).toContain("documents -> file:///media/documents");
  } finally {
    disks.dispose();
  }
});
