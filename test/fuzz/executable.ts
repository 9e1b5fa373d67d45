import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Machine, startMachine } from "../machine/machine.ts";
import { configurations, journal, olderJournal, rustIndex } from "./files.ts";
import { below, damagedFile, oneOf, type Random, randomFrom } from "./mutate.ts";
import { type FuzzCounts, newCounts } from "./outcome.ts";

/** The executable itself, run by root on damaged files. */

const config = "/persist/imp.toml";
const longest = 20_000;

interface Target {
  /** The file that is damaged. */
  readonly path: string;
  readonly good: readonly Uint8Array[];
  /** What reads it; what changes the system only with `--dry-run`, for a damaged path can lead anywhere. */
  readonly commands: readonly (readonly string[])[];
}

/** A machine with a state that imp wrote, which each case gets a copy of. */
class Ground implements AsyncDisposable {
  readonly machine: Machine & AsyncDisposable;
  readonly targets: readonly Target[];
  readonly #state: ReadonlyMap<string, Uint8Array>;

  private constructor(machine: Machine & AsyncDisposable, state: ReadonlyMap<string, Uint8Array>) {
    this.machine = machine;
    this.#state = state;
    const stored = (name: string) => [state.get(name) ?? new Uint8Array()];
    this.targets = [
      { path: "imp.toml", good: configurations(), commands: [["apply", "--dry-run"], ["diff"], ["list"]] },
      {
        path: "imp/generations.json",
        good: stored("generations.json"),
        commands: [
          ["list"],
          ["current", "--json"],
          ["verify"],
          ["switch", "1", "--dry-run"],
          ["delete", "--force", "1"],
        ],
      },
      {
        path: "imp/generations.json",
        good: [rustIndex],
        commands: [
          ["list"],
          ["show", "4"],
          ["verify"],
          ["switch", "1", "--dry-run"],
          ["delete", "--force", "1"],
        ],
      },
      {
        path: "imp/generations/2.json",
        good: stored("generations/2.json"),
        commands: [
          ["show", "2"],
          ["show", "2", "--json"],
          ["verify"],
          ["restore", "--dry-run"],
          ["diff", "1", "2"],
        ],
      },
      {
        path: "imp/journal.json",
        good: [journal, olderJournal],
        commands: [["restore"], ["list"], ["switch", "1"]],
      },
    ];
  }

  static async begin(): Promise<Ground> {
    const machine = await startMachine();
    // What a damaged journal has undone must not reach the programs and devices of the host.
    await machine.sh(`
      for mount in $(grep -o -E ' /(usr|dev|proc)(/[^ ]*)? ' /proc/self/mountinfo); do mount -o remount,bind,ro $mount; done
      mkdir -p /persist/store
    `);
    for (const entries of ['"/srv/a"', '"/srv/a", "/srv/b"']) {
      const text = `create_sources = true\n[persistence."/persist/store"]\ndirectories = [${entries}]\n`;
      await machine.write(config, text);
      await machine.impOk("apply", "--config", config, "--state-dir", "/persist/imp");
    }
    const names = ["generations.json", "generations/1.json", "generations/2.json"];
    const files = names.map((name) => [name, readFileSync(machine.outside(`/persist/imp/${name}`))] as const);
    return new Ground(machine, new Map(files));
  }

  /** Runs a command on a copy of everything in which one file is damaged. @throws Error for all but a clean answer */
  async tryCase(counts: FuzzCounts, random: Random, target: Target, number: number): Promise<void> {
    const folder = `/persist/case${number}`;
    const outside = this.machine.outside(folder);
    mkdirSync(`${outside}/imp/generations`, { recursive: true });
    for (const [name, bytes] of this.#state) writeFileSync(`${outside}/imp/${name}`, bytes);
    writeFileSync(`${outside}/imp.toml`, "");
    const bytes = damagedFile(random, target.good);
    writeFileSync(`${outside}/${target.path}`, bytes);

    const words = [...oneOf(random, target.commands), "--state-dir", `${folder}/imp`];
    if (["apply", "diff", "list"].includes(words[0] ?? "")) words.push("--config", `${folder}/imp.toml`);
    const begin = performance.now();
    const { exitCode, stdout, stderr } = await this.machine.run(["/imp/imp", ...words], { timeout: 15_000 });
    counts.slowest = Math.max(counts.slowest, performance.now() - begin);
    counts.cases += 1;
    if (exitCode === 0) counts.accepted += 1;
    else counts.refused += 1;
    const said = stderr + stdout;
    const isClean =
      [0, 1, 2].includes(exitCode) &&
      (exitCode === 0 || said !== "") &&
      !/hit a bug|\n\s+at |panic|Segmentation/.test(said) &&
      (!words.includes("--json") || isOneObject(stdout)) &&
      counts.slowest < longest;
    // What was refused is as it was; a journal that could be settled is gone.
    const isKept =
      exitCode === 0 ||
      target.path === "imp/journal.json" ||
      readFileSync(`${outside}/${target.path}`).equals(bytes);
    if (isClean && isKept) return;
    const text = JSON.stringify(Buffer.from(bytes).toString("latin1"));
    throw new Error(`imp ${words.join(" ")}: exit code ${exitCode}\n${said}\n${target.path}: ${text}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }
}

function isOneObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

export async function fuzzExecutable(cases: number, seed: number): Promise<FuzzCounts> {
  const counts = newCounts("files read by the executable");
  const random = randomFrom(seed);
  await using ground = await Ground.begin();
  let number = 0;
  const lane = async () => {
    while (number < cases) {
      number += 1;
      const target = ground.targets[number % ground.targets.length];
      if (target !== undefined)
        await ground.tryCase(counts, randomFrom(below(random, 2 ** 31)), target, number);
    }
  };
  await Promise.all([lane(), lane()]);
  return counts;
}
