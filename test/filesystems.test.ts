import { expect, setDefaultTimeout } from "bun:test";
import { processIn } from "./machine/busy-process.ts";
import { extendedAttribute, setExtendedAttribute } from "./machine/extended-attributes.ts";
import { fingerprint } from "./machine/fingerprint.ts";
import { btrfs, ext4, LoopFilesystems, lackFor, mountIn, xfs } from "./machine/loop-filesystem.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { mountPointsIn, mountTable } from "./machine/mount-table.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "./machine/on-machine.ts";
import { type PersistedImp, persistedImp } from "./machine/persisted-imp.ts";
import { lacks, need } from "./requirement.ts";

// On a busy machine the usual five seconds can be too few.
setDefaultTimeout(30_000);

const withoutRoot = lacks(
  need(isRoot, "root: other people's files, and a filesystem that becomes read-only"),
);
const missing = { ext4: lacks(lackFor(ext4)), xfs: lacks(lackFor(xfs)), btrfs: lacks(lackFor(btrfs)) };

let machine: Machine & AsyncDisposable;
let imp: PersistedImp;
let loops: LoopFilesystems;

beforeAll(async () => {
  machine = await startMachine();
  imp = persistedImp(machine);
  loops = new LoopFilesystems();
});

afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  loops.dispose();
});

/** No test leaves an entry; what it made at targets goes with it. */
afterEach(async () => {
  await imp.apply({ persistence: {} });
  await machine.sh("rm -rf /srv /etc/app* /var/lib/app");
});

const places: readonly {
  readonly name: string;
  readonly isMissing: boolean;
  /** Mounts a filesystem at the mount point. Returns the persistence root on it. */
  readonly mount: (mountPoint: string) => Promise<string>;
}[] = [
  {
    name: "tmpfs",
    isMissing: false,
    async mount(mountPoint) {
      await machine.sh(`mkdir -p ${mountPoint}; mount -t tmpfs keep ${mountPoint}`);
      return mountPoint;
    },
  },
  {
    name: "ext4",
    isMissing: missing.ext4,
    async mount(mountPoint) {
      await mountIn(machine, loops.make(ext4), mountPoint, "nodev,nosuid,noatime");
      return `${mountPoint}/system`;
    },
  },
  {
    name: "xfs",
    isMissing: missing.xfs,
    async mount(mountPoint) {
      await mountIn(machine, loops.make(xfs), mountPoint);
      return mountPoint;
    },
  },
  {
    name: "a btrfs subvolume",
    isMissing: missing.btrfs,
    async mount(mountPoint) {
      await mountIn(machine, loops.make(btrfs), mountPoint);
      await machine.sh(`btrfs subvolume create ${mountPoint}/system`);
      return `${mountPoint}/system`;
    },
  },
  {
    name: "btrfs mounted with subvol=",
    isMissing: missing.btrfs,
    async mount(mountPoint) {
      const device = loops.make(btrfs);
      await mountIn(machine, device, mountPoint);
      await machine.sh(`
        btrfs subvolume create ${mountPoint}/@keep
        btrfs subvolume create ${mountPoint}/@keep/system
        umount ${mountPoint}
      `);
      await mountIn(machine, device, mountPoint, "subvol=@keep,compress=zstd");
      return `${mountPoint}/system`;
    },
  },
];

for (const { name, isMissing, mount } of places) {
  describe.skipIf(isMissing)(`a persistence root on ${name}`, () => {
    const mountPoint = `/mnt/${name.replaceAll(/\W/g, "-")}`;
    let root: string;

    beforeAll(async () => {
      root = await mount(mountPoint);
    });

    beforeEach(async () => {
      await machine.sh(`
        rm -rf ${root}/*
        mkdir -p ${root}/srv/data ${root}/etc ${root}/newer/srv/data ${root}/newer/etc
        echo old > ${root}/srv/data/name; echo new > ${root}/newer/srv/data/name
        echo old-linked > ${root}/etc/app.conf; echo new-linked > ${root}/newer/etc/app.conf
        echo old-bound > ${root}/etc/app.id; echo new-bound > ${root}/newer/etc/app.id
      `);
    });

    const entries = {
      directories: ["/srv/data"],
      files: ["/etc/app.conf", { file: "/etc/app.id", method: "bind" }],
    };
    const old = () => ({ persistence: { [root]: entries } });
    const newer = () => ({ persistence: { [`${root}/newer`]: entries } });
    const contents = () => machine.sh("cat /srv/data/name /etc/app.conf /etc/app.id");
    const oldContents = "old\nold-linked\nold-bound\n";
    const newContents = "new\nnew-linked\nnew-bound\n";

    test("shows its entries, and verify finds them good", async () => {
      await imp.apply(old());
      expect(await contents()).toBe(oldContents);
      await imp.ok("verify");
      await machine.sh("echo written > /srv/data/written; echo rewritten > /etc/app.id");
      expect(await machine.sh(`cat ${root}/srv/data/written ${root}/etc/app.id`)).toBe(
        "written\nrewritten\n",
      );
      await imp.ok("verify");
    });

    test("gives way to another one on the same filesystem, and comes back", async () => {
      const first = await imp.apply(old());
      await imp.apply(newer());
      expect(await contents()).toBe(newContents);
      expect(await mountPointsIn(machine, "/srv")).toEqual(["/srv/data"]);
      expect(await mountPointsIn(machine, "/etc")).toEqual(["/etc/app.id"]);
      await imp.ok("verify");
      await imp.ok("switch", first);
      expect(await contents()).toBe(oldContents);
      await imp.ok("verify");
      await imp.ok("rollback");
      expect(await contents()).toBe(newContents);
    });

    test("gives way to one on another filesystem, and comes back", async () => {
      await machine.sh(`
        mkdir -p /persist/else/srv/data /persist/else/etc
        echo else > /persist/else/srv/data/name
        echo else > /persist/else/etc/app.conf; echo else > /persist/else/etc/app.id
      `);
      await imp.apply(old());
      await imp.apply({ persistence: { "/persist/else": entries } });
      expect(await contents()).toBe("else\nelse\nelse\n");
      await imp.ok("verify");
      await imp.ok("rollback");
      expect(await contents()).toBe(oldContents);
      await imp.ok("verify");
    });

    test("keeps what stands in the way as backups, and gives them back", async () => {
      await machine.sh(`
        mkdir -p /srv/data /srv/other; echo mine > /srv/data/mine
        echo mine > /etc/app.conf; echo mine > /etc/app.id
      `);
      const before = await fingerprint(machine, "/srv", "/etc", root);
      expect(await imp.refusedApply(old())).toContain("/etc/app.conf is in the way");
      expect(await fingerprint(machine, "/srv", "/etc", root)).toBe(before);
      await imp.apply({ backup: true, ...old() });
      expect(await contents()).toBe(oldContents);
      expect(
        await machine.sh("cat /srv/data.backup.*/mine /etc/app.conf.backup.* /etc/app.id.backup.*"),
      ).toBe("mine\nmine\nmine\n");
      await imp.ok("verify");
      await imp.apply({ persistence: {} });
      expect(await fingerprint(machine, "/srv", "/etc", root)).toBe(before);
    });

    test.skipIf(withoutRoot)(
      "takes a copy of what its entries show so far, with attributes, links, times and holes",
      async () => {
        await machine.sh(`
        rm -r ${root}/srv ${root}/etc
        mkdir -p /srv/data/inner; chown 1000:1001 /srv/data /srv/data/inner; chmod 2750 /srv/data; chmod 700 /srv/data/inner
        echo text > /srv/data/file; ln /srv/data/file /srv/data/inner/link; ln -s inner/link /srv/data/symlink
        chown 1001:1000 /srv/data/file; chmod 4751 /srv/data/file; mkfifo /srv/data/fifo
        truncate --size=24M /srv/data/holes
        printf begin | dd of=/srv/data/holes conv=notrunc status=none
        printf middle | dd of=/srv/data/holes conv=notrunc status=none bs=1M seek=20
        echo linked > /etc/app.conf; chmod 640 /etc/app.conf; chown 1000 /etc/app.conf; echo bound > /etc/app.id
        touch -d '2001-02-03 04:05:06.789' /srv/data/file /srv/data/inner /etc/app.conf
        touch -h -d '2002-02-03' /srv/data/symlink
        touch -d '2003-02-03' /srv/data
      `);
        const attributes = ["user.imp", "trusted.imp"].filter((name) =>
          [
            setExtendedAttribute(machine.outside("/srv/data/file"), name, "kept"),
            setExtendedAttribute(machine.outside("/srv/data/inner"), name, "kept"),
          ].every(Boolean),
        );
        const list = async () =>
          await machine.sh(`
          cd /srv/data; find . -printf '%p %y %m %U:%G %T@ %l ' \\( -type d -printf '\\n' -o -printf '%n %s\\n' \\) | sort
          find . -type f -exec sha256sum {} + | sort
          stat -L -c '%n %a %u:%g %s %Y' /etc/app.conf /etc/app.id; cat /etc/app.conf /etc/app.id
        `);
        const before = await list();
        await imp.apply({ create_sources: true, ...old() });
        expect(await list()).toBe(before);
        expect(await machine.sh(`find ${root}/srv/data/inner/link -samefile ${root}/srv/data/file`)).not.toBe(
          "",
        );
        for (const name of attributes) {
          expect(extendedAttribute(machine.outside("/srv/data/file"), name)).toBe("kept");
          expect(extendedAttribute(machine.outside("/srv/data/inner"), name)).toBe("kept");
        }
        expect(attributes).not.toEqual([]);
        const kilobytes = Number(await machine.sh(`du -k ${root}/srv/data/holes | cut -f1`));
        expect(kilobytes).toBeLessThan(4096);
        await imp.ok("verify");

        await imp.apply({ persistence: {} });
        expect(await machine.sh("ls /srv/data")).toBe("fifo\nfile\nholes\ninner\nsymlink\n");
        expect(await machine.sh(`cat ${root}/srv/data/file`)).toBe("text\n");
      },
    );

    test("is restored after everything was unmounted and removed by hand", async () => {
      await imp.apply(old());
      await machine.sh("umount /srv/data /etc/app.id; rm -r /srv /etc/app.id /etc/app.conf");
      const { exitCode, stdout } = await imp.run("verify");
      expect(exitCode).toBe(1);
      expect(stdout).toContain("3 of 3 entries differ");
      await imp.ok("restore");
      expect(await contents()).toBe(oldContents);
      await imp.ok("verify");
    });

    test("shows its new directory and file after restore if the old ones were deleted", async () => {
      await imp.apply(old());
      await machine.sh(`
        rm -r ${root}/srv/data ${root}/etc/app.id; mkdir ${root}/srv/data
        echo again > ${root}/srv/data/name; echo again > ${root}/etc/app.id
      `);
      const { exitCode, stdout } = await imp.run("verify");
      expect(exitCode).toBe(1);
      expect(stdout).toContain("2 of 3 entries differ");
      await imp.ok("restore");
      expect(await contents()).toBe("again\nold-linked\nagain\n");
      await imp.ok("verify");
    });

    test.skipIf(withoutRoot)(
      "is not written to when nothing is to be created, and can be mounted read-only",
      async () => {
        await machine.sh(`mount -o remount,ro ${mountPoint}`);
        try {
          await imp.apply(old());
          expect(await contents()).toBe(oldContents);
          expect((await machine.run(["touch", "/srv/data/new"])).exitCode).toBe(1);
          await imp.ok("verify");
          const before = await fingerprint(machine, "/srv", "/etc", root);
          const missingSource = { create_sources: true, directories: ["/srv/data", "/srv/missing"] };
          expect(await imp.refusedApply({ persistence: { [root]: missingSource } })).toContain("read-only");
          expect(await fingerprint(machine, "/srv", "/etc", root)).toBe(before);
          await imp.apply({ persistence: {} });
        } finally {
          await machine.sh(`mount -o remount,rw ${mountPoint}`);
        }
      },
    );

    test("can be unmounted in the end when no entry is left, also after a command that failed", async () => {
      await imp.apply(old());
      await imp.apply(newer());
      {
        await using _user = await processIn(machine, "/srv/data");
        await imp.refusedApply(old());
        await imp.refusedApply({ persistence: {} });
      }
      await imp.apply({ persistence: {} });
      expect(await mountPointsIn(machine, "/srv")).toEqual([]);
      await machine.sh(`umount ${mountPoint}`);
    });
  });
}

describe("a persistence root", () => {
  test("can be reached through a symlink that root owns", async () => {
    await machine.sh(`
      mkdir -p /persist/far/system/srv/data /persist/far/system/etc
      echo far > /persist/far/system/srv/data/name; echo conf > /persist/far/system/etc/app.conf
      ln -s persist/far /near
    `);
    const configuration = {
      persistence: {
        "/near/system": {
          directories: ["/srv/data", "/srv/new"],
          files: ["/etc/app.conf"],
          create_sources: true,
        },
      },
    };
    const number = await imp.apply(configuration);
    expect(await machine.sh("cat /srv/data/name /etc/app.conf; readlink /etc/app.conf")).toBe(
      "far\nconf\n/near/system/etc/app.conf\n",
    );
    expect(await machine.sh("ls /persist/far/system/srv")).toBe("data\nnew\n");
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    await imp.ok("switch", number);
    await imp.ok("verify");
    await machine.sh("umount /srv/data");
    await imp.ok("restore");
    await imp.ok("verify");
  });

  test("whose symlink leads elsewhere by now shows what it leads to after restore", async () => {
    await machine.sh(`
      mkdir -p /persist/a/srv/data /persist/b/srv/data
      echo a > /persist/a/srv/data/name; echo b > /persist/b/srv/data/name
      ln -sfn persist/a /chosen
    `);
    await imp.apply({ persistence: { "/chosen": { directories: ["/srv/data"] } } });
    await machine.sh("ln -sfn persist/b /chosen");
    expect((await imp.run("verify")).exitCode).toBe(1);
    await machine.sh("umount /srv/data");
    await imp.ok("restore");
    expect(await machine.sh("cat /srv/data/name")).toBe("b\n");
    await imp.ok("verify");
  });

  test("keeps its mount's options on every entry, to which the entry's own are added", async () => {
    await machine.sh(`
      mkdir -p /mnt/strict; mount -t tmpfs -o nosuid,nodev,noexec,noatime strict /mnt/strict
      mkdir -p /mnt/strict/srv/data /mnt/strict/srv/fixed
    `);
    await imp.apply({
      persistence: {
        "/mnt/strict": { directories: ["/srv/data", { directory: "/srv/fixed", options: ["ro"] }] },
      },
    });
    const options = async (path: string) =>
      (await mountTable(machine)).find((line) => line.path === path)?.options;
    expect(await options("/srv/data")).toEqual(["rw", "nosuid", "nodev", "noexec", "noatime"]);
    expect(await options("/srv/fixed")).toEqual(["ro", "nosuid", "nodev", "noexec", "noatime"]);
    await imp.ok("verify");
    await machine.sh("mount -o remount,bind,rw,exec /srv/fixed");
    expect((await imp.run("verify")).exitCode).toBe(1);
    await imp.ok("restore");
    expect(await options("/srv/fixed")).toEqual(["ro", "nosuid", "nodev", "noexec", "noatime"]);
    await imp.apply({ persistence: {} });
    await machine.sh("umount /mnt/strict");
  });
});

test("a persistence root that is full keeps its content, and the command that filled it changes nothing", async () => {
  await machine.sh(`
    mkdir -p /mnt/small /srv/data/inner; mount -t tmpfs -o size=1M small /mnt/small; mkdir -p /mnt/small/etc
    echo kept > /mnt/small/etc/app.conf
    head -c 2M /dev/urandom > /srv/data/inner/large; echo small > /srv/data/small
  `);
  const before = await fingerprint(machine, "/srv", "/etc", "/mnt");
  const message = await imp.refusedApply({
    create_sources: true,
    persistence: { "/mnt/small": { directories: ["/srv/data"], files: ["/etc/app.conf"] } },
  });
  expect(message).toContain("No space left on device");
  expect(await fingerprint(machine, "/srv", "/etc", "/mnt")).toBe(before);
  await machine.sh("umount /mnt/small");
});

describe("a source that is itself a mount point", () => {
  test("shows the filesystem that is mounted there, not the directory under it", async () => {
    await machine.sh(`
      mkdir -p /persist/system/srv/data; echo under > /persist/system/srv/data/under
      mount -t tmpfs own /persist/system/srv/data; echo own > /persist/system/srv/data/name
    `);
    const number = await imp.apply({ persistence: { "/persist/system": { directories: ["/srv/data"] } } });
    expect(await machine.sh("ls /srv/data")).toBe("name\n");
    expect(await mountPointsIn(machine, "/persist")).toEqual(["/persist", "/persist/system/srv/data"]);
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    await imp.ok("switch", number);
    expect(await machine.sh("ls /srv/data")).toBe("name\n");
    await imp.apply({ persistence: {} });
    await machine.sh("umount /persist/system/srv/data");
  });

  test("and is mounted only after the entry: verify tells that the entry shows something else", async () => {
    await machine.sh("mkdir -p /persist/system/srv/data; touch /persist/system/srv/data/under");
    await imp.apply({ persistence: { "/persist/system": { directories: ["/srv/data"] } } });
    await machine.sh("mount -t tmpfs own /persist/system/srv/data");
    expect((await imp.run("verify")).exitCode).toBe(1);
    await machine.sh("umount /persist/system/srv/data");
    await imp.ok("verify");
  });

  test.skipIf(missing.ext4 || missing.btrfs)(
    "on a loop device, below a root on another one: each can be unmounted afterwards",
    async () => {
      await mountIn(machine, loops.make(btrfs), "/mnt/main");
      await machine.sh("btrfs subvolume create /mnt/main/srv; mkdir /mnt/main/srv/data");
      await mountIn(machine, loops.make(ext4), "/mnt/main/srv/data");
      await machine.sh("echo ext4 > /mnt/main/srv/data/name; echo btrfs > /mnt/main/srv/name");
      await imp.apply({ persistence: { "/mnt/main": { directories: ["/srv", "/srv/data"] } } });
      expect(await machine.sh("cat /srv/name /srv/data/name; stat -f -c %T /srv /srv/data")).toBe(
        "btrfs\next4\nbtrfs\next2/ext3\n",
      );
      await imp.ok("verify");
      await imp.apply({ persistence: {} });
      await machine.sh("umount /mnt/main/srv/data /mnt/main");
    },
  );
});

test("an entry can appear on another mount, which can be unmounted once the entry is gone", async () => {
  await machine.sh(`
    mkdir -p /persist/system/mnt/stick/data /mnt/stick; mount -t tmpfs stick /mnt/stick
    echo kept > /persist/system/mnt/stick/data/name; echo conf > /persist/system/mnt/stick/conf
  `);
  const number = await imp.apply({
    persistence: { "/persist/system": { directories: ["/mnt/stick/data"], files: ["/mnt/stick/conf"] } },
  });
  expect(await machine.sh("cat /mnt/stick/data/name /mnt/stick/conf")).toBe("kept\nconf\n");
  await imp.ok("verify");
  await imp.apply({ persistence: {} });
  expect(await machine.sh("ls /mnt/stick")).toBe("");
  await machine.sh("umount /mnt/stick");

  await machine.sh("mount -t tmpfs stick /mnt/stick");
  await imp.ok("switch", number);
  await machine.sh("umount -l /mnt/stick; mount -t tmpfs another-stick /mnt/stick");
  expect((await imp.run("verify")).exitCode).toBe(1);
  await imp.ok("restore");
  expect(await machine.sh("cat /mnt/stick/data/name /mnt/stick/conf")).toBe("kept\nconf\n");
  await imp.ok("verify");
  await imp.apply({ persistence: {} });
  await machine.sh("umount /mnt/stick");
});

describe("on a root that is an overlay", () => {
  /** The overlay's root with the machine's programs in it, as a live image has it. */
  const enter = ["chroot", "/overlay"];
  const inside = (...words: readonly string[]) =>
    machine.run([...enter, "/imp/imp", ...words, "--config", "/persist/imp.toml"]);
  const insideOk = async (...words: readonly string[]) => {
    const { exitCode, stdout, stderr } = await inside(...words);
    if (exitCode !== 0) throw new Error(`imp ${words.join(" ")}: ${stdout}${stderr}`);
  };
  const sh = (script: string) => machine.sh(`chroot /overlay sh -euc '${script}'`);

  beforeAll(async () => {
    await machine.sh(`
      mkdir -p /layers /overlay; mount -t tmpfs layers /layers; mkdir /layers/lower /layers/upper /layers/work
      cd /layers/lower; mkdir -p usr proc dev etc run tmp imp persist srv/lower/sub
      cp -dR /bin /sbin /lib* .; cp -dR /etc/. etc/
      echo lower > srv/lower/sub/name; echo lower > etc/lower.conf
      mount -t overlay -o lowerdir=/layers/lower,upperdir=/layers/upper,workdir=/layers/work overlay /overlay
      for directory in usr proc dev run persist imp; do
        mount --rbind /$directory /overlay/$directory
        mount --make-rslave /overlay/$directory
      done
      mkdir -p /persist/copied /persist/live/srv/lower /persist/live/srv/fresh /persist/live/etc
      echo kept > /persist/live/srv/lower/name; echo kept > /persist/live/srv/fresh/name; echo kept > /persist/live/etc/lower.conf
    `);
  });

  const live = {
    backup: true,
    persistence: {
      "/persist/live": { directories: ["/srv/fresh"], files: ["/etc/lower.conf"] },
    },
  };

  test("entries appear over both layers, are verified, restored, and go", async () => {
    const original = await sh("find /srv /etc/lower.conf -type f; cat /etc/lower.conf");
    await imp.configure(live);
    await insideOk("apply");
    expect(await sh("cat /srv/fresh/name /etc/lower.conf /etc/lower.conf.backup.*")).toBe(
      "kept\nkept\nlower\n",
    );
    await insideOk("verify");
    await sh("umount /srv/fresh; rm /etc/lower.conf");
    expect((await inside("verify")).exitCode).toBe(1);
    await insideOk("restore");
    await insideOk("verify");
    await imp.configure({ persistence: {} });
    await insideOk("apply");
    expect(await sh("find /srv /etc/lower.conf -type f; cat /etc/lower.conf")).toBe(original);
    expect(await sh("ls /etc")).not.toContain("backup");
  });

  test("a directory of the lower layer is mounted over", async () => {
    await imp.configure({ persistence: { "/persist/live": { directories: ["/srv/lower"] } } });
    await insideOk("apply");
    expect(await sh("cat /srv/lower/name")).toBe("kept\n");
    await insideOk("verify");
    await imp.configure({ persistence: {} });
    await insideOk("apply");
    expect(await sh("cat /srv/lower/sub/name")).toBe("lower\n");
  });

  test("a directory of the lower layer becomes a backup, or the command refuses and nothing changes", async () => {
    const before = await sh('find /srv -printf "%p %y %m\\n"');
    await imp.configure({
      backup: true,
      persistence: { "/persist/live": { directories: ["/srv/fresh", "/srv/lower"] } },
    });
    const { exitCode, stderr } = await inside("apply");
    if (exitCode === 0) {
      expect(await sh("cat /srv/lower/name /srv/lower.backup.*/sub/name")).toBe("kept\nlower\n");
      await insideOk("verify");
    } else {
      expect(exitCode).toBe(1);
      expect(stderr).toContain("/srv/lower");
      expect(await sh('find /srv -printf "%p %y %m\\n"')).toBe(before);
    }
    await imp.configure({ persistence: {} });
    await insideOk("apply");
    expect(await sh('find /srv -printf "%p %y %m\\n"')).toBe(before);
  });

  test("the persistence root can lie on the overlay, too", async () => {
    await sh(
      "mkdir -p /keep/srv/fresh /keep/etc; echo overlay > /keep/srv/fresh/name; echo overlay > /keep/etc/app.conf",
    );
    const files = [{ file: "/etc/app.conf", method: "bind" }];
    await imp.configure({ persistence: { "/keep": { directories: ["/srv/fresh"], files } } });
    await insideOk("apply");
    expect(await sh("cat /srv/fresh/name /etc/app.conf")).toBe("overlay\noverlay\n");
    await insideOk("verify");
    await insideOk("restore");
    await imp.configure({ persistence: {} });
    await insideOk("apply");
    expect(await sh("ls /srv /etc | grep -c -e fresh -e app.conf || true")).toBe("0\n");
  });

  test("a source is created as a copy of a directory that both layers make up", async () => {
    await sh("echo upper > /srv/lower/upper");
    await imp.configure({
      create_sources: true,
      persistence: { "/persist/copied": { directories: ["/srv/lower"] } },
    });
    await insideOk("apply");
    expect(await machine.sh("cd /persist/copied/srv/lower; cat upper sub/name")).toBe("upper\nlower\n");
    await insideOk("verify");
    await imp.configure({ persistence: {} });
    await insideOk("apply");
  });

  test("nothing keeps the overlay from being unmounted in the end", async () => {
    await machine.sh(
      "for directory in usr proc dev run persist imp; do umount -l /overlay/$directory; done; umount /overlay /layers",
    );
  });
});
