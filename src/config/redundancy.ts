import type { Entry } from "../model/manifest.ts";
import type { Problem } from "../model/problem.ts";
import { asksOwnership } from "./asked-ownership.ts";
import { visitNested } from "./nesting.ts";
import { shown } from "./shown.ts";
import type { SourceText } from "./source-text.ts";
import type { Targets } from "./targets.ts";

/**
 * Leaves out the files that appear by themselves, since the directory entry around them shows the same source:
 * a symlink there would point to itself. Each is a warning.
 * @param targets those of the entries, among others or not
 */
export function withoutRedundant(
  entries: readonly Entry[],
  targets: Targets,
  source: SourceText,
): { entries: readonly Entry[]; warnings: Problem[] } {
  if (targets.areApart) return { entries, warnings: [] };
  const redundant = new Set<Entry>();
  const warnings: Problem[] = [];
  visitNested(entries, (entry, enclosing) => {
    const around = enclosing.findLast(({ kind }) => kind === "directory");
    if (around === undefined || around.root !== entry.root || hasOwnEffect(entry)) return;
    redundant.add(entry);
    const where = `${shown(around.target)} at ${source.name(around.place)}`;
    const message = `${shown(entry.target)} persists already, with the directory ${where}`;
    const loss = asksOwnership(entry) ? "; its owner and mode are not applied" : "";
    warnings.push(source.warning(entry.place, message, `remove this entry${loss}`));
  });
  return { entries: entries.filter((entry) => !redundant.has(entry)), warnings };
}

/** A directory may ask for owner, mode or options of its own, and a bound file for options. */
function hasOwnEffect(entry: Entry): boolean {
  return entry.kind === "directory" || (entry.kind === "bound-file" && entry.options.length > 0);
}
