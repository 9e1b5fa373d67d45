import type { Index } from "../model/generation.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { hasJournal, readIndex, type Store, type StoreLocation, withStore } from "../state/store.ts";
import type { CommandContext } from "./context.ts";

/**
 * Runs `action` with the state for looking only. First says if a command was killed and nobody settled that yet, or if
 * one is at work just now: what is seen then is not what will be.
 */
export async function lookIntoState<T>(
  context: CommandContext,
  location: StoreLocation,
  action: (store: Store) => T | Promise<T>,
): Promise<T> {
  return withStore(location, async (store) => {
    if (hasJournal(store)) context.report(await pendingCommand(store));
    return action(store);
  });
}

/** As {@link lookIntoState}, for those who look at the index alone. */
export async function lookIntoIndex<T>(
  context: CommandContext,
  location: StoreLocation,
  action: (index: Index) => T,
): Promise<T> {
  return lookIntoState(context, location, (store) => action(readIndex(store)));
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
