import { settle } from "../execute/undo.ts";
import type { Index } from "../model/generation.ts";
import { Failure, type Problem } from "../model/problem.ts";
import { type Journal, readJournal, removeJournal } from "../state/journal.ts";
import { type LockedStore, readIndex } from "../state/store.ts";

/**
 * Undoes or finishes a command that was killed, before anything else is changed.
 * @returns what a person should know of it
 * @throws Failure (1) if that is not possible now
 */
export function settleKilledCommand(store: LockedStore): Problem[] {
  const journal = readJournal(store);
  if (journal === null) return [];
  const isCommitted = wasCommitted(journal, readIndex(store));
  const problems = settle(journal, isCommitted);
  if (problems.some(({ severity }) => severity === "error")) {
    const message = `an \`${journal.command}\` was killed, and what it left can't be ${isCommitted ? "finished" : "undone"} now`;
    throw new Failure(1, [
      { severity: "error", message, help: "run `sudo imp restore` once that is put right" },
      ...problems,
    ]);
  }
  removeJournal(store);
  const message = `an \`${journal.command}\` was killed at its work (begun ${journal.startedAt}); ${
    isCommitted ? "it is finished now" : "it is undone now"
  }`;
  return [{ severity: "warning", message }, ...problems];
}

function wasCommitted(journal: Journal, index: Index): boolean {
  return index.serial >= journal.serial;
}
