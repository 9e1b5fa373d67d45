import { expect, setDefaultTimeout } from "bun:test";
import { apply, configure, store } from "./machine/configure.ts";
import { extendedAttribute, setExtendedAttribute } from "./machine/extended-attributes.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { describe, test } from "./machine/on-machine.ts";
import { lacks, need, program } from "./requirement.ts";

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(60_000);

const target = "/etc/app.conf";
const source = `${store}${target}`;
const entry = `files = ["${target}"]`;
const adopting = `files = [{ file = "${target}", adopt_replaced = true }]`;

/** A machine with the entry in place, whose program has saved since. */
async function startReplaced(configuration = entry): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  await machine.sh(
    `mkdir -p ${store}/etc; echo old > ${source}; touch -d '2020-02-02 02:02:02 UTC' ${source}`,
  );
  await apply(machine, configuration);
  await save(machine, "new");
  return machine;
}

/** As programs do it: a new file is renamed over the name. */
async function save(machine: Machine, content: string): Promise<void> {
  await machine.sh(`
    echo '${content}' > ${target}.tmp
    touch -d '2021-01-01 01:01:01 UTC' ${target}.tmp
    mv ${target}.tmp ${target}`);
}

const namesBeside = async (machine: Machine) => (await machine.sh(`ls -A ${store}/etc`)).trim().split("\n");
const adopt = (machine: Machine) => machine.imp("restore", "--adopt-replaced");

/** The source has the new content, the backup the old one, and the link is back. */
async function expectAdopted(machine: Machine, content = "new\n"): Promise<void> {
  expect(await machine.sh(`readlink ${target}`)).toBe(`${source}\n`);
  expect(await machine.sh(`cat ${source}`)).toBe(content);
  const names = await namesBeside(machine);
  expect(names).toEqual(["app.conf", expect.stringMatching(/^app\.conf\.backup\.\d{8}_\d{6}$/)]);
  expect(await machine.sh(`cat ${store}/etc/${names[1]}`)).toBe("old\n");
  expect(await machine.sh("ls -A /etc")).not.toContain(".imp-");
  expect((await machine.imp("verify")).exitCode).toBe(0);
}

/** Nothing has changed: neither the file nor the source, and there is no backup. */
async function expectRefused(machine: Machine, reason: string): Promise<void> {
  const before = await machine.sh(`stat -c '%F %i' ${target}`);
  const { exitCode, stderr } = await adopt(machine);
  expect(stderr).toContain(reason);
  expect(exitCode).toBe(1);
  expect(await machine.sh(`stat -c '%F %i' ${target}`)).toBe(before);
  expect(await machine.sh(`cat ${source}`)).toBe("old\n");
  expect(await namesBeside(machine)).toEqual(["app.conf"]);
}

describe("a file that a program put in the place of a symlink", () => {
  test("is reported with both times, and restore says how to keep it", async () => {
    await using machine = await startReplaced();
    const { exitCode, stdout } = await machine.imp("verify");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("written 2021-01-01 01:01:01 UTC");
    expect(stdout).toContain("the source is another file, written 2020-02-02 02:02:02 UTC");
    const { stderr } = await machine.imp("restore");
    expect(stderr).toContain("help: keep it as the source (`imp restore --adopt-replaced`)");
    const json = JSON.parse((await machine.imp("verify", "--json")).stdout);
    expect(json.findings[0]).toMatchObject({ entry: target, kind: "replaced" });
  });

  test("becomes the source with --adopt-replaced, and the old source a backup", async () => {
    await using machine = await startReplaced();
    const planned = await machine.impOk("restore", "--adopt-replaced", "--dry-run");
    expect(planned).toMatch(/adopt +\/etc\/app\.conf → \S+, keeping the old one as \S+app\.conf\.backup\./);
    expect(await machine.sh(`cat ${source}`)).toBe("old\n");

    const { exitCode, stdout } = await adopt(machine);
    expect(stdout).toContain("1 linked, 1 adopted");
    expect(exitCode).toBe(0);
    await expectAdopted(machine);
    await machine.reboot();
    await machine.impOk("restore", "--state-dir", "/persist/imp");
    expect(await machine.sh(`cat ${target}`)).toBe("new\n");
  });

  test("keeps its owner, mode, time and attributes", async () => {
    await using machine = await startReplaced();
    await machine.sh(`chmod 640 ${target}`);
    // A tmpfs keeps these since Linux 6.6.
    setExtendedAttribute(machine.outside(target), "user.note", "text");
    const factsOf = async (path: string) => ({
      stat: await machine.sh(`stat -c '%a %u:%g %y' ${path}`),
      note: extendedAttribute(machine.outside(path), "user.note"),
    });
    const facts = await factsOf(target);
    expect((await adopt(machine)).exitCode).toBe(0);
    expect(await factsOf(source)).toEqual(facts);
  });

  test("gets the owner and mode that its entry asks for", async () => {
    await using machine = await startReplaced(`files = [{ file = "${target}", mode = "0604" }]`);
    expect((await adopt(machine)).exitCode).toBe(0);
    expect(await machine.sh(`stat -c %a ${source}`)).toBe("604\n");
    await expectAdopted(machine);
  });

  test("is adopted by every command if the entry says so", async () => {
    for (const words of [["restore"], ["apply"], ["switch", "1"]]) {
      await using machine = await startReplaced(adopting);
      expect((await machine.imp("verify")).stdout).toContain(`restore would: adopt ${target}`);
      await machine.impOk(...words);
      await expectAdopted(machine);
    }
  });

  test("is adopted or not as the nearest table says", async () => {
    await using machine = await startReplaced(`adopt_replaced = true\n${entry}`);
    await machine.impOk("restore");
    await expectAdopted(machine);
    await configure(
      machine,
      `files = [{ file = "${target}", adopt_replaced = false }]`,
      "adopt_replaced = true",
    );
    await machine.impOk("apply");
    await save(machine, "newer");
    expect((await machine.imp("restore")).exitCode).toBe(1);
    await configure(machine, entry, "adopt_replaced = true");
    await machine.impOk("apply");
    expect(await machine.sh(`cat ${source}`)).toBe("newer\n");
  });

  test("is linked again without any backup if it has the same content", async () => {
    await using machine = await startReplaced();
    await save(machine, "old");
    expect((await adopt(machine)).exitCode).toBe(0);
    expect(await namesBeside(machine)).toEqual(["app.conf"]);
    expect(await machine.sh(`readlink ${target}`)).toBe(`${source}\n`);
  });

  test("is adopted again and again, and each source is kept", async () => {
    await using machine = await startReplaced(adopting);
    for (const content of ["two", "three", "four"]) {
      await save(machine, content);
      await machine.impOk("restore");
    }
    expect(await machine.sh(`cat ${source}`)).toBe("four\n");
    expect((await machine.sh(`cat ${source}.backup.*`)).split("\n").sort()).toEqual([
      "",
      "old",
      "three",
      "two",
    ]);
  });

  test("is adopted in a home by its owner, without root", async () => {
    await using machine = await startMachine();
    const home = { environment: { HOME: "/home/user" }, ...(isRoot && { user: 1000 }) };
    await machine.sh(
      `mkdir -p /home/user/dotfiles/home/user; chown -R user:user /home/user 2>/dev/null || true`,
    );
    await machine.sh(
      `cd /home/user; echo old > dotfiles/home/user/.vimrc
       printf '[persistence."/home/user/dotfiles"]\\nfiles = ["/home/user/.vimrc"]\\n' > imp.toml
       /imp/imp --config imp.toml apply
       echo new > .vimrc.tmp; mv .vimrc.tmp .vimrc
       /imp/imp --config imp.toml restore --adopt-replaced`,
      home,
    );
    expect(await machine.sh("cat /home/user/dotfiles/home/user/.vimrc")).toBe("new\n");
    expect(await machine.sh("readlink /home/user/.vimrc")).toBe("/home/user/dotfiles/home/user/.vimrc\n");
  });

  test("stays where it is, and the source too, if the command fails", async () => {
    await using machine = await startReplaced();
    const index = "/persist/imp/generations.json";
    // The record is the last thing: all else was done by then.
    await machine.sh(`mount --bind ${index} ${index}`);
    await machine.sh("mkdir -p /persist/store/srv/data");
    await configure(machine, `${adopting}\ndirectories = ["/srv/data"]`);
    const { exitCode, stderr } = await machine.imp("apply");
    expect(stderr).toContain(index);
    expect(exitCode).toBe(1);
    await machine.sh(`umount ${index}`);
    expect(await machine.sh(`cat ${target}`)).toBe("new\n");
    expect(await machine.sh(`cat ${source}`)).toBe("old\n");
    expect(await namesBeside(machine)).toEqual(["app.conf"]);
  });
});

describe("what is not adopted", () => {
  test("a file that a start brought: it is older than what is kept, whatever its time says", async () => {
    await using machine = await startReplaced(adopting);
    await machine.sh(`rm ${target}`);
    await machine.impOk("restore");
    await machine.reboot();
    await machine.sh(`echo 'the image' > ${target}`);
    const { exitCode, stderr } = await machine.imp(
      "restore",
      "--state-dir",
      "/persist/imp",
      "--adopt-replaced",
    );
    expect(stderr).toContain(`${target} is in the way: a regular file, and not the same as the source`);
    expect(exitCode).toBe(1);
    expect(await machine.sh(`cat ${source}`)).toBe("old\n");
  });

  test("a symlink, a directory, a socket or a pipe", async () => {
    await using machine = await startReplaced();
    for (const [make, what] of [
      [`ln -sf /etc/passwd ${target}`, "a symlink to /etc/passwd"],
      [`rm ${target}; mkdir ${target}`, "a directory"],
      [`rmdir ${target}; mkfifo ${target}`, "a fifo"],
    ] as const) {
      await machine.sh(make);
      await expectRefused(machine, `${target} is in the way: ${what}`);
    }
  });

  test("a file with another name: it could be a secret that a user brought there", async () => {
    await using machine = await startReplaced();
    await machine.sh(`echo secret > /etc/secret; chmod 600 /etc/secret; ln -f /etc/secret ${target}`);
    await expectRefused(machine, `${target} can't be adopted: it has 2 hard links`);
    expect(await machine.sh("stat -c '%a %h' /etc/secret")).toBe("600 2\n");
  });

  test("a file with set-user-ID or set-group-ID", async () => {
    await using machine = await startReplaced();
    await machine.sh(`chmod 4755 ${target}`);
    await expectRefused(machine, `${target} can't be adopted: it is set-user-ID or set-group-ID`);
  });

  const cannotChown = lacks(need(isRoot, "root: files of other users"));

  test.skipIf(cannotChown)("a file with capabilities", async () => {
    await using machine = await startReplaced();
    const netRaw = Buffer.from("0100000200200000000000000000000000000000", "hex");
    expect(setExtendedAttribute(machine.outside(target), "security.capability", netRaw)).toBe(true);
    await expectRefused(machine, `Failed to adopt ${target}`);
  });

  test.skipIf(cannotChown)("somebody else's file, unless the source or the directory is theirs", async () => {
    await using machine = await startReplaced();
    await machine.sh(`chown 1001 ${target}`);
    await expectRefused(machine, `${target} can't be adopted: it belongs to user 1001`);
    await machine.sh(`chown 1001 ${source}`);
    expect((await adopt(machine)).exitCode).toBe(0);
    expect(await machine.sh(`stat -c %u ${source}`)).toBe("1001\n");
    await expectAdopted(machine);
  });
});

describe('a file that is mounted (method = "bind")', () => {
  const bound = `files = [{ file = "${target}", method = "bind" }]`;

  test("can't be replaced by a program, which gets EBUSY, and is still the same", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/etc; echo old > ${source}`);
    await apply(machine, `hideMounts = true\n${bound}`);
    await machine.sh(`echo new > ${target}.tmp`);
    const { exitCode, stderr } = await machine.run(["mv", `${target}.tmp`, target]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Device or resource busy");
    await machine.sh(`echo written > ${target}`);
    expect(await machine.sh(`cat ${source}`)).toBe("written\n");
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test.skipIf(lacks(program("findmnt")))(
    "is mounted anew, and hidden again, when somebody replaced its source",
    async () => {
      await using machine = await startMachine();
      await machine.sh(`mkdir -p ${store}/etc; echo old > ${source}`);
      await apply(machine, `hideMounts = true\n${bound}`);
      await machine.sh(`echo new > ${source}.tmp; mv ${source}.tmp ${source}`);
      expect((await machine.imp("verify")).stdout).toContain(
        "what it shows was deleted from the persistence root",
      );
      await machine.impOk("restore");
      expect(await machine.sh(`cat ${target}`)).toBe("new\n");
      expect(await machine.sh(`findmnt --mtab -n -o OPTIONS ${target}`)).toContain("x-gvfs-hide");
      expect((await machine.imp("verify")).exitCode).toBe(0);
    },
  );

  test("can't ask for adoption", async () => {
    await using machine = await startMachine();
    await configure(machine, `files = [{ file = "${target}", method = "bind", adopt_replaced = true }]`);
    const { exitCode, stderr } = await machine.imp("apply");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${target} appears as a mount, which no program can replace`);
    expect(stderr).toContain("imp.toml:4:53");
  });
});
