import type { Entry } from "../model/manifest.ts";
import type { RootSettings } from "./entries.ts";
import { areUsualTargets, readSource, readTarget } from "./paths.ts";
import type { Reader } from "./reader.ts";
import type { Run } from "./run.ts";

/**
 * Reads the entries of a series: all are like the first, but for what the path decides.
 *
 * @param readEntry reads the first
 * @returns nothing, but a problem for `reader`, if the first is refused, which tells nothing of the others
 */
export function readSeries<L>(
  reader: Reader,
  { first, run }: { readonly first: L; readonly run: Run },
  root: RootSettings,
  readEntry: (reader: Reader, item: L, root: RootSettings) => Entry | null,
): Entry[] {
  const like = readEntry(reader, first, root);
  if (like === null) return [];
  const { texts } = run;
  const areUsual = areUsualTargets(root.path, texts);
  const entries = [like];
  for (let index = 1; index < texts.length; index += 1) {
    const value = texts[index] ?? "";
    const place = run.place(index);
    if (areUsual) {
      entries.push({ ...like, target: value, source: root.path + value, place });
      continue;
    }
    const path = { value, at: place, key: null };
    const target = readTarget(reader, path);
    const source = target && readSource(reader, root.path, target, path);
    if (target !== null && source !== null) entries.push({ ...like, target, source, place });
  }
  return entries;
}
