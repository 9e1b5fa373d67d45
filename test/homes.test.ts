import { expect, setDefaultTimeout } from "bun:test";
import type { ConfigurationText } from "./machine/configuration.ts";
import { fingerprint } from "./machine/fingerprint.ts";
import { unmountLeftovers } from "./machine/leftovers.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { mountPointsIn } from "./machine/mount-table.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "./machine/on-machine.ts";
import { type PersistedImp, persistedImp } from "./machine/persisted-imp.ts";
import { lacks, need } from "./requirement.ts";

// On a busy machine the usual five seconds can be too few.
setDefaultTimeout(30_000);

let machine: Machine & AsyncDisposable;
let imp: PersistedImp;

const cannotChown = lacks(need(isRoot, "root: homes of other users"));

beforeAll(async () => {
  machine = await startMachine();
  imp = persistedImp(machine);
});

afterAll(async () => {
  await machine[Symbol.asyncDispose]();
});

/** Two homes, as a machine's own programs make them, and a persistence root for each kind of thing. */
beforeEach(async () => {
  await machine.sh(`
    mkdir -p /home /persist/home /persist/system
    for id in 1000 1001; do
      home=/home/user; [ $id = 1000 ] || home=/home/other
      mkdir -m 700 $home; ${cannotChown ? "" : "chown $id:$id $home"}
    done
  `);
});

afterEach(async () => {
  await imp.configure({ persistence: {} });
  const { exitCode } = await imp.run("apply");
  const left = await unmountLeftovers(machine, "/srv", "/home", "/var/home", "/run/app");
  await machine.sh(
    "rm -rf /home /var/home /persist/home /persist/system /srv /run/app* /var/run /root/* /etc/app* /alias",
  );
  expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] });
});

/** Runs a script as the owner of `/home/user`. */
const asUser = (script: string) =>
  machine.sh(script, { user: 1000, cwd: "/home/user", environment: { HOME: "/home/user" } });

/** What at or below the paths belongs to somebody else than the user; imp's own symlinks are root's. */
const notTheUsers = (...paths: readonly string[]) =>
  machine.sh(`find ${paths.join(" ")} ! -type l \\( ! -uid 1000 -o ! -gid 1000 \\) | sort`);

describe.skipIf(cannotChown)("in a home", () => {
  const entries: ConfigurationText = {
    create_sources: true,
    backup: true,
    persistence: {
      "/persist/home": {
        directories: ["/home/user/.config/editor/themes", "/home/user/.local/share/app", "/home/user/work"],
        files: [
          "/home/user/.history",
          "/home/user/.cache/deep/down/file",
          { file: "/home/user/.state/bound/file", method: "bind" },
          { file: "/home/user/.ssh/key", mode: "0600", parentDirectory: { mode: "0700" } },
        ],
      },
    },
  };

  test("nothing becomes root's: no parent, no source, no mount point and no backup", async () => {
    await asUser(`
      mkdir -p .config/editor work; chmod 750 .config; echo mine > work/note; echo mine > .history
      mkdir .ssh; chmod 755 .ssh; echo secret > .ssh/key
    `);
    await imp.apply(entries);
    expect(await notTheUsers("/home/user", "/persist/home/home/user")).toBe("");
    expect(await machine.sh("stat -c '%U %a %n' /persist/home/home /persist/home/home/user")).toBe(
      "root 755 /persist/home/home\nuser 700 /persist/home/home/user\n",
    );
    expect(await machine.sh("cd /persist/home/home/user; stat -c '%a %n' .config .ssh .ssh/key")).toBe(
      "750 .config\n700 .ssh\n600 .ssh/key\n",
    );
    expect(await asUser("cat work/note .history .ssh/key")).toBe("mine\nmine\nsecret\n");
    await asUser(
      "touch .config/editor/themes/t .local/share/app/t work/t; echo more >> .history; echo b > .state/bound/file",
    );
    await imp.ok("verify");
  });

  test("nothing is root's after a reboot, when even the home has to be made", async () => {
    await asUser("mkdir -p .config/editor work; chmod 750 .config; echo mine > work/note");
    await imp.apply(entries);
    await asUser("echo more >> .history; echo more > .state/bound/file");
    await machine.reboot();
    await imp.ok("restore");
    expect(await notTheUsers("/home/user", "/persist/home/home/user")).toBe("");
    expect(
      await machine.sh("stat -c '%U %G %a %n' /home /home/user /home/user/.config /home/user/.ssh"),
    ).toBe(
      "root root 755 /home\nuser user 700 /home/user\nuser user 750 /home/user/.config\nuser user 700 /home/user/.ssh\n",
    );
    expect(await asUser("cat work/note .history .state/bound/file")).toBe("mine\nmore\nmore\n");
    await imp.ok("verify");
  });

  test("what imp made goes with the entries, what the user made in it stays, and all is the user's", async () => {
    await asUser("mkdir -p .config work; echo mine > work/note");
    const before = await machine.sh("find /home/user -printf '%p %U:%G %m\\n' | sort");
    await imp.apply(entries);
    await imp.apply({ persistence: {} });
    expect(await machine.sh("find /home/user -printf '%p %U:%G %m\\n' | sort")).toBe(before);
    await imp.ok("rollback");
    await asUser("touch .config/editor/mine .cache/deep/mine");
    await imp.ok("rollback");
    expect(await notTheUsers("/home/user")).toBe("");
    expect(await asUser("find .config .cache .local 2>/dev/null | sort || true")).toBe(
      ".cache\n.cache/deep\n.cache/deep/mine\n.config\n.config/editor\n.config/editor/mine\n",
    );
  });

  test("backups stay the user's, with their modes", async () => {
    await asUser(`
      mkdir -p .local/share/app; chmod 711 .local/share/app; echo mine > .local/share/app/note
      echo mine > .history; chmod 640 .history
    `);
    await machine.sh(`
      mkdir -p /persist/home/home/user/.local/share/app; echo kept > /persist/home/home/user/.history
      chown -R 1000:1000 /persist/home/home/user
    `);
    await imp.apply(entries);
    expect(await asUser("stat -c '%U %G %a' .history.backup.* .local/share/app.backup.*")).toBe(
      "user user 640\nuser user 711\n",
    );
    expect(await notTheUsers("/home/user")).toBe("");
  });

  test("each user's things stay theirs, and an owner that an entry names counts", async () => {
    await imp.apply({
      create_sources: true,
      persistence: {
        "/persist/home": {
          directories: [
            "/home/user/.a/b",
            "/home/other/.a/b",
            { directory: "/home/user/shared", user: "other", group: "user", mode: "2770" },
          ],
          files: ["/home/other/.c/d"],
        },
      },
    });
    expect(await notTheUsers("/home/user")).toBe("/home/user/shared\n");
    expect(await machine.sh("stat -c '%U %G %a' /home/user/shared")).toBe("other user 2770\n");
    expect(await machine.sh("find /home/other /persist/home/home/other ! -type l ! -uid 1001")).toBe("");
    await imp.ok("verify");
  });
});

describe("behind a symlink of root's", () => {
  test("such as /var/run -> /run, entries appear where it leads, and come and go", async () => {
    await machine.sh(`
      ln -s /run /var/run
      mkdir -p /persist/system/var/run/app; echo app > /persist/system/var/run/app/name
      echo linked > /persist/system/var/run/app.conf; echo bound > /persist/system/var/run/app.id
    `);
    const number = await imp.apply({
      create_sources: true,
      persistence: {
        "/persist/system": {
          directories: ["/var/run/app", "/var/run/app-made/deep/down"],
          files: ["/var/run/app.conf", { file: "/var/run/app.id", method: "bind" }],
        },
      },
    });
    const expectAll = async () => {
      expect(await machine.sh("cat /run/app/name /run/app.conf /var/run/app.id")).toBe(
        "app\nlinked\nbound\n",
      );
      expect(await mountPointsIn(machine, "/run")).toEqual([
        "/run",
        "/run/app",
        "/run/app-made/deep/down",
        "/run/app.id",
      ]);
      await imp.ok("verify");
    };
    await expectAll();
    await imp.apply({ persistence: {} });
    expect(await machine.sh("ls /run")).toBe("lock\nmount\n");
    await imp.ok("switch", number);
    await expectAll();
    await machine.sh("umount /run/app; rm /run/app.conf");
    expect((await imp.run("verify")).exitCode).toBe(1);
    await imp.ok("restore");
    await expectAll();
    await machine.reboot();
    await machine.sh("ln -s ../run /var/run");
    await imp.ok("restore");
    await expectAll();
  });

  test("such as /var/run -> /run, what was in the way becomes a backup, and is put back", async () => {
    await machine.sh(`
      ln -s /run /var/run; mkdir -p /run/app /persist/system/var/run/app; echo mine > /run/app/mine
      echo mine > /run/app.conf; echo mine > /run/app.id
      echo kept > /persist/system/var/run/app.conf; echo kept > /persist/system/var/run/app.id
    `);
    const before = await fingerprint(machine, "/run", "/persist/system");
    await imp.apply({
      backup: true,
      persistence: {
        "/persist/system": {
          directories: ["/var/run/app"],
          files: ["/var/run/app.conf", { file: "/var/run/app.id", method: "bind" }],
        },
      },
    });
    expect(await machine.sh("cat /run/app.conf /run/app.id; ls /run/app")).toBe("kept\nkept\n");
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    expect(await fingerprint(machine, "/run", "/persist/system")).toBe(before);
  });

  test.skipIf(cannotChown)("such as /home -> /var/home, homes are kept, and stay their users'", async () => {
    await machine.sh("mkdir /var/home; mv /home/user /var/home/; rm -r /home; ln -s var/home /home");
    await asUser("mkdir .config; echo mine > .history");
    const configuration = {
      create_sources: true,
      persistence: {
        "/persist/home": {
          directories: ["/home/user/.config/app"],
          files: ["/home/user/.history"],
        },
      },
    };
    const number = await imp.apply(configuration);
    expect(await mountPointsIn(machine, "/var/home")).toEqual(["/var/home/user/.config/app"]);
    await asUser("echo more >> .history; touch .config/app/here");
    expect(await machine.sh("cat /persist/home/home/user/.history")).toBe("mine\nmore\n");
    expect(await notTheUsers("/var/home/user", "/persist/home/home/user")).toBe("");
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    await imp.ok("switch", number);
    await imp.ok("verify");
  });

  /** Whatever the command says, it is true: done and so verified, or refused and nothing changed. */
  async function expectDoneOrRefused(
    configuration: ConfigurationText,
    done: () => Promise<void>,
  ): Promise<void> {
    const before = await fingerprint(machine, "/run", "/var", "/persist/home", "/persist/system");
    await imp.configure(configuration);
    const { exitCode } = await imp.run("apply");
    if (exitCode === 0) {
      await imp.ok("verify");
      await done();
    }
    await imp.configure({ persistence: {} });
    await imp.ok("apply");
    expect(await fingerprint(machine, "/run", "/var", "/persist/home", "/persist/system")).toBe(before);
  }

  test("an entry that lies in another one by its other name appears in it, or is refused", async () => {
    await machine.sh(`
      ln -s /run /var/run; mkdir -p /run/app/sub /persist/system/var/run/app /persist/home/run/app/sub
      echo outer > /persist/system/var/run/app/name; echo inner > /persist/home/run/app/sub/name
    `);
    await expectDoneOrRefused(
      {
        persistence: {
          "/persist/system": { directories: ["/var/run/app"] },
          "/persist/home": { directories: ["/run/app/sub"] },
        },
      },
      async () => expect(await machine.sh("cat /run/app/name /run/app/sub/name")).toBe("outer\ninner\n"),
    );
  });

  test("a file in a home that is persisted by its other name is linked in it, or is refused", async () => {
    await machine.sh(`
      rm -r /home; ln -s var/home /home; mkdir /var/home
      mkdir -p /persist/system/var/home/user /persist/home/home/user; echo kept > /persist/home/home/user/.history
    `);
    await expectDoneOrRefused(
      {
        persistence: {
          "/persist/system": { directories: ["/var/home"] },
          "/persist/home": { files: ["/home/user/.history"] },
        },
      },
      async () => expect(await machine.sh("cat /var/home/user/.history")).toBe("kept\n"),
    );
  });

  test("two entries for one place, by its two names, are refused", async () => {
    await machine.sh(`
      ln -s /run /var/run; mkdir -p /persist/system/var/run/app /persist/system/run/app
      echo one > /persist/system/var/run/app/name; echo two > /persist/system/run/app/name
      echo one > /persist/system/var/run/app.conf; echo two > /persist/system/run/app.conf
    `);
    const before = await fingerprint(machine, "/run", "/persist/system");
    for (const entries of [
      { directories: ["/var/run/app", "/run/app"] },
      { files: ["/var/run/app.conf", "/run/app.conf"] },
    ]) {
      await imp.configure({ persistence: { "/persist/system": entries } });
      expect([1, 2]).toContain((await imp.run("apply")).exitCode);
      expect(await fingerprint(machine, "/run", "/persist/system")).toBe(before);
    }
    await machine.sh("mkdir /run/app");
    await imp.configure({
      persistence: { "/persist/system": { directories: ["/var/run/app", "/run/app"] } },
    });
    expect([1, 2]).toContain((await imp.run("apply")).exitCode);
  });
});

describe("a target that leads to its own source", () => {
  const files = ["/srv/file"];
  const conserved = async () =>
    expect(await machine.sh("cat /persist/system/srv/file")).toBe("the only copy\n");

  beforeEach(async () => {
    await machine.sh("mkdir -p /persist/system/srv/data; echo 'the only copy' > /persist/system/srv/file");
  });

  test("through a symlink at the target's side is refused, and the only copy stays", async () => {
    await machine.sh("ln -s /persist/system/srv /srv");
    const before = await fingerprint(machine, "/srv", "/persist/system");
    await imp.refusedApply({ persistence: { "/persist/system": { files } } });
    await imp.refusedApply({ backup: true, persistence: { "/persist/system": { files } } });
    expect(await fingerprint(machine, "/srv", "/persist/system")).toBe(before);
    await conserved();
  });

  test("through a symlink at the source's side is refused, and the only copy stays", async () => {
    await machine.sh("mv /persist/system/srv /srv; ln -s /srv /persist/system/srv");
    const before = await fingerprint(machine, "/srv", "/persist/system");
    await imp.refusedApply({ persistence: { "/persist/system": { files } } });
    await imp.refusedApply({ backup: true, persistence: { "/persist/system": { files } } });
    expect(await fingerprint(machine, "/srv", "/persist/system")).toBe(before);
    await conserved();
  });

  test("through a mount made by hand is refused, and the only copy stays", async () => {
    await machine.sh("mkdir /srv; mount --bind /persist/system/srv /srv");
    const before = await fingerprint(machine, "/srv", "/persist/system");
    await imp.refusedApply({ persistence: { "/persist/system": { files } } });
    await imp.refusedApply({ backup: true, persistence: { "/persist/system": { files } } });
    expect(await fingerprint(machine, "/srv", "/persist/system")).toBe(before);
    await conserved();
    await machine.sh("umount /srv");
  });

  test("through a directory entry of a root with another name is refused, and the only copy stays", async () => {
    await machine.sh("ln -s /persist/system /alias");
    const configuration = {
      persistence: { "/alias": { directories: ["/srv"] }, "/persist/system": { files } },
    };
    const before = await fingerprint(machine, "/persist/system");
    await imp.refusedApply(configuration);
    await imp.refusedApply({ backup: true, ...configuration });
    await imp.apply({ persistence: { "/alias": { directories: ["/srv"] } } });
    await imp.refusedApply(configuration);
    await imp.refusedApply({ backup: true, ...configuration });
    await imp.apply({ persistence: {} });
    expect(await fingerprint(machine, "/persist/system")).toBe(before);
    await conserved();
    await machine.sh("rm /alias");
  });

  test("when it is bound or a directory loses nothing", async () => {
    await machine.sh("ln -s /persist/system/srv /srv");
    await imp.configure({
      persistence: {
        "/persist/system": { directories: ["/srv/data"], files: [{ file: "/srv/file", method: "bind" }] },
      },
    });
    await imp.run("apply");
    await conserved();
    await imp.apply({ persistence: {} });
    await conserved();
    expect(await mountPointsIn(machine, "/persist")).toEqual(["/persist"]);
  });
});

describe.skipIf(cannotChown)("behind a symlink of a user's", () => {
  const places = ["/home", "/persist/home", "/persist/system", "/root", "/etc", "/srv", "/var"];

  /** Every entry is refused as unsafe, with everything as before. */
  async function expectUnsafe(entries: number, configuration: ConfigurationText): Promise<void> {
    await machine.sh("mkdir -p /srv");
    const before = await fingerprint(machine, ...places);
    for (const more of [{}, { create_sources: true, backup: true }]) {
      const refusal = await imp.refusedApply({ ...more, ...configuration });
      expect(refusal.match(/^error: unsafe path/gm)).toHaveLength(entries);
    }
    await imp.refused("apply", "--dry-run");
    expect(await fingerprint(machine, ...places)).toBe(before);
  }

  const system = (keys: ConfigurationText["persistence"][string]): ConfigurationText => ({
    persistence: { "/persist/system": keys },
  });

  const leads: readonly (readonly [name: string, prepare: string])[] = [
    ["a directory of root's", "ln -s /root /home/user/link"],
    ["the system's configuration", "ln -s ../../etc /home/user/link"],
    ["another user's home", "ln -s /home/other /home/user/link"],
    ["a place that does not exist, below root's", "ln -s /root/missing /home/user/link"],
    ["/", "ln -s / /home/user/link"],
    [
      "another symlink of the user's, and then to root's",
      "ln -s hop /home/user/link; ln -s /root /home/user/hop",
    ],
    [
      "their own directory, and out of it by ..",
      "mkdir /home/user/own; ln -s own/../../../root /home/user/link",
    ],
    [
      "a directory below their own that root owns",
      "mkdir -p /home/user/own/roots; ln -s own/roots /home/user/link",
    ],
  ];
  for (const [name, prepare] of leads) {
    test(`to ${name}, targets are refused as unsafe, and nothing changes`, async () => {
      await machine.sh(
        `${prepare}; chown -h 1000:1000 /home/user/link /home/user/hop /home/user/own 2>/dev/null || true`,
      );
      await machine.sh(`
        mkdir -p /persist/system/home/user/link/app
        touch /persist/system/home/user/link/app.conf /persist/system/home/user/link/app.id /persist/system/home/user/link/app.key
      `);
      await expectUnsafe(
        4,
        system({
          directories: ["/home/user/link/app"],
          files: [
            "/home/user/link/app.conf",
            { file: "/home/user/link/app.id", method: "bind" },
            { file: "/home/user/link/app.key", parentDirectory: { user: "user", mode: "0777" } },
          ],
        }),
      );
    });
  }

  test("in their part of the persistence root, sources are refused as unsafe, and nothing changes", async () => {
    await machine.sh(`
      mkdir -p /persist/home/home/user /root/.config/app; chown 1000:1000 /persist/home/home/user
      echo secret > /root/.config/file; chmod 600 /root/.config/file
      ln -s /root/.config /persist/home/home/user/.config; chown -h 1000:1000 /persist/home/home/user/.config
    `);
    await expectUnsafe(5, {
      persistence: {
        "/persist/home": {
          directories: ["/home/user/.config/app", "/home/user/.config/new"],
          files: [
            "/home/user/.config/file",
            "/home/user/.config/new-file",
            { file: "/home/user/.config/bound", method: "bind", user: "user" },
          ],
        },
      },
    });
  });

  test("made after apply, switch and restore are refused, and what it leads to stays", async () => {
    await machine.sh(
      "mkdir -p /persist/system/home/user/dir/app; echo kept > /persist/system/home/user/dir/file",
    );
    await machine.sh("mkdir -p /root/app; echo roots > /root/file; chown -R 1000 /persist/system/home/user");
    const number = await imp.apply(
      system({ directories: ["/home/user/dir/app"], files: ["/home/user/dir/file"] }),
    );
    const empty = await imp.apply({ persistence: {} });
    await asUser("rm -rf dir; ln -s /root dir");
    const before = await fingerprint(machine, ...places.filter((place) => place !== "/srv"));
    expect(await imp.refused("switch", number)).toContain("unsafe path");
    expect(await fingerprint(machine, ...places.filter((place) => place !== "/srv"))).toBe(before);
    await asUser("rm dir; mkdir dir");
    await imp.ok("switch", number);
    await machine.sh("umount /home/user/dir/app");
    await asUser("rm -r dir; ln -s /root dir");
    const drifted = await fingerprint(machine, ...places.filter((place) => place !== "/srv"));
    expect((await imp.run("verify")).exitCode).toBe(1);
    expect(await imp.refused("restore")).toContain("unsafe path");
    await imp.run("switch", empty);
    expect(await machine.sh("cat /root/file; ls /root")).toBe("roots\napp\nfile\n");
    expect(await fingerprint(machine, ...places.filter((place) => place !== "/srv"))).toBe(drifted);
    await asUser("rm dir; mkdir dir");
    await imp.ok("switch", empty);
  });

  test("to what a copy has to come back from is refused, and nothing of what it leads to is copied", async () => {
    await machine.sh(`
      mkdir -p /persist/system/home/user/dir /root/dir; echo same > /persist/system/home/user/dir/file
      echo secret > /root/dir/file; chmod 600 /root/dir/file; chown -R 1000 /persist/system/home/user
    `);
    await asUser("mkdir dir; echo same > dir/file");
    const empty = await imp.apply({ persistence: {} });
    await imp.apply(system({ files: ["/home/user/dir/file"] }));
    const source = "/persist/system/home/user/dir";
    await asUser(`mv ${source} ${source}-away; ln -s /root/dir ${source}`);
    const before = await fingerprint(machine, ...places.filter((place) => place !== "/srv"));
    expect(await imp.refused("switch", empty)).toContain(`unsafe path: ${source}/file`);
    expect(await fingerprint(machine, ...places.filter((place) => place !== "/srv"))).toBe(before);
    await asUser(`rm ${source}; mv ${source}-away ${source}`);
    await imp.ok("switch", empty);
    expect(await asUser("cat dir/file; test ! -L dir/file")).toBe("same\n");
  });

  test("to their own directory, entries appear there", async () => {
    await asUser("mkdir -p dots/config; ln -s dots/config .config; ln -s /home/user/dots .dots");
    const before = await fingerprint(machine, "/home");
    const number = await imp.apply({
      create_sources: true,
      persistence: {
        "/persist/home": {
          directories: ["/home/user/.config/app", "/home/user/.dots/deep/er"],
          files: ["/home/user/.config/file", { file: "/home/user/.dots/bound", method: "bind" }],
        },
      },
    });
    expect(await mountPointsIn(machine, "/home")).toEqual([
      "/home/user/dots/bound",
      "/home/user/dots/config/app",
      "/home/user/dots/deep/er",
    ]);
    await asUser("touch .config/app/here; echo text > .config/file");
    expect(await notTheUsers("/home/user", "/persist/home/home/user")).toBe("");
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    expect(await fingerprint(machine, "/home")).toBe(before);
    await imp.ok("switch", number);
    await imp.ok("verify");
    await machine.sh("umount /home/user/dots/config/app");
    await imp.ok("restore");
    await imp.ok("verify");
  });

  test("as the target itself, it is in the way, and becomes the backup if that is asked for", async () => {
    await machine.sh("mkdir -p /persist/system/home/user/app; echo kept > /persist/system/home/user/file");
    await asUser("ln -s /root app; ln -s /etc/passwd file");
    const entries = system({ directories: ["/home/user/app"], files: ["/home/user/file"] });
    const before = await fingerprint(machine, "/home", "/root", "/etc");
    expect(await imp.refusedApply(entries)).toContain("is in the way: a symlink to /root");
    expect(await fingerprint(machine, "/home", "/root", "/etc")).toBe(before);
    await imp.apply({ backup: true, ...entries });
    expect(
      await machine.sh("readlink /home/user/app.backup.* /home/user/file.backup.*; cat /home/user/file"),
    ).toBe("/root\n/etc/passwd\nkept\n");
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    expect(await fingerprint(machine, "/home", "/root", "/etc")).toBe(before);
  });

  test("at every name that a backup could have, it stays, and the backup takes the next name", async () => {
    await machine.sh(`
      mkdir -p /persist/system/home/user/app; echo kept > /persist/system/home/user/file
      mkdir -p /root/decoy; echo decoy > /root/file
    `);
    await asUser(`
      mkdir app; echo mine > app/note; echo mine > file
      now=$(date +%s)
      for second in $(seq $((now - 5)) $((now + 120))); do
        stamp=$(date -u -d @$second +%Y%m%d_%H%M%S)
        ln -s /root/decoy app.backup.$stamp; ln -s /root/file file.backup.$stamp
      done
    `);
    const planted = "find /home/user -name '*.backup.*' -type l -printf '%p %l %i\\n' | sort";
    const decoys = "find /root -printf '%p %y %i %s %T@\\n' | sort; cat /root/file";
    const before = await machine.sh(`${planted}; ${decoys}`);
    await imp.apply({
      backup: true,
      ...system({ directories: ["/home/user/app"], files: ["/home/user/file"] }),
    });
    expect(await machine.sh(`${planted}; ${decoys}`)).toBe(before);
    const kept = "cat /home/user/file.backup.*.1 /home/user/app.backup.*.1/note; cat /home/user/file";
    expect(await machine.sh(kept)).toBe("mine\nmine\nkept\n");
    await imp.apply({ persistence: {} });
    expect(await machine.sh("cat /home/user/file /home/user/app/note")).toBe("mine\nmine\n");
    expect(await machine.sh(`${planted}; ${decoys}`)).toBe(before);
  });

  test("inside of what is copied into a new source, it stays a symlink", async () => {
    await machine.sh("echo secret > /root/secret; chmod 600 /root/secret");
    await asUser("mkdir work; ln -s /root/secret work/link; ln -s /root work/directory");
    await imp.apply({
      create_sources: true,
      persistence: { "/persist/home": { directories: ["/home/user/work"] } },
    });
    expect(
      await machine.sh("cd /persist/home/home/user/work; readlink link directory; stat -c %U link"),
    ).toBe("/root/secret\n/root\nuser\n");
  });

  test("and beside a hard link to root's file, owner and mode of that file stay", async () => {
    await machine.sh(`
      echo secret > /persist/home/secret; chmod 600 /persist/home/secret
      mkdir -p /persist/home/home/user; ln /persist/home/secret /persist/home/home/user/file
      chown 1000:1000 /persist/home/home/user
    `);
    const file = { file: "/home/user/file", user: "user", mode: "0644" };
    const message = await imp.refusedApply({ persistence: { "/persist/home": { files: [file] } } });
    expect(message).toContain("hard links");
    expect(await machine.sh("stat -c '%U %a' /persist/home/secret")).toBe("root 600\n");
  });
});
