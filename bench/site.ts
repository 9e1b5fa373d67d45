import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { spawn, spawnSync } from "bun";

/** A mount namespace of its own, with a tmpfs for all that a measurement needs. */
export interface Site {
  /** The tmpfs, as it is called inside. */
  readonly base: string;
  /** Where imp keeps its state: what `~/.local/share/imp` is. */
  readonly state: string;
  /** A path of the site as this process can open it. */
  outside(path: string): string;
  /** Runs a command to its end, and says how long it took and what it held. Throws if it fails. */
  time(command: readonly string[]): Usage;
  /** Runs a command to its end, and gives back what it printed. Throws if it fails. */
  output(command: readonly string[]): string;
  /** Runs a shell script to its end. Throws if it fails. */
  sh(script: string): void;
  /** Starts a command that goes on. The caller ends it. */
  start(command: readonly string[]): ReturnType<typeof spawn>;
  stop(): Promise<void>;
}

/** What one run of a command took. */
export interface Usage {
  readonly milliseconds: number;
  /** Milliseconds that processors worked for it, in all its threads. */
  readonly processor: number;
  /** The peak of its resident memory. */
  readonly mebibytes: number;
}

/** The programs of this directory that a site takes. */
export interface Tools {
  /** The built `reference.c`. */
  readonly reference: string;
  /** The built `clock.c`. */
  readonly clock: string;
}

/** @param day the day of the month that it shall be on the site; null for today */
export async function startSite(
  scratch: string,
  { reference, clock }: Tools,
  day: number | null,
): Promise<Site> {
  const base = join(scratch, "base");
  const home = join(base, "home");
  mkdirSync(base, { recursive: true });
  const setUp = 'mount -t tmpfs -o mode=755 imp-bench "$1" && mkdir "$1/home" && echo ready && exec cat';
  // It ends with this process: then its standard input is closed.
  const holder = spawn(["unshare", "--mount", "--propagation=private", "sh", "-c", setUp, "sh", base], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await holder.stdout.getReader().read();
  if (new TextDecoder().decode(value) !== "ready\n") throw new Error("no mount namespace: are you root?");

  const environment = ["env", "-i", `HOME=${home}`, "PATH=/usr/sbin:/usr/bin:/sbin:/bin"];
  if (day !== null) environment.push(`LD_PRELOAD=${clock}`, `BENCH_CLOCK_BEHIND=${secondsSince(day)}`);
  const enter = (command: readonly string[]) => [
    "nsenter",
    `--target=${holder.pid}`,
    "--mount",
    `--wd=/proc/${holder.pid}/root${home}`,
    ...environment,
    ...command,
  ];

  function output(command: readonly string[]): string {
    const { exitCode, stdout, stderr } = spawnSync(enter(command), { stdout: "pipe", stderr: "pipe" });
    if (exitCode !== 0) throw new Error(`exit code ${exitCode} from ${command.join(" ")}\n${stderr}`);
    return stdout.toString();
  }

  return {
    base,
    state: join(home, ".local/share/imp"),
    outside: (path) => `/proc/${holder.pid}/root${path}`,
    time(command) {
      const { nanoseconds, processor, kibibytes } = JSON.parse(output([reference, "time", ...command]));
      return { milliseconds: nanoseconds / 1e6, processor: processor / 1e3, mebibytes: kibibytes / 1024 };
    },
    output,
    sh: (script) => void output(["sh", "-euc", script]),
    start: (command) => spawn(enter(command), { stdout: "ignore", stderr: "inherit" }),
    async stop() {
      holder.kill("SIGKILL");
      await holder.exited;
      // The kernel is still taking the mounts down.
      await Bun.sleep(500);
    },
  };
}

/** From noon of the last such day of a month, in UTC. */
function secondsSince(day: number): number {
  const now = new Date();
  for (let back = 0; ; back += 1) {
    const then = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, day, 12));
    if (then.getUTCDate() === day && then < now) return Math.round((now.getTime() - then.getTime()) / 1000);
  }
}
