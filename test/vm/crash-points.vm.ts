import { afterAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Machine, startMachine } from "../machine/machine.ts";
import { type CrashPoint, crashPoints, markBlock } from "./crash-points.ts";
import { debianImage } from "./debian.ts";
import { hostOutput } from "./host.ts";
import { configurations, history, imageContent, interruptible, picture } from "./interrupted.ts";
import { machineFiles, packed, persistDisk } from "./machine-files.ts";
import { startQemu } from "./qemu.ts";
import { lacksForQemu } from "./requirements.ts";
import { readWriteLog } from "./write-log.ts";

const scratch = mkdtempSync(join(tmpdir(), "imp-crash-points-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const megabytes = 24;

/** What there is to see after each command of the history, and first before them all. */
type Pictures = readonly string[];

const isLacking = lacksForQemu();
// Building it takes longer than a test may.
if (!isLacking) debianImage();

test.skipIf(isLacking)(
  "after a power cut at any write of apply, switch, rollback and delete, the next start has the old or the new generation",
  async () => {
    const { start, log, pictures } = await recordHistory();
    let points = 0;
    const failures: string[] = [];
    await using machine = await startMachine();
    await machine.sh("mkdir -p /etc/imp /srv");
    for (const [path, content] of Object.entries(configurations)) await machine.write(path, content);
    const began = performance.now();
    for (const point of crashPoints(start, log)) {
      points += 1;
      const problem = await problemAfter(machine, point, pictures);
      if (problem !== null) failures.push(`${point.name} (${point.mark}): ${problem}`);
    }
    const each = (performance.now() - began) / points;
    console.log(`${points} power cuts at ${log.length} logged requests, ${each.toFixed(0)} ms each to check`);
    expect(failures).toEqual([]);
    expect(points).toBeGreaterThan(300);
  },
  600_000,
);

/** Runs the commands in a machine whose disk logs its writes. */
async function recordHistory(): Promise<{
  start: Uint8Array;
  log: ReturnType<typeof readWriteLog>;
  pictures: Pictures;
}> {
  const disk = persistDisk(scratch, megabytes);
  hostOutput(["truncate", `--size=+${markBlock}`, disk]);
  const original = `${disk}.original`;
  copyFileSync(disk, original);
  const writeLog = join(scratch, "writes.log");
  hostOutput(["truncate", "--size=0", writeLog]);
  const files = machineFiles(scratch, interruptible);
  await using machine = await startQemu({
    image: debianImage(),
    files: packed(files),
    persist: disk,
    writeLog,
    kernelArguments: ["imp.persist"],
  });
  const mark = (text: string) =>
    `echo '${text}' | dd of=/dev/vdc bs=${markBlock} seek=${(megabytes * 2 ** 20) / markBlock} conv=sync oflag=direct status=none`;
  await machine.sh(`mkdir /persist/other /persist/imp\nsync\n${imageContent}`);
  const pictures = [await machine.sh(picture)];
  for (const [index, command] of history.entries()) {
    await machine.sh(`${mark(`${index} ${index + 1}`)}\n${command}\n${mark(`${index + 1}`)}`);
    pictures.push(await machine.sh(picture));
  }
  await machine.powerOff();
  return { start: readFileSync(original), log: readWriteLog(writeLog), pictures };
}

/** Starts the machine's disk again after the cut. Returns what is wrong then. */
async function problemAfter(machine: Machine, point: CrashPoint, pictures: Pictures): Promise<string | null> {
  await Bun.write(machine.outside("/point.ext4"), point.disk);
  const { exitCode, stdout, stderr } = await machine.run(["sh", "-c", nextStart]);
  const allowed = point.mark.split(" ").map((index) => pictures[Number(index)]);
  // Where nothing was kept yet, the first generation is applied anew.
  if (allowed.includes(pictures[0])) allowed.push(pictures[1]);
  if (exitCode === 0 && allowed.includes(stdout)) return null;
  return `exit code ${exitCode}, ${stderr}\n${stdout}\nand not\n${allowed.join("or\n")}`;
}

const nextStart = `
  set -eu
  export PATH=/imp:$PATH IMP_CONFIG=/etc/imp/1.toml
  mount -t tmpfs -o mode=755 fresh /srv
  ${imageContent}
  mount -o loop,noauto_da_alloc /point.ext4 /persist
  imp restore >/tmp/restored 2>&1 || {
    grep -q 'No active generation' /tmp/restored
    imp apply >>/tmp/restored 2>&1
  }
  cat /tmp/restored >&2
  imp verify >&2
  (${picture})
  umount -R /srv /persist
`;
