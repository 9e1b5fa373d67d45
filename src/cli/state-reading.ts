import type { Generation, Index } from "../model/generation.ts";
import { Failure, type Problem } from "../model/problem.ts";
import type { StateDirectory } from "../state/directory.ts";
import { readJournal } from "../state/journal.ts";
import { hasJournal } from "../state/state-file.ts";
import { readGeneration, readIndex, type Store, type StoreLocation, withStore } from "../state/store.ts";
import { Unusable } from "../state/trouble.ts";
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

/**
 * A generation that a person named.
 * @throws Failure (1) if there is none of that number, or if it can't be read
 */
export function namedGeneration(store: Store, number: number): Generation {
  const index = indexIfGood(store);
  if (index !== null && !isListed(index, number)) {
    throw new Failure(1, [noSuchGeneration(index, number)]);
  }
  return readGeneration(store, number);
}

/** For a number that no generation has. */
export function noSuchGeneration(index: Index, number: number): Problem {
  return { severity: "error", message: `there is no generation ${number}`, help: listedNumbers(index) };
}

export function isListed(index: Index, number: number): boolean {
  return index.generations.some((generation) => generation.number === number);
}

function listedNumbers({ generations }: Index): string {
  if (generations.length === 0) return "`imp apply` makes the first one";
  return `\`imp list\` shows them: ${generations.map(({ number }) => number).join(", ")}`;
}

/** A damaged index does not make a generation unreadable. */
function indexIfGood(store: Store): Index | null {
  try {
    return readIndex(store);
  } catch (error) {
    if (error instanceof Failure || error instanceof Unusable) return null;
    throw error;
  }
}
