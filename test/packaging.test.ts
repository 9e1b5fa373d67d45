import { expect, setDefaultTimeout } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { apply } from "./machine/configure.ts";
import { ext4, LoopFilesystems, lackFor } from "./machine/loop-filesystem.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { describe, test } from "./machine/on-machine.ts";
import { lacks, need, program } from "./requirement.ts";

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(60_000);

const packaging = join(import.meta.dir, "../packaging");
const bottomScript = "initramfs-tools/scripts/init-bottom/imp";
const scripts = ["openrc/imp", "initramfs-tools/hooks/imp", bottomScript];
const initramfsTools = need(
  existsSync("/usr/share/initramfs-tools/scripts/functions"),
  "initramfs-tools-core",
);
const hasLogsave = existsSync("/sbin/fsck") && existsSync("/sbin/logsave");

describe("the scripts", () => {
  test.each(scripts)("%s are shell scripts that may be run", (script) => {
    const path = join(packaging, script);
    expect(Bun.spawnSync(["test", "-x", path]).exitCode).toBe(0);
    expect(Bun.spawnSync(["sh", "-n", path]).stderr.toString()).toBe("");
  });

  test.skipIf(lacks(program("shellcheck")))("pass shellcheck", () => {
    const paths = scripts.map((script) => join(packaging, script));
    // SC1091: what they source is on the machine that they are for.
    const { stdout } = Bun.spawnSync(["shellcheck", "--shell=sh", "--exclude=SC1091", ...paths]);
    expect(stdout.toString()).toBe("");
  });
});

describe("the OpenRC script", () => {
  test("restores with the settings of conf.d, and says how that went", async () => {
    await using machine = await startMachine();
    await machine.sh("mkdir -p /persist/store/etc; echo one > /persist/store/etc/one");
    await apply(machine, 'files = ["/etc/one"]');
    await machine.sh("rm /etc/one");
    await machine.write("/openrc", readFileSync(join(packaging, "openrc/imp"), "utf8"));
    // What openrc-run gives a service.
    const run = (action: string) =>
      machine.run([
        "sh",
        "-c",
        `ebegin() { echo "$@ ..."; }; eend() { [ "$1" = 0 ] || echo "$2" >&2; return "$1"; }
         imp_executable=/imp/imp; imp_state_dir=/persist/imp; . /openrc; ${action}`,
      ]);
    expect((await run("start")).exitCode).toBe(0);
    expect(await machine.sh("cat /etc/one")).toBe("one\n");
    expect((await run("stop")).exitCode).toBe(0);
    await machine.sh("rm /etc/one /persist/store/etc/one");
    const failed = await run("start");
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("source path does not exist");
    expect(failed.stderr).toContain("imp left something out");
  });
});

const missing = [initramfsTools, lackFor(ext4)];

/** A machine that stands for an initramfs: the real root is at /sysroot, and the persistent disk is not mounted. */
async function initramfs(device: string): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  await machine.sh(`
    ln -s /usr/share/initramfs-tools/scripts /scripts
    mkdir -p /conf /sysroot /run/initramfs; mount -t tmpfs -o mode=755 sysroot /sysroot; cd /sysroot
    mkdir -p usr proc dev etc persist var imp; mount --rbind /usr usr; cp -dR /etc/passwd /etc/nsswitch.conf etc
    for name in bin sbin lib lib64; do [ ! -e "/$name" ] || ln -s "usr/$name" "$name"; done
    touch imp/imp; mount --bind /imp/imp imp/imp
    echo '${device} /persist ext4 defaults,noatime,nofail,x-systemd.device-timeout=10s 0 2' > etc/fstab
    printf '%s\\n' IMP_EXECUTABLE=/imp/imp IMP_STATE_DIR=/persist/imp 'IMP_MOUNTS="/persist"' IMP_TIMEOUT=1 > /conf/imp
    mount -t ext4 ${device} persist
    mkdir -p persist/store/etc persist/store/var/log; echo 0123456789abcdef > persist/store/etc/machine-id
    echo kept > persist/store/var/log/syslog
    mkdir etc/imp; mount --rbind /proc proc
  `);
  await machine.write(
    "/sysroot/etc/imp/imp.toml",
    'state_dir = "/persist/imp"\n[persistence."/persist/store"]\ndirectories = ["/var/log"]\nfiles = ["/etc/machine-id"]\n',
  );
  await machine.sh(`
    /usr/sbin/chroot /sysroot /imp/imp apply
    umount /sysroot/var/log; rm -r /sysroot/etc/machine-id /sysroot/var/log
    umount -l /sysroot/proc; umount /sysroot/persist
  `);
  await machine.write("/init-bottom", readFileSync(join(packaging, bottomScript), "utf8"));
  return machine;
}

/** What init sets. */
const settings = { rootmnt: "/sysroot", quiet: "n", fastboot: "n", forcefsck: "n", fsckfix: "", debug: "" };

const runScript = (machine: Machine) => machine.run(["sh", "/init-bottom"], { environment: settings });

/** An initramfs of Debian's own check of filesystems and imp's hook, at /image, where the real root is at /sysroot. */
async function buildImage(machine: Machine): Promise<void> {
  await machine.write("/hook", readFileSync(join(packaging, "initramfs-tools/hooks/imp"), "utf8"));
  await machine.sh(
    `
    mkdir -p /etc/imp; for name in bin sysroot proc dev run; do mkdir -p $DESTDIR/$name; done
    cp /conf/imp /etc/imp/initramfs.conf; cp /sysroot/etc/fstab /etc/fstab
    for name in lib lib64 sbin; do mkdir -p $DESTDIR/usr/$name; ln -s usr/$name $DESTDIR/$name; done
    sh /usr/share/initramfs-tools/hooks/fsck
    sh /hook
    cp "$(command -v busybox)" $DESTDIR/bin
    for name in $(busybox --list); do [ "$name" = busybox ] || ln -s busybox "$DESTDIR/bin/$name"; done
    cp -R /usr/share/initramfs-tools/scripts $DESTDIR
    cp /init-bottom $DESTDIR
    for directory in sysroot proc dev run; do mount --rbind /$directory $DESTDIR/$directory; done
    `,
    { environment: { DESTDIR: "/image", CONFDIR: "/etc/initramfs-tools", version: "none", verbose: "n" } },
  );
}

describe.skipIf(lacks(...missing, program("busybox"), need(hasLogsave, "fsck and logsave")))(
  "the initramfs that imp's hook has a part in",
  () => {
    test("checks the persistent disk, and leaves init's own checks as they are without imp", async () => {
      const loops = new LoopFilesystems();
      try {
        const device = loops.make(ext4);
        await using machine = await initramfs(device);
        // Debian's hook takes no fsck, for fstab has no line for /.
        await buildImage(machine);
        const inImage = (...words: readonly string[]) =>
          machine.run(["/usr/sbin/chroot", "/image", "/bin/sh", ...words], {
            environment: { PATH: "/bin:/sbin", ...settings },
          });
        const checkOfRoot = `. /scripts/functions; panic() { echo "panic: $*"; exit 1; }; checkfs ${device} root ext4`;
        expect(await inImage("-c", checkOfRoot)).toEqual({
          exitCode: 0,
          stdout: "Warning: fsck not present, so skipping root file system\n",
          stderr: "",
        });
        const restored = await inImage("/init-bottom");
        expect(restored.stdout).toContain(`${device}: clean`);
        expect(restored.stdout).toContain("Generation 1 is active: 1 mounted, 1 linked");
        expect(await machine.sh("ls /run/initramfs/fsck-persist")).toBe("/run/initramfs/fsck-persist\n");
      } finally {
        loops.dispose();
      }
    });
  },
);

describe.skipIf(lacks(...missing))("the initramfs script", () => {
  test("mounts the persistent disk and restores below the real root, before its init starts", async () => {
    const loops = new LoopFilesystems();
    try {
      const device = loops.make(ext4);
      await using machine = await initramfs(device);
      const { exitCode, stderr, stdout } = await runScript(machine);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toContain("Generation 1 is active: 1 mounted, 1 linked");
      expect(await machine.sh("cat /sysroot/var/log/syslog; readlink /sysroot/etc/machine-id")).toBe(
        "kept\n/persist/store/etc/machine-id\n",
      );
      expect(await machine.sh("grep ' /sysroot/persist ' /proc/mounts")).toContain("noatime");
      // The real root's init finds /proc free, and imp.service finds its work done.
      expect(await machine.sh("ls /sysroot/proc")).toBe("");
      const again = await machine.sh(`
        mount --rbind /proc /sysroot/proc
        /usr/sbin/chroot /sysroot /imp/imp restore --best-effort --state-dir /persist/imp
        umount -l /sysroot/proc
      `);
      expect(again).toBe("Generation 1 is active: 2 unchanged\n");
    } finally {
      loops.dispose();
    }
  });

  test("says what is wrong and goes on if the disk is missing", async () => {
    const loops = new LoopFilesystems();
    try {
      await using machine = await initramfs(loops.make(ext4));
      await machine.sh("sed -i 's#^/dev/[^ ]*#/dev/nowhere#' /sysroot/etc/fstab");
      const { exitCode, stdout, stderr } = await runScript(machine);
      expect(exitCode).toBe(0);
      expect(stdout).toContain("imp: /dev/nowhere, which holds /persist, is not there");
      expect(stderr).toContain("No active generation: there is no state directory /persist/imp");
      expect(await machine.sh("ls -A /sysroot/persist /sysroot/proc")).toBe(
        "/sysroot/persist:\n\n/sysroot/proc:\n",
      );
    } finally {
      loops.dispose();
    }
  });
});
