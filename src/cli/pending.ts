import { hasJournal, type Store } from "../state/store.ts";
import type { CommandContext } from "./context.ts";

/** Says that a command was killed and nobody settled it yet, or that one is at work just now. */
export async function reportPending(context: CommandContext, store: Store): Promise<void> {
  if (!hasJournal(store)) return;
  // Loaded only when there is one: `imp list` is quick for all others.
  const { readJournal } = await import("../state/journal.ts");
  const journal = readJournal(store);
  if (journal === null) return;
  const message = `an \`${journal.command}\`, begun ${journal.startedAt}, is at work or was killed`;
  const help = "if it was killed, the next command that changes things settles it: `sudo imp restore`";
  context.report([{ severity: "warning", message, help }]);
}
