import { Failure, type Problem } from "../model/problem.ts";
import type { StateDirectory } from "../state/directory.ts";
import { readJournal } from "../state/journal.ts";
import { hasJournal } from "../state/state-file.ts";
import { type Store, type StoreLocation, withStore } from "../state/store.ts";
import { worded } from "../state/trouble-words.ts";
import type { CommandContext } from "./context.ts";

/**
 * Runs `action` with the state for looking only. First says if a command was killed and none settled that yet, or if
 * one is at work just now: what is seen then is not what will be.
 */
export async function lookIntoState<T>(
  context: CommandContext,
  location: StoreLocation,
  action: (store: Store) => T | Promise<T>,
): Promise<T> {
  return withStore(location, async (store) => {
    if (store.directory !== null && hasJournal(store.directory)) reportPending(context, store.directory);
    return action(store);
  });
}

/** Says what the journal in the directory is of. */
export function reportPending(context: CommandContext, directory: StateDirectory): void {
  context.report(pendingCommand(directory));
}

function pendingCommand(directory: StateDirectory): readonly Problem[] {
  try {
    const journal = readJournal({ directory });
    if (journal === null) return [];
    const message = `an \`${journal.command}\`, begun ${journal.startedAt}, is at work or was killed`;
    const help = "if it was killed, the next command that changes things settles it: `sudo imp restore`";
    return [{ severity: "warning", message, help }];
  } catch (error) {
    // What was asked for can be answered all the same.
    const cause = worded(error);
    if (!(cause instanceof Failure)) throw cause;
    return cause.problems.map((problem): Problem => ({ ...problem, severity: "warning" }));
  }
}
