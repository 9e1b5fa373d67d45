import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Subprocess, spawn } from "bun";
import { need, program } from "../requirement.ts";
import { openTerminal, type TerminalSession } from "./terminal.ts";

/** The executable under test: `dist/imp`, or the one that `IMP_EXECUTABLE` names. */
export const executable = process.env["IMP_EXECUTABLE"] ?? join(import.meta.dir, "../../dist/imp");

/** What a command printed, and how it ended. */
export interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Working directory inside the machine. */
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Run as this user number instead of root. */
  readonly user?: number;
  /** Kill it after so many milliseconds. */
  readonly timeout?: number;
}

/**
 * A small machine of its own: a private mount namespace whose root is a tmpfs that dies with it, with the host's
 * programs, an empty `/home`, `/var` and `/mnt`, a small `/etc`, and `/persist`, which outlives reboots. The mounts are
 * shared among themselves as on a machine with systemd, and nothing of them is seen outside. Without root it is made
 * in a user namespace.
 */
export interface Machine {
  /** A path of the machine as the test itself can open it. */
  outside(path: string): string;
  run(command: readonly string[], options?: RunOptions): Promise<Result>;
  /** Runs a shell script; throws if it fails. Returns what it printed. */
  sh(script: string, options?: RunOptions): Promise<string>;
  imp(...words: readonly string[]): Promise<Result>;
  /** Runs `imp` and throws if it fails. Returns what it printed. */
  impOk(...words: readonly string[]): Promise<string>;
  /** Starts a command that goes on while the test does other things. */
  start(command: readonly string[], options?: RunOptions): Subprocess<"pipe", "pipe", "pipe">;
  /** Starts a command on a terminal of its own, 100 columns wide. */
  startOnTerminal(command: readonly string[], options?: RunOptions): TerminalSession;
  write(path: string, content: string): Promise<void>;
  read(path: string): Promise<string>;
  /** The mount table of the machine, as the kernel writes it (proc_pid_mountinfo(5)). */
  mountInfo(): Promise<string>;
  /** Throws the root away and starts anew: only `/persist` stays. */
  reboot(): Promise<void>;
  stop(): Promise<void>;
}

/** True if the test process is root of the machine that it runs on. */
export const isRoot = process.getuid?.() === 0;

const namespaces = [
  ...(isRoot ? [] : ["--user", "--map-root-user"]),
  ...["--mount", "--propagation=private"],
];

/** What this machine lacks to make {@link Machine}s; null if nothing. */
export const lackOfMachines = findLack();

function findLack(): string | null {
  const what = "machines of their own";
  const programs = ["unshare", "nsenter", "setpriv", "mount", "umount", "pivot_root"];
  const missing = programs.filter((name) => program(name) !== null);
  if (missing.length > 0) return `${what}: ${missing.join(", ")} (util-linux)`;
  const probe = Bun.spawnSync(["unshare", ...namespaces, "mount", "-t", "tmpfs", "probe", tmpdir()]);
  return probe.success ? null : `${what}: ${probe.stderr.toString().trim()}`;
}

const setup = String.raw`
set -e
root=$1 persist=$2 executable=$3
mount -t tmpfs -o mode=755 imp-test-root "$root"
cd "$root"
mkdir -p usr proc dev sys etc tmp run var/lib var/tmp home root mnt opt persist imp .old
chmod 1777 tmp var/tmp
for directory in bin sbin lib lib64 lib32; do [ -e "/$directory" ] && ln -s "usr/$directory" "$directory"; done
mount --rbind /usr usr
mount --rbind /proc proc
mount --rbind /dev dev
[ -d /etc/alternatives ] && cp -dR /etc/alternatives etc/
[ -e /etc/ld.so.cache ] && cp /etc/ld.so.cache etc/
mount --bind "$persist" persist
touch imp/imp
mount --bind "$executable" imp/imp
mount -t tmpfs imp-test-run run
mkdir run/mount run/lock
printf '%s\n' root:x:0:0:root:/root:/bin/sh user:x:1000:1000::/home/user:/bin/sh other:x:1001:1001::/home/other:/bin/sh \
  colord:x:107:107::/var/lib/colord:/bin/false postgres:x:108:108::/var/lib/postgresql:/bin/sh nobody:x:65534:65534::/:/bin/false > etc/passwd
printf '%s\n' root:x:0: user:x:1000: other:x:1001: colord:x:107: postgres:x:108: nogroup:x:65534: > etc/group
printf 'passwd: files\ngroup: files\n' > etc/nsswitch.conf
ln -sf /proc/self/mounts etc/mtab
pivot_root . .old
cd /
umount -l .old
rmdir .old
mount --make-rshared /
echo ready
exec sleep infinity
`;

/** A folder of this machine that outlives its reboots, as `/tmp` often does not; null if there is none. */
const folderOnDisk =
  [tmpdir(), "/var/tmp", join(import.meta.dir, "../../dist")].find((path) => isOnDisk(path)) ?? null;

/** What this machine lacks for machines whose `/persist` is on a disk; null if nothing. */
export const lackOfDisk = need(folderOnDisk !== null, "a folder for temporary files that is not in memory");

function isOnDisk(path: string): boolean {
  const inMemory = [0x01021994, 0x858458f6];
  try {
    accessSync(path, constants.W_OK);
    return !inMemory.includes(statfsSync(path).type);
  } catch {
    return false;
  }
}

export interface MachineOptions {
  /** Where its `/persist` is: anywhere (the default), or on a disk (see {@link lackOfDisk}). */
  readonly persist?: "anywhere" | "on disk";
}

/** Starts a machine. Stop it in the end: `await using` does that by itself. */
export async function startMachine({
  persist: place = "anywhere",
}: MachineOptions = {}): Promise<Machine & AsyncDisposable> {
  const folder = place === "on disk" ? folderOnDisk : tmpdir();
  if (folder === null) throw new Error(`there is no disk: ${lackOfDisk}`);
  const scratch = mkdtempSync(join(folder, "imp-machine-"));
  const persist = join(scratch, "persist");
  mkdirSync(persist);
  let init = await boot(scratch, persist);

  const enter = (options: RunOptions) => [
    "nsenter",
    `--target=${init.pid}`,
    "--mount",
    ...(isRoot ? [] : ["--user", "--preserve-credentials"]),
    "--root",
    `--wd=/proc/${init.pid}/root${options.cwd ?? "/"}`,
    ...(options.user === undefined
      ? []
      : ["setpriv", `--reuid=${options.user}`, `--regid=${options.user}`, "--clear-groups"]),
  ];

  function start(command: readonly string[], options: RunOptions = {}): Subprocess<"pipe", "pipe", "pipe"> {
    return spawn([...enter(options), "env", "-i", ...environmentOf(options), ...command], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      ...(options.timeout === undefined ? {} : { timeout: options.timeout, killSignal: "SIGKILL" }),
    });
  }

  const startOnTerminal = (command: readonly string[], options: RunOptions = {}) =>
    openTerminal([...enter(options), "env", "-i", "TERM=xterm", ...environmentOf(options), ...command]);

  async function run(command: readonly string[], options: RunOptions = {}): Promise<Result> {
    const child = start(command, options);
    child.stdin.write(options.input ?? "");
    child.stdin.end();
    const [stdout, stderr, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { exitCode, stdout, stderr };
  }

  async function sh(script: string, options: RunOptions = {}): Promise<string> {
    return expectSuccess(await run(["sh", "-euc", script], options), script);
  }

  const imp = (...words: readonly string[]) => run(["/imp/imp", ...words]);
  const outside = (path: string) => `/proc/${init.pid}/root${path}`;

  async function stop(): Promise<void> {
    init.kill("SIGKILL");
    await init.exited;
    rmSync(scratch, { recursive: true, force: true });
  }

  return {
    outside,
    run,
    sh,
    imp,
    impOk: async (...words) => expectSuccess(await imp(...words), `imp ${words.join(" ")}`),
    start,
    startOnTerminal,
    write: async (path, content) => {
      await Bun.write(outside(path), content);
    },
    read: (path) => Bun.file(outside(path)).text(),
    mountInfo: () => Bun.file(`/proc/${init.pid}/mountinfo`).text(),
    reboot: async () => {
      init.kill("SIGKILL");
      await init.exited;
      init = await boot(scratch, persist);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function environmentOf({ environment }: RunOptions): string[] {
  const given = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8", ...environment };
  return Object.entries(given).map(([name, value]) => `${name}=${value}`);
}

function expectSuccess({ exitCode, stdout, stderr }: Result, what: string): string {
  if (exitCode !== 0) throw new Error(`exit code ${exitCode} from: ${what}\n${stdout}${stderr}`);
  return stdout;
}

/** The first process of a machine: while it lives, so do the namespaces. */
async function boot(scratch: string, persist: string): Promise<Subprocess<"ignore", "pipe", "pipe">> {
  const root = join(scratch, "root");
  mkdirSync(root, { recursive: true });
  const init = spawn(["unshare", ...namespaces, "sh", "-c", setup, "setup", root, persist, executable], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    // An ordinary user's PATH has no pivot_root.
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
  });
  for await (const chunk of init.stdout) {
    if (new TextDecoder().decode(chunk).includes("ready")) return init;
  }
  rmSync(scratch, { recursive: true, force: true });
  throw new Error(`the machine did not start: ${await new Response(init.stderr).text()}`);
}
