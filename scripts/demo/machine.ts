import { lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Subprocess, spawn } from "bun";
import { Surprise } from "./surprise.ts";

/** What a command printed (both streams, in their order), and how it ended. */
export interface Result {
  readonly exitCode: number;
  readonly output: string;
}

/** A mount of something below `/mnt/persist`. */
export interface PersistedMount {
  readonly id: string;
  /** What it shows, as a path below `/mnt/persist`. */
  readonly shows: string;
}

/**
 * A small machine with the host's programs. Its root is in memory and new at every boot; `/mnt/persist` stays. Like on
 * a machine with systemd, its mounts are shared among themselves.
 */
const setup = String.raw`
set -e
cd "$1"
mount -t tmpfs -o mode=755 machine root
cd root
mkdir -p dev etc home/user mnt/persist old opt/imp proc root run srv sys tmp var/lib/bluetooth
for directory in bin lib lib32 lib64 libx32 nix sbin usr; do
  if [ -L "/$directory" ]; then cp -d "/$directory" .
  elif [ -d "/$directory" ]; then mkdir "$directory"; mount --rbind "/$directory" "$directory"
  fi
done
mount --rbind /proc proc
mount --rbind /dev dev
mount --bind "$1/persist" mnt/persist
touch opt/imp/imp
mount --bind "$2" opt/imp/imp
echo 'root:x:0:0:root:/root:/bin/sh' > etc/passwd
echo 'root:x:0:' > etc/group
printf '127.0.0.1 localhost\n' > etc/hosts
pivot_root . old
cd /
umount -l old
rmdir old
mount --make-rshared /
echo ready
exec cat
`;

/** Makes the disk that stays, and a place for roots. */
export function prepareStage(stage: string): { readonly disk: string } {
  const disk = join(stage, "persist");
  mkdirSync(disk);
  mkdirSync(join(stage, "root"));
  const { exitCode, stderr } = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "mode=755", "disk", disk]);
  if (exitCode !== 0) throw new Surprise(`the disk could not be mounted: ${stderr}`);
  return { disk };
}

export class Machine {
  readonly #stage: string;
  readonly #imp: string;
  #init: Subprocess<"pipe", "pipe", "inherit">;

  private constructor(stage: string, imp: string, init: Subprocess<"pipe", "pipe", "inherit">) {
    this.#stage = stage;
    this.#imp = imp;
    this.#init = init;
  }

  /** Boots a machine for the first time, on a stage that is prepared. */
  static async boot(stage: string, imp: string): Promise<Machine> {
    return new Machine(stage, imp, await startInit(stage, imp));
  }

  /** All that runs on the machine must have ended. */
  async reboot(): Promise<void> {
    await this.stop();
    this.#init = await startInit(this.#stage, this.#imp);
  }

  /** The first process lives as long as its input is open, and the mounts of the machine as long as it. */
  async stop(): Promise<void> {
    this.#init.stdin.end();
    await this.#init.exited;
  }

  /** Runs a shell command in `/mnt/persist`. */
  async run(command: string): Promise<Result> {
    const child = spawn([...this.#enter(), "sh", "-c", `exec 2>&1; ${command}`], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
      env: environment(),
    });
    const [output, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    return { exitCode, output };
  }

  /** Runs a shell command in `/mnt/persist` on a terminal. Returns what it wrote there. */
  async runOnTerminal(command: string): Promise<string> {
    const decoder = new TextDecoder();
    let written = "";
    let ended: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const child = spawn([...this.#enter(), "sh", "-c", command], {
      terminal: {
        cols: 200,
        rows: 50,
        data: (_, bytes) => {
          written += decoder.decode(bytes, { stream: true });
        },
        exit: ended,
      },
      env: { ...environment(), TERM: "xterm" },
    });
    await Promise.all([child.exited, closed]);
    child.terminal?.close();
    return written;
  }

  /** Starts a shell command that goes on until its input ends. */
  start(command: string): Subprocess<"pipe", "pipe", "inherit"> {
    return spawn([...this.#enter(), "sh", "-c", command], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      env: environment(),
    });
  }

  read(path: string): string {
    return readFileSync(this.#outside(path), "utf8");
  }

  write(path: string, content: string): void {
    writeFileSync(this.#outside(path), content);
  }

  linkText(path: string): string {
    return readlinkSync(this.#outside(path));
  }

  exists(path: string): boolean {
    return lstatSync(this.#outside(path), { throwIfNoEntry: false }) !== undefined;
  }

  modeOf(path: string): number {
    return lstatSync(this.#outside(path)).mode & 0o7777;
  }

  /** The mounts that show something of the persistent disk, by their mount point. */
  persistedMounts(): Map<string, PersistedMount> {
    const lines = readFileSync(`/proc/${this.#init.pid}/mountinfo`, "utf8").trimEnd().split("\n");
    const mounts = lines.map((line) => {
      const [id = "", , device = "", shows = "", point = ""] = line.split(" ");
      return { id, device, shows, point };
    });
    const disk = mounts.find(({ point }) => point === "/mnt/persist")?.device;
    return new Map(
      mounts
        .filter(({ device, point }) => device === disk && point !== "/mnt/persist")
        .map(({ id, shows, point }) => [point, { id, shows }]),
    );
  }

  /** A path of the machine, as this process can open it. */
  #outside(path: string): string {
    return `/proc/${this.#init.pid}/root${path}`;
  }

  #enter(): string[] {
    const { pid } = this.#init;
    return ["nsenter", `--target=${pid}`, "--mount", "--root", `--wd=/proc/${pid}/root/mnt/persist`];
  }
}

function environment(): Record<string, string> {
  return { PATH: `/opt/imp:${process.env["PATH"]}`, HOME: "/root", LANG: "C.UTF-8" };
}

async function startInit(stage: string, imp: string): Promise<Subprocess<"pipe", "pipe", "inherit">> {
  const init = spawn(
    ["unshare", "--mount", "--propagation=private", "sh", "-c", setup, "setup", stage, imp],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit", env: environment() },
  );
  const reader = init.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  if (value === undefined) throw new Surprise("the machine did not start");
  return init;
}
