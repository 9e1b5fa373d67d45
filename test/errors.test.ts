import { expect } from "bun:test";
import { existsSync } from "node:fs";
import { apply, configure, state, store } from "./machine/configure.ts";
import { isRoot, type Machine, type Result, type RunOptions, startMachine } from "./machine/machine.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "./machine/on-machine.ts";
import { snapshot } from "./machine/snapshot.ts";
import { lacks, need } from "./requirement.ts";

const config = "/etc/imp/imp.toml";

/** Tests that need a second user. */
const isSkipped = lacks(need(isRoot, "root: a user namespace of an ordinary user has one user only"));

const asUser: RunOptions = { user: 1000, cwd: "/home/user", environment: { HOME: "/home/user" } };

const entries = `directories = ["/srv/data"]
files = ["/srv/note", { file = "/srv/bound", method = "bind" }]`;

let machine: Machine & AsyncDisposable;

/** Starts a machine that has one entry of each kind in place, as generation 1, so that there is something to break. */
async function start(): Promise<void> {
  machine = await startMachine();
  await machine.sh(`
    mkdir -p ${store}/srv/data /home/user
    echo kept > ${store}/srv/data/file; echo kept > ${store}/srv/note; echo kept > ${store}/srv/bound
    ${isRoot ? "chown user:user /home/user" : ""}
  `);
  await apply(machine, entries);
}

const stop = () => machine[Symbol.asyncDispose]();

/** For tests that change something in the machine. */
function aMachineForEachTest(): void {
  beforeEach(start);
  afterEach(stop);
}

/** For tests that change nothing in the machine but its configuration. */
function oneMachineForAllTests(): void {
  beforeAll(start);
  beforeEach(() => configure(machine, entries));
  afterAll(stop);
}

/** Runs imp, which has to fail with that code, print nothing as a result, and change nothing. Returns the problems. */
async function fails(exitCode: number, words: readonly string[], options: RunOptions = {}): Promise<string> {
  const before = await snapshot(machine);
  const result = await machine.run(["/imp/imp", ...words], options);
  expect({ ...result, stderr: "" }).toEqual({ exitCode, stdout: "", stderr: "" });
  expect(await snapshot(machine)).toBe(before);
  return result.stderr;
}

/** As {@link fails}, with the exit code for wrong usage or configuration. */
const isWrong = (words: readonly string[], options?: RunOptions) => fails(2, words, options);

/** As {@link fails}, with the exit code for what failed or was refused. */
const isRefused = (words: readonly string[], options?: RunOptions) => fails(1, words, options);

describe("a wrong configuration", () => {
  oneMachineForAllTests();

  /** Each line of the file, what is marked in it, and what is said of that. */
  const lines: readonly (string | readonly [line: string, marked: string, message: string])[] = [
    [
      `state_dir = "persist/imp"`,
      `"persist/imp"`,
      "the state directory `persist/imp` is not an absolute path",
    ],
    ["backups = true", "backups", "unknown key `backups`"],
    [`create_parents = "yes"`, `"yes"`, '`create_parents` must be true or false, not the text "yes"'],
    `[persistence."${store}"]`,
    ["hidemounts = true", "hidemounts", "unknown key `hidemounts`"],
    "directories = [",
    `  "/srv/data",`,
    [`  "srv/relative",`, `"srv/relative"`, "`srv/relative` is not an absolute path"],
    [`  "",`, `""`, "the path is empty"],
    [`  "/",`, `"/"`, "`/` cannot be a target"],
    [`  "/proc",`, `"/proc"`, "/proc cannot be a target: /proc belongs to the kernel"],
    [
      `  "/sys/fs/cgroup",`,
      `"/sys/fs/cgroup"`,
      "/sys/fs/cgroup cannot be a target: /sys belongs to the kernel",
    ],
    [`  "/dev/shm/",`, `"/dev/shm/"`, "/dev/shm cannot be a target: /dev belongs to the kernel"],
    [`  "/srv/../etc",`, `"/srv/../etc"`, "`/srv/../etc` contains `..` as a name"],
    [`  "/srv/./x",`, `"/srv/./x"`, "`/srv/./x` contains `.` as a name"],
    [`  "~/.ssh",`, `"~/.ssh"`, "`~/.ssh` begins with `~`"],
    [`  "/srv/nul\\u0000",`, `"/srv/nul\\u0000"`, "`/srv/nul\\x00` contains a NUL character"],
    ["  42,", "42", "an entry of `directories` must be a path or a table, not the number 42"],
    [
      `  { directory = "/srv/u", user = "stranger" },`,
      `"stranger"`,
      "there is no user `stranger` on this system",
    ],
    [
      `  { directory = "/srv/g", group = "strangers" },`,
      `"strangers"`,
      "there is no group `strangers` on this system",
    ],
    [
      `  { directory = "/srv/m", mode = "0999" },`,
      `"0999"`,
      "`0999` is not a mode: a number is one to four octal digits",
    ],
    [
      `  { directory = "/srv/o", options = ["readonly"] },`,
      `"readonly"`,
      "an entry of `options` must be one of ",
    ],
    [`  { user = "root" },`, `{ user = "root" }`, "the entry has no `directory`"],
    [`  "/persist",`, `"/persist"`, `the target /persist contains its own persistence root ${store}`],
    "]",
    "files = [",
    [`  "/srv/data",`, `"/srv/data"`, `the target /srv/data is given twice, first at ${config}:7:3`],
    [
      `  "/srv/note/below",`,
      `"/srv/note/below"`,
      `the target /srv/note/below lies below /srv/note, which is a file at ${config}:29:3`,
    ],
    `  "/srv/note",`,
    [
      `  { file = "/srv/f", method = "copy" },`,
      `"copy"`,
      "`method` must be one of symlink, bind, not the text ",
    ],
    [
      `  { file = "/srv/l", options = ["ro"] },`,
      "options",
      "/srv/l appears as a symlink, which cannot have mount options",
    ],
    "]",
    [`[persistence."relative"]`, `"relative"`, "the persistence root `relative` is not an absolute path"],
    [`files = "/srv/text"`, `"/srv/text"`, '`files` must be an array, not the text "/srv/text"'],
  ];

  test("is told of all at once: each problem with its place, its line, and a mark below what is wrong", async () => {
    await machine.write(
      config,
      `${lines.map((line) => (typeof line === "string" ? line : line[0])).join("\n")}\n`,
    );
    const stderr = await isWrong(["apply"]);
    const expected = lines.flatMap((line, index) => {
      if (typeof line === "string") return [];
      const [text, marked, message] = line;
      return [{ number: index + 1, text, marked, message }];
    });
    const shown = stderr.split("\n\n");
    expect(shown).toHaveLength(expected.length);
    expected.forEach(({ number, text, marked, message }, index) => {
      const column = text.indexOf(marked);
      const [said, arrow, , excerpt, mark, help] = shown[index]?.split("\n") ?? [];
      expect(said).toStartWith(`error: ${message}`);
      expect(arrow).toBe(`  --> ${config}:${number}:${column + 1}`);
      expect(excerpt).toBe(`${String(number).padStart(2)} | ${text}`);
      expect(mark).toBe(`   | ${" ".repeat(column)}${"^".repeat(marked.length)}`);
      expect(help).toMatch(/^ {2}help: \S/);
    });
  });

  test("that is not TOML is told of with the place, too", async () => {
    await machine.write(
      config,
      `backup = yes\n[persistence."${store}"]\ndirectories = ["/srv/data"]\nfiles == 1\n`,
    );
    const stderr = await isWrong(["apply"]);
    expect(stderr).toContain(`error: not valid TOML:`);
    expect(stderr).toContain(`  --> ${config}:1:10\n   |\n 1 | backup = yes\n   |          ^^^\n`);
    expect(stderr).toContain(`  --> ${config}:4:8\n   |\n 4 | files == 1\n   |        ^\n`);
  });

  test("that is no text at all is told of without its bytes on the terminal", async () => {
    await machine.sh(`printf 'a = "\\033[31m\\377"\\n' > ${config}`);
    const stderr = await isWrong(["apply"]);
    expect(stderr).toContain("error: the text is not valid UTF-8");
    expect(stderr).not.toContain("\u001b");
  });

  test("whose target holds the state is refused, wherever the state was named", async () => {
    await configure(machine, `directories = ["/srv/state"]`);
    const words = "the target /srv/state contains the state directory /srv/state/imp";
    expect(await isWrong(["apply", "--state-dir", "/srv/state/imp"])).toContain(
      `error: ${words}\n  --> ${config}:4:16\n`,
    );
  });

  test("does not keep anyone from what needs no more than the state", async () => {
    await configure(machine, `directories = ["relative"]`);
    expect(await machine.impOk("list")).toContain("1 - ");
    expect(await machine.impOk("verify")).toContain("3 entries verified");
    expect(await machine.impOk("restore")).toContain("Generation 1 is active: 3 unchanged");
    await configure(machine, entries);
  });

  test("makes no state directory where there was none", async () => {
    await machine.write("/tmp/wrong.toml", `state_dir = "/persist/other"\nbackups = true\n`);
    await isWrong(["apply", "--config", "/tmp/wrong.toml"]);
    expect(existsSync(machine.outside("/persist/other"))).toBe(false);
  });

  test.skipIf(isSkipped)(
    "that others could have written is refused, with the command that puts it right",
    async () => {
      await machine.sh(`chmod 0666 ${config}`);
      expect(await isWrong(["apply"])).toContain(`error: ${config} cannot be trusted: everyone can write it`);
      await machine.sh(`chmod 0644 ${config}; chown user ${config}`);
      expect(await isWrong(["apply"])).toContain(`\`chown root ${config}\``);
      // The caller of sudo may write what root is to read.
      const sudo = { environment: { SUDO_UID: "1000" } };
      expect((await machine.run(["/imp/imp", "apply", "--dry-run"], sudo)).exitCode).toBe(0);
      await machine.sh(`chown root ${config}`);
    },
  );
});

describe("no configuration", () => {
  oneMachineForAllTests();

  const nowhere = { cwd: "/srv" };

  test("is told of with both places and how to begin", async () => {
    await machine.sh(`rm ${config}`);
    const stderr = await isWrong(["apply"], nowhere);
    expect(stderr).toContain(`error: there is no configuration: neither /srv/imp.toml nor ${config} exists`);
    expect(stderr).toContain(`[persistence."/mnt/persist"]`);
  });

  test("where --config or $IMP_CONFIG points is told of, even if another one is there", async () => {
    expect(await isWrong(["apply", "--config", "gone.toml"], nowhere)).toContain(
      "error: there is no configuration /srv/gone.toml, which --config names",
    );
    expect(await isWrong(["list"], { environment: { IMP_CONFIG: "/gone.toml" } })).toContain(
      "error: there is no configuration /gone.toml, which $IMP_CONFIG names",
    );
  });

  test("of all places counts: --config before $IMP_CONFIG before ./imp.toml before /etc/imp/imp.toml", async () => {
    const broken = (name: string) => machine.write(`/opt/${name}.toml`, `${name} = 1\n`);
    await Promise.all([broken("option"), broken("variable"), broken("imp")]);
    const here = { cwd: "/opt" };
    const there = { cwd: "/opt", environment: { IMP_CONFIG: "variable.toml" } };
    expect(await isWrong(["apply", "-c", "option.toml"], there)).toContain("--> /opt/option.toml:1:1");
    expect(await isWrong(["apply"], there)).toContain("--> /opt/variable.toml:1:1");
    expect(await isWrong(["apply"], here)).toContain("--> /opt/imp.toml:1:1");
    await machine.sh("rm /opt/*.toml");
  });
});

describe("a wrong command line", () => {
  oneMachineForAllTests();

  test.each([
    ["frobnicate", "there is no command `frobnicate`", "`imp help` lists the commands"],
    ["aply", "there is no command `aply`", "did you mean `imp apply`?"],
    ["help aply", "there is no command `aply`", "did you mean `imp apply`?"],
    ["--quiet", "no command was given", "`imp help` lists the commands"],
    ["apply --dryrun", "`imp apply` has no option --dryrun", "did you mean `--dry-run`?"],
    ["apply --force", "`imp apply` has no option --force", "it belongs to `imp delete`"],
    ["apply --dry-run=yes", "--dry-run takes no value", "write just `--dry-run`"],
    ["apply now", "`imp apply` does not know what to do with `now`", "usage: imp apply [OPTIONS]"],
    ["switch", "`imp switch` needs N", "usage: imp switch [OPTIONS] N"],
    ["switch two", "`two` is not a generation number", "they start at 1"],
    ["show 0", "`0` is not a generation number", "they start at 1"],
    ["switch -1", "`imp switch` has no option -1", "generation numbers start at 1"],
    ["delete 1 x", "`x` is not a generation number", "usage: imp delete [OPTIONS] N…"],
    ["list --config", "--config needs a value", "write `--config FILE`"],
    ["list --wait long", "--wait needs a number of seconds, and `long` is none", "`--wait 10`"],
    ["list --color blue", "--color does not know `blue`", "`--color never`"],
  ])("imp %s is explained, and nothing happens", async (line, message, help) => {
    const stderr = await isWrong(line.split(" "));
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr).toContain("  help: ");
    expect(stderr).toContain(help);
  });

  test("with several mistakes is told of each", async () => {
    const stderr = await isWrong(["switch", "x", "--wait=y", "--nope"]);
    expect(stderr.match(/^error: /gm)).toHaveLength(3);
  });

  test("without a single word shows what there is", async () => {
    expect(await isWrong([])).toStartWith("imp keeps chosen directories and files");
  });
});

describe("without root", () => {
  oneMachineForAllTests();

  test.skipIf(isSkipped).each(["apply", "apply --skip-validation", "switch 1", "restore"])(
    "imp %s is refused with the command to run",
    async (line) => {
      const words = line.split(" ");
      const stderr = await isRefused(words, asUser);
      expect(stderr).toContain(`error: imp ${words[0]} needs root here: only root may mount and unmount`);
      expect(stderr).toContain(`run: sudo imp ${line}\n`);
    },
  );

  test.skipIf(isSkipped)("the command to run can be pasted, whatever words were given", async () => {
    const words = ["apply", "--config", config, "--state-dir", "/persist/imp/../it's $here"];
    const stderr = await isRefused(words, asUser);
    expect(stderr).toContain(
      `run: sudo imp apply --config ${config} --state-dir '/persist/imp/../it'\\''s $here'\n`,
    );
  });

  test.skipIf(isSkipped)(
    "what only looks works: list, show, current, verify, diff and dry runs",
    async () => {
      const before = await snapshot(machine);
      const looking = [
        ["list"],
        ["show", "1"],
        ["current"],
        ["verify"],
        ["diff"],
        ["apply", "--dry-run"],
        ["switch", "1", "--dry-run"],
        ["restore", "--dry-run"],
      ];
      for (const words of looking) {
        const { exitCode, stderr } = await machine.run(["/imp/imp", ...words], asUser);
        expect({ words, exitCode, stderr }).toEqual({ words, exitCode: 0, stderr: "" });
      }
      expect(await snapshot(machine)).toBe(before);
    },
  );

  test.skipIf(isSkipped)("root's generations cannot be deleted", async () => {
    await machine.impOk("apply");
    const stderr = await isRefused(["delete", "1", "--force"], asUser);
    expect(stderr).toContain(`error: cannot lock ${state}/lock: Permission denied`);
  });

  test.skipIf(isSkipped)("what one may not look at is unknown, neither good nor bad", async () => {
    await machine.sh("chmod 0700 /srv");
    const { exitCode, stdout } = await machine.run(["/imp/imp", "verify"], asUser);
    await machine.sh("chmod 0755 /srv");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("1 unknown");
    expect(stdout).not.toContain("differ");
  });
});

describe("what keeps an apply from beginning", () => {
  aMachineForEachTest();

  test("missing sources are listed, all of them, with the remedies", async () => {
    await configure(
      machine,
      `directories = ["/srv/data", "/srv/one"]\nfiles = ["/srv/two", { file = "/srv/three", method = "bind" }]`,
    );
    const stderr = await isRefused(["apply"]);
    expect(stderr.split("\n").filter((line) => line.startsWith("error: "))).toEqual(
      ["one", "two", "three"].map((name) => `error: source path does not exist: ${store}/srv/${name}`),
    );
    expect(stderr).toContain(`  --> ${config}:4:29\n`);
    expect(stderr).toContain(
      `create it (mkdir -p '${store}/srv/one'), set \`create_sources = true\`, or use --skip-validation`,
    );
  });

  test("a missing persistence root is told of as such: it is probably not mounted", async () => {
    await machine.write(
      config,
      `state_dir = "${state}"\n[persistence."/mnt/gone"]\ndirectories = ["/srv/data"]\n`,
    );
    const stderr = await isRefused(["apply", "--skip-validation"]);
    expect(stderr).toContain("error: the persistence root /mnt/gone does not exist");
    expect(stderr).toContain("mount the filesystem that holds it");
  });

  test("conflicts of a generation are shown in its own text, and in the file only if that still says so", async () => {
    await configure(machine, "# Nothing, and then another line\n# of comments\nfiles = []");
    await machine.impOk("apply");
    await machine.sh("mkdir -p /srv; echo mine > /srv/note");

    const recorded = await isRefused(["switch", "1"]);
    expect(recorded).toContain("error: /srv/note is in the way");
    expect(recorded).toContain(`  --> ${config} as recorded in generation 1, line 5, column 10\n`);
    expect(recorded).toContain(`5 | files = ["/srv/note", {`);

    await configure(machine, entries);
    const same = await isRefused(["rollback"]);
    expect(same).toContain(`  --> ${config}:5:10\n`);
    await machine.sh(`rm ${config}`);
    expect(await isRefused(["rollback", "--state-dir", state])).toContain(
      "as recorded in generation 1, line 5",
    );
  });

  test("conflicts are listed, all of them, each with the place of its entry", async () => {
    await machine.sh(`
      mkdir -p ${store}/opt/dir /opt/dir.d /opt/taken /opt/mounted; mkdir -p ${store}/opt/mounted
      for name in file link taken bound; do echo kept > ${store}/opt/$name; done
      mkdir ${store}/opt/below ${store}/opt/below/dir
      echo mine > /opt/dir; echo mine > /opt/file; ln -s nowhere /opt/link; echo mine > /opt/bound; echo mine > /opt/below
      mount -t tmpfs -o size=1m not-imps /opt/mounted
    `);
    const lines = [
      `directories = [`,
      `  "/opt/dir",`,
      `  "/opt/mounted",`,
      `  "/opt/below/dir",`,
      `]`,
      `files = [`,
      `  "/opt/file",`,
      `  "/opt/link",`,
      `  "/opt/taken",`,
      `  { file = "/opt/bound", method = "bind" },`,
      `  "/opt/gone",`,
      `]`,
    ];
    await configure(machine, lines.join("\n"));
    const stderr = await isRefused(["apply"]);
    const lineOf = (path: string) => 4 + lines.findIndex((line) => line.includes(`"${path}"`));
    for (const [path, message] of [
      ["/opt/dir", "/opt/dir is in the way: a regular file"],
      [
        "/opt/mounted",
        "/opt/mounted is in the way: tmpfs from not-imps is mounted there, and imp did not mount it",
      ],
      ["/opt/below/dir", "/opt/below/dir can't exist: /opt/below is not a directory"],
      ["/opt/file", "/opt/file is in the way: a regular file, and not the same as the source"],
      ["/opt/link", "/opt/link is in the way: a symlink to nowhere"],
      ["/opt/taken", "/opt/taken is in the way: a directory"],
      ["/opt/bound", "/opt/bound is in the way: a regular file, and not the same as the source"],
      ["/opt/gone", `source path does not exist: ${store}/opt/gone`],
    ] as const) {
      expect(stderr).toMatch(
        new RegExp(`error: ${escaped(message)}\n {2}--> ${config}:${lineOf(path)}:\\d+\n`),
      );
    }
    expect(stderr.match(/^error: /gm)).toHaveLength(8);
  });

  test("a dry run lists them too, promises nothing, and fails", async () => {
    await configure(machine, entries.replace("[", '["/srv/gone", '));
    const before = await snapshot(machine);
    const { exitCode, stdout, stderr } = await machine.imp("apply", "--dry-run");
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain("Nothing to do");
    expect(stderr).toContain(`error: source path does not exist: ${store}/srv/gone`);
    expect(await snapshot(machine)).toBe(before);
  });

  test("a target that a symlink leads to the kernel's own directories is refused", async () => {
    await machine.sh(`ln -s /proc /srv/kernel; mkdir -p ${store}/srv/kernel/sys/kernel`);
    await configure(machine, `directories = ["/srv/kernel/sys/kernel"]`);
    expect(await isRefused(["apply"])).toContain("error: /srv/kernel/sys/kernel leads to /proc/sys/kernel");
  });

  test.skipIf(isSkipped)("a symlink on the way that a user could have planted is not followed", async () => {
    await machine.sh(
      `ln -s /etc /home/user/link; mkdir -p ${store}/home/user/link/conf.d; touch ${store}/home/user/link/note`,
    );
    await configure(machine, `directories = ["/home/user/link/conf.d"]\nfiles = ["/home/user/link/note"]`);
    const stderr = await isRefused(["apply"]);
    const words = "leads through the symlink /home/user/link, which user 1000 could change";
    expect(stderr).toContain(`error: unsafe path: /home/user/link/conf.d ${words}`);
    expect(stderr).toContain(`error: unsafe path: /home/user/link/note ${words}`);
  });

  test.skipIf(isSkipped)("a symlink of a user's that leads to what is that user's is followed", async () => {
    await machine.sh(`
      install -d -o user -g user /home/user/real ${store}/home/user/link; touch ${store}/home/user/link/note
      ln -s real /home/user/link; chown -h user /home/user/link
    `);
    await configure(machine, `files = ["/home/user/link/note"]`);
    await machine.impOk("apply");
    expect(await machine.sh("readlink /home/user/real/note")).toBe(`${store}/home/user/link/note\n`);
    await machine.impOk("switch", "1");
  });
});

describe("a state that cannot be used", () => {
  aMachineForEachTest();

  test.skipIf(isSkipped)("because others could have written it is refused", async () => {
    expect(await isRefused(["apply", "--state-dir", "/home/user/state"])).toContain(
      "error: /home/user/state cannot be trusted: /home/user belongs to user (user 1000)",
    );
    await machine.sh("chmod 0777 /persist/imp");
    const stderr = await isRefused(["list"]);
    await machine.sh("chmod 0755 /persist/imp");
    expect(stderr).toContain("error: /persist/imp cannot be trusted: everyone can write it");
    expect(stderr).toContain("`chmod go-w /persist/imp`");
  });

  test.skipIf(isSkipped)("because a user's symlink leads to it is refused", async () => {
    await machine.sh("ln -s /persist /home/user/link; chown -h user /home/user/link");
    const stderr = await isRefused(["list", "--state-dir", "/home/user/link/imp"]);
    expect(stderr).toMatch(/^error: .*unsafe path: .*\/home\/user\/link/);
  });

  test("because it is no directory is told of", async () => {
    await machine.sh("echo mine > /persist/file");
    expect(await isRefused(["list", "--state-dir", "/persist/file"])).toContain(
      "/persist/file is not a directory",
    );
    expect(await isRefused(["apply", "--state-dir", "/persist/file/imp"])).toContain(
      "/persist/file is not a directory",
    );
  });

  test("because its filesystem is read-only keeps an apply from happening, and nothing changed", async () => {
    await machine.sh(
      `echo new > ${store}/srv/new; mount --bind /persist/imp /persist/imp; mount -o remount,bind,ro /persist/imp`,
    );
    await configure(machine, `files = ["/srv/new"]`);
    const stderr = await isRefused(["apply"]);
    expect(stderr).toContain("Read-only file system");
    expect(stderr).toContain("help: the filesystem is read-only: mount it writable");
    expect(existsSync(machine.outside("/srv/new"))).toBe(false);
  });

  test("because its filesystem is read-only still serves what has nothing to write", async () => {
    await machine.sh("mount --bind /persist/imp /persist/imp; mount -o remount,bind,ro /persist/imp");
    expect(await machine.impOk("list")).toContain("(active)");
    expect(await machine.impOk("verify")).toContain("3 entries verified");
    expect(await machine.impOk("restore")).toContain("3 unchanged");
  });

  test("because its filesystem is full keeps an apply from happening, and nothing changed", async () => {
    await machine.sh(`
      echo new > ${store}/srv/new; mkdir /persist/small; mount -t tmpfs -o size=64k small /persist/small
      cp -a /persist/imp /persist/small/; head -c 1m /dev/zero > /persist/small/fill 2>/dev/null || true
    `);
    await configure(machine, `directories = ["/srv/data"]\nfiles = ["/srv/new"]`);
    const words = ["apply", "--state-dir", "/persist/small/imp"];
    const small = await machine.sh("cd /persist/small/imp; find . -type f ! -name lock -exec sha256sum {} +");
    const stderr = await isRefused(words);
    expect(stderr).toContain("No space left on device");
    expect(stderr).toContain("help: the filesystem is full: make room, then try again");
    expect(await machine.sh("cd /persist/small/imp; find . -type f ! -name lock -exec sha256sum {} +")).toBe(
      small,
    );
    expect(await machine.sh("find /persist/small/imp -name '*.tmp'")).toBe("");
  });

  const index = `${state}/generations.json`;

  test.each([
    [
      "is cut off",
      `head -c 40 ${index} > /tmp/cut; cat /tmp/cut > ${index}`,
      "is damaged: it ends too early",
    ],
    ["is no JSON", `echo 'active: 1' > ${index}`, "is damaged: it is not JSON"],
    ["is empty", `: > ${index}`, "is damaged: it is empty"],
    ["lacks something", `echo '{"format": 1, "active": 1}' > ${index}`, "is damaged: "],
    [
      "contradicts itself",
      `sed -i 's/"active": 1/"active": 7/' ${index}`,
      "is damaged: generation 7 is active, but not listed",
    ],
    [
      "is a newer imp's",
      `echo '{"format": 3}' > ${index}`,
      "was written by a newer imp (format 3; this one knows 2)",
    ],
  ])(
    "because its index %s is told of, stays as it is, and leaves what can still be done",
    async (_, damage, message) => {
      await machine.sh(damage);
      const before = await snapshot(machine);
      for (const line of ["apply", "list", "verify", "restore"]) {
        const { exitCode, stdout, stderr } = await machine.imp(...line.split(" "));
        expect({ line, exitCode, stdout }).toEqual({ line, exitCode: 1, stdout: "" });
        expect(stderr).toStartWith(`error: ${index} ${message}`);
        if (!message.includes("newer")) expect(stderr).toContain("`imp show 1 --state-dir /persist/imp`");
      }
      expect(await machine.impOk("show", "1")).toStartWith("Generation 1:\n");
      expect(await snapshot(machine)).toBe(before);
    },
  );

  test("because its index points at a place in it shows the place", async () => {
    await machine.sh(`printf '{\\n  "format": 1,\\n  "active": one\\n}\\n' > ${index}`);
    expect(await isRefused(["list"])).toContain(
      `  --> ${index}:3:13\n   |\n 3 |   "active": one\n   |             ^\n`,
    );
  });

  test("because a generation's file is gone or damaged is told of by what needs it, and by nothing else", async () => {
    const file = `${state}/generations/1.json`;
    await machine.sh(`echo '{"format": 1}' > ${file}`);
    for (const words of [["show", "1"], ["verify"], ["restore"], ["apply"]]) {
      expect(await isRefused(words)).toContain(`error: ${file} is damaged`);
    }
    await machine.sh(`rm ${file}`);
    for (const words of [["show", "1"], ["verify"], ["restore"], ["apply"]]) {
      expect(await isRefused(words)).toContain(`error: generation 1 cannot be read: ${file} is missing`);
    }
    expect(await machine.impOk("list")).toContain("(active)");
    expect(await machine.impOk("current")).toContain("Current generation: 1");
  });
});

describe("numbers of generations that there are not", () => {
  oneMachineForAllTests();

  test.each(["show 9", "switch 9", "diff 9", "delete 9"])(
    "imp %s says so, and lists those that there are",
    async (line) => {
      const stderr = await isRefused(line.split(" "));
      expect(stderr).toBe("error: there is no generation 9\n  help: `imp list` shows them: 1\n");
    },
  );

  test("an empty state is told of as such", async () => {
    const empty = ["--state-dir", "/persist/empty"];
    expect(await machine.impOk("list", ...empty)).toBe("No generations found.\n");
    expect(await machine.impOk("current", ...empty)).toBe("No active generation\n");
    expect(await isRefused(["verify", ...empty])).toStartWith("error: No active generation\n");
    expect(await isRefused(["show", "1", ...empty])).toContain("`imp apply` makes the first one");
    expect(existsSync(machine.outside("/persist/empty"))).toBe(false);
  });
});

describe("what is printed", () => {
  oneMachineForAllTests();

  const colour = "\u001b[";
  /** In a terminal. */
  const typed = async (command: string, environment: Record<string, string> = {}) => {
    const session = machine.startOnTerminal(["sh", "-c", command], { environment });
    await session.finish();
    return session.written;
  };

  test("has colour on a terminal, in results and in problems, and none elsewhere", async () => {
    expect(await typed("/imp/imp list")).toContain(colour);
    expect(await typed("/imp/imp show 9")).toContain(colour);
    const { stdout } = await machine.imp("list");
    const { stderr } = await machine.imp("show", "9");
    expect(stdout + stderr).not.toContain(colour);
  });

  test("has no colour with NO_COLOR, --no-color, --color never or a dumb terminal", async () => {
    expect(await typed("/imp/imp list", { NO_COLOR: "1" })).not.toContain(colour);
    expect(await typed("/imp/imp list; /imp/imp show 9", { TERM: "dumb" })).not.toContain(colour);
    expect(await typed("/imp/imp list --no-color; /imp/imp show 9 --color never")).not.toContain(colour);
  });

  test("has colour with --color always, wherever it goes, even against NO_COLOR", async () => {
    const { stdout } = await machine.run(["/imp/imp", "list", "--color=always"], {
      environment: { NO_COLOR: "1" },
    });
    const { stderr } = await machine.imp("show", "9", "--color", "always");
    expect(stdout).toContain(colour);
    expect(stderr).toContain(colour);
  });

  test("to a reader that has seen enough ends without a word: imp list | head -1", async () => {
    const { stdout, stderr } = await machine.run(["sh", "-c", "(/imp/imp list; echo $? >&2) | head -1"]);
    expect({ stdout, stderr }).toEqual({ stdout: "Generations:\n", stderr: "0\n" });
    const closed = await machine.run(["sh", "-c", "(sleep 0.05; /imp/imp list; echo $? >&2) | exec true"]);
    expect(closed.stderr).toBe("0\n");
  });

  test("to a full disk is not taken for printed", async () => {
    const { exitCode, stderr } = await machine.run(["sh", "-c", "/imp/imp list > /dev/full"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("error: the output is not complete: it could not be written (ENOSPC)");
  });

  test("of names that hold escape sequences is harmless", async () => {
    await configure(machine, `directories = ["/srv/\\u001b[31mred\\u0007"]`);
    const { stdout, stderr } = await machine.imp("apply");
    expect(stderr).toContain("source path does not exist");
    expect([...stdout, ...stderr].filter((character) => character < " " && character !== "\n")).toEqual([]);
  });
});

describe("--json", () => {
  oneMachineForAllTests();

  test.each([
    ["list", { active: 1 }],
    ["show 1", { number: 1, entries: expect.any(Array) }],
    ["current", { generation: expect.objectContaining({ number: 1, entries: 3 }) }],
    ["verify", { differing: 0, unknown: 0, findings: [] }],
    ["diff", { differences: [] }],
    ["diff 1 1", { differences: [] }],
    ["restore", { generation: 1, steps: [] }],
    ["switch 1", { generation: 1, steps: [] }],
    ["apply --dry-run", { dryRun: true, generation: null }],
    ["apply --if-changed", { dryRun: false, generation: 1 }],
  ])("imp %s prints one object", async (line, content) => {
    const words = line.split(" ");
    const result = await machine.imp(...words, "--json");
    expect(result.exitCode).toBe(0);
    expect(object(result)).toMatchObject({ ok: true, command: words[0], ...content });
  });

  test("help and version print one object", async () => {
    expect(object(await machine.imp("--help", "--json"))).toMatchObject({ ok: true, command: null });
    expect(object(await machine.imp("help", "apply", "--json"))).toMatchObject({
      ok: true,
      command: "apply",
    });
    expect(object(await machine.imp("--version", "--json"))).toMatchObject({ version: expect.any(String) });
  });

  test("a failure prints one object with all problems and the exit code", async () => {
    await configure(machine, `directories = ["relative"]\nfile = []`);
    const wrong = await machine.imp("apply", "--json");
    expect(wrong.exitCode).toBe(2);
    expect(object(wrong)).toMatchObject({
      ok: false,
      command: "apply",
      error: {
        exitCode: 2,
        problems: [
          expect.objectContaining({
            severity: "error",
            place: { file: config, line: 4, column: 16, length: 10, generation: null },
          }),
          expect.objectContaining({
            severity: "error",
            place: { file: config, line: 5, column: 1, length: 4, generation: null },
          }),
        ],
      },
    });
    await configure(machine, `directories = ["/srv/gone"]`);
    for (const [words, exitCode] of [
      [["apply"], 1],
      [["show", "9"], 1],
      [["switch", "9"], 1],
      [["delete", "1", "--force"], 1],
      [["delete", "9"], 1],
      [["apply", "--wrong"], 2],
      [["wrong"], 2],
      [["list", "--config", "/gone"], 2],
    ] as const) {
      const result = await machine.imp(...words, "--json");
      expect(result.exitCode).toBe(exitCode);
      expect(object(result)).toMatchObject({ ok: false, error: { exitCode } });
    }
    expect(object(await machine.imp("apply", "--dry-run", "--json"))).toMatchObject({
      ok: false,
      conflicts: [{ entry: "/srv/gone" }],
    });
  });
});

describe("--json, with something done", () => {
  aMachineForEachTest();

  test("apply and delete print one object", async () => {
    const applied = await machine.imp("apply", "--json");
    expect(object(applied)).toMatchObject({ ok: true, command: "apply", generation: 2, previous: 1 });
    const deleted = await machine.imp("delete", "1", "--force", "--json");
    expect(object(deleted)).toMatchObject({ ok: true, command: "delete", deleted: [1] });
  });

  test("drift is in the object of verify", async () => {
    await machine.sh("umount /srv/data; rm /srv/note");
    const result = await machine.imp("verify", "--json");
    expect(result.exitCode).toBe(1);
    expect(object(result)).toMatchObject({
      ok: false,
      entries: 3,
      differing: 2,
      findings: [
        { entry: "/srv/data", kind: "not-mounted" },
        { entry: "/srv/note", kind: "not-linked" },
      ],
    });
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Exactly one line, which is an object; and not a word beside it. */
function object({ stdout, stderr }: Result): Record<string, unknown> {
  expect(stderr).toBe("");
  expect(stdout).toEndWith("\n");
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const value: unknown = JSON.parse(stdout);
  if (typeof value !== "object" || value === null) throw new Error(`no object: ${stdout}`);
  return { ...value };
}
