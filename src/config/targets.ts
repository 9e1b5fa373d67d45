import type { Entry } from "../model/manifest.ts";
import { parentOf } from "../model/path.ts";

/** What holds for the targets of nearly every configuration, and spares the rules a look at each of them. */
export class Targets {
  /** True if no two entries have the same. */
  readonly areDistinct: boolean;
  /** True if none lies below another. It can be false for others, too, if the paths are unusually deep. */
  readonly areApart: boolean;

  constructor(entries: readonly Entry[]) {
    const targets = new Set<string>();
    for (let index = 0; index < entries.length; index += 1) targets.add(entries[index]?.target ?? "");
    this.areDistinct = targets.size === entries.length;
    this.areApart = areApart(entries, targets);
  }
}

/** How many directories there may be for each entry: with more of them, comparing neighbours in order is quicker. */
const usualDepth = 16;

function areApart(entries: readonly Entry[], targets: ReadonlySet<string>): boolean {
  const passed = new Set(["/"]);
  const most = usualDepth * entries.length;
  let last = "";
  for (let index = 0; index < entries.length; index += 1) {
    const parent = parentOf(entries[index]?.target ?? "");
    if (parent === last) continue;
    last = parent;
    for (let directory = parent; !passed.has(directory); directory = parentOf(directory)) {
      if (targets.has(directory) || passed.size > most) return false;
      passed.add(directory);
    }
  }
  return true;
}
