import { type Machine, type Result, startMachine } from "../machine/machine.ts";
import { beneathMounts, type Picture, takePicture } from "./picture.ts";
import type { Scenario } from "./scenarios.ts";
import { changingCalls, lookingCalls } from "./trace.ts";
import { folders } from "./world.ts";

/** A strike: the command's call of this name and turn fails, or the command is killed before it. */
export interface Strike {
  readonly call: string;
  /** As strace's `when=` takes it: `3` the third call, `3+` all from there on. */
  readonly when: string;
  /** An errno's name, or `SIGKILL`. */
  readonly effect: string;
}

export interface TracedResult extends Result {
  readonly log: string;
}

const logPath = "/run/faults.log";

/** Unmounts in one go: what is mounted inside comes later in the table, and leaves first. */
const clear = String.raw`
  awk '$5 ~ "^/(etc/app|srv|var|persist/)" { place[n++] = $5 } END { while (n) print place[--n] }' \
    /proc/self/mountinfo | xargs -r umount -l
  rm -rf ${folders.filter((folder) => folder !== "/persist").join(" ")} /persist/*
  mkdir -p /var/lib
`;

/** A machine on which the same system is made again and again, for one command each. */
export class Stage implements AsyncDisposable {
  readonly #machine: Machine;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  static async start(): Promise<Stage> {
    const stage = new Stage(await startMachine());
    await stage.#uncover();
    return stage;
  }

  /** Makes the scenario's system anew. */
  async prepare(scenario: Scenario): Promise<Picture> {
    await this.#machine.sh(`${clear}${scenario.prepare}`);
    return await this.picture();
  }

  async imp(words: readonly string[]): Promise<Result> {
    return await this.#machine.imp(...words);
  }

  /** Runs imp under strace(1) with these strikes. */
  async strike(words: readonly string[], strikes: readonly Strike[], looks = false): Promise<TracedResult> {
    const calls = looks ? [...changingCalls, ...lookingCalls] : changingCalls;
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
      "--quiet=all",
      "--string-limit=64",
      `--output=${logPath}`,
      `--trace=${calls.join(",")}`,
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
