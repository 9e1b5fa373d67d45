import { closeDescriptor } from "../linux/open.ts";
import { emptyIndex, type Index } from "../model/generation.ts";
import { openStateDirectory, type StateDirectory } from "../state/directory.ts";
import { hasJournal, indexFile, readContent } from "../state/state-file.ts";
import type { CommandContext } from "./context.ts";
import { stateLocation } from "./state-location.ts";

/**
 * Runs `action` with the index, for those who look at nothing else. What it takes to compare an index with its shape, or
 * to tell of a command at work, is loaded only if there is need of it.
 */
export async function lookAtIndex<T>(context: CommandContext, action: (index: Index) => T): Promise<T> {
  const location = await stateLocation(context);
  const directory = openStateDirectory(location.path, location.trusted, location.onAltered);
  if (directory === null) return action(emptyIndex);
  try {
    if (hasJournal(directory)) {
      const { reportPending } = await import("./state-reading.ts");
      reportPending(context, directory);
    }
    const content = readContent(directory, indexFile);
    return action(content?.isIntact ? (content.value as Index) : await lookCloser(directory));
  } finally {
    closeDescriptor(directory.descriptor);
  }
}

/** There is no index, or it is not just as imp wrote it. */
async function lookCloser(directory: StateDirectory): Promise<Index> {
  const { readIndex, storeIn } = await import("../state/store.ts");
  return readIndex(storeIn(directory));
}
