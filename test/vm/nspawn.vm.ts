import { afterAll, describe, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianImage } from "./debian.ts";
import { interruptible } from "./interrupted.ts";
import { keptMachine } from "./kept.ts";
import { type FilesOptions, machineFiles, persistDirectory } from "./machine-files.ts";
import { manyEntries, measuresRestore } from "./many-entries.ts";
import { startContainer } from "./nspawn.ts";
import { lacksForContainer } from "./requirements.ts";
import {
  followsSwitches,
  type Startable,
  startsWithoutWhatItLost,
  survivesCuts,
  survivesReboot,
} from "./scenarios.ts";

const scratch = mkdtempSync(join(tmpdir(), "imp-nspawn-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const isLacking = lacksForContainer();

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
    () => startsWithoutWhatItLost(machine, startable(keptMachine)),
    60_000,
  );
});

test.skipIf(isLacking)(
  "a container that is cut off during apply, rollback and delete comes up with what was before or after",
  () => survivesCuts(startable(interruptible), 12),
  300_000,
);

for (const entries of [50, 500]) {
  test.skipIf(isLacking)(
    `a container with ${entries} entries starts with all of them`,
    () => measuresRestore(startable(manyEntries(entries)), entries, entries > 100 ? 3 : 5),
    240_000,
  );
}

function startable(options: FilesOptions): Startable {
  const files = isLacking ? "" : machineFiles(scratch, options);
  const persist = isLacking ? "" : persistDirectory(scratch);
  return { files, boot: () => startContainer({ image: debianImage(), files, persist, scratch }) };
}
