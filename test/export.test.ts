import { expect, setDefaultTimeout } from "bun:test";
import { apply } from "./machine/configure.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { mountTable } from "./machine/mount-table.ts";
import { describe, test } from "./machine/on-machine.ts";
import { longestNames, strangeNames } from "./machine/strange-names.ts";
import { hasSystemd, readBySystemd, valuesOf } from "./machine/systemd-reading.ts";
import { lacks, need } from "./requirement.ts";

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(30_000);

const quoted = (path: string) => JSON.stringify(path).replaceAll("\u007f", "\\u007f");
const systemd = need(hasSystemd, "systemd");

/** What is mounted at and below `/data` and `/bound`: everything that the kernel tells of it but the ids. */
async function mounted(machine: Machine): Promise<string[]> {
  const table = await mountTable(machine);
  return table
    .filter(({ path }) => /^\/(data|bound)(\/|$)/.test(path))
    .map(({ root, path, options, filesystem }) => JSON.stringify({ root, path, options, filesystem }))
    .sort();
}

/** A machine with entries of all kinds and with strange names, applied. */
async function exportable(names: readonly string[]): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  for (const name of names) {
    await machine.run(["mkdir", "-p", `/persist/store/data/${name}/inner`]);
    await machine.write(`/persist/store/data/${name}/file`, name);
  }
  await machine.sh(`
    mkdir -p /persist/store/data/ro/deep /persist/store/bound /persist/store/etc; echo file > /persist/store/bound/file
    echo one > '/persist/store/etc/one two%n'
  `);
  const directories = names.flatMap((name) => [
    quoted(`/data/${name}`),
    `{ directory = ${quoted(`/data/${name}/inner`)}, options = ["noexec", "nosymfollow"] }`,
  ]);
  await apply(
    machine,
    `directories = [${directories.join(",\n")}, { directory = "/data/ro", options = ["ro", "nosuid"] }]
     files = [{ file = "/bound/file", method = "bind", options = ["nodev"] }, "/etc/one two%n"]`,
  );
  return machine;
}

describe.skipIf(lacks(need(isRoot, "root: mount(8) reads no fstab for others")))(
  "export --format fstab",
  () => {
    test("has mount(8) make the very mounts that imp makes, whatever their names", async () => {
      // Carriage returns are white space to mount(8), with no way to escape them that all of its versions know.
      const names = [...strangeNames, ...longestNames].filter((name) => !name.includes("\r"));
      await using machine = await exportable(names);
      const own = await mounted(machine);
      expect(own.length).toBe(2 * names.length + 2);
      const { stdout, exitCode } = await machine.imp("export", "--format", "fstab");
      expect(exitCode).toBe(0);
      // A machine where imp never was, but for the place of the bound file, which mount(8) does not make.
      await machine.reboot();
      await machine.sh("mkdir /bound; touch /bound/file");
      await machine.write("/fstab", stdout);
      expect(await machine.sh("mount -a -T /fstab 2>&1")).toBe("");
      expect(await mounted(machine)).toEqual(own);
    });

    test("gives a mount with options of its own those of its source's mount as well", async () => {
      await using machine = await startMachine();
      await machine.sh(`
      mount --bind /persist /persist; mount -o remount,bind,nosuid,nodev,noatime /persist
      mkdir -p /persist/store/data/plain /persist/store/data/own
    `);
      await apply(
        machine,
        'directories = ["/data/plain", { directory = "/data/own", options = ["noexec", "relatime"] }]',
      );
      const own = await mounted(machine);
      const { stdout } = await machine.imp("export", "--format", "fstab");
      expect(stdout).toContain("/data/own none bind,nosuid,nodev,noexec,relatime,X-mount.mkdir,nofail,");
      expect(stdout).toContain(
        "/data/plain none bind,X-mount.mkdir,nofail,x-systemd.before=local-fs.target 0 0\n",
      );
      await machine.sh("umount /data/plain /data/own");
      await machine.write("/fstab", stdout);
      await machine.sh("mount -a -T /fstab");
      expect(await mounted(machine)).toEqual(own);
    });
  },
);

describe.skipIf(lacks(systemd))("export --format systemd", () => {
  test("writes units that systemd reads as they are meant, and says which entries have none", async () => {
    await using machine = await exportable([
      "plain",
      "with space",
      "100%",
      "back\\slash",
      'say "hi"',
      "new\nline",
    ]);
    const { stdout, exitCode } = await machine.imp("export", "--format=systemd", "--json");
    const { ok, files, unfit: left } = JSON.parse(stdout);
    expect({ ok, exitCode }).toEqual({ ok: false, exitCode: 1 });
    expect(left).toEqual(["/data/new\nline", "/data/new\nline/inner"]);
    const units: Record<string, string> = {};
    for (const { name, text } of files) if (name.endsWith(".mount")) units[name] = text;
    expect(Object.keys(units).length).toBe(12);
    for (const name of Object.keys(units)) {
      const read = readBySystemd(units, name);
      expect(read.complaints).toEqual([]);
      expect(valuesOf(read, "Unit Load State")).toEqual(["loaded"]);
      const [where = ""] = valuesOf(read, "Where");
      expect(valuesOf(read, "What")).toEqual([`/persist/store${where}`]);
      expect(Bun.spawnSync(["systemd-escape", "--path", "--suffix=mount", where]).stdout.toString()).toBe(
        `${name}\n`,
      );
      // So the persistent filesystem is mounted first.
      expect(valuesOf(read, "RequiresMountsFor")).toContain(`/persist/store${where}`);
    }
    const inner = readBySystemd(units, "data-plain-inner.mount");
    expect(valuesOf(inner, "Options")).toEqual(["bind,noexec,nosymfollow,relatime"]);
    expect(valuesOf(inner, "RequiresMountsFor")).toContain("/data/plain");
  });

  test("has systemd-tmpfiles make the symlinks", async () => {
    await using machine = await exportable(["plain"]);
    await machine.sh("mkdir /out");
    const { stdout } = await machine.imp("export", "--format=systemd", "--output", "/out");
    expect(stdout).toContain("Wrote /out/imp.conf, for /etc/tmpfiles.d/imp.conf\n");
    expect(stdout).toContain("Wrote /out/data-plain.mount, for /etc/systemd/system/data-plain.mount ");
    await machine.sh("rm '/etc/one two%n'; systemd-tmpfiles --create /out/imp.conf");
    expect(await machine.sh("readlink '/etc/one two%n'; cat '/etc/one two%n'")).toBe(
      "/persist/store/etc/one two%n\none\n",
    );
    // What a program put there is kept.
    await machine.sh(
      "rm '/etc/one two%n'; echo mine > '/etc/one two%n'; systemd-tmpfiles --create /out/imp.conf || true",
    );
    expect(await machine.read("/etc/one two%n")).toBe("mine\n");
  });
});

describe("export", () => {
  test("overwrites nothing", async () => {
    await using machine = await exportable(["plain"]);
    await machine.sh("mkdir /out; echo mine > /out/imp.conf");
    const { exitCode, stderr } = await machine.imp("export", "--format=fstab", "--output=/out");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("error: /out/imp.conf is there already\n");
    expect(await machine.sh("ls /out; cat /out/imp.conf")).toBe("imp.conf\nmine\n");
  });

  test("needs a format that it knows, and a generation", async () => {
    await using machine = await startMachine();
    expect((await machine.imp("export")).exitCode).toBe(2);
    const wrong = await machine.imp("export", "--format", "openrc");
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain("error: there is no format `openrc`\n");
    const none = await machine.imp("export", "--format", "fstab");
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toContain("No active generation");
  });
});
