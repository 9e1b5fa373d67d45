import { expect, setDefaultTimeout } from "bun:test";
import { injecting } from "./machine/injection.ts";
import { ext4, LoopFilesystems, lackFor } from "./machine/loop-filesystem.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "./machine/on-machine.ts";
import { type PersistedImp, persistedImp, stateDirectory } from "./machine/persisted-imp.ts";
import { lacks, need, program } from "./requirement.ts";

/**
 * Targets on an overlay, as on a root that is a read-only image under a tmpfs: whatever imp moves of the image is copied
 * up by the kernel, and is then an object with another birth, on some overlays with another inode number too.
 */

setDefaultTimeout(30_000);

const withoutRoot = lacks(need(isRoot, "root: loop devices and overlays"));
const withoutExt4 = withoutRoot || lacks(lackFor(ext4));
const withoutSquashfs = withoutRoot || lacks(program("mksquashfs"));
const withoutStrace = lacks(program("strace"));

let machine: Machine & AsyncDisposable;
let imp: PersistedImp;
let loops: LoopFilesystems;

/** What the image has at the targets, each made with the owner, mode and time that it must have afterwards. */
const content = `
  mkdir -p etc srv/taken/inner var/covered
  echo same > etc/same.conf; echo image > etc/other.conf; chmod 640 etc/other.conf; chown 1000:1001 etc/other.conf
  echo image > etc/hard.conf; ln etc/hard.conf etc/hard.twin; touch etc/empty.conf
  ln -s nowhere etc/symlink; mkfifo etc/fifo
  echo image > srv/taken/inner/name; echo same > var/covered/same.conf; echo image > var/covered/other.conf
  touch var/covered/empty.conf
  find . -exec touch --no-dereference --date=@1700000000 {} +
`;

const lowers = {
  /** Mounts a lower layer with that content at `/lower`. */
  async ext4() {
    await machine.sh(`mount ${loops.make(ext4)} /lower; cd /lower; rmdir lost+found; ${content}`);
  },
  async squashfs() {
    await machine.sh(`
      mkdir /persist/content; cd /persist/content; ${content}
      mksquashfs . /persist/image -quiet -no-progress; mount -o loop /persist/image /lower; rm -r /persist/content
    `);
  },
  /** An overlay has no file handles, so what is copied up from it gets another inode number. */
  async overlay() {
    await machine.sh(`
      mkdir -p /deep; mount -t tmpfs deep /deep; mkdir /deep/lower /deep/upper /deep/work; cd /deep/lower; ${content}
      mount -t overlay -o lowerdir=/deep/lower,upperdir=/deep/upper,workdir=/deep/work deep /lower
    `);
  },
};

const variants: readonly {
  readonly name: string;
  readonly lower: keyof typeof lowers;
  readonly options: string;
  readonly isMissing: boolean;
}[] = [
  { name: "ext4 under tmpfs", lower: "ext4", options: "", isMissing: withoutExt4 },
  { name: "ext4 under tmpfs with xino", lower: "ext4", options: ",xino=on", isMissing: withoutExt4 },
  { name: "ext4 under tmpfs with metacopy", lower: "ext4", options: ",metacopy=on", isMissing: withoutExt4 },
  { name: "squashfs under tmpfs", lower: "squashfs", options: "", isMissing: withoutSquashfs },
  { name: "an overlay under tmpfs", lower: "overlay", options: "", isMissing: withoutRoot },
];

/** Mounts the overlay anew: what was written to it is gone. */
const start = (options: string) =>
  machine.sh(`
    mkdir -p /upper; mount -t tmpfs upper /upper; mkdir /upper/upper /upper/work
    mount -t overlay -o lowerdir=/lower,upperdir=/upper/upper,workdir=/upper/work${options} image /image
  `);
const throwAway = () => machine.sh("umount -R /image /upper");

/** As a reboot does: everything lies in the lower layer again. */
async function startAgain(options: string): Promise<void> {
  await throwAway();
  await start(options);
}

const other = {
  backup: true,
  persistence: {
    "/persist/system": {
      files: ["same", "other", "hard", "empty"].map((name) => `/image/etc/${name}.conf`),
    },
  },
};
const strange = {
  backup: true,
  persistence: {
    "/persist/system": {
      files: ["/image/etc/symlink", "/image/etc/fifo", { file: "/image/etc/other.conf", method: "bind" }],
    },
  },
};

/** Every object on the overlay with all that counts of it. */
const picture = () =>
  machine.sh(`
    cd /image; find . -mindepth 1 -not -type d -printf '%p %y %m %U:%G %T@ %l\\n' | sort
    find . -type d -printf '%p %m %U:%G\\n' | sort
    find . -type f | sort | xargs tail -n +1
  `);

/**
 * imp under strace, which makes one call go wrong.
 * @param path count only calls that concern this path
 */
const impWith = (injection: string, path: string | null, ...words: readonly string[]) => {
  const paths = path === null ? [] : ["-P", path];
  return machine.run([
    ...injecting(injection),
    ...paths,
    "/imp/imp",
    ...words,
    "--config",
    "/persist/imp.toml",
  ]);
};

/** The first time that a directory is synced, all steps are done, and nothing is on record yet. */
const atTheEnd = { fails: "fsync:error=EIO:when=1", isKilled: "fsync:signal=KILL:when=1" };

beforeAll(async () => {
  machine = await startMachine();
  imp = persistedImp(machine);
  loops = new LoopFilesystems();
  await machine.sh("mkdir /lower /image");
});

afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  loops.dispose();
});

for (const { name, lower, options, isMissing } of variants) {
  describe.skipIf(isMissing)(`on an overlay: ${name}`, () => {
    beforeAll(async () => {
      await lowers[lower]();
    });

    beforeEach(async () => {
      await machine.sh(`
        mkdir -p /persist/system/image/etc; cd /persist/system/image/etc
        echo same > same.conf
        for name in other.conf hard.conf empty.conf symlink fifo; do echo kept > $name; done
        touch --date=@1700000000 same.conf
      `);
      await start(options);
    });

    afterEach(async () => {
      await imp.apply({ persistence: {} });
      await throwAway();
      await machine.sh("rm -r /persist/system /persist/imp");
    });

    afterAll(async () => {
      await machine.sh("umount /lower; [ ! -e /deep ] || umount /deep; rm -rf /deep /persist/image");
    });

    test("files of the image give way to links, as backups or as what is the same, and come back", async () => {
      const before = await picture();
      await imp.apply(other);
      expect(
        await machine.sh("cd /image/etc; cat same.conf other.conf hard.conf empty.conf *.backup.*"),
      ).toBe("same\nkept\nkept\nkept\nimage\nimage\n");
      expect(await machine.sh("cd /image/etc; ls -A | grep -c -e backup -e imp")).toBe("3\n");
      await imp.ok("verify");
      await imp.apply({ persistence: {} });
      expect(await picture()).toBe(before);
    });

    test("symlinks, FIFOs and mounted files do so too", async () => {
      const before = await picture();
      await imp.apply(strange);
      expect(await machine.sh("cd /image/etc; cat symlink fifo other.conf other.conf.backup.*")).toBe(
        "kept\nkept\nkept\nimage\n",
      );
      await imp.ok("verify");
      await imp.apply({ persistence: {} });
      expect(await picture()).toBe(before);
    });

    test("after a reboot restore brings them back over the image's own files", async () => {
      await imp.apply(other);
      await startAgain(options);
      await imp.ok("restore");
      await imp.ok("verify");
      expect(await machine.sh("cd /image/etc; cat other.conf same.conf *.backup.*")).toBe(
        "kept\nsame\nimage\nimage\n",
      );
    });

    test.skipIf(withoutStrace)("what fails at the very end is undone", async () => {
      const before = await picture();
      await imp.configure({ ...other, persistence: { ...other.persistence, ...coveringRoot } });
      await machine.sh("mkdir -p /persist/cover/image/var/covered");
      const { exitCode, stderr } = await impWith(atTheEnd.fails, "/image/etc", "apply");
      expect(exitCode).toBe(1);
      expect(stderr).toContain("nothing changed");
      expect(await picture()).toBe(before);
    });

    test.skipIf(withoutStrace)(
      "a kill at any rename, or after the last step, is settled by the next command",
      async () => {
        const before = await picture();
        const renames = [1, 2, 3, 4, 5, 6].map(
          (turn) => [`renameat2:signal=KILL:when=${turn}`, null] as const,
        );
        let settled = 0;
        for (const [injection, path] of [...renames, [atTheEnd.isKilled, "/image/etc"] as const]) {
          await startAgain(options);
          await imp.configure(other);
          const { exitCode } = await impWith(injection, path, "apply");
          expect([injection, exitCode]).toEqual([injection, 137]);
          if (await machine.sh(`ls ${stateDirectory} | grep journal || true`)) settled += 1;
          await imp.apply({ persistence: {} });
          expect([injection, await picture()]).toEqual([injection, before]);
        }
        expect(settled).toBeGreaterThan(5);
      },
    );

    test.skipIf(withoutStrace)("a kill before a reboot is settled after it", async () => {
      const before = await picture();
      await imp.configure(other);
      await impWith(atTheEnd.isKilled, "/image/etc", "apply");
      await startAgain(options);
      await imp.apply({ persistence: {} });
      expect(await picture()).toBe(before);
    });

    test("what only comes to light when a mount goes is moved like the rest", async () => {
      const before = await picture();
      await machine.sh("mkdir -p /persist/cover/image/var/covered");
      const number = await imp.apply(covering);
      expect(await machine.sh("ls /image/var/covered")).toBe("");
      await machine.sh(coveredSources);
      await imp.apply(uncovered);
      expect(await machine.sh("cd /image/var/covered; cat other.conf same.conf *.backup.*")).toBe(
        "kept\nsame\nimage\n",
      );
      await imp.ok("verify");
      await imp.ok("switch", number);
      await imp.ok("verify");
      await imp.apply({ persistence: {} });
      expect(await picture()).toBe(before);
    });

    test.skipIf(withoutStrace)("a kill after that is settled too, and so is what fails", async () => {
      await machine.sh(`mkdir -p /persist/cover/image/var/covered; ${coveredSources}`);
      const before = await picture();
      for (const [injection, path] of [
        [atTheEnd.fails, "/image/var/covered"],
        [atTheEnd.isKilled, "/image/var/covered"],
        ["utimensat:signal=KILL:when=1", null],
        ["utimensat:signal=KILL:when=2", null],
      ] as const) {
        await startAgain(options);
        await imp.apply(covering);
        await imp.configure(uncovered);
        const { exitCode } = await impWith(injection, path, "apply");
        expect([injection, exitCode]).toEqual([injection, injection.includes("KILL") ? 137 : 1]);
        await imp.ok("restore");
        expect(await machine.sh("ls /image/var/covered")).toBe("");
        await imp.apply({ persistence: {} });
        expect([injection, await picture()]).toEqual([injection, before]);
      }
    });

    test.skipIf(withoutStrace)(
      "an empty file of the image is not taken for one that a killed command made",
      async () => {
        const before = await picture();
        await machine.sh(`mkdir -p /persist/cover/image/var/covered; ${coveredSources}`);
        await imp.apply(covering);
        await imp.configure(uncoveredEmpty);
        // After it was copied up, before the journal knows.
        const { exitCode } = await impWith("renameat2:signal=KILL:when=2", stateDirectory, "apply");
        expect(exitCode).toBe(137);
        await imp.ok("restore");
        await imp.apply({ persistence: {} });
        expect(await picture()).toBe(before);
      },
    );

    test.skipIf(withoutStrace)(
      "directories are known again though the kernel forgot their inode numbers",
      async () => {
        await machine.sh("mkdir -p /image/srv/upper/inner; mkdir -p /persist/system/image/srv/upper");
        const before = await picture();
        const forget = () => machine.sh("echo 2 > /proc/sys/vm/drop_caches");
        await imp.configure({
          backup: true,
          create_sources: true,
          persistence: {
            "/persist/system": { directories: ["/image/srv/upper"], files: ["/image/srv/made/for/link"] },
          },
        });
        const { exitCode } = await impWith(atTheEnd.isKilled, "/image/srv", "apply");
        expect(exitCode).toBe(137);
        await forget();
        await imp.ok("apply");
        expect(await machine.sh("ls -d /image/srv/upper.backup.*/inner | wc -l")).toBe("1\n");
        await imp.ok("verify");
        await forget();
        await imp.apply({ persistence: {} });
        expect(await picture()).toBe(before);
      },
    );

    test("a directory of the image becomes a backup where the overlay can rename it, else nothing changes", async () => {
      const before = await picture();
      await machine.sh("mkdir -p /persist/system/image/srv/taken");
      await imp.configure({
        backup: true,
        persistence: {
          "/persist/system": { directories: ["/image/srv/taken"], files: ["/image/etc/same.conf"] },
        },
      });
      const { exitCode, stderr } = await imp.run("apply");
      if (options.includes("metacopy")) {
        expect(stderr).toBe("");
        expect(await machine.sh("cat /image/srv/taken.backup.*/inner/name")).toBe("image\n");
        await imp.ok("verify");
        await imp.apply({ persistence: {} });
      } else {
        expect(exitCode).toBe(1);
        expect(stderr).toContain("a directory of an overlay's lower layer can't be renamed");
      }
      expect(await picture()).toBe(before);
    });
  });
}

const coveredSources = `
  mkdir -p /persist/system/image/var/covered; cd /persist/system/image/var/covered
  echo same > same.conf; echo kept > other.conf; echo kept > empty.conf; touch --date=@1700000000 same.conf
`;
const coveringRoot = { "/persist/cover": { directories: ["/image/var/covered"] } };
const covering = { persistence: coveringRoot };
const uncovered = {
  backup: true,
  persistence: {
    "/persist/system": { files: ["/image/var/covered/same.conf", "/image/var/covered/other.conf"] },
  },
};

const uncoveredEmpty = {
  backup: true,
  persistence: {
    "/persist/system": { files: [{ file: "/image/var/covered/empty.conf", method: "bind" }] },
  },
};

describe.skipIf(withoutExt4)("a root that becomes an overlay after imp was used on it", () => {
  test("has its backups put back out of the lower layer", async () => {
    const device = loops.make(ext4);
    await machine.sh(`
      mount ${device} /image; cd /image; rmdir lost+found; ${content}
      mkdir -p /persist/system/image/etc; cd /persist/system/image/etc
      echo same > same.conf; touch --date=@1700000000 same.conf
      for name in other.conf hard.conf empty.conf; do echo kept > $name; done
    `);
    const before = await picture();
    await imp.apply(other);
    await machine.sh(`umount /image; mount ${device} /lower`);
    await start("");
    await imp.ok("verify");
    await imp.apply({ persistence: {} });
    expect(await picture()).toBe(before);
    await throwAway();
    await machine.sh("umount /lower");
  });
});
