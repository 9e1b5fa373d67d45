import type { Entry, Manifest } from "../model/manifest.ts";
import { isAtOrBelow } from "../model/path.ts";
import type { Problem } from "../model/problem.ts";
import { shown } from "./shown.ts";
import { SourceText } from "./source-text.ts";

/**
 * One problem for each target that is the state directory, or lies above it: mounted there, it would hide the
 * state from the next command. `configText` and `configPath` are those that the manifest was made from.
 */
export function checkStateDirectory(
  manifest: Manifest,
  configText: string,
  configPath: string,
  stateDirectory: string,
): Problem[] {
  const hiding: Entry[] = [];
  for (let index = 0; index < manifest.entries.length; index += 1) {
    const entry = manifest.entries[index];
    // Hardly any gets beyond the first of the two questions.
    if (entry === undefined || !stateDirectory.startsWith(entry.target)) continue;
    if (isAtOrBelow(stateDirectory, entry.target)) hiding.push(entry);
  }
  if (hiding.length === 0) return [];
  const source = new SourceText(configText, configPath);
  const help = "set `state_dir` to a directory outside of all targets, on a filesystem that persists";
  return hiding.map(({ target, place }) =>
    source.error(
      place,
      `the target ${shown(target)} contains the state directory ${shown(stateDirectory)}`,
      help,
    ),
  );
}
