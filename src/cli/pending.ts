import { Failure, type Problem } from "../model/problem.ts";
import { hasJournal, type Store } from "../state/store.ts";
import type { CommandContext } from "./context.ts";

/** Says that a command was killed and nobody settled it yet, or that one is at work just now. */
export async function reportPending(context: CommandContext, store: Store): Promise<void> {
  if (hasJournal(store)) context.report(await pendingCommand(store));
}

async function pendingCommand(store: Store): Promise<readonly Problem[]> {
  // Loaded only when there is one: `imp list` is quick for all others.
  const { readJournal } = await import("../state/journal.ts");
  try {
    const journal = readJournal(store);
    if (journal === null) return [];
    const message = `an \`${journal.command}\`, begun ${journal.startedAt}, is at work or was killed`;
    const help = "if it was killed, the next command that changes things settles it: `sudo imp restore`";
    return [{ severity: "warning", message, help }];
  } catch (error) {
    // What was asked for can be answered all the same.
    if (!(error instanceof Failure)) throw error;
    return error.problems.map((problem): Problem => ({ ...problem, severity: "warning" }));
  }
}
