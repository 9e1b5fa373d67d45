import { expect, setDefaultTimeout } from "bun:test";
import { processIn, processInNamespace } from "./machine/busy-process.ts";
import type { ConfigurationText } from "./machine/configuration.ts";
import { fingerprint } from "./machine/fingerprint.ts";
import { unmountLeftovers } from "./machine/leftovers.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { mountId, mountPointsIn, mountTable } from "./machine/mount-table.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "./machine/on-machine.ts";
import { type PersistedImp, persistedImp } from "./machine/persisted-imp.ts";

// On a busy machine the usual five seconds can be too few.
setDefaultTimeout(30_000);

let machine: Machine & AsyncDisposable;
let imp: PersistedImp;

beforeAll(async () => {
  machine = await startMachine();
  imp = persistedImp(machine);
});

afterAll(async () => {
  await machine[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await machine.sh(`
    mkdir -p /persist/outer/srv/only /persist/other/srv/only /persist/inner/srv/data/deep /persist/deepest/srv/data/deep
    echo outer > /persist/outer/srv/name
    echo other > /persist/other/srv/name
    echo inner > /persist/inner/srv/data/name
    echo deepest > /persist/deepest/srv/data/deep/name
  `);
});

/** Every test leaves the machine without entries and mounts, and with it what was persisted. */
afterEach(async () => {
  await imp.configure({ persistence: {} });
  const { exitCode } = await imp.run("apply");
  const left = await unmountLeftovers(machine, "/srv");
  await machine.sh("rm -rf /srv /persist/* /inside /state");
  expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] });
});

/** The chosen ones out of three entries that lie in each other. */
function nested(...names: readonly ("outer" | "other" | "inner" | "deepest")[]): ConfigurationText {
  const targets = { outer: "/srv", other: "/srv", inner: "/srv/data", deepest: "/srv/data/deep" };
  return {
    persistence: Object.fromEntries(
      names.map((name) => [`/persist/${name}`, { directories: [targets[name]] }]),
    ),
  };
}

const names = () => machine.sh("cat /srv/name /srv/data/name /srv/data/deep/name 2>/dev/null || true");

/** Every mount of the entries exactly once, and none below the persistence roots. */
async function expectMounts(...paths: readonly string[]): Promise<void> {
  expect(await mountPointsIn(machine, "/srv")).toEqual([...paths]);
  expect(await mountPointsIn(machine, "/persist")).toEqual(["/persist"]);
}

describe("entries of different roots that lie in each other", () => {
  test("show each its own source, are mounted once, and come again after a reboot", async () => {
    await imp.apply(nested("deepest", "inner", "outer"));
    expect(await names()).toBe("outer\ninner\ndeepest\n");
    await expectMounts("/srv", "/srv/data", "/srv/data/deep");
    await imp.ok("verify");

    await machine.reboot();
    await imp.ok("restore");
    expect(await names()).toBe("outer\ninner\ndeepest\n");
    await expectMounts("/srv", "/srv/data", "/srv/data/deep");
    await imp.ok("verify");
  });

  test("leave nothing behind in each other's sources when they go", async () => {
    await imp.apply(nested("outer", "inner", "deepest"));
    await imp.apply({ persistence: {} });
    expect(await machine.sh("find /persist/outer /persist/inner -type d | sort")).toBe(
      `${["/persist/inner", "/persist/inner/srv", "/persist/inner/srv/data", "/persist/inner/srv/data/deep"].join("\n")}\n${["/persist/outer", "/persist/outer/srv", "/persist/outer/srv/only"].join("\n")}\n`,
    );
    expect((await machine.run(["test", "-e", "/srv"])).exitCode).toBe(1);
  });

  test("stay, with their content, when the outer one is added above them", async () => {
    const before = await imp.apply(nested("inner", "deepest"));
    expect(await names()).toBe("inner\ndeepest\n");
    const after = await imp.apply(nested("outer", "inner", "deepest"));
    expect(await names()).toBe("outer\ninner\ndeepest\n");
    await expectMounts("/srv", "/srv/data", "/srv/data/deep");
    await imp.ok("switch", before);
    expect(await names()).toBe("inner\ndeepest\n");
    await expectMounts("/srv/data", "/srv/data/deep");
    await imp.ok("verify");
    await imp.ok("switch", after);
    expect(await names()).toBe("outer\ninner\ndeepest\n");
    await imp.ok("verify");
  });

  test("stay, with their content, when the outer one gets another source", async () => {
    await imp.apply(nested("outer", "inner", "deepest"));
    await imp.apply(nested("other", "inner", "deepest"));
    expect(await names()).toBe("other\ninner\ndeepest\n");
    await expectMounts("/srv", "/srv/data", "/srv/data/deep");
    await imp.ok("verify");
    await imp.ok("rollback");
    expect(await names()).toBe("outer\ninner\ndeepest\n");
    await imp.ok("verify");
  });

  test("let the middle one go and come while the others stay", async () => {
    await imp.apply(nested("outer", "inner", "deepest"));
    const outer = await mountId(machine, "/srv");
    await imp.apply(nested("outer", "deepest"));
    expect(await names()).toBe("outer\ndeepest\n");
    await expectMounts("/srv", "/srv/data/deep");
    await imp.ok("verify");
    await imp.ok("rollback");
    expect(await names()).toBe("outer\ninner\ndeepest\n");
    expect(await mountId(machine, "/srv")).toBe(outer);
    await imp.ok("verify");
  });

  test("let an inner one come and go without a change to the mounts around it", async () => {
    await imp.apply(nested("outer"));
    const outer = await mountId(machine, "/srv");
    await imp.apply(nested("outer", "inner"));
    const inner = await mountId(machine, "/srv/data");
    await imp.apply(nested("outer", "inner", "deepest"));
    expect(await mountId(machine, "/srv/data")).toBe(inner);
    await imp.ok("rollback");
    expect(await mountId(machine, "/srv/data")).toBe(inner);
    expect(await mountId(machine, "/srv")).toBe(outer);
    await imp.ok("verify");
  });
});

describe("an inner mount in use", () => {
  test("keeps the outer one from being added, taken away or changed, and nothing changes", async () => {
    const withOuter = await imp.apply(nested("outer", "inner"));
    await imp.apply(nested("inner"));
    await using user = await processIn(machine, "/srv/data");
    const before = await fingerprint(machine, "/srv", "/persist/outer", "/persist/other", "/persist/inner");
    const unchanged = async () =>
      expect(await fingerprint(machine, "/srv", "/persist/outer", "/persist/other", "/persist/inner")).toBe(
        before,
      );

    expect(await imp.refused("switch", withOuter)).toContain("/srv/data");
    await unchanged();
    await imp.refusedApply(nested("outer", "inner"));
    await unchanged();
    await imp.refusedApply({ persistence: {} });
    await unchanged();
    await imp.ok("verify");
    expect(user.isAlive()).toBe(true);
  });

  test("keeps its mount when the ones around it can't be changed", async () => {
    await imp.apply(nested("outer", "inner", "deepest"));
    await using user = await processIn(machine, "/srv/data/deep");
    const deepest = await mountId(machine, "/srv/data/deep");
    await imp.refusedApply(nested("other", "inner", "deepest"));
    await imp.refusedApply(nested("inner", "deepest"));
    await imp.refusedApply(nested("outer", "deepest"));
    await imp.refusedApply(nested("outer", "inner"));
    expect(await names()).toBe("outer\ninner\ndeepest\n");
    expect(await mountId(machine, "/srv/data/deep")).toBe(deepest);
    await expectMounts("/srv", "/srv/data", "/srv/data/deep");
    await imp.ok("verify");
    expect(user.isAlive()).toBe(true);
  });

  test("does not mind what happens beside it", async () => {
    await imp.apply(nested("outer", "inner"));
    await using user = await processIn(machine, "/srv/data");
    const inner = await mountId(machine, "/srv/data");
    await machine.sh("mkdir -p /persist/beside/srv/beside");
    const beside = { "/persist/beside": { directories: ["/srv/beside"] } };
    await imp.apply({ persistence: { ...nested("outer", "inner").persistence, ...beside } });
    await imp.ok("rollback");
    expect(await mountId(machine, "/srv/data")).toBe(inner);
    expect(user.isAlive()).toBe(true);
  });
});

test("a mount that another one hides by accident is found again: inner mounted before outer by hand", async () => {
  await imp.apply(nested("inner"));
  await machine.sh("mount --bind /persist/outer/srv /srv");
  const { exitCode } = await imp.run("verify");
  expect(exitCode).toBe(1);
  const before = await fingerprint(machine, "/srv", "/persist/outer", "/persist/inner");
  await imp.refusedApply(nested("outer"));
  expect(await fingerprint(machine, "/srv", "/persist/outer", "/persist/inner")).toBe(before);
  await machine.sh("umount /srv");
  await imp.ok("verify");
});

test("a file of another root lies in a persisted directory, linked or bound", async () => {
  await machine.sh(`
    mkdir -p /persist/inner/srv/data
    echo linked > /persist/inner/srv/data/linked
    echo bound > /persist/inner/srv/data/bound
  `);
  const files = ["/srv/data/linked", { file: "/srv/data/bound", method: "bind" }];
  await imp.apply({
    persistence: { "/persist/outer": { directories: ["/srv"] }, "/persist/inner": { files } },
  });
  expect(await machine.sh("cat /srv/name /srv/data/linked /srv/data/bound")).toBe("outer\nlinked\nbound\n");
  await imp.ok("verify");
  await imp.apply({
    persistence: { "/persist/other": { directories: ["/srv"] }, "/persist/inner": { files } },
  });
  expect(await machine.sh("cat /srv/name /srv/data/linked /srv/data/bound")).toBe("other\nlinked\nbound\n");
  await imp.ok("verify");
  expect(await machine.sh("find /persist/outer")).toBe(
    "/persist/outer\n/persist/outer/srv\n/persist/outer/srv/name\n/persist/outer/srv/only\n",
  );
  await machine.reboot();
  await imp.ok("restore");
  expect(await machine.sh("cat /srv/name /srv/data/linked /srv/data/bound")).toBe("other\nlinked\nbound\n");
});

test("a persistence root can lie inside of another entry's target", async () => {
  await machine.sh(`
    mkdir -p /persist/outer/srv/keep/opt/app /persist/outer/srv/keep/etc
    echo app > /persist/outer/srv/keep/opt/app/name
    echo motd > /persist/outer/srv/keep/etc/motd
  `);
  const both = await imp.apply({
    persistence: {
      "/srv/keep": { directories: ["/opt/app"], files: ["/etc/motd"] },
      "/persist/outer": { directories: ["/srv"] },
    },
  });
  const expectBoth = async () => {
    expect(await machine.sh("cat /srv/name /opt/app/name /etc/motd")).toBe("outer\napp\nmotd\n");
    expect(await mountPointsIn(machine, "/opt")).toEqual(["/opt/app"]);
    await imp.ok("verify");
  };
  await expectBoth();
  await imp.apply({ persistence: {} });
  expect(await mountPointsIn(machine, "/opt")).toEqual([]);
  await imp.ok("switch", both);
  await expectBoth();
  await machine.reboot();
  await imp.ok("restore");
  await expectBoth();
});

test("an entry whose persistence root lies in another entry's target follows when that gets another source", async () => {
  await machine.sh(`
    for root in outer other; do
      mkdir -p /persist/$root/srv/keep/opt/app /persist/$root/srv/keep/etc
      echo $root-app > /persist/$root/srv/keep/opt/app/name
      echo $root-motd > /persist/$root/srv/keep/etc/motd
    done
  `);
  const inside = { "/srv/keep": { directories: ["/opt/app"], files: ["/etc/motd"] } };
  await imp.apply({ persistence: { ...inside, ...nested("outer").persistence } });
  expect(await machine.sh("cat /opt/app/name /etc/motd")).toBe("outer-app\nouter-motd\n");
  await imp.apply({ persistence: { ...inside, ...nested("other").persistence } });
  expect(await machine.sh("cat /opt/app/name /etc/motd")).toBe("other-app\nother-motd\n");
  expect(await mountPointsIn(machine, "/opt")).toEqual(["/opt/app"]);
  await imp.ok("verify");

  const before = await fingerprint(machine, "/srv", "/opt", "/etc", "/persist/outer", "/persist/other");
  expect(await imp.refusedApply({ persistence: inside })).toContain("/srv/keep");
  expect(await fingerprint(machine, "/srv", "/opt", "/etc", "/persist/outer", "/persist/other")).toBe(before);
  await imp.ok("rollback");
  expect(await machine.sh("cat /opt/app/name /etc/motd")).toBe("outer-app\nouter-motd\n");
  await imp.ok("verify");
});

test("the backup of a target leaves the source of another entry in its place, or the command is refused", async () => {
  await machine.sh(
    "mkdir -p /persist/outer/srv/data/linked; echo linked > /persist/outer/srv/data/linked/file",
  );
  const before = await fingerprint(machine, "/persist/outer", "/persist/inner");
  await imp.configure({
    backup: true,
    persistence: {
      "/persist/outer": { directories: ["/srv"], files: ["/srv/data/linked/file"] },
      "/persist/inner": { directories: ["/srv/data"] },
    },
  });
  const { exitCode } = await imp.run("apply");
  if (exitCode === 0) {
    await imp.ok("verify");
    expect(await machine.sh("cat /srv/data/linked/file")).toBe("linked\n");
  }
  await imp.apply({ persistence: {} });
  expect(await fingerprint(machine, "/persist/outer", "/persist/inner")).toBe(before);
});

test("what a command gives back from a backup is there for what the same command adds", async () => {
  await machine.sh("mkdir -p /persist/outer/srv/data; echo kept > /persist/outer/srv/data/kept");
  await imp.apply({ backup: true, ...nested("outer", "inner") });
  expect(await machine.sh("cat /persist/outer/srv/data.backup.*/kept; ls -d /persist/outer/srv/data")).toBe(
    "kept\n/persist/outer/srv/data\n",
  );
  await imp.apply({
    create_sources: true,
    persistence: { "/persist/outer": { files: ["/srv/data/kept", "/srv/data/new"] } },
  });
  expect(await machine.sh("cat /srv/data/kept; ls -d /persist/outer/srv/data*")).toBe(
    "kept\n/persist/outer/srv/data\n",
  );
  await imp.ok("verify");
});

test("an entry takes the mount options of where its root lies from now on, not of where it lay", async () => {
  await machine.sh("mkdir -p /srv/keep/opt/app /persist/outer/srv/keep/opt/app");
  const app = { "/srv/keep": { directories: ["/opt/app"] } };
  const strict = {
    "/persist/outer": { directories: [{ directory: "/srv", options: ["nosuid", "noexec"] }] },
  };
  const options = async () => (await mountTable(machine)).find(({ path }) => path === "/opt/app")?.options;
  await imp.apply({ persistence: strict });
  await imp.apply({ persistence: app });
  await imp.ok("verify");
  expect(await options()).not.toContain("nosuid");
  await imp.apply({ persistence: { ...app, ...strict } });
  await imp.ok("verify");
  await imp.apply({ persistence: { ...app, ...nested("outer").persistence } });
  await imp.ok("verify");
});

describe("in a target that is mounted read-only", () => {
  const readOnly = { directory: "/srv", options: ["ro"] };

  test("nested entries appear whose places are there already", async () => {
    await machine.sh("mkdir -p /persist/outer/srv/data");
    await imp.apply({
      persistence: {
        "/persist/outer": { directories: [readOnly] },
        "/persist/inner": { directories: ["/srv/data"] },
      },
    });
    expect(await machine.sh("cat /srv/name /srv/data/name; touch /srv/data/new")).toBe("outer\ninner\n");
    expect((await machine.run(["touch", "/srv/new"])).exitCode).toBe(1);
    await imp.ok("verify");
    await machine.reboot();
    await imp.ok("restore");
    await imp.ok("verify");
  });

  test("nested entries whose places are missing get them, or are refused as foreseen by the dry run", async () => {
    await machine.sh("mkdir -p /persist/inner/srv/etc; echo conf > /persist/inner/srv/etc/conf");
    for (const inner of [{ directories: ["/srv/data"] }, { files: ["/srv/etc/conf"] }]) {
      await imp.configure({
        persistence: { "/persist/outer": { directories: [readOnly] }, "/persist/inner": inner },
      });
      const foreseen = await imp.run("apply", "--dry-run");
      const done = await imp.run("apply");
      expect(done.exitCode).toBe(foreseen.exitCode);
      if (done.exitCode === 0) await imp.ok("verify");
    }
  });
});

describe("a target that would hide what imp needs", () => {
  test("because its own persistence root lies in it, behind a symlink, is refused", async () => {
    await machine.sh(`
      mkdir -p /srv/keep/srv; echo mine > /srv/mine; echo kept > /srv/keep/srv/name; ln -s /srv/keep /inside
    `);
    const before = await fingerprint(machine, "/srv");
    await imp.configure({ persistence: { "/inside": { directories: ["/srv"] } } });
    expect([1, 2]).toContain((await imp.run("apply")).exitCode);
    expect(await fingerprint(machine, "/srv")).toBe(before);
    await imp.configure({ create_sources: true, persistence: { "/inside": { directories: ["/srv"] } } });
    expect([1, 2]).toContain((await imp.run("apply")).exitCode);
    expect(await fingerprint(machine, "/srv")).toBe(before);
  });

  test("because the state directory lies in it, behind a symlink, is refused", async () => {
    await machine.sh("mkdir -p /srv/state; chmod 700 /srv/state; ln -s /srv/state /state");
    const state_dir = "/state";
    await imp.apply({ state_dir, persistence: {} });
    const mounts = await mountTable(machine);
    await imp.configure({ state_dir, ...nested("outer") });
    expect([1, 2]).toContain((await imp.run("apply")).exitCode);
    expect(await mountTable(machine)).toEqual(mounts);
    await imp.configure({ state_dir, persistence: {} });
    expect(await imp.ok("current")).toContain("Current generation: 1\n");
    await imp.ok("verify");
  });
});

describe("a mount of somebody else's", () => {
  test("inside of a target is a conflict before anything changes", async () => {
    await machine.sh(
      "mkdir -p /srv/data/theirs; mount -t tmpfs theirs /srv/data/theirs; echo t > /srv/data/theirs/name",
    );
    const before = await fingerprint(machine, "/srv", "/persist/outer", "/persist/inner");
    const outer = await imp.refusedApply(nested("outer"));
    expect(outer).toContain("/srv/data/theirs");
    await imp.refusedApply(nested("inner"));
    expect(await imp.refusedApply(nested("outer", "inner"))).toContain("/srv/data/theirs");
    expect(await fingerprint(machine, "/srv", "/persist/outer", "/persist/inner")).toBe(before);
    await machine.sh("umount /srv/data/theirs");
  });

  test("inside of a persisted directory stays through a change elsewhere, and keeps it from going", async () => {
    await imp.apply(nested("outer"));
    await machine.sh("mkdir /srv/theirs; mount -t tmpfs theirs /srv/theirs; echo theirs > /srv/theirs/name");
    await imp.ok("verify");
    await imp.apply(nested("outer", "inner"));
    expect(await machine.sh("cat /srv/theirs/name")).toBe("theirs\n");
    const before = await fingerprint(machine, "/srv", "/persist/outer", "/persist/inner", "/persist/other");
    for (const names of [["inner"], ["other", "inner"], []] as const) {
      expect(await imp.refusedApply(nested(...names))).toContain("/srv/theirs");
    }
    expect(await fingerprint(machine, "/srv", "/persist/outer", "/persist/inner", "/persist/other")).toBe(
      before,
    );
    await machine.sh("umount /srv/theirs");
  });

  test("at a target is a conflict, even one of the entry's own filesystem", async () => {
    await machine.sh("mkdir -p /srv /persist/elsewhere; mount --bind /persist/elsewhere /srv");
    const before = await fingerprint(machine, "/srv", "/persist/outer");
    expect(await imp.refusedApply(nested("outer"))).toContain("/srv is in the way");
    expect(await fingerprint(machine, "/srv", "/persist/outer")).toBe(before);
    await machine.sh("umount /srv");
  });

  test("over an entry is not taken away with it", async () => {
    await imp.apply(nested("outer"));
    await machine.sh("mount -t tmpfs theirs /srv; echo theirs > /srv/name");
    expect((await imp.run("verify")).exitCode).toBe(1);
    await imp.refusedApply({ persistence: {} });
    await imp.refused("restore");
    expect(await machine.sh("cat /srv/name")).toBe("theirs\n");
    await machine.sh("umount /srv");
    await imp.ok("verify");
  });
});

describe("with mounts that are shared, as systemd makes them", () => {
  test("every entry is mounted exactly once where root and target lie on one filesystem", async () => {
    await machine.sh(`
      mkdir -p /keep/srv/data/deep /keep-inner/srv/data/deep
      echo outer > /keep/srv/name; echo inner > /keep-inner/srv/data/name
    `);
    const count = (await mountTable(machine)).length;
    await imp.apply({
      persistence: {
        "/keep": { directories: ["/srv", "/srv/data/deep"] },
        "/keep-inner": { directories: ["/srv/data"] },
      },
    });
    expect(await machine.sh("cat /srv/name /srv/data/name")).toBe("outer\ninner\n");
    expect(await mountTable(machine)).toHaveLength(count + 3);
    await expectMounts("/srv", "/srv/data", "/srv/data/deep");
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    expect(await mountTable(machine)).toHaveLength(count);
    await machine.sh("rm -r /keep /keep-inner");
  });

  test("a mount made later in a persisted directory does not appear a second time in its source", async () => {
    await imp.apply(nested("outer"));
    await machine.sh("mkdir /srv/later; mount -t tmpfs later /srv/later; touch /srv/later/here");
    expect(await mountPointsIn(machine, "/persist")).toEqual(["/persist"]);
    expect(await machine.sh("ls /persist/outer/srv/later")).toBe("");
    await machine.sh("umount /srv/later");
  });

  test("a namespace that follows the machine sees every entry come, change and go", async () => {
    await using follower = await processInNamespace(machine, "slave");
    await using peer = await processInNamespace(machine, "shared");
    const read = async (pid: number, ...paths: readonly string[]) =>
      (await machine.run(["nsenter", `--target=${pid}`, "--mount", "--wd=/", "cat", ...paths])).stdout;
    const expectNames = async (text: string) => {
      for (const { pid } of [follower, peer]) {
        expect(await read(pid, "/srv/name", "/srv/data/name")).toBe(text);
      }
    };
    const expectPoints = async (...points: readonly string[]) => {
      for (const { pid } of [follower, peer]) {
        expect(await mountPointsIn(machine, "/srv", pid)).toEqual([...points]);
        expect(await mountPointsIn(machine, "/persist", pid)).toEqual(["/persist"]);
      }
    };
    await imp.apply(nested("outer", "inner"));
    await expectNames("outer\ninner\n");
    await expectPoints("/srv", "/srv/data");

    await machine.sh("mkdir -p /persist/newer/srv/data; echo newer > /persist/newer/srv/data/name");
    await imp.apply({
      persistence: { ...nested("outer").persistence, "/persist/newer": { directories: ["/srv/data"] } },
    });
    await expectNames("outer\nnewer\n");
    await expectPoints("/srv", "/srv/data");
    await imp.apply(nested("other", "inner"));
    await expectNames("other\ninner\n");
    await expectPoints("/srv", "/srv/data");
    await imp.apply({ persistence: {} });
    await expectPoints();
  });

  test("a user of an entry in a namespace of its own keeps the entry from going, and nothing changes", async () => {
    await imp.apply(nested("outer"));
    await using follower = await processInNamespace(machine, "slave");
    const inside = ["nsenter", `--target=${follower.pid}`, "--mount", "--wd=/srv", "sleep", "infinity"];
    const user = machine.start(inside);
    try {
      while ((await machine.sh(`readlink /proc/${user.pid}/cwd`)) !== "/srv\n") await Bun.sleep(2);
      const before = await fingerprint(machine, "/srv", "/persist/outer", "/persist/other");
      const theirs = await mountTable(machine, follower.pid);
      await imp.refusedApply({ persistence: {} });
      expect(await fingerprint(machine, "/srv", "/persist/outer", "/persist/other")).toBe(before);
      await imp.refusedApply(nested("other"));
      expect(await machine.sh(`cat /srv/name /proc/${user.pid}/cwd/name`)).toBe("outer\nouter\n");
      expect(await fingerprint(machine, "/srv", "/persist/outer", "/persist/other")).toBe(before);
      expect(await mountTable(machine, follower.pid)).toEqual(theirs);
      await imp.ok("verify");
    } finally {
      user.kill("SIGKILL");
      await user.exited;
    }
  });
});
