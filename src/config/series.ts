import type { Entry } from "../model/manifest.ts";
import type { RootSettings } from "./entries.ts";
import { areUsualTargets, readSource, readTarget } from "./paths.ts";
import type { Reader } from "./reader.ts";
import type { Run } from "./run.ts";
import type { Located } from "./schema.ts";

/**
 * Adds the entries of a series to `entries`: all are like the first, but for what the path decides. If the first is
 * refused, there is nothing to make the others from, and the problem of the first has the whole text read.
 *
 * @param readEntry reads the first
 */
export function readSeries<L extends Located<unknown>>(
  reader: Reader,
  { first, run }: { readonly first: L; readonly run: Run },
  root: RootSettings,
  readEntry: (reader: Reader, item: L, root: RootSettings) => Entry | null,
  entries: Entry[],
): void {
  // The place of a path alone is known already: no line needs counting.
  const at = typeof first.value === "string" ? run.place(0) : first.at;
  const like = readEntry(reader, { ...first, at }, root);
  if (like === null) return;
  entries.push(like);
  const { texts } = run;
  const areUsual = areUsualTargets(root.path, texts);
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
}
