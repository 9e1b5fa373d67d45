import { type Machine, type Result, startMachine } from "../machine/machine.ts";
import { beneathMounts, type Picture, takePicture } from "./picture.ts";
import type { Scenario } from "./scenarios.ts";
import { changingCalls, lookingCalls } from "./trace.ts";
import { clearMachine } from "./world.ts";

/** A strike: the command's call of this name and turn fails, or the command is killed before it. */
export interface Strike {
  readonly call: string;
  /** As strace's `when=` takes it: `3` the third call, `3+` all from there on. */
  readonly when: string;
  /** An errno's name, or `SIGKILL`. */
  readonly effect: string;
  /** What it has to hit; null if any call of that name will do. */
  readonly victim: Victim | null;
}

export interface Victim {
  /** As `signature` gives it. */
  readonly signature: string;
  /** The place among imp's own changing calls, from 0. */
  readonly place: number;
}

/** What is traced besides. */
export interface Traced {
  /** Calls that only look. */
  readonly looks?: boolean;
  /** The paths of the files behind descriptors. */
  readonly paths?: boolean;
}

export interface TracedResult extends Result {
  readonly log: string;
}

/** What libmount's files leave behind for good, the first command makes, and so makes calls that others don't. */
const freshLibmount = "rm -f /run/mount/utab.*\n";

const logPath = "/run/faults.log";

/** A machine on which the same system is made again and again, for one command each. */
export class Stage implements AsyncDisposable {
  readonly #machine: Machine;
  /** The scenario whose system stands there, untouched or just as before it was touched. */
  #standing: Scenario | null = null;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  static async start(): Promise<Stage> {
    const stage = new Stage(await startMachine());
    await stage.#uncover();
    return stage;
  }

  /** Makes the scenario's system, unless it stands there. */
  async prepare(scenario: Scenario): Promise<Picture> {
    const isStanding = this.#standing === scenario;
    await this.#machine.sh(isStanding ? freshLibmount : `${clearMachine}${freshLibmount}${scenario.prepare}`);
    this.#standing = null;
    return await this.picture();
  }

  /** All is as before: the next case of the scenario may begin with it, and so shows that nothing was left behind. */
  keep(scenario: Scenario): void {
    this.#standing = scenario;
  }

  async imp(words: readonly string[]): Promise<Result> {
    return await this.#machine.imp(...words);
  }

  /** Runs imp under strace(1) with these strikes. */
  async strike(
    words: readonly string[],
    strikes: readonly Strike[],
    more: Traced = {},
  ): Promise<TracedResult> {
    const calls = new Set([
      ...changingCalls,
      ...(more.looks === true ? lookingCalls : []),
      ...strikes.map(({ call }) => call),
    ]);
    const injections = strikes.map(({ call, when, effect }) => {
      const what = effect === "SIGKILL" ? "signal=SIGKILL" : `error=${effect}`;
      return `--inject=${call}:${what}:when=${when}`;
    });
    // Quicker, but strace 6.1 then loses the signals that it is to deliver.
    const filter = strikes.some(({ effect }) => effect === "SIGKILL") ? [] : ["--seccomp-bpf"];
    const result = await this.#machine.run([
      "strace",
      "--follow-forks",
      ...filter,
      ...(more.paths === true ? ["--decode-fds=path"] : []),
      "--quiet=all",
      "--string-limit=64",
      `--output=${logPath}`,
      `--trace=${[...calls].join(",")}`,
      ...injections,
      "/imp/imp",
      ...words,
    ]);
    return { ...result, log: await this.#machine.read(logPath) };
  }

  async picture(): Promise<Picture> {
    return await takePicture(this.#machine);
  }

  /** A power cut: what is not persistent is gone. */
  async reboot(): Promise<void> {
    await this.#machine.reboot();
    await this.#uncover();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine.stop();
  }

  /** Lets the pictures see what mounts hide. */
  async #uncover(): Promise<void> {
    await this.#machine.sh(
      `mkdir ${beneathMounts}; mount --bind / ${beneathMounts}; mount --make-private ${beneathMounts}`,
    );
  }
}
