import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Machine, prepareStage } from "./machine.ts";
import { Performance } from "./performance.ts";
import { Surprise } from "./surprise.ts";

export interface Requisites {
  /** An empty directory in memory, which nobody else sees. */
  readonly stage: string;
  /** The executable. */
  readonly imp: string;
  /** The configuration to start with. */
  readonly config: string;
}

/** @returns the exit code: 0 if everything was as it should be */
export async function tellStory({ stage, imp, config }: Requisites): Promise<number> {
  let machine: Machine | null = null;
  try {
    const configText = readFileSync(config, "utf8");
    fillDisk(prepareStage(stage).disk, configText);
    machine = await Machine.boot(stage, imp);
    await perform(machine, new Performance(machine), configText);
    return 0;
  } catch (error) {
    if (!(error instanceof Surprise)) throw error;
    console.error(`\ndemo: something is not as it should be\n  ${error.message}`);
    return 1;
  } finally {
    await machine?.stop();
  }
}

/** What the machine has kept from earlier days. */
const stored: Readonly<Record<string, string>> = {
  "system/var/log/app.log": "started last week\n",
  "system/srv/www/index.html": "the old page\n",
  "system/var/lib/secrets/token": "s3cret\n",
  "system/var/lib/bluetooth/devices": "keyboard\n",
  "system/etc/machine-id": "2f5d3c0c7a1e4b6d9f8e7d6c5b4a3920\n",
  "system/root/.ssh/id_ed25519": "the private key\n",
  "system/etc/hosts": "127.0.0.1 localhost\n10.0.0.2 backup\n",
  "next/srv/www/index.html": "the new page\n",
  "home/home/user/.config/nvim/init.lua": "vim.o.number = true\n",
  "home/home/user/.gitconfig": "[user]\nname = User\n",
};

function fillDisk(disk: string, configText: string): void {
  const files = { ...stored, "imp.toml": configText };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(disk, dirname(path)), { recursive: true });
    writeFileSync(join(disk, path), content);
  }
  chmodSync(join(disk, "system/var/lib/secrets"), 0o755);
}

const firstMounts = {
  "/home/user/.config/nvim": "/home/home/user/.config/nvim",
  "/srv/www": "/system/srv/www",
  "/var/lib/secrets": "/system/var/lib/secrets",
  "/var/log": "/system/var/log",
};

const secondMounts = {
  ...firstMounts,
  "/srv/www": "/next/srv/www",
  "/var/lib/bluetooth": "/system/var/lib/bluetooth",
};

async function perform(machine: Machine, show: Performance, configText: string): Promise<void> {
  show.say(`
This is a small machine of its own. Its root is in memory and thrown away at
every boot; /mnt/persist is the disk that stays. Nobody outside sees any of it.
`);
  await show.type("cd /mnt/persist && grep -Ev '^ *(#|$)' imp.toml");

  show.heading("1. Apply it");
  await show.type("imp apply");
  const mounts = show.expectMounts(firstMounts);
  expectFirst(show);
  await show.type("cat /srv/www/index.html /etc/machine-id");
  await show.type("stat -c '%A %n' /var/lib/secrets");
  show.expect("the mode of the source", machine.modeOf("/mnt/persist/system/var/lib/secrets"), 0o700);
  show.say("A service starts. It keeps its log file open from now on.");
  const service = await startService(machine);
  await service.log("service started");

  show.heading("2. Change it");
  show.say("In imp.toml, one entry is added, one is removed, and one moves to another root:");
  machine.write("/mnt/persist/imp.toml", secondConfig(configText));
  await show.type("imp diff");
  await show.type("imp apply");
  const mountsThen = show.expectMounts(secondMounts);
  show.expectContent("/srv/www/index.html", "the new page\n");
  show.expectContent("/var/lib/bluetooth/devices", "keyboard\n");
  show.expectNothing("/home/user/.gitconfig");
  await show.type("cat /srv/www/index.html");
  await service.log("generation 2 came");
  await show.type("imp verify");

  show.heading("3. Go back");
  await show.type("imp switch 1");
  const mountsNow = show.expectMounts(firstMounts);
  expectFirst(show);
  show.expectNothing("/var/lib/bluetooth/devices");
  await service.log("generation 1 came back");
  await show.type("imp verify");
  await show.type("cat /srv/www/index.html /var/log/app.log");
  show.expectContent("/var/log/app.log", logUntilNow);
  const logMounts = [mounts, mountsThen, mountsNow].map((table) => table.get("/var/log")?.id);
  show.expect("the mount of /var/log", new Set(logMounts).size, 1);
  show.say(`
The service noticed nothing: what does not change is not touched. /var/log is
still the mount that step 1 made, number ${logMounts[0]} in the kernel's table.`);

  show.heading("4. Nothing of yours is overwritten");
  show.say("The root has an /etc/hosts already, and imp.toml now asks for the stored one:");
  machine.write("/mnt/persist/imp.toml", thirdConfig(configText));
  await show.type("imp apply", 1);
  show.expectMounts(firstMounts);
  show.expectContent("/etc/hosts", "127.0.0.1 localhost\n");
  expectFirst(show);

  show.heading("5. Reboot");
  await service.stop();
  await machine.reboot();
  show.expectMounts({});
  show.say("The root is new and empty. The generations are on the disk that stays:");
  await show.type("ls /srv/www /etc/machine-id", 2);
  await show.type("imp restore");
  show.expectMounts(firstMounts);
  expectFirst(show);
  show.expectContent("/var/log/app.log", logUntilNow);
  await show.type("imp verify");
  await show.type("imp list");

  show.say(`
${show.checks} checks held: of files, links, the kernel's mount table and exit codes.
Nothing of this is left. Next: write an imp.toml of your own after the example,
and look at what it would do: sudo dist/imp apply --config FILE --dry-run`);
}

/** All that the first generation has, but its mounts. */
function expectFirst(show: Performance): void {
  show.expectContent("/srv/www/index.html", "the old page\n");
  show.expectContent("/var/lib/secrets/token", "s3cret\n");
  show.expectContent("/home/user/.config/nvim/init.lua", "vim.o.number = true\n");
  show.expectLink("/etc/machine-id", "/mnt/persist/system/etc/machine-id");
  show.expectLink("/root/.ssh/id_ed25519", "/mnt/persist/system/root/.ssh/id_ed25519");
  show.expectLink("/home/user/.gitconfig", "/mnt/persist/home/home/user/.gitconfig");
}

const logUntilNow = "started last week\nservice started\ngeneration 2 came\ngeneration 1 came back\n";

interface Service {
  /** Writes a line into `/var/log/app.log`, through the descriptor that was opened at the start. */
  log(line: string): Promise<void>;
  stop(): Promise<void>;
}

async function startService(machine: Machine): Promise<Service> {
  const process = machine.start(
    'while read -r line; do echo "$line" >&3; echo done; done 3>>/var/log/app.log',
  );
  const answers = process.stdout.getReader();
  return {
    log: async (line) => {
      process.stdin.write(`${line}\n`);
      await process.stdin.flush();
      await answers.read();
    },
    stop: async () => {
      process.stdin.end();
      await process.exited;
    },
  };
}

function secondConfig(text: string): string {
  const added = replace(text, '    "/srv/www",\n', '    "/var/lib/bluetooth",\n');
  const removed = replace(added, '\nfiles = ["/home/user/.gitconfig"]\n', "\n");
  return `${removed}\n[persistence."/mnt/persist/next"]\ndirectories = ["/srv/www"]\n`;
}

function thirdConfig(text: string): string {
  return replace(text, '    "/etc/machine-id",\n', '    "/etc/machine-id",\n    "/etc/hosts",\n');
}

/** The demo follows the example: what it changes there has to be there, once. */
function replace(text: string, from: string, to: string): string {
  const [before, after, ...more] = text.split(from);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Surprise(`imp.toml should hold this once: ${from.trim()}`);
  }
  return before + to + after;
}
