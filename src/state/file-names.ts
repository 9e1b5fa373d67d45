/** `generations.json`, the commit point of every command. */
export const indexName = "generations.json";

/** The running command's undo record (see `journal.ts`). */
export const journalName = "journal.json";

/** No state file comes near this many bytes. */
export const largestFile = 64 * 1024 * 1024;
