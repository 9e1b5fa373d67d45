import { afterAll, describe, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianImage } from "./debian.ts";
import { interruptible } from "./interrupted.ts";
import { keptMachine } from "./kept.ts";
import { type FilesOptions, machineFiles, packed, persistDisk } from "./machine-files.ts";
import { manyEntries, measuresRestore } from "./many-entries.ts";
import { startQemu } from "./qemu.ts";
import { lacksForQemu } from "./requirements.ts";
import {
  followsSwitches,
  type Startable,
  startsWithoutWhatItLost,
  survivesCuts,
  survivesReboot,
} from "./scenarios.ts";

const scratch = mkdtempSync(join(tmpdir(), "imp-qemu-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const isLacking = lacksForQemu();
// Building it takes longer than a test may.
if (!isLacking) debianImage();
const minutes = 60_000;

describe.skipIf(isLacking)("a machine with Debian's kernel", () => {
  // systemd reads the machine-id before it mounts anything, so the initramfs mounts the disk.
  const machine = startable(keptMachine, "imp.persist");

  test(
    "has all that it keeps before the units that need it, and nothing else, after a reboot",
    () => survivesReboot(machine),
    3 * minutes,
  );

  test(
    "has the generation that was switched or rolled back to, after a reboot",
    () => followsSwitches(machine),
    4 * minutes,
  );

  test(
    "starts without the source of an entry, or without its disk, and says so",
    () => startsWithoutWhatItLost(machine, withoutDisk(machine)),
    4 * minutes,
  );
});

test.skipIf(isLacking)(
  "a machine whose power fails during apply, rollback and delete comes up with what was before or after",
  () => survivesCuts(startable(interruptible), 3),
  5 * minutes,
);

test.skipIf(isLacking)(
  "a machine with 50 entries starts with all of them",
  () => measuresRestore(startable(manyEntries(50)), 50, 1),
  4 * minutes,
);

function startable(options: FilesOptions, ...kernelArguments: readonly string[]): Startable {
  const files = isLacking ? "" : machineFiles(scratch, options);
  const persist = isLacking ? "" : persistDisk(scratch);
  return {
    files,
    boot: () => startQemu({ image: debianImage(), files: packed(files), persist, kernelArguments }),
  };
}

/** It does not wait for the disk as long as an emulated one may take to show up. */
function withoutDisk({ files }: Startable): Startable {
  return {
    files,
    boot() {
      writeFileSync(
        join(files, "etc/fstab"),
        "/dev/vdc /persist ext4 nofail,x-systemd.device-timeout=2s 0 2\n",
      );
      return startQemu({ image: debianImage(), files: packed(files), persist: null });
    },
  };
}
