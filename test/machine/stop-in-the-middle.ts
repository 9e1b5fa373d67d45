import { existsSync } from "node:fs";
import type { Machine } from "./machine.ts";

/** A command of imp that stands still in the middle of its steps, its journal written. */
export interface StoppedCommand {
  readonly pid: number;
  /** Lets it go on. Returns its exit code. */
  goOn(): Promise<number>;
  /** Ends it there and then (SIGKILL), as a power cut would. */
  kill(): Promise<void>;
}

/**
 * Starts imp, and stops it as soon as its journal is there; one that was quicker is started again.
 * @param again brings the system back to where it was before the command
 */
export async function stopInTheMiddle(
  machine: Machine,
  state: string,
  words: readonly string[],
  again: () => Promise<unknown>,
): Promise<StoppedCommand> {
  const journal = machine.outside(`${state}/journal.json`);
  for (;;) {
    const child = machine.start(["/imp/imp", ...words]);
    const deadline = performance.now() + 10_000;
    while (!existsSync(journal) && performance.now() < deadline);
    child.kill("SIGSTOP");
    if (existsSync(journal)) {
      return {
        pid: child.pid,
        async goOn() {
          child.kill("SIGCONT");
          return await child.exited;
        },
        async kill() {
          child.kill("SIGKILL");
          await child.exited;
        },
      };
    }
    child.kill("SIGCONT");
    await child.exited;
    await again();
  }
}
