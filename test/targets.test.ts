import { expect, setDefaultTimeout } from "bun:test";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { processIn } from "./machine/busy-process.ts";
import { apply, configure, store } from "./machine/configure.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { mountAt, mountId, mountPointsIn } from "./machine/mount-table.ts";
import { describe, test } from "./machine/on-machine.ts";
import { snapshot } from "./machine/snapshot.ts";

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(30_000);

/** Without entries: whatever imp made has to go. */
const nothing = "";

describe("a directory entry", () => {
  const entry = `directories = ["/srv/data"]`;
  const withBackup = `directories = [{ directory = "/srv/data", backup = true }]`;
  const source = `${store}/srv/data`;

  async function startWithSource(): Promise<Machine & AsyncDisposable> {
    const machine = await startMachine();
    await machine.sh(`mkdir -p ${source} /srv; echo kept > ${source}/file`);
    return machine;
  }

  test("finds nothing: the directory is created, and goes again with the entry", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    await mountAt(machine, "/srv/data");
    expect(await machine.sh("cat /srv/data/file")).toBe("kept\n");

    await apply(machine, nothing);
    expect(await machine.sh("ls -A /srv")).toBe("");
    expect(await machine.sh(`cat ${source}/file`)).toBe("kept\n");
  });

  test("finds its source mounted already: it is kept, and stays when the entry goes", async () => {
    await using machine = await startWithSource();
    await machine.sh(`mkdir /srv/data; mount --bind ${source} /srv/data`);
    const id = await mountId(machine, "/srv/data");
    await apply(machine, entry);
    expect(await mountId(machine, "/srv/data")).toBe(id);
    expect((await machine.imp("verify")).exitCode).toBe(0);

    expect(await apply(machine, nothing)).toContain("/srv/data stays mounted: it was before imp came");
    expect(await mountId(machine, "/srv/data")).toBe(id);
  });

  test("finds its own mount: another apply leaves it untouched", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    const id = await mountId(machine, "/srv/data");
    await apply(machine, entry);
    expect(await mountId(machine, "/srv/data")).toBe(id);
  });

  test("finds its own mount with other options: they change in place", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    const id = await mountId(machine, "/srv/data");
    await apply(machine, `directories = [{ directory = "/srv/data", options = ["ro", "noexec", "nosuid"] }]`);
    const changed = await mountAt(machine, "/srv/data");
    expect(changed.id).toBe(id);
    expect(changed.options).toEqual(expect.arrayContaining(["ro", "noexec", "nosuid"]));
    expect((await machine.run(["touch", "/srv/data/new"])).exitCode).toBe(1);
    await machine.sh(`touch ${source}/through-the-store`);

    await machine.impOk("rollback");
    const back = await mountAt(machine, "/srv/data");
    expect(back.id).toBe(id);
    await machine.sh("touch /srv/data/new");
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("finds its own mount of another source: a loop that looks all the time never misses it", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      for place in one two; do mkdir -p /persist/$place/srv/data; touch /persist/$place/srv/data/$place; done
      mkdir -p ${store}
    `);
    await apply(machine, table("one", entry));
    await apply(machine, table("two", entry));
    const target = machine.outside("/srv/data");
    const sources = [machine.outside("/persist/one/srv/data"), machine.outside("/persist/two/srv/data")].map(
      (path) => statSync(path).ino,
    );
    await switchUnderObservation(machine, () => {
      const { ino } = statSync(target);
      return sources.includes(ino) ? null : `inode ${ino} is neither of ${sources}`;
    });
    expect(await machine.sh("ls /srv/data")).toBe("one\n");
    expect(await mountPointsIn(machine, "/srv/data")).toHaveLength(1);
  });

  test("finds its own mount of another source in use: it refuses, names the program, and touches nothing", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p /persist/one/srv/data /persist/two/srv/data ${store}`);
    await apply(machine, table("one", entry));
    const id = await mountId(machine, "/srv/data");
    await using program = await processIn(machine, "/srv/data");
    const stderr = await refuses(machine, table("two", entry), "/srv/data is busy and can't be unmounted");
    expect(stderr).toContain(`sleep[${program.pid}] holds /srv/data`);
    expect(await mountId(machine, "/srv/data")).toBe(id);
    expect(program.isAlive()).toBe(true);
  });

  test("finds an empty directory: it is mounted over, and is there again when the entry goes", async () => {
    await using machine = await startWithSource();
    await machine.sh("mkdir -m 0700 /srv/data");
    const { ino } = lstatSync(machine.outside("/srv/data"));
    const printed = await apply(machine, entry);
    expect(printed).not.toContain("warning");
    expect(await machine.sh("ls /srv/data")).toBe("file\n");

    await apply(machine, nothing);
    expect(lstatSync(machine.outside("/srv/data"))).toMatchObject({ ino, mode: 0o40700 });
  });

  test("finds a directory with content: it is mounted over, with a word about what that hides", async () => {
    await using machine = await startWithSource();
    await machine.sh("mkdir /srv/data; echo mine > /srv/data/mine; touch /srv/data/other /srv/data/.hidden");
    const printed = await apply(machine, entry);
    expect(printed).toContain("warning: /srv/data is not empty: the mount hides 3 names in it");
    expect(printed).toContain("`backup = true`");
    expect(await machine.sh("ls -A /srv/data")).toBe("file\n");

    await apply(machine, nothing);
    expect(await machine.sh("ls -A /srv/data; cat /srv/data/mine")).toBe(".hidden\nmine\nother\nmine\n");
  });

  test("finds its source not a directory: it refuses", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/srv; echo file > ${source}`);
    await refuses(machine, entry, `the source ${source} is a regular file, not a directory`);
  });

  const obstacles = [
    ["a regular file", "echo mine > /srv/data", "a regular file"],
    ["a symlink", "mkdir /srv/real; ln -s real /srv/data", "a symlink to real"],
    ["a symlink that leads nowhere", "ln -s /gone /srv/data", "a symlink to /gone"],
    ["a FIFO", "mkfifo /srv/data", "a fifo"],
  ] as const;

  test.each(obstacles)(
    "finds %s: it refuses, or with backup = true keeps it beside the mount, to put it back when the entry goes",
    async (_, make, words) => {
      await using machine = await startWithSource();
      await machine.sh(make);
      await refuses(machine, entry, `/srv/data is in the way: ${words}`);
      await backUpAndPutBack(machine, "/srv/data", withBackup, "cat /srv/data/file");
    },
  );

  test("with backup = true, finds a directory with content: it is kept beside the mount, and put back", async () => {
    await using machine = await startWithSource();
    await machine.sh("mkdir /srv/data; echo mine > /srv/data/file");
    await backUpAndPutBack(machine, "/srv/data", withBackup, "cat /srv/data/file");
    expect(await machine.sh("cat /srv/data/file")).toBe("mine\n");
  });

  test("with backup = true, finds an empty directory: it is mounted over, and no backup is made", async () => {
    await using machine = await startWithSource();
    await machine.sh("mkdir /srv/data");
    await apply(machine, withBackup);
    expect(await machine.sh("ls -A /srv")).toBe("data\n");
  });

  test("finds somebody else's mount: it refuses, be there a backup or not", async () => {
    await using machine = await startWithSource();
    await machine.sh("mkdir /srv/data; mount -t tmpfs -o size=1m not-imps /srv/data");
    const words = "/srv/data is in the way: tmpfs from not-imps is mounted there, and imp did not mount it";
    await refuses(machine, entry, words);
    await refuses(machine, withBackup, words);
  });

  test("finds somebody else's mount over its own: it refuses, whether the entry stays or goes", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    await machine.sh("mount -t tmpfs -o size=1m not-imps /srv/data");
    await refuses(machine, entry, "/srv/data is in the way: tmpfs from not-imps is mounted there");
    await refuses(machine, nothing, "somebody mounted tmpfs from not-imps over /srv/data");
  });

  test("finds somebody else's mount inside its own: it refuses to unmount, and names it", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    await machine.sh("mkdir /srv/data/inner; mount -t tmpfs -o size=1m not-imps /srv/data/inner");
    await refuses(
      machine,
      nothing,
      "/srv/data can't be unmounted: tmpfs from not-imps is mounted inside, at /srv/data/inner",
    );
  });
});

describe("a file entry", () => {
  const entry = `files = ["/srv/note"]`;
  const withBackup = `files = [{ file = "/srv/note", backup = true }]`;
  const source = `${store}/srv/note`;

  async function startWithSource(): Promise<Machine & AsyncDisposable> {
    const machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/srv /srv; echo kept > ${source}`);
    return machine;
  }

  test("finds nothing: a symlink is made, and goes again with the entry", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    expect(readlinkSync(machine.outside("/srv/note"))).toBe(source);
    expect(await machine.sh("cat /srv/note")).toBe("kept\n");

    await apply(machine, nothing);
    expect(await machine.sh("ls -A /srv")).toBe("");
    expect(await machine.sh(`cat ${source}`)).toBe("kept\n");
  });

  test("finds just that symlink: it is kept, and stays when the entry goes", async () => {
    await using machine = await startWithSource();
    await machine.sh(`ln -s ${source} /srv/note`);
    const { ino } = lstatSync(machine.outside("/srv/note"));
    await apply(machine, entry);
    expect(lstatSync(machine.outside("/srv/note")).ino).toBe(ino);

    expect(await apply(machine, nothing)).toContain("/srv/note stays a symlink: it was before imp came");
    expect(lstatSync(machine.outside("/srv/note")).ino).toBe(ino);
  });

  test("finds its own symlink: another apply leaves it untouched", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    const { ino } = lstatSync(machine.outside("/srv/note"));
    await apply(machine, entry);
    expect(lstatSync(machine.outside("/srv/note")).ino).toBe(ino);
  });

  test("finds its own symlink to another source: a loop that looks all the time never misses it", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      for place in one two; do mkdir -p /persist/$place/srv; echo $place > /persist/$place/srv/note; done
      mkdir -p ${store}
    `);
    await apply(machine, table("one", entry));
    await apply(machine, table("two", entry));
    const target = machine.outside("/srv/note");
    await switchUnderObservation(machine, () => {
      const text = readlinkSync(target);
      return /^\/persist\/(one|two)\/srv\/note$/.test(text) ? null : text;
    });
    expect(await machine.sh("cat /srv/note; ls -A /srv")).toBe("one\nnote\n");
  });

  test("finds a file with the same bytes: a link takes its place, and a copy comes back when the entry goes", async () => {
    await using machine = await startWithSource();
    await machine.sh("echo kept > /srv/note; chmod 0640 /srv/note; touch -d '2001-02-03 04:05:06' /srv/note");
    await apply(machine, entry);
    expect(readlinkSync(machine.outside("/srv/note"))).toBe(source);
    expect(await machine.sh("ls -A /srv")).toBe("note\n");

    await apply(machine, nothing);
    expect(lstatSync(machine.outside("/srv/note")).isFile()).toBe(true);
    expect(await machine.sh("cat /srv/note; ls -A /srv")).toBe("kept\nnote\n");
    expect(await machine.sh(`cat ${source}`)).toBe("kept\n");
  });

  test("finds a file with the same bytes: what was written through the link is in the copy that comes back", async () => {
    await using machine = await startWithSource();
    await machine.sh("echo kept > /srv/note; chmod 0640 /srv/note");
    await apply(machine, entry);
    await machine.sh("echo more >> /srv/note");
    await apply(machine, nothing);
    expect(await machine.sh("stat -c '%F %a' /srv/note; cat /srv/note")).toBe(
      "regular file 640\nkept\nmore\n",
    );
  });

  test("takes its link away only while it is one: what a program put there instead stays, and is reported", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    await machine.sh("echo saved > /srv/note.new; mv /srv/note.new /srv/note");
    expect((await machine.imp("verify")).stdout).toContain(
      "/srv/note: a program put a file in the place of its symlink",
    );
    expect(await apply(machine, nothing)).toContain(
      "/srv/note is left as it is: it is a regular file now, not imp's symlink",
    );
    expect(await machine.sh("cat /srv/note")).toBe("saved\n");
  });

  test("finds its source not a file: it refuses", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${source}`);
    await refuses(machine, entry, `the source ${source} is a directory, not a regular file`);
  });

  const obstacles = [
    ["another file", "echo mine > /srv/note", "a regular file, and not the same as the source"],
    ["a symlink to elsewhere", "ln -s /etc/passwd /srv/note", "a symlink to /etc/passwd"],
    ["a symlink that leads nowhere", "ln -s /gone /srv/note", "a symlink to /gone"],
    ["an empty directory", "mkdir /srv/note", "a directory"],
    ["a directory with content", "mkdir /srv/note; echo mine > /srv/note/mine", "a directory"],
    ["a FIFO", "mkfifo /srv/note", "a fifo"],
  ] as const;

  test.each(obstacles)(
    "finds %s: it refuses, or with backup = true keeps it beside the link, to put it back when the entry goes",
    async (_, make, words) => {
      await using machine = await startWithSource();
      await machine.sh(make);
      await refuses(machine, entry, `/srv/note is in the way: ${words}`);
      await backUpAndPutBack(machine, "/srv/note", withBackup, "cat /srv/note");
    },
  );

  test("finds a file mounted by somebody else: it refuses, be there a backup or not", async () => {
    await using machine = await startWithSource();
    await machine.sh("touch /srv/note; mount --bind /etc/passwd /srv/note");
    const words = "/srv/note is in the way: tmpfs from imp-test-root (/etc/passwd) is mounted there";
    await refuses(machine, entry, words);
    await refuses(machine, withBackup, words);
  });
});

describe("a bound file", () => {
  const entry = `files = [{ file = "/srv/note", method = "bind" }]`;
  const withBackup = `files = [{ file = "/srv/note", method = "bind", backup = true }]`;
  const source = `${store}/srv/note`;

  async function startWithSource(): Promise<Machine & AsyncDisposable> {
    const machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/srv /srv; echo kept > ${source}`);
    return machine;
  }

  test("finds nothing: a file is created to be mounted over, and goes again with the entry", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    expect(await machine.sh("stat -c %F /srv/note; cat /srv/note")).toBe("regular file\nkept\n");
    await mountAt(machine, "/srv/note");
    await machine.sh("echo more >> /srv/note");
    expect(await machine.sh(`cat ${source}`)).toBe("kept\nmore\n");

    await apply(machine, nothing);
    expect(await machine.sh("ls -A /srv")).toBe("");
  });

  test("finds its source mounted already: it is kept, and stays when the entry goes", async () => {
    await using machine = await startWithSource();
    await machine.sh(`touch /srv/note; mount --bind ${source} /srv/note`);
    const id = await mountId(machine, "/srv/note");
    await apply(machine, entry);
    expect(await mountId(machine, "/srv/note")).toBe(id);
    await apply(machine, nothing);
    expect(await mountId(machine, "/srv/note")).toBe(id);
  });

  test("finds its own mount: it is kept, and other options change in place", async () => {
    await using machine = await startWithSource();
    await apply(machine, entry);
    const id = await mountId(machine, "/srv/note");
    await apply(machine, entry);
    expect(await mountId(machine, "/srv/note")).toBe(id);
    await apply(machine, `files = [{ file = "/srv/note", method = "bind", options = ["ro"] }]`);
    const changed = await mountAt(machine, "/srv/note");
    expect(changed.id).toBe(id);
    expect(changed.options).toContain("ro");
  });

  test("finds its own mount of another source: a loop that looks all the time never misses it", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      for place in one two; do mkdir -p /persist/$place/srv; echo $place > /persist/$place/srv/note; done
      mkdir -p ${store}
    `);
    await apply(machine, table("one", entry));
    await apply(machine, table("two", entry));
    const target = machine.outside("/srv/note");
    const sources = [machine.outside("/persist/one/srv/note"), machine.outside("/persist/two/srv/note")].map(
      (path) => statSync(path).ino,
    );
    await switchUnderObservation(machine, () => {
      const { ino } = statSync(target);
      return sources.includes(ino) ? null : `inode ${ino} is neither of ${sources}`;
    });
    expect(await machine.sh("cat /srv/note")).toBe("one\n");
    expect(await mountPointsIn(machine, "/srv/note")).toHaveLength(1);
  });

  test("finds a file with the same bytes: it is mounted over, and is there again when the entry goes", async () => {
    await using machine = await startWithSource();
    await machine.sh("echo kept > /srv/note");
    const { ino } = lstatSync(machine.outside("/srv/note"));
    await apply(machine, entry);
    await mountAt(machine, "/srv/note");
    await apply(machine, nothing);
    expect(lstatSync(machine.outside("/srv/note")).ino).toBe(ino);
  });

  const obstacles = [
    ["another file", "echo mine > /srv/note", "a regular file, and not the same as the source"],
    ["a symlink", "ln -s /etc/passwd /srv/note", "a symlink to /etc/passwd"],
    ["a symlink to the source", `ln -s ${source} /srv/note`, `a symlink to ${source}`],
    ["a directory", "mkdir /srv/note; echo mine > /srv/note/mine", "a directory"],
    ["a FIFO", "mkfifo /srv/note", "a fifo"],
  ] as const;

  test.each(obstacles)(
    "finds %s: it refuses, or with backup = true keeps it beside the mount, to put it back when the entry goes",
    async (_, make, words) => {
      await using machine = await startWithSource();
      await machine.sh(make);
      await refuses(machine, entry, `/srv/note is in the way: ${words}`);
      await backUpAndPutBack(machine, "/srv/note", withBackup, "cat /srv/note");
    },
  );

  test("finds a file mounted by somebody else: it refuses, be there a backup or not", async () => {
    await using machine = await startWithSource();
    await machine.sh("touch /srv/note; mount --bind /etc/passwd /srv/note");
    const words = "/srv/note is in the way: tmpfs from imp-test-root (/etc/passwd) is mounted there";
    await refuses(machine, entry, words);
    await refuses(machine, withBackup, words);
  });

  test.each([
    ["a symlink of imp's", "true", []],
    ["a symlink of imp's that a file with the same bytes gave way to", "echo kept > /srv/note", ["note"]],
  ] as const)("takes the place of %s, and gives it back", async (_, make, left) => {
    await using machine = await startWithSource();
    await machine.sh(make);
    await apply(machine, `files = ["/srv/note"]`);
    await apply(machine, entry);
    expect(lstatSync(machine.outside("/srv/note")).isFile()).toBe(true);
    await mountAt(machine, "/srv/note");
    await machine.impOk("rollback");
    expect(readlinkSync(machine.outside("/srv/note"))).toBe(source);
    expect(await mountPointsIn(machine, "/srv/note")).toEqual([]);
    await apply(machine, nothing);
    expect(readdirSync(machine.outside("/srv"))).toEqual([...left]);
  });
});

describe("backups", () => {
  const entry = `files = [{ file = "/srv/note", backup = true }]`;

  test("have the time in UTC in their names, and a number where that name is taken", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/srv /srv; echo kept > ${store}/srv/note; echo mine > /srv/note`);
    const begin = Date.now();
    // Whichever second it will be, its name is taken.
    const seconds = Array.from({ length: 30 }, (_, index) => stamp(begin + index * 1000));
    await machine.sh(`cd /srv; for stamp in ${seconds.join(" ")}; do touch note.backup.$stamp; done`);
    await machine.sh(
      `cd /srv; for stamp in ${seconds.join(" ")}; do ln -s nowhere note.backup.$stamp.1; done`,
    );
    await apply(machine, entry);
    const made = (await machine.sh("cd /srv; ls | grep '\\.2$'")).trim();
    expect(made).toMatch(/^note\.backup\.\d{8}_\d{6}\.2$/);
    const time = made.slice("note.backup.".length, -2);
    expect(time >= stamp(begin) && time <= stamp(Date.now())).toBe(true);
    expect(await machine.sh(`cat /srv/${made}`)).toBe("mine\n");
  });

  test("of two entries in one second and one folder do not meet", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      mkdir -p ${store}/srv/a /srv/a.backup.x; cd /srv; echo one > a; echo two > b; echo three > c
      echo kept > ${store}/srv/b; echo kept > ${store}/srv/c
    `);
    await apply(
      machine,
      `directories = ["/srv/a"]\nfiles = ["/srv/b", { file = "/srv/c", method = "bind" }]\nbackup = true`,
    );
    expect(await machine.sh("cat /srv/*.backup.2*")).toBe("one\ntwo\nthree\n");
  });

  test("are asked for at the top, for a root or for one entry: the nearest word counts", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      mkdir -p ${store}/srv /persist/two/srv /srv; cd /srv
      for name in a b; do echo mine > $name; echo kept > ${store}/srv/$name; done
      for name in c d; do echo mine > $name; echo kept > /persist/two/srv/$name; done
    `);
    const entries = (last: boolean) => `
      files = ["/srv/a", { file = "/srv/b", backup = true }]
      backup = false
      [persistence."/persist/two"]
      files = ["/srv/c", { file = "/srv/d", backup = ${last} }]
    `;
    await configure(machine, entries(false), "backup = true");
    const refused = await machine.imp("apply");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("/srv/a is in the way");
    expect(refused.stderr).toContain("/srv/d is in the way");
    expect(refused.stderr).not.toContain("/srv/b is in the way");
    expect(refused.stderr).not.toContain("/srv/c is in the way");
  });

  test("stay where they are if their place is taken when the entry goes, and that is said", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/srv /srv; echo kept > ${store}/srv/note; echo mine > /srv/note`);
    await apply(machine, entry);
    await machine.sh("rm /srv/note; echo newer > /srv/note");
    const printed = await apply(machine, nothing);
    expect(printed).toMatch(
      /the backup \/srv\/note\.backup\.\d{8}_\d{6} stays where it is: \/srv\/note is a regular file/,
    );
    expect(await machine.sh("cat /srv/note /srv/note.backup.*")).toBe("newer\nmine\n");
  });

  test("are made only once: a second apply finds its own link", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/srv /srv; echo kept > ${store}/srv/note; echo mine > /srv/note`);
    await apply(machine, entry);
    await apply(machine, entry);
    expect((await machine.sh("ls /srv")).split("\n")).toHaveLength(3);
    await apply(machine, nothing);
    expect(await machine.sh("ls /srv; cat /srv/note")).toBe("note\nmine\n");
  });
});

describe("directories that imp created on the way", () => {
  const entries = `
    directories = ["/srv/a/b/data", "/srv/a/c/data"]
    files = ["/srv/x/y/note", { file = "/srv/z/note", method = "bind" }]
  `;

  async function startWithSources(): Promise<Machine & AsyncDisposable> {
    const machine = await startMachine();
    await machine.sh(`
      cd /persist; mkdir store; cd store
      mkdir -p srv/a/b/data srv/a/c/data srv/x/y srv/z; touch srv/x/y/note srv/z/note
    `);
    return machine;
  }

  test("go with the entries that needed them", async () => {
    await using machine = await startWithSources();
    await apply(machine, entries);
    await apply(machine, `directories = ["/srv/a/c/data"]`);
    expect(await machine.sh("find /srv | sort")).toBe("/srv\n/srv/a\n/srv/a/c\n/srv/a/c/data\n");
    await apply(machine, nothing);
    expect(existsSync(machine.outside("/srv"))).toBe(false);
  });

  test("stay if somebody put something into them", async () => {
    await using machine = await startWithSources();
    await apply(machine, entries);
    await machine.sh("echo mine > /srv/a/b/mine; mkdir /srv/x/mine");
    await apply(machine, nothing);
    expect(await machine.sh("find /srv | sort; cat /srv/a/b/mine")).toBe(
      "/srv\n/srv/a\n/srv/a/b\n/srv/a/b/mine\n/srv/x\n/srv/x/mine\nmine\n",
    );
  });

  test("stay if they were there before", async () => {
    await using machine = await startWithSources();
    await machine.sh("mkdir -p /srv/a/b /srv/x");
    await apply(machine, entries);
    await apply(machine, nothing);
    expect(await machine.sh("find /srv | sort")).toBe("/srv\n/srv/a\n/srv/a/b\n/srv/x\n");
  });

  test("are not made with create_parents = false: the missing parent is a conflict", async () => {
    await using machine = await startWithSources();
    await machine.sh("mkdir -p /srv/z");
    await configure(machine, entries, "create_parents = false");
    const { exitCode, stderr } = await machine.imp("apply");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("the parent directory of /srv/a/b/data does not exist: /srv/a/b");
    expect(stderr).toContain("the parent directory of /srv/x/y/note does not exist: /srv/x/y");
    expect(stderr).not.toContain("parent directory of /srv/z/note");
    expect(await machine.sh("find /srv")).toBe("/srv\n/srv/z\n");
  });
});

test("what stands on the way to a target and is no directory is a conflict that names it", async () => {
  await using machine = await startMachine();
  await machine.sh(`mkdir -p ${store}/srv/file/data /srv; echo mine > /srv/file`);
  await refuses(
    machine,
    `directories = ["/srv/file/data"]`,
    "/srv/file/data can't exist: /srv/file is not a directory",
  );
});

describe("nested entries", () => {
  test("of several roots: parents are mounted first and unmounted last, and nothing is left in the stores", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      mkdir -p ${store}/srv/a/b /persist/two/srv/a/b
      echo outer > ${store}/srv/a/outer; echo inner > /persist/two/srv/a/b/inner; echo note > /persist/two/srv/a/note
    `);
    const stored = await machine.sh("find /persist -not -path '*/imp*' | sort");
    await apply(
      machine,
      `directories = ["/srv/a"]\n${table("two", 'directories = ["/srv/a/b"]\nfiles = ["/srv/a/note"]')}`,
    );
    expect(await machine.sh("cat /srv/a/outer /srv/a/b/inner /srv/a/note")).toBe("outer\ninner\nnote\n");
    expect((await machine.imp("verify")).exitCode).toBe(0);
    await apply(machine, nothing);
    expect(await machine.sh("find /persist -not -path '*/imp*' | sort")).toBe(stored);
    expect(existsSync(machine.outside("/srv"))).toBe(false);
  });

  test("of one root: the inner one has its own options, owner and mode", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/srv/a/b; echo kept > ${store}/srv/a/b/file`);
    await apply(
      machine,
      `directories = ["/srv/a", { directory = "/srv/a/b", mode = "0700", options = ["ro"] }]`,
    );
    expect(await machine.sh("cat /srv/a/b/file; stat -c %a /srv/a/b; touch /srv/a/new")).toBe("kept\n700\n");
    expect((await mountAt(machine, "/srv/a/b")).options).toContain("ro");
    expect((await machine.imp("verify")).exitCode).toBe(0);
    await apply(machine, nothing);
    expect(existsSync(machine.outside("/srv"))).toBe(false);
  });
});

test("any name works: blanks, quotes, backslashes, line breaks and letters of all kinds", async () => {
  await using machine = await startMachine();
  const name = " a\tb\n'c' \"d\" \\040 ünï→ ";
  await Bun.write(machine.outside(`${store}/srv/${name}/file`), "kept\n");
  await Bun.write(machine.outside(`${store}/srv/link${name}`), "kept\n");
  await Bun.write(machine.outside(`${store}/srv/bound${name}`), "kept\n");
  const path = (prefix: string) => JSON.stringify(`/srv/${prefix}${name}`);
  await apply(
    machine,
    `directories = [${path("")}]\nfiles = [${path("link")}, { file = ${path("bound")}, method = "bind" }]`,
  );
  expect(readFileSync(machine.outside(`/srv/${name}/file`), "utf8")).toBe("kept\n");
  expect(readFileSync(machine.outside(`/srv/bound${name}`), "utf8")).toBe("kept\n");
  expect(readlinkSync(machine.outside(`/srv/link${name}`))).toBe(`${store}/srv/link${name}`);
  expect((await machine.imp("verify")).exitCode).toBe(0);
  await apply(machine, nothing);
  expect(existsSync(machine.outside("/srv"))).toBe(false);
});

/** Entries of another persistence root than the usual one. */
function table(name: string, entries: string): string {
  return `[persistence."/persist/${name}"]\n${entries}`;
}

/** Applies what has to be refused for the reason given, with nothing changed. Returns all that was said. */
async function refuses(machine: Machine, entries: string, reason: string): Promise<string> {
  await configure(machine, entries);
  const before = await snapshot(machine);
  const { exitCode, stdout, stderr } = await machine.imp("apply");
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain(`error: ${reason}`);
  expect(await snapshot(machine)).toBe(before);
  return stderr;
}

/**
 * Applies entries that back up what stands at `target`, and then takes them away again. `look` prints the
 * content of the source in between. The very object that stood there has to come back, and nothing else may be left beside it.
 */
async function backUpAndPutBack(
  machine: Machine,
  target: string,
  entries: string,
  look: string,
): Promise<void> {
  const { ino } = lstatSync(machine.outside(target));
  const folder = machine.outside(dirname(target));
  const names = readdirSync(folder).sort();
  await apply(machine, entries);
  expect(await machine.sh(look)).toBe("kept\n");
  const added = readdirSync(folder).filter((name) => !names.includes(name));
  expect(added).toEqual([
    expect.stringMatching(new RegExp(`^${basename(target)}\\.backup\\.\\d{8}_\\d{6}$`)),
  ]);
  expect(lstatSync(`${folder}/${added[0]}`).ino).toBe(ino);
  expect((await machine.imp("verify")).exitCode).toBe(0);

  await apply(machine, nothing);
  expect(readdirSync(folder).sort()).toEqual(names);
  expect(lstatSync(machine.outside(target)).ino).toBe(ino);
  expect(await mountPointsIn(machine, target)).toEqual([]);
}

/**
 * Switches between generations 1 and 2, last to 1, while `look` is called in a tight loop: it says what is wrong, or
 * throws. To look at a mount is to use it for an instant, which may make it busy: that command is given once more.
 */
async function switchUnderObservation(machine: Machine, look: () => string | null): Promise<void> {
  const problems = new Set<string>();
  for (const number of [1, 2, 1, 2, 1]) {
    for (let attempt = 1; ; attempt += 1) {
      let isRunning = true;
      const command = machine.imp("switch", String(number)).finally(() => {
        isRunning = false;
      });
      while (isRunning) {
        for (let count = 0; count < 100; count += 1) {
          const problem = attemptToLook(look);
          if (problem !== null) problems.add(problem);
        }
        await setImmediate();
      }
      const { exitCode, stderr } = await command;
      // Whether it went through or not: what is there is what is on record.
      expect((await machine.imp("verify")).stdout).toEndWith("1 entry verified\n");
      if (exitCode === 0) break;
      expect(stderr).toContain("busy");
      expect(attempt).toBeLessThan(20);
    }
  }
  expect([...problems]).toEqual([]);
}

function attemptToLook(look: () => string | null): string | null {
  try {
    return look();
  } catch (error) {
    return String(error);
  }
}

/** `YYYYMMDD_HHMMSS` in UTC. */
function stamp(time: number): string {
  const digits = new Date(time).toISOString().replaceAll(/[-:T]/g, "");
  return `${digits.slice(0, 8)}_${digits.slice(8, 14)}`;
}
