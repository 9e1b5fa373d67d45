import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatTime } from "../../src/cli/render/time.ts";
import { Machine, prepareStage } from "../demo/machine.ts";
import { terminalPicture } from "./svg.ts";
import { type Run, terminalLines } from "./terminal-text.ts";

/** What the pictures show: real runs of imp, on a machine of the demo. */

const firstConfig = `state_dir = "/mnt/persist/imp"

[persistence."/mnt/persist/system"]
directories = [
    "/var/lib/bluetooth",
    { directory = "/srv/www", options = ["nosuid"] },
]
files = ["/etc/machine-id"]
`;

const secondConfig = firstConfig
  .replace('["nosuid"]', '["nosuid", "noexec"]')
  .replace('["/etc/machine-id"]', '["/etc/machine-id", { file = "/etc/hosts", backup = true }]');

/** What the disk has kept. */
const stored: Readonly<Record<string, string>> = {
  "system/var/lib/bluetooth/devices": "keyboard\n",
  "system/srv/www/index.html": "the page\n",
  "system/etc/machine-id": "2f5d3c0c7a1e4b6d9f8e7d6c5b4a3920\n",
  "system/etc/hosts": "127.0.0.1 localhost\n10.0.0.2 backup\n",
  "imp.toml": firstConfig,
};

/** Plays everything; returns the pictures by the names of their files. */
export async function playScenes(stage: string, imp: string): Promise<Map<string, string>> {
  const { disk } = prepareStage(stage);
  for (const [path, content] of Object.entries(stored)) {
    mkdirSync(join(disk, dirname(path)), { recursive: true });
    writeFileSync(join(disk, path), content);
  }
  const machine = await Machine.boot(stage, imp);
  try {
    const pictures = new Map<string, string>();
    const picture = async (name: string, title: string, commands: readonly string[]) => {
      const lines: (readonly Run[])[] = [];
      for (const command of commands) {
        if (lines.length > 0) lines.push([]);
        lines.push(...(await play(machine, command)));
      }
      pictures.set(name, terminalPicture(lines, title));
    };

    await picture("apply.svg", "A first configuration is looked at, applied and verified", [
      "cat imp.toml",
      "imp apply --dry-run",
      "imp apply --label 'first try'",
      "imp verify",
    ]);
    writeFileSync(join(disk, "imp.toml"), secondConfig);
    makeOlder(disk, 1, 15 * day);
    const diff = await play(machine, "imp diff");
    await machine.run("imp apply --label 'with our hosts'");
    makeOlder(disk, 2, 2 * hour);
    const list = await play(machine, "imp list");
    const rollback = await play(machine, "imp rollback");
    pictures.set(
      "generations.svg",
      terminalPicture(
        [...diff, [], ...list, [], ...rollback],
        "Generations are compared, listed, and gone back to",
      ),
    );
    return pictures;
  } finally {
    await machine.stop();
  }
}

const hour = 3_600_000;
const day = 24 * hour;

/** The moment at which the pictures play: no two runs of the script differ. */
const now = Date.parse("2026-03-02T10:00:00Z");

/** What the pictures show as done long ago was done just now: the record is made to say otherwise. */
function makeOlder(disk: string, number: number, age: number): void {
  const path = join(disk, "imp/generations.json");
  const { checksum: _, ...index } = JSON.parse(readFileSync(path, "utf8")) as {
    checksum: string;
    generations: { number: number; createdAt: string }[];
  };
  const createdAt = new Date(Date.now() - age).toISOString();
  const generations = index.generations.map((summary) =>
    summary.number === number ? { ...summary, createdAt } : summary,
  );
  writeFileSync(path, JSON.stringify({ ...index, generations }));
}

/** The prompt, the command and what it printed; times as they are at the moment that the pictures play. */
async function play(machine: Machine, command: string): Promise<(readonly Run[])[]> {
  const printed = await machine.runOnTerminal(command);
  const shift = now - Date.now();
  const inThePicture = printed.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, (time) => {
    const moment = Date.parse(`${time.replace(" ", "T")}Z`) + shift;
    // All ages are whole hours, but for the time that the machine took.
    return formatTime(new Date(Math.round(moment / hour) * hour).toISOString());
  });
  return [
    ...terminalLines(`\u001b[2m#\u001b[22m \u001b[1m${command}\u001b[22m`),
    ...terminalLines(inThePicture),
  ];
}
