import { expect, setDefaultTimeout } from "bun:test";
import { release } from "node:os";
import { runBeneathMounts } from "./machine/beneath-mounts.ts";
import { processIn } from "./machine/busy-process.ts";
import { configure, state, store } from "./machine/configure.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { mountId, mountTable } from "./machine/mount-table.ts";
import { describe, test } from "./machine/on-machine.ts";
import { snapshot } from "./machine/snapshot.ts";
import { lacks, need } from "./requirement.ts";

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(30_000);

/** tmpfs knows immutable objects since Linux 6.6; only root may make some. */
const canBeImmutable =
  isRoot && Bun.which("chattr") !== null && Bun.semver.satisfies(release().split("-")[0] ?? "", ">=6.6.0");

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index).padStart(2, "0"));

/** Quoted and separated, as in an array of TOML. */
const list = (items: readonly string[]) => items.join(",\n  ");

const directory = (name: string) => `"/var/lib/svc${name}"`;
const withBackup = (name: string) => `{ directory = "/var/lib/svc${name}", backup = true }`;
const file = (name: string) => `"/etc/app/file${name}"`;
const fileWithBackup = (name: string) => `{ file = "/etc/app/file${name}", backup = true }`;
const bound = (name: string) => `{ file = "/etc/bound/file${name}", method = "bind", backup = true }`;

/** What stands at the targets: see the entries below, which speak of the same numbers. */
const populate = `
  for root in system apps home; do
    mkdir -p /persist/$root/var/lib /persist/$root/etc/app /persist/$root/etc/bound
  done
  mkdir -p /persist/store /var/lib /etc/app /etc/bound /home/user /srv
  cd /persist
  for number in $(seq -w 20); do
    for root in system apps; do
      mkdir $root/var/lib/svc$number; echo "$root $number" > $root/var/lib/svc$number/data
      chmod 0640 $root/var/lib/svc$number/data
    done
    echo "source of file $number" > system/etc/app/file$number
  done
  for number in $(seq -w 10); do echo "source of bound $number" > system/etc/bound/file$number; done

  # 01 to 05 are missing, 06 to 10 empty, the others hold something.
  for number in 06 07 08 09 10; do mkdir -m 0700 /var/lib/svc$number; done
  for number in 11 12 13 14 15 16 17 18 19 20; do
    mkdir -p /var/lib/svc$number/deep; echo "in the way $number" > /var/lib/svc$number/deep/mine
    ln -s deep/mine /var/lib/svc$number/link; mkfifo -m 0600 /var/lib/svc$number/pipe
  done
  # 01 to 05 are missing, 06 to 10 have the bytes of the source, the others stand in the way.
  cd /persist/system/etc/app; cp file06 file07 file08 file09 file10 /etc/app
  chmod 0600 /etc/app/file07; touch -d '2001-02-03 04:05:06.789' /etc/app/file0* /etc/app/file10
  for number in 11 12 13 14 15; do echo "in the way $number" > /etc/app/file$number; done
  for number in 16 17; do ln -s "../nowhere$number" /etc/app/file$number; done
  for number in 18 19 20; do mkdir /etc/app/file$number; echo "in the way $number" > /etc/app/file$number/mine; done
  # 01 to 04 are missing, 05 to 07 have the bytes of the source, the others stand in the way.
  cd /persist/system/etc/bound; cp file05 file06 file07 /etc/bound
  for number in 08 09 10; do echo "in the way $number" > /etc/bound/file$number; done

  cd /persist
  mkdir -p system/srv/outer/only apps/srv/outer/inner/only home/srv/outer/inner/deep/only system/home/user/.config/app
  echo outer > system/srv/outer/note; echo inner > apps/srv/outer/inner/note; echo deep > home/srv/outer/inner/deep/note
  echo link > home/srv/outer/linked; echo bound > home/srv/outer/inner/bound
  mkdir -p /srv/outer/inner; echo 'under the outer' > /srv/outer/inner/hidden
  mkdir -p home/home/user
  for name in .bashrc .gitconfig .inputrc .netrc .profile .vimrc; do echo $name > home/home/user/$name; done
`;

/** 36 entries. */
const first = `
directories = [
  ${list([...numbers(1, 12).map(directory), ...numbers(16, 18).map(withBackup)])},
  "/srv/outer",
]
files = [
  ${list([...numbers(1, 8).map(file), ...numbers(11, 18).map(fileWithBackup), ...numbers(1, 4).map(bound)])},
]
`;

/** 60 entries; half of those above stay as they are, four get another source. */
const second = `
directories = [
  ${list([...numbers(5, 15).map(directory), ...numbers(16, 20).map(withBackup)])},
  "/srv/outer",
  { directory = "/home/user/.config/app", options = ["nosuid", "nodev"] },
]
files = [
  ${list([...numbers(3, 10).map(file), ...numbers(11, 20).map(fileWithBackup), ...numbers(1, 10).map(bound)])},
]

[persistence."/persist/apps"]
directories = [
  ${list(numbers(1, 4).map(directory))},
  "/srv/outer/inner",
]

[persistence."/persist/home"]
directories = ["/srv/outer/inner/deep"]
files = [
  { file = "/srv/outer/inner/bound", method = "bind" },
  "/srv/outer/linked",
  ${list([".bashrc", ".gitconfig", ".inputrc", ".netrc", ".profile", ".vimrc"].map((name) => `"/home/user/${name}"`))},
]
`;

const system = (entries: string) => `[persistence."/persist/system"]${entries}`;

/** Each object in the persistence roots, and on the root filesystem below the mounts, by its path. */
async function userData(machine: Machine): Promise<Map<string, string>> {
  const printed = await runBeneathMounts(
    machine,
    String.raw`
      cd /sys
      set -- etc/app etc/bound var/lib srv home /persist/system /persist/apps /persist/home
      find "$@" -xdev -type f -printf "%p\t%y %m %U:%G inode %i %T@\0" -o -type l -printf "%p\t%y %U:%G to %l\0" -o \
        -printf "%p\t%y %m %U:%G\0"
      find "$@" -xdev -type f -exec sha256sum --zero {} +
    `,
  );
  const data = new Map<string, string>();
  for (const line of printed.split("\0").filter((part) => part !== "")) {
    const [, sum, summed = ""] = /^([0-9a-f]{64}) [ *](.*)$/s.exec(line) ?? [];
    const [path = "", description = ""] = line.split("\t");
    if (sum === undefined) data.set(path, description);
    else data.set(summed, `${data.get(summed)} sha256 ${sum}`);
  }
  return data;
}

/** Files that a link with the same bytes takes the place of. */
const replaced = numbers(6, 10).map((number) => `etc/app/file${number}`);

/** Throws unless everything of the user's is reachable: at its place, under a mount, as a backup, or through a link. */
async function expectKept(machine: Machine, before: ReadonlyMap<string, string>): Promise<void> {
  const now = await userData(machine);
  const backups = new Map(
    [...now].flatMap(([path, description]) => {
      const original = path.replaceAll(/\.backup\.\d{8}_\d{6}(?=\/|$)/g, "");
      return original === path ? [] : [[original, description]];
    }),
  );
  const lost = [...before].filter(
    ([path, description]) => now.get(path) !== description && backups.get(path) !== description,
  );
  const unexpected = lost.filter(([path]) => !replaced.includes(path));
  expect(unexpected).toEqual([]);
  if (lost.length > 0) {
    const sums = await machine.sh(`cd /; sha256sum ${lost.map(([path]) => path).join(" ")}`);
    for (const [path, description] of lost) expect(sums).toContain(`${description.slice(-64)}  ${path}\n`);
  }
}

/** A copy that came back in the place of a link has the source's time, and all else as before. */
function withCopiesAsOriginals(data: ReadonlyMap<string, string>): (readonly [string, string])[] {
  const lines = [...data].map(([path, description]): readonly [string, string] =>
    replaced.includes(path) ? [path, description.replace(/inode \S+ \S+/, "")] : [path, description],
  );
  return lines.sort(([left], [right]) => (left < right ? -1 : 1));
}

describe("a journey over a machine that is in use", () => {
  test("with 60 entries there, back and forth, and away again loses nothing of anyone's", async () => {
    await using machine = await startMachine();
    await machine.sh(populate);
    const before = await userData(machine);
    const step = async (...words: string[]) => {
      await machine.impOk(...words);
      expect(await machine.impOk("verify")).toEndWith("verified\n");
      await expectKept(machine, before);
    };

    await configure(machine, system(first));
    await step("apply");
    await configure(machine, system(second));
    await step("apply");
    expect(await machine.impOk("verify")).toContain("60 entries verified");
    const whole = await userData(machine);
    await step("switch", "1");
    await step("switch", "2");
    await step("rollback");
    await step("rollback");
    await step("apply");
    await step("switch", "1");
    await step("delete", "2", "--force");
    await step("switch", "3");
    expect([...(await userData(machine)).keys()].length).toBe(whole.size);
    await configure(machine, "");
    await step("apply");

    // Nothing is left of imp, and nothing of the user's is missing.
    expect(withCopiesAsOriginals(await userData(machine))).toEqual(withCopiesAsOriginals(before));
    expect((await mountTable(machine)).filter(({ path }) => /^\/(var|etc|srv|home)/.test(path))).toEqual([]);
  });

  test("keeps every mount whose entry stays the same, and whoever works in it notices nothing", async () => {
    await using machine = await startMachine();
    await machine.sh(populate);
    await configure(machine, system(first));
    await machine.impOk("apply");
    const same = [
      "/srv/outer",
      ...numbers(5, 12).map((number) => `/var/lib/svc${number}`),
      "/etc/bound/file01",
    ];
    const ids = async () => Promise.all(same.map((path) => mountId(machine, path)));
    const before = await ids();
    await using program = await processIn(machine, "/var/lib/svc05");
    await configure(machine, system(second));
    await machine.impOk("apply");
    expect(await ids()).toEqual(before);
    for (const words of [["switch", "1"], ["switch", "2"], ["rollback"], ["restore"]]) {
      await machine.impOk(...words);
      expect(await ids()).toEqual(before);
    }
    expect(program.isAlive()).toBe(true);
  });
});

describe("an apply that cannot finish", () => {
  /** The first generation above is in place; the second one comes with one entry more, which is the last in turn. */
  async function startBefore(last: string): Promise<Machine & AsyncDisposable> {
    const machine = await startMachine();
    await machine.sh(
      `${populate}\nmkdir -p /persist/store/zzz/sub/data /zzz; echo note > /persist/store/zzz/note`,
    );
    await configure(machine, system(first));
    await machine.impOk("apply");
    await configure(machine, `${last}\n${system(second)}`);
    return machine;
  }

  /** Fails at a step that at least 39 others come before, and leaves everything as it was. */
  async function failsLate(machine: Machine, path: string, message: string): Promise<void> {
    const dryRun: { steps: readonly { path: string }[] } = JSON.parse(
      await machine.impOk("apply", "--dry-run", "--json"),
    );
    expect(dryRun.steps.findIndex((step) => step.path === path)).toBeGreaterThanOrEqual(39);
    const verified = await machine.impOk("verify");
    const before = await snapshot(machine);
    const { exitCode, stdout, stderr } = await machine.imp("apply");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(message);
    expect(await snapshot(machine)).toBe(before);
    expect(await machine.impOk("verify")).toBe(verified);
  }

  test("because a directory is read-only is refused before the first step", async () => {
    await using machine = await startBefore(`directories = ["/zzz/sub/data"]`);
    await machine.sh("mount -t tmpfs -o ro,size=64k zzz /zzz");
    const before = await snapshot(machine);
    const { exitCode, stderr } = await machine.imp("apply");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("/zzz/sub can't be made or changed: it lies on a mount that is read-only");
    expect(await snapshot(machine)).toBe(before);
  });

  test("because a filesystem is full leaves everything as it was", async () => {
    await using machine = await startBefore(`files = ["/zzz/note"]`);
    await machine.sh("mount -t tmpfs -o nr_inodes=1 zzz /zzz");
    await failsLate(machine, "/zzz/note", "Failed to create symlink at /zzz/note: No space left on device");
  });

  test.skipIf(lacks(need(canBeImmutable, "immutable directories on tmpfs: root, chattr and Linux 6.6")))(
    "because a directory is immutable leaves everything as it was",
    async () => {
      await using machine = await startBefore(`files = ["/zzz/note"]`);
      await machine.sh("chattr +i /zzz");
      await failsLate(machine, "/zzz/note", "Failed to create symlink at /zzz/note: Operation not permitted");
    },
  );

  test("because a mount that has to go is in use leaves everything as it was, and names the program", async () => {
    await using machine = await startMachine();
    await machine.sh(`${populate}\nmkdir -p /persist/store/aaa; echo kept > /persist/store/aaa/file`);
    await configure(machine, `directories = ["/aaa"]\n${system(second)}`);
    await machine.impOk("apply");
    const id = await mountId(machine, "/aaa");
    await configure(machine, "");
    await using program = await processIn(machine, "/aaa");
    await failsLate(machine, "/aaa", `sleep[${program.pid}] holds /aaa`);
    expect(await mountId(machine, "/aaa")).toBe(id);
    expect(program.isAlive()).toBe(true);
  });

  test("because the new generation cannot be recorded leaves everything as it was, and able to go later", async () => {
    await using machine = await startMachine();
    await machine.sh(populate);
    const before = await userData(machine);
    await configure(machine, system(second));
    await machine.impOk("apply");
    await configure(machine, "");
    await machine.sh(`
      cd ${state}/generations; mount --bind . .; mount -o remount,bind,ro ${state}/generations
    `);
    await failsLate(
      machine,
      "/etc/bound/file01",
      "cannot write /persist/imp/generations/2.json: Read-only file system",
    );
    await machine.sh(`umount ${state}/generations`);
    await machine.impOk("apply");
    expect(withCopiesAsOriginals(await userData(machine))).toEqual(withCopiesAsOriginals(before));
  });
});

describe.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s in the middle of an apply of 2,000 entries", (signal, exitCode) => {
  test(`leaves everything as it was, with exit code ${exitCode}`, async () => {
    await using machine = await startMachine();
    await machine.sh(`
      mkdir -p ${store}/srv/many /srv
      cd ${store}/srv/many; seq -f 'directory%04g' 1000 | xargs mkdir; seq -f 'file%04g' 1000 | xargs touch
    `);
    const names = (prefix: string) =>
      Array.from(
        { length: 1000 },
        (_, index) => `"/srv/many/${prefix}${String(index + 1).padStart(4, "0")}"`,
      );
    await configure(machine, `directories = ["/srv/many/directory0001"]\nfiles = ["/srv/many/file0001"]`);
    await machine.impOk("apply");
    await configure(machine, `directories = [${names("directory")}]\nfiles = [${names("file")}]`);
    const before = await snapshot(machine);

    const mounted = async () => (await machine.mountInfo()).split("/srv/many/").length;
    const few = await mounted();
    const command = machine.start(["/imp/imp", "apply"]);
    while ((await mounted()) < few + 100 && command.exitCode === null) await Bun.sleep(1);
    command.kill(signal);
    expect(await command.exited).toBe(exitCode);
    expect(await new Response(command.stderr).text()).toContain(`stopped by ${signal}; nothing changed`);
    expect(await new Response(command.stdout).text()).toBe("");
    expect(await snapshot(machine)).toBe(before);

    await machine.impOk("apply");
    expect(await machine.impOk("verify")).toContain("2000 entries verified");
  });
});
