import { expect } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import type { Subprocess } from "bun";
import { apply, configure, state, store } from "./machine/configure.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { mountId, mountPointsIn } from "./machine/mount-table.ts";
import { describe, test } from "./machine/on-machine.ts";
import { snapshot } from "./machine/snapshot.ts";
import { lacks, need } from "./requirement.ts";

const isSkipped = lacks(need(isRoot, "root: a user namespace of an ordinary user has one user only"));

/** Sources for the entries below. */
async function startWithSources(): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  await machine.sh(`
    mkdir -p ${store}/srv/a ${store}/srv/b ${store}/srv/c; touch ${store}/srv/note
    mkdir -p /persist/other/srv/a
  `);
  return machine;
}

const a = `directories = ["/srv/a"]`;
const ab = `directories = ["/srv/a", "/srv/b"]`;
const abc = `directories = ["/srv/a", "/srv/b", "/srv/c"]`;

/** The numbers that `imp list` shows, with the active one marked. */
async function numbers(machine: Machine): Promise<string[]> {
  const lines = (await machine.impOk("list")).split("\n");
  return lines.flatMap((line) => {
    const [, number = "", active = ""] = /^ {2}(\d+) - .* entries( \(active\))?$/.exec(line) ?? [];
    return number === "" ? [] : [`${number}${active === "" ? "" : "*"}`];
  });
}

describe("the numbers of generations", () => {
  test("count up with every apply, also with one that changes nothing", async () => {
    await using machine = await startWithSources();
    await apply(machine, a);
    await apply(machine, a);
    await apply(machine, ab);
    expect(await numbers(machine)).toEqual(["1", "2", "3*"]);
    expect(readdirSync(machine.outside(`${state}/generations`)).sort()).toEqual([
      "1.json",
      "2.json",
      "3.json",
    ]);
  });

  test("are never used again, not even that of the newest one after it was deleted", async () => {
    await using machine = await startWithSources();
    await apply(machine, a);
    await apply(machine, ab);
    await machine.impOk("rollback");
    await machine.impOk("delete", "2", "--force");
    await apply(machine, abc);
    expect(await numbers(machine)).toEqual(["1", "3*"]);
    await machine.impOk("rollback");
    await machine.impOk("delete", "3", "--force");
    expect(await machine.impOk("apply", "--quiet")).toStartWith("Generation 4 is active");
  });
});

describe("apply --if-changed", () => {
  test("makes no generation if nothing differs, and mends what drifted all the same", async () => {
    await using machine = await startWithSources();
    await apply(machine, ab);
    const id = await mountId(machine, "/srv/a");
    expect(await machine.impOk("apply", "--if-changed")).toBe("Generation 1 is active: 2 unchanged\n");
    await machine.sh("umount /srv/b");
    expect(await machine.impOk("apply", "--if-changed")).toBe(
      "Generation 1 is active: 1 mounted, 1 unchanged\n",
    );
    expect(await numbers(machine)).toEqual(["1*"]);
    expect(await mountId(machine, "/srv/a")).toBe(id);
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("does not care for comments, order and spelling", async () => {
    await using machine = await startWithSources();
    await apply(machine, ab);
    await configure(machine, `# as before\ndirectories = [{ directory = "/srv/b/" }, '/srv/a']`);
    expect(await machine.impOk("apply", "--if-changed")).toStartWith("Generation 1 is active");
  });

  test("makes one if something differs, be it only an option", async () => {
    await using machine = await startWithSources();
    expect(await machine.impOk("list")).toBe("No generations found.\n");
    await configure(machine, a);
    expect(await machine.impOk("apply", "--if-changed")).toStartWith("Generation 1 is active");
    await configure(machine, `directories = [{ directory = "/srv/a", options = ["noexec"] }]`);
    expect(await machine.impOk("apply", "--if-changed")).toBe("Generation 2 is active: 1 changed\n");
  });
});

describe("rollback and switch", () => {
  test("rollback goes to the generation that was active before, and a second one comes back", async () => {
    await using machine = await startWithSources();
    await apply(machine, a);
    await apply(machine, ab);
    await apply(machine, abc);
    expect(await machine.impOk("rollback")).toBe(
      "Generation 2 is active: 1 unmounted, 1 removed, 2 unchanged\n",
    );
    expect(await mountPointsIn(machine, "/srv")).toEqual(["/srv/a", "/srv/b"]);
    expect(await machine.impOk("rollback")).toStartWith("Generation 3 is active: 1 mounted");
    expect(await mountPointsIn(machine, "/srv")).toEqual(["/srv/a", "/srv/b", "/srv/c"]);
    await machine.impOk("switch", "1");
    await machine.impOk("rollback");
    expect(await numbers(machine)).toEqual(["1", "2", "3*"]);
  });

  test("rollback has nowhere to go at first, and after that generation was deleted", async () => {
    await using machine = await startWithSources();
    await apply(machine, a);
    const first = await machine.imp("rollback");
    expect(first).toMatchObject({ exitCode: 1, stdout: "" });
    expect(first.stderr).toStartWith(
      "error: there is no generation to roll back to: none was active before\n",
    );
    await apply(machine, ab);
    await machine.impOk("delete", "1", "--force");
    expect((await machine.imp("rollback")).exitCode).toBe(1);
    expect(await numbers(machine)).toEqual(["2*"]);
  });

  test("switch to the active generation touches nothing, and does not change where a rollback goes", async () => {
    await using machine = await startWithSources();
    await apply(machine, a);
    await apply(machine, ab);
    const before = await snapshot(machine);
    expect(await machine.impOk("switch", "2")).toBe("Generation 2 is active: 2 unchanged\n");
    expect((await snapshot(machine)).split("\n").filter((line) => !line.startsWith(state))).toEqual(
      before.split("\n").filter((line) => !line.startsWith(state)),
    );
    expect(await machine.impOk("rollback")).toStartWith("Generation 1 is active");
  });

  test("switch makes a machine as a generation had it, whatever the configuration says by now", async () => {
    await using machine = await startWithSources();
    await apply(machine, `files = [{ file = "/srv/note", mode = "0600" }]`);
    await apply(machine, `${ab}\nfiles = [{ file = "/srv/note", mode = "0640" }]`);
    await machine.sh("rm /etc/imp/imp.toml");
    await machine.impOk("switch", "1", "--state-dir", state);
    expect(await machine.sh(`stat -c %a ${store}/srv/note; ls /srv`)).toBe("600\nnote\n");
  });

  test("a dry run shows each step, and takes none", async () => {
    await using machine = await startWithSources();
    await apply(machine, `${a}\nfiles = ["/srv/note"]`);
    await apply(machine, ab);
    const before = await snapshot(machine);
    const { stdout, exitCode, stderr } = await machine.imp("switch", "1", "--dry-run");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("unmount           /srv/b\n");
    expect(stdout).toContain(`link              /srv/note → ${store}/srv/note\n`);
    expect(stdout).toContain("remove directory  /srv/b\n");
    expect(stdout).toEndWith("1 to link, 1 to unmount, 1 to remove, 1 unchanged\n");
    expect(await machine.impOk("rollback", "--dry-run")).toBe(stdout);
    expect(await snapshot(machine)).toBe(before);
  });
});

describe("diff", () => {
  test("shows what came, what went and what changed, between any two generations or to the configuration", async () => {
    await using machine = await startWithSources();
    await configure(machine, a);
    expect(await machine.impOk("diff")).toBe(
      `nothing → configuration:\n+ bind mount  /srv/a ← ${store}/srv/a\n`,
    );
    await machine.impOk("apply");
    await apply(
      machine,
      `directories = [{ directory = "/srv/b", options = ["ro"] }]
       files = [{ file = "/srv/note", mode = "0600" }]
       [persistence."/persist/other"]
       directories = [{ directory = "/srv/a", user = "root", options = ["noexec"] }]`,
    );
    const forth = [
      "generation 1 → generation 2:",
      "~ bind mount  /srv/a ← /persist/other/srv/a (noexec, user root)",
      `    source: ${store}/srv/a → /persist/other/srv/a`,
      "    options: none → noexec",
      "    user: as it is → root",
      `+ bind mount  /srv/b ← ${store}/srv/b (ro)`,
      `+ symlink     /srv/note ← ${store}/srv/note (mode 0600)`,
      "",
    ];
    expect((await machine.impOk("diff", "1")).split("\n")).toEqual(forth);
    expect((await machine.impOk("diff", "1", "2")).split("\n")).toEqual(forth);
    expect((await machine.impOk("diff", "2", "1")).split("\n")).toEqual([
      "generation 2 → generation 1:",
      `~ bind mount  /srv/a ← ${store}/srv/a`,
      `    source: /persist/other/srv/a → ${store}/srv/a`,
      "    options: noexec → none",
      "    user: root → as it is",
      `- bind mount  /srv/b ← ${store}/srv/b (ro)`,
      `- symlink     /srv/note ← ${store}/srv/note (mode 0600)`,
      "",
    ]);
    expect(await machine.impOk("diff")).toBe("generation 2 → configuration: no differences\n");
    expect(await machine.impOk("diff", "2", "2")).toBe("generation 2 → generation 2: no differences\n");
    expect(JSON.parse(await machine.impOk("diff", "1", "2", "--json"))).toMatchObject({
      ok: true,
      from: 1,
      to: 2,
      differences: [
        { kind: "changed", target: "/srv/a" },
        { kind: "added", target: "/srv/b", from: null },
        { kind: "added", target: "/srv/note" },
      ],
    });
  });
});

describe("delete", () => {
  test("deletes several at once, with their files, and nothing that is persisted", async () => {
    await using machine = await startWithSources();
    for (const entries of [a, ab, abc, a]) await apply(machine, entries);
    expect(await machine.impOk("delete", "1", "3", "1", "--force")).toBe("Deleted generations 1 and 3.\n");
    expect(await numbers(machine)).toEqual(["2", "4*"]);
    expect(readdirSync(machine.outside(`${state}/generations`)).sort()).toEqual(["2.json", "4.json"]);
    expect(await machine.sh(`ls ${store}/srv`)).toBe("a\nb\nc\nnote\n");
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("deletes none if one of them cannot be, and names each that cannot", async () => {
    await using machine = await startWithSources();
    await apply(machine, a);
    await apply(machine, ab);
    const { exitCode, stdout, stderr } = await machine.imp("delete", "1", "2", "7", "9", "--force");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n").filter((line) => line.startsWith("error: "))).toEqual([
      "error: Cannot delete active generation 2",
      "error: there is no generation 7",
      "error: there is no generation 9",
    ]);
    expect(await numbers(machine)).toEqual(["1", "2*"]);
  });
});

describe("what the Rust imp left behind", () => {
  const backup = "/srv/note.backup.20251105_120000";

  /** A machine on which the Rust imp applied two generations, the second one of which is active. */
  async function startWithRustState(): Promise<Machine & AsyncDisposable> {
    const machine = await startWithSources();
    const link = (name: string, kept: string | null = null) => ({
      source: `${store}/srv/${name}`,
      target: `/srv/${name}`,
      backup_path: kept,
    });
    const generations = [
      {
        number: 1,
        created_at: "2025-11-04T09:30:00.123456789Z",
        config_path: "imp.toml",
        symlinks: [link("a")],
        active: false,
      },
      {
        number: 4,
        created_at: "2025-11-05T12:00:00.987654321+00:00",
        config_path: "/etc/imp/imp.toml",
        symlinks: [link("a"), link("b"), link("note", backup)],
        active: true,
      },
    ];
    await machine.write(`${state}/generations.json`, JSON.stringify(generations, null, 2));
    await machine.sh(`
      mkdir -p /srv/a /srv/b; mount --bind ${store}/srv/a /srv/a; mount --bind ${store}/srv/b /srv/b
      ln -s ${store}/srv/note /srv/note; echo mine > ${backup}; echo kept > ${store}/srv/note
    `);
    await configure(machine, abc);
    return machine;
  }

  test("is listed and shown as it was, and nothing is written for that", async () => {
    await using machine = await startWithRustState();
    const before = await snapshot(machine);
    expect(await machine.impOk("list")).toBe(
      "Generations:\n  1 - 2025-11-04 09:30:00 - 1 entries\n  4 - 2025-11-05 12:00:00 - 3 entries (active)\n",
    );
    expect(await machine.impOk("show", "4")).toContain(`symlink     /srv/note ← ${store}/srv/note`);
    expect(await machine.impOk("current")).toStartWith("Current generation: 4\n");
    expect(await machine.impOk("verify")).toBe("Generation 4: 3 entries verified\n");
    expect(await snapshot(machine)).toBe(before);
  });

  test("can be left for another of its generations: its mounts and links go, and its backup comes back", async () => {
    await using machine = await startWithRustState();
    const id = await mountId(machine, "/srv/a");
    await machine.impOk("switch", "1");
    expect(await mountId(machine, "/srv/a")).toBe(id);
    expect(await mountPointsIn(machine, "/srv")).toEqual(["/srv/a"]);
    expect(await machine.sh("cat /srv/note; ls /srv")).toBe("mine\na\nb\nnote\n");
    expect(await machine.impOk("verify")).toBe("Generation 1: 1 entry verified\n");
    await machine.impOk("apply");
    expect(await numbers(machine)).toEqual(["1", "4", "5*"]);
  });

  test("is carried over by the next apply, which keeps the old file beside the new one", async () => {
    await using machine = await startWithRustState();
    const old = await machine.read(`${state}/generations.json`);
    const id = await mountId(machine, "/srv/b");
    await machine.impOk("apply");
    expect(await numbers(machine)).toEqual(["1", "4", "5*"]);
    expect(await mountId(machine, "/srv/b")).toBe(id);
    expect(await machine.sh("cat /srv/note")).toBe("mine\n");
    expect(await machine.read(`${state}/generations.json.rust`)).toBe(old);
    expect(readdirSync(machine.outside(`${state}/generations`)).sort()).toEqual([
      "1.json",
      "4.json",
      "5.json",
    ]);
    await machine.impOk("delete", "1", "4", "--force");
  });
});

describe.skipIf(isSkipped)("with sudo", () => {
  const sudo = { cwd: "/home/user", environment: { SUDO_UID: "1000", SUDO_GID: "1000", SUDO_USER: "user" } };
  const asUser = { cwd: "/home/user", environment: { HOME: "/home/user" }, user: 1000 };
  const home = "/home/user/.local/share/imp";

  test("the state is in the home of the caller and belongs to the caller, who finds it without sudo", async () => {
    await using machine = await startWithSources();
    await machine.sh("install -d -o user -g user -m 0700 /home/user");
    await machine.write("/home/user/imp.toml", `[persistence."${store}"]\n${ab}\n`);
    await machine.sh("chown user:user imp.toml; /imp/imp apply; /imp/imp apply", sudo);
    expect(await machine.sh("/imp/imp list", asUser)).toBe(await machine.sh("/imp/imp list", sudo));
    expect(await machine.sh("/imp/imp list | tail -1", asUser)).toMatch(
      /^ {2}2 - .* - 2 entries \(active\)\n$/,
    );
    expect(await machine.sh("/imp/imp verify", asUser)).toContain("2 entries verified");
    const owners = await machine.sh(`find /home/user/.local -printf '%P %U:%G\\n' | sort`);
    expect(owners.trimEnd().split("\n")).toEqual(
      ["", "share", "share/imp", "share/imp/generations", "share/imp/generations.json"]
        .concat(["share/imp/generations/1.json", "share/imp/generations/2.json", "share/imp/lock"])
        .map((path) => `${path} 1000:1000`),
    );
    expect(await machine.sh("find /root")).toBe("/root\n");
    expect(statSync(machine.outside(`${home}/generations.json`)).mode & 0o777).toBe(0o644);
    // Their owner may also delete them.
    await machine.sh("/imp/imp delete 1 --force", asUser);
    await machine.sh("/imp/imp apply", sudo);
    expect(await machine.sh("/imp/imp list | tail -1", asUser)).toStartWith("  3 - ");
  });

  test("XDG_DATA_HOME of the caller counts, and root's does not", async () => {
    await using machine = await startWithSources();
    await machine.sh("install -d -o user -g user /home/user /home/user/data");
    await machine.write("/home/user/imp.toml", `[persistence."${store}"]\n${a}\n`);
    await machine.sh("chown user /home/user/imp.toml");
    const withData = (path: string) => ({
      ...sudo,
      environment: { ...sudo.environment, XDG_DATA_HOME: path },
    });
    await machine.sh("/imp/imp apply", withData("/home/user/data"));
    expect(statSync(machine.outside("/home/user/data/imp/generations.json")).uid).toBe(1000);
    await machine.sh("/imp/imp apply", withData("/root/.local/share"));
    expect(statSync(machine.outside(`${home}/generations.json`)).uid).toBe(1000);
  });
});

describe("two at once", () => {
  test("several applies wait for each other: all succeed, with different numbers", async () => {
    await using machine = await startWithSources();
    await configure(machine, abc);
    const results = await Promise.all(Array.from({ length: 3 }, () => machine.imp("apply")));
    expect(results.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      results.map(() => ({ exitCode: 0, stderr: "" })),
    );
    expect(await numbers(machine)).toEqual(["1", "2", "3*"]);
    expect(await mountPointsIn(machine, "/srv")).toEqual(["/srv/a", "/srv/b", "/srv/c"]);
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  /** Starts an apply and stops it in its tracks while it has the lock, before it changes anything. */
  async function startAndStop(machine: Machine): Promise<Subprocess> {
    await apply(machine, a);
    // To see that these are the same takes a while.
    await machine.sh(`truncate --size=200M ${store}/srv/big /srv/big`);
    await configure(machine, `${a}\nfiles = [{ file = "/srv/big", method = "bind" }]`);
    const command = machine.start(["/imp/imp", "apply"]);
    const deadline = performance.now() + 5000;
    while (!readFileSync(machine.outside(`${state}/lock`), "utf8").startsWith(`${command.pid} `)) {
      if (performance.now() > deadline) throw new Error("it never took the lock");
    }
    command.kill("SIGSTOP");
    return command;
  }

  test("a command that may not wait fails at once, and names the one at work; what only looks goes on", async () => {
    await using machine = await startWithSources();
    const busy = await startAndStop(machine);
    const before = await snapshot(machine);
    const refused = await machine.imp("restore", "--wait", "0");
    const waiting = machine.imp("restore");
    expect(await machine.impOk("list")).toEndWith("1 entries (active)\n");
    expect(await machine.impOk("verify")).toBe("Generation 1: 1 entry verified\n");
    expect(await snapshot(machine)).toBe(before);
    busy.kill("SIGCONT");

    expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
    expect(refused.stderr).toStartWith(`error: another imp is at work: pid ${busy.pid} (imp apply)\n`);
    expect(refused.stderr).toContain("--wait SECONDS");
    expect(await busy.exited).toBe(0);
    expect((await waiting).stdout).toBe("Generation 2 is active: 2 unchanged\n");
  });

  test("a command that was killed does not keep the next one waiting", async () => {
    await using machine = await startWithSources();
    const busy = await startAndStop(machine);
    busy.kill("SIGKILL");
    await busy.exited;
    expect(await machine.impOk("restore", "--wait", "0")).toBe("Generation 1 is active: 1 unchanged\n");
  });
});
