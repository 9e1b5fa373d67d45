import { afterAll, describe, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianImage } from "./debian.ts";
import { interruptible } from "./interrupted.ts";
import { keptMachine, replacingMachine } from "./kept.ts";
import { type FilesOptions, machineFiles, persistDirectory } from "./machine-files.ts";
import { manyEntries, measuresRestore } from "./many-entries.ts";
import { startContainer } from "./nspawn.ts";
import { lacksForContainer } from "./requirements.ts";
import {
  adoptsAtShutdown,
  followsSwitches,
  type Startable,
  startsWithoutWhatItLost,
  survivesCuts,
  survivesReboot,
} from "./scenarios.ts";

const scratch = mkdtempSync(join(tmpdir(), "imp-nspawn-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const isLacking = lacksForContainer();
// Building it takes longer than a test may.
if (!isLacking) debianImage();

describe.skipIf(isLacking)("a container that systemd has started", () => {
  const machine = startable(keptMachine);

  test(
    "has all that it keeps before the units that need it, and nothing else, after a reboot",
    () => survivesReboot(machine),
    60_000,
  );

  test(
    "has the generation that was switched or rolled back to, after a reboot",
    () => followsSwitches(machine),
    60_000,
  );

  test(
    "starts without the source of an entry, or without any of its state, and says so",
    () => startsWithoutWhatItLost(machine, withoutState(machine)),
    60_000,
  );
});

test.skipIf(isLacking)(
  "a container that is cut off during apply, rollback and delete comes up with what was before or after",
  () => survivesCuts(startable(interruptible), 12),
  300_000,
);

test.skipIf(isLacking)(
  "a container adopts at shutdown what a program put in a symlink's place, and hides its mounts after the boot",
  () => adoptsAtShutdown(startable(replacingMachine)),
  120_000,
);

for (const entries of [50, 500]) {
  test.skipIf(isLacking)(
    `a container with ${entries} entries starts with all of them`,
    () => measuresRestore(startable(manyEntries(entries)), entries, entries > 100 ? 3 : 5),
    240_000,
  );
}

function startable(options: FilesOptions): Startable {
  return startableFrom(isLacking ? "" : machineFiles(scratch, options));
}

/** The same machine, but nothing that it kept is there. */
function withoutState({ files }: Startable): Startable {
  return startableFrom(files);
}

function startableFrom(files: string): Startable {
  const persist = isLacking ? "" : persistDirectory(scratch);
  return { files, boot: () => startContainer({ image: debianImage(), files, persist, scratch }) };
}
