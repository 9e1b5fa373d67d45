import { expect, setDefaultTimeout } from "bun:test";
import { type ConfigurationText, configurationText } from "./machine/configuration.ts";
import { fingerprint } from "./machine/fingerprint.ts";
import { unmountLeftovers } from "./machine/leftovers.ts";
import { isRoot, type Machine, type Result, startMachine } from "./machine/machine.ts";
import { mountTable } from "./machine/mount-table.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "./machine/on-machine.ts";
import { type PersistedImp, persistedImp, stateDirectory } from "./machine/persisted-imp.ts";
import { lacks, need } from "./requirement.ts";

// On a busy machine the usual five seconds can be too few.
setDefaultTimeout(30_000);

let machine: Machine & AsyncDisposable;

const cannotChangeUser = lacks(need(isRoot, "root: imp as an ordinary user"));
const home = "/home/user";
const asUser = { user: 1000, cwd: home, environment: { HOME: home } };

/** Runs imp as an ordinary user. */
const userImp = (...words: readonly string[]) => machine.run(["/imp/imp", ...words], asUser);

async function userImpOk(...words: readonly string[]): Promise<string> {
  return (await expectExit(0, words)).stdout;
}

/** Returns what it printed as problems. */
async function userImpRefused(...words: readonly string[]): Promise<string> {
  return (await expectExit(1, words)).stderr;
}

async function expectExit(code: number, words: readonly string[]): Promise<Result> {
  const result = await userImp(...words);
  if (result.exitCode === code) return result;
  const { exitCode, stdout, stderr } = result;
  throw new Error(`exit code ${exitCode}, not ${code}, from: imp ${words.join(" ")}\n${stdout}${stderr}`);
}

const userSh = (script: string) => machine.sh(script, asUser);

beforeAll(async () => {
  machine = await startMachine();
});

afterAll(async () => {
  await machine[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await machine.sh(`mkdir -p ${home}; chown 1000:1000 ${home}`);
});

describe.skipIf(cannotChangeUser)("dotfiles of an ordinary user, without root", () => {
  beforeEach(async () => {
    await userSh(`
      mkdir -p dotfiles/home/user/.config/git work/home/user
      echo 'set number' > dotfiles/home/user/.vimrc; echo '[user]' > dotfiles/home/user/.config/git/config
      echo 'set ruler' > work/home/user/.vimrc
    `);
  });

  afterEach(async () => {
    await machine.sh(`rm -rf ${home}`);
  });

  const configure = (configuration: ConfigurationText) =>
    machine.run(["tee", "imp.toml"], { ...asUser, input: configurationText(configuration) });
  const dotfiles = (...names: readonly string[]): ConfigurationText => ({
    persistence: { [`${home}/dotfiles`]: { files: names.map((name) => `${home}/${name}`) } },
  });

  test("go through a whole life, with configuration and state in the home", async () => {
    await configure(dotfiles(".vimrc"));
    expect(await userImpOk("apply", "--dry-run")).toContain("link");
    await userImpOk("apply");
    expect(await userSh("readlink .vimrc; cat .vimrc")).toBe(`${home}/dotfiles${home}/.vimrc\nset number\n`);
    await userImpOk("verify");

    await configure(dotfiles(".vimrc", ".config/git/config"));
    expect(await userImpOk("diff")).toContain(`+ symlink     ${home}/.config/git/config`);
    await userImpOk("apply");
    expect(await userSh("cat .config/git/config")).toBe("[user]\n");
    expect(await userImpOk("list")).toMatch(/^ {2}2 - .* - 2 entries \(active\)$/m);
    expect(await userImpOk("show", "1")).toStartWith("Generation 1:\n");
    expect(await userImpOk("current")).toStartWith("Current generation: 2\n");
    expect(await userImpOk("diff", "1", "2")).toContain("+ symlink");

    await userImpOk("rollback");
    expect(await userSh("ls -A .config 2>/dev/null || true")).toBe("");
    await userImpOk("switch", "2");
    await userSh("rm .vimrc; echo mine > .vimrc.swp");
    await userImpRefused("verify");
    await userImpOk("restore");
    await userImpOk("verify");
    await userImpOk("delete", "1", "--force");
    expect(await userImpOk("list")).not.toContain("  1 - ");
    expect(await machine.sh(`find ${home} ! -uid 1000`)).toBe("");
    expect(await machine.sh("find /persist /root -newer /etc/passwd -name '*generation*'")).toBe("");
  });

  test("change to another root, make room with a backup, and give it back", async () => {
    await userSh("echo mine > .vimrc");
    await configure(dotfiles(".vimrc"));
    expect(await userImpRefused("apply")).toContain(".vimrc is in the way");
    await configure({ backup: true, ...dotfiles(".vimrc") });
    await userImpOk("apply");
    await configure({ persistence: { [`${home}/work`]: { files: [`${home}/.vimrc`] } } });
    await userImpOk("apply");
    expect(await userSh("cat .vimrc")).toBe("set ruler\n");
    await configure({ persistence: {} });
    await userImpOk("apply");
    expect(await userSh("cat .vimrc")).toBe("mine\n");
  });

  test("start off as copies of what is there", async () => {
    await userSh("mkdir .secret; chmod 700 .secret; echo key > .secret/key; chmod 600 .secret/key");
    await configure({ create_sources: true, ...dotfiles(".secret/key", ".new") });
    await userImpOk("apply");
    expect(await userSh("cat .secret/key; stat -Lc %a .secret/key; stat -c %a dotfiles$HOME/.secret")).toBe(
      "key\n600\n700\n",
    );
    await userImpOk("verify");
  });

  test("can have the modes that their owner can set, and not an owner that only root can", async () => {
    const file = (keys: { readonly [key: string]: string }) => ({
      persistence: { [`${home}/dotfiles`]: { files: [{ file: `${home}/.vimrc`, ...keys }] } },
    });
    await configure(file({ mode: "0600" }));
    await userImpOk("apply");
    expect(await userSh("stat -Lc %a .vimrc")).toBe("600\n");
    await configure({ persistence: {} });
    await userImpOk("apply");
    await configure(file({ mode: "0640", user: "root" }));
    const before = await fingerprint(machine, `${home}/dotfiles`);
    expect(await userImpRefused("apply")).toContain("sudo");
    expect(await fingerprint(machine, `${home}/dotfiles`)).toBe(before);
  });

  test("with a mounted entry among them are refused before anything changes, for that takes root", async () => {
    const before = await fingerprint(machine, home, "/persist");
    for (const entry of [
      { directories: [`${home}/.config`] },
      { files: [{ file: `${home}/.vimrc`, method: "bind" }] },
    ]) {
      await configure({ persistence: { [`${home}/dotfiles`]: entry } });
      expect(await userImpRefused("apply")).toContain("sudo imp apply");
      await userSh("rm imp.toml");
      expect(await fingerprint(machine, home, "/persist")).toBe(before);
    }
  });

  test("with one entry where the user may not write change nothing", async () => {
    await userSh("mkdir -p dotfiles/etc; echo motd > dotfiles/etc/motd");
    await configure({
      persistence: { [`${home}/dotfiles`]: { files: [`${home}/.vimrc`, "/etc/motd"] } },
    });
    const before = await fingerprint(machine, `${home}/dotfiles`, "/etc");
    expect(await userImpRefused("apply")).toContain("/etc/motd");
    expect(await fingerprint(machine, `${home}/dotfiles`, "/etc")).toBe(before);
    expect(await userSh("ls -A")).not.toContain(".vimrc");
    expect(await userImpOk("current")).toBe("No active generation\n");
  });

  test("applied with sudo and listed without it are the same, and nothing in the home becomes root's", async () => {
    await configure({
      create_sources: true,
      persistence: {
        [`${home}/dotfiles`]: { directories: [`${home}/.local/app`], files: [`${home}/.vimrc`] },
      },
    });
    const sudo = { SUDO_UID: "1000", SUDO_GID: "1000", SUDO_USER: "user", HOME: "/root" };
    const withSudo = (...words: readonly string[]) =>
      machine.run(["/imp/imp", ...words], { cwd: home, environment: sudo });
    expect(await withSudo("apply")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await userImpOk("list")).toMatch(/^ {2}1 - .* - 2 entries \(active\)$/m);
    await userImpOk("verify");
    expect(await machine.sh(`find ${home} ! -type l ! -uid 1000`)).toBe("");
    await configure({ persistence: {} });
    expect((await withSudo("apply")).exitCode).toBe(0);
    // The state is the user's, so they can go on without root.
    await configure(dotfiles(".vimrc"));
    await userImpOk("apply");
  });
});

describe.skipIf(cannotChangeUser)("an ordinary user before root's state", () => {
  let imp: PersistedImp;
  const config = ["--config", "/persist/imp.toml"];

  beforeEach(async () => {
    imp = persistedImp(machine);
    await machine.sh(`
      mkdir -p /persist/system/srv/data /persist/system/etc
      echo kept > /persist/system/srv/data/name; echo motd > /persist/system/etc/motd; echo id > /persist/system/etc/id
    `);
  });

  afterEach(async () => {
    await imp.configure({ persistence: {} });
    const { exitCode } = await imp.run("apply");
    const left = await unmountLeftovers(machine, "/srv", "/etc");
    await machine.sh("rm -rf /srv /etc/motd /etc/id /root/data /persist/* /home/user");
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] });
  });

  const system: ConfigurationText = {
    persistence: {
      "/persist/system": {
        directories: ["/srv/data"],
        files: ["/etc/motd", { file: "/etc/id", method: "bind" }],
      },
    },
  };

  test("sees what root sees: list, show, current, diff, verify and dry runs", async () => {
    await imp.apply({ persistence: { "/persist/system": { files: ["/etc/motd"] } } });
    await imp.apply(system);
    await imp.configure({ persistence: { "/persist/system": { directories: ["/srv/data"] } } });
    for (const words of [
      ["list"],
      ["show", "2"],
      ["show", "2", "--verbose"],
      ["current"],
      ["diff"],
      ["diff", "1", "2"],
      ["verify"],
      ["verify", "--json"],
      ["switch", "1", "--dry-run"],
      ["rollback", "--dry-run"],
      ["restore", "--dry-run"],
      ["apply", "--dry-run"],
    ]) {
      const roots = await imp.run(...words);
      expect(roots.exitCode).toBe(0);
      expect(await userImp(...words, ...config)).toEqual(roots);
      expect(await userImp(...words, "--state-dir", stateDirectory, ...config)).toEqual(roots);
    }
  });

  test("sees drift as root sees it", async () => {
    await imp.apply(system);
    await machine.sh("umount /srv/data; rm /etc/motd; echo mine > /etc/motd");
    const roots = await imp.run("verify");
    expect(roots.exitCode).toBe(1);
    expect(roots.stdout).toContain("2 of 3 entries differ");
    expect(await userImp("verify", ...config)).toEqual(roots);
    await machine.sh("rm /etc/motd");
  });

  test("cannot change anything, and is told to use sudo", async () => {
    await imp.apply(system);
    await imp.apply({ persistence: { "/persist/system": { files: ["/etc/motd"] } } });
    const before = await fingerprint(machine, "/persist", "/srv", "/etc");
    for (const words of [
      ["apply"],
      ["apply", "--skip-validation"],
      ["switch", "1"],
      ["rollback"],
      ["restore"],
      ["delete", "1", "--force"],
    ]) {
      expect(await userImpRefused(...words, ...config)).toMatch(/sudo/);
      expect(await fingerprint(machine, "/persist", "/srv", "/etc")).toBe(before);
    }
  });

  test("is not told that there are no generations when they cannot be looked at", async () => {
    await imp.apply(system);
    await machine.sh(`chmod 700 ${stateDirectory}`);
    for (const words of [["list"], ["current"], ["show", "1"], ["verify"], ["diff"]]) {
      expect(await userImpRefused(...words, ...config)).toContain("sudo");
    }
    await machine.sh(`chmod 755 ${stateDirectory}`);
  });

  describe("and a persistence root that only root may look into", () => {
    beforeEach(async () => {
      await machine.sh("chmod 700 /persist/system");
    });

    const linked: ConfigurationText = {
      persistence: { "/persist/system": { files: ["/etc/motd"] } },
    };

    /** What `verify --json` says of how many entries. */
    async function verified(): Promise<{ differing: number; unknown: number; exitCode: number }> {
      const { exitCode, stdout } = await userImp("verify", "--json", ...config);
      const { differing, unknown }: { differing: number; unknown: number } = JSON.parse(stdout);
      return { differing, unknown, exitCode };
    }

    test("is told that a linked file is unknown, neither good nor bad, whatever it is", async () => {
      await imp.apply(linked);
      await imp.ok("verify");
      expect(await verified()).toEqual({ differing: 0, unknown: 1, exitCode: 1 });
      const { stdout } = await userImp("verify", ...config);
      expect(stdout).toContain("1 unknown");
      expect(stdout).toContain("0 entries verified");
      expect(stdout).not.toContain("differ");

      await machine.sh("rm /persist/system/etc/motd");
      expect((await imp.run("verify")).exitCode).toBe(1);
      expect(await verified()).toEqual({ differing: 0, unknown: 1, exitCode: 1 });
      await machine.sh("echo motd > /persist/system/etc/motd");
    });

    test("is told what can be known without looking into it: a link that is missing, a mount that is there", async () => {
      await imp.apply(linked);
      await machine.sh("rm /etc/motd");
      expect(await verified()).toMatchObject({ differing: 1, exitCode: 1 });
      await imp.ok("restore");

      await imp.apply(system);
      expect(await verified()).toMatchObject({ differing: 0, exitCode: 1 });
      await machine.sh("umount /srv/data");
      expect(await verified()).toMatchObject({ differing: 1, exitCode: 1 });
      await imp.ok("restore");
      await imp.ok("verify");
    });

    test("is told that an entry is unknown whose target lies where only root may look", async () => {
      await machine.sh(
        "chmod 755 /persist/system; chmod 700 /root; mkdir -p /persist/system/root; echo r > /persist/system/root/file",
      );
      await imp.apply({ persistence: { "/persist/system": { files: ["/root/file"] } } });
      expect(await verified()).toEqual({ differing: 0, unknown: 1, exitCode: 1 });
      await machine.sh("rm /root/file");
      expect(await verified()).toEqual({ differing: 0, unknown: 1, exitCode: 1 });
    });

    test("cannot dry-run into it, and is told so", async () => {
      await imp.configure(linked);
      const { exitCode, stderr } = await userImp("apply", "--dry-run", ...config);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("run the command with sudo");
      expect((await mountTable(machine)).filter(({ path }) => path.startsWith("/srv"))).toEqual([]);
    });
  });
});
